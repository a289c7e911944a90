"""How much SQLite has to do for a question: the same on every machine, however busy it is."""

from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import event

THOUSAND = 1000


@dataclass
class Effort:
    """Instructions of SQLite's virtual machine, counted in thousands."""

    thousands: int = 0

    def count(self):
        self.thousands += 1


@contextmanager
def effort(database):
    """Count what the questions asked in this block cost the database."""
    spent = Effort()

    def begin(connection, _record, _proxy):
        connection.set_progress_handler(spent.count, THOUSAND)

    def end(connection, _record):
        connection.set_progress_handler(None, THOUSAND)

    event.listen(database._engine, "checkout", begin)
    event.listen(database._engine, "checkin", end)
    try:
        yield spent
    finally:
        event.remove(database._engine, "checkout", begin)
        event.remove(database._engine, "checkin", end)
