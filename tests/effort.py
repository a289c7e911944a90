"""How much a database has to do for a question: the same on every machine, however busy it is."""

from contextlib import contextmanager
from dataclasses import dataclass

from databases import ON_POSTGRESQL
from sqlalchemy import event, text

THOUSAND = 1000
A_ROW = 2
"""What a row that PostgreSQL reads counts for: one walk through twenty thousand takes it some milliseconds, no more."""

ROWS = text("SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_xact_user_tables")


@dataclass
class Effort:
    """Instructions of SQLite's virtual machine, counted in thousands."""

    thousands: float = 0

    def count(self):
        self.thousands += 1

    def begin(self, connection):
        self.thousands -= rows_read(connection)

    def end(self, connection):
        self.thousands += rows_read(connection)


def rows_read(connection):
    """Tell what a connection has read and not yet told others of, which may be more than its transaction has."""
    return float(connection.execute(ROWS).scalar_one()) * A_ROW / THOUSAND


@contextmanager
def effort(database):
    """Count what the questions asked in this block cost the database."""
    spent = Effort()

    def begin(connection, _record, _proxy):
        connection.set_progress_handler(spent.count, THOUSAND)

    def end(connection, _record):
        connection.set_progress_handler(None, THOUSAND)

    on_server = {"begin": spent.begin, "rollback": spent.end, "commit": spent.end}
    heard = on_server if ON_POSTGRESQL else {"checkout": begin, "checkin": end}
    for what, hear in heard.items():
        event.listen(database._engine, what, hear)
    try:
        yield spent
    finally:
        for what, hear in heard.items():
            event.remove(database._engine, what, hear)


def settle(database):
    """Let a server learn at once how many rows there are now, as it does by itself within a minute."""
    if ON_POSTGRESQL:
        with database.session() as session:
            session.execute(text("ANALYZE"))
