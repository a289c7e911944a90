"""From one release to the next on PostgreSQL: with the same rows as in a file, and killed in the middle on both."""

import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgresql_server import postgresql
from releases import (
    ENDS,
    FIRST,
    OPEN,
    OWN_KEY,
    as_they_were,
    everything,
    home_of,
    rows_of,
    short_folder,
)
from sqlalchemy import MetaData, create_engine, func, insert, select, text
from sqlalchemy.exc import ProgrammingError

from gateway.adapters.database import Database
from gateway.audit.verify import Verify
from gateway.backup.prove import prove
from gateway.schema.branch import newest, parsed
from gateway.schema.flow import Change
from gateway.schema.migrate import Migration
from gateway.schema.shape import recognised
from gateway.schema.version import make, require_current
from gateway.site.errors import SchemaOlder
from gateway.station import utc_now

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
]

BOTH = pytest.mark.parametrize("end", ENDS)
UNIT = pytest.mark.parametrize("end", ["unit"])
NOW = newest(ENDS["region"])
MADE = {
    "columns": (
        "SELECT table_name, column_name, data_type, is_nullable, column_default IS NULL "
        "FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
    ),
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    "constraints": (
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'"
    ),
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}
GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname ~ '_stands_'"
EMPTYING = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname ~ '_stands_truncate$'"
KILLED = """
import os, signal, sys
from gateway.adapters.database import Database
from gateway.schema.flow import Change
from gateway.station import utc_now
from releases import ENDS
die = lambda revision: os.kill(os.getpid(), signal.SIGKILL)
Change(Database(sys.argv[1]), ENDS[sys.argv[2]], "", utc_now(), heard=die).upgrade()
"""


class BrokenOffError(Exception):
    """The machine gave out."""


def break_off(*_told):
    raise BrokenOffError


@pytest.fixture(scope="module")
def server():
    with short_folder() as folder, postgresql(folder) as running:
        yield running


@pytest.fixture
def place(server, request):
    """Give the URL of a new database."""
    name = f"t{abs(hash(request.node.name))}"
    server.create(name)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def old(place, end, tmp_path):
    """A database of the first release, with all its rows."""
    with closing(Database(place)) as database:
        with database.rebuilding() as session:
            connection = session.connection()
            Migration(connection, ENDS[end], OWN_KEY).upgrade(parsed(FIRST))
            load(connection, rows_of(end, tmp_path / "old.db"))
        yield database


def load(there, file):
    """Put the rows of a file where the same tables are."""
    from_file, known = MetaData(), MetaData()
    with create_engine(f"sqlite:///{file}").connect() as here:
        there.execute(text("DELETE FROM audit_head"))
        known.reflect(there)
        from_file.reflect(here)
        for table in from_file.sorted_tables:
            if rows := [dict(row) for row in here.execute(select(table)).mappings()]:
                there.execute(insert(known.tables[table.name]), rows)
            for column in known.tables[table.name].columns:
                if "nextval" in str(column.server_default and column.server_default.arg):
                    counter = func.pg_get_serial_sequence(table.name, column.name)
                    there.execute(select(func.setval(counter, func.coalesce(func.max(column), 0) + 1, False)))


@contextmanager
def looking(database):
    with database.reading() as session:
        yield session.connection()


def look(database):
    with looking(database) as connection:
        return everything(connection)


def made(database):
    """Tell all that PostgreSQL knows of the tables, whichever way each was made."""
    with looking(database) as connection:
        return {name: set(connection.exec_driver_sql(asked)) for name, asked in MADE.items()}


def change(database, end, **how):
    return Change(database, ENDS[end], OWN_KEY, utc_now(), **how)


@BOTH
def test_every_row_is_kept_and_the_tables_are_those_of_a_new_site(end, old, server):
    before = look(old)
    assert change(old, end).upgrade() == (FIRST, NOW)
    after = as_they_were(look(old), before)
    after["audit_entries"] = [row for row in after["audit_entries"] if row["action"] != "upgrade-database"]
    assert {**after, "audit_head": []} == {**before, "audit_head": []}
    server.create(f"new_{end}")
    with closing(Database(server.url(f"new_{end}"))) as fresh:
        make(fresh, ENDS[end])
        there, here = made(fresh), made(old)
    assert {what: there[what] ^ here[what] for what in MADE} == {what: set() for what in MADE}
    with looking(old) as connection:
        tables = [family for branch in ENDS[end] for family in branch.tables]
        assert not compare_metadata(MigrationContext.configure(connection), tables)


@BOTH
def test_down_and_up_again_keeps_every_row(end, old):
    change(old, end).upgrade()
    before = look(old)
    assert change(old, end).downgrade(parsed(FIRST), confirmed=True) == (NOW, FIRST)
    with looking(old) as connection:
        assert recognised(connection, ENDS[end]) == FIRST
    with pytest.raises(SchemaOlder):
        require_current(old, ENDS[end])
    change(old, end).upgrade()
    after = look(old)
    for table in ("audit_entries", "audit_head", "municipal_figures"):
        before.pop(table, None)
        after.pop(table, None)
    assert after == before


@UNIT
def test_broken_off_or_killed_in_the_middle_it_has_done_nothing(end, old, place):
    before = look(old)
    with pytest.raises(BrokenOffError):
        change(old, end, heard=break_off).upgrade()
    assert look(old) == before
    assert killed(place, end)
    assert look(old) == before
    assert change(old, end).upgrade() == (FIRST, NOW)


@UNIT
def test_killed_in_the_middle_a_file_is_as_it_was(end, tmp_path):
    where = f"sqlite:///{rows_of(end, tmp_path / 'old.db')}"
    with closing(Database(where)) as database:
        before = look(database)
        assert killed(where, end)
        assert look(database) == before
        assert change(database, end).upgrade() == (FIRST, NOW)


def killed(where, end):
    line = [sys.executable, "-c", KILLED, where, end]
    done = subprocess.run(line, env={"PYTHONPATH": ":".join(sys.path)}, check=False)
    return done.returncode == -signal.SIGKILL


@BOTH
def test_the_site_opens_its_letters_and_its_trail_is_whole(end, old, place):
    with short_folder() as folder:
        home = home_of(end, folder)
        Path(home.path / "stafet.db").unlink()
        home.write_settings(home.settings().model_copy(update={"database_url": place}))
        Change(old, ENDS[end], home.settings().fingerprint, utc_now()).upgrade()
        with OPEN[end](home) as station:
            assert prove(station, utc_now()).arrived_at
            with station.database.reading() as session:
                found = Verify(station.notary, utc_now())(session)
            assert (found.finding, found.contradicted) == (None, ())


@UNIT
def test_what_is_new_is_guarded_as_the_rest_is(end, old):
    change(old, end).upgrade()
    with pytest.raises(Exception, match="only added to"), old.session() as session:
        session.execute(
            text("INSERT INTO audit_restores VALUES (1, '', now(), '', ''); DELETE FROM audit_restores WHERE seq = 1")
        )


@BOTH
def test_tables_as_the_first_release_made_them_are_known_and_none_is_emptied_in_one_go(end, old):
    """It wrote down no version, and had no guard against TRUNCATE."""
    with old.session() as session:
        guards = session.execute(text(EMPTYING)).all()
        for table, trigger in guards:
            session.execute(text(f"DROP TRIGGER {trigger} ON {table}"))
        session.execute(text("DROP TABLE alembic_version"))
    assert change(old, end).upgrade() == (FIRST, NOW)
    with looking(old) as connection:
        tables = set(connection.exec_driver_sql(GUARDED).scalars())
    assert {table for table, _trigger in guards} < tables
    for table in tables:
        with pytest.raises(ProgrammingError, match="only added to"), old.session() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
