"""The database on a PostgreSQL server of our own: turns, moments, and what a server that goes away does."""

import signal
import threading
from datetime import UTC, datetime
from traceback import format_exception

import pytest
from postgresql_server import postgresql
from sites import short_folder
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError
from sqlmodel import select, text

from gateway.adapters.database import Database
from gateway.audit.rows import AuditTable
from gateway.doctor import storage
from gateway.site.cipher import Vault
from gateway.site.people import People, PeopleTable, PersonRow, Role

pytestmark = pytest.mark.peers
VAULT = Vault.random()
SAFE = ("fsync=on",)
CPR = "190668-7074"


@pytest.fixture(scope="module")
def server():
    with short_folder() as folder, postgresql(folder, *SAFE) as running:
        yield running


@pytest.fixture
def database(server):
    server.create("site")
    made = Database(server.url("site"))
    made.create(PeopleTable.metadata, AuditTable.metadata)
    yield made
    made.close()
    server.drop("site")


def names(database):
    with database.reading() as session:
        return [person.name for person in People(session, VAULT).active()]


def add(database, name):
    with database.session() as session:
        People(session, VAULT).add(name, Role.INTAKE)


def test_a_second_writer_waits_for_the_first_and_sees_what_it_did(database):
    order, begun = [], threading.Event()

    def second():
        begun.set()
        with database.session() as session:
            order.append([person.name for person in People(session, VAULT).active()])

    thread = threading.Thread(target=second)
    with database.session() as session:
        People(session, VAULT).add("Anne", Role.INTAKE)
        assert names(database) == [], "a reader waits for nobody"
        thread.start()
        begun.wait()
        order.append("first ends")
    thread.join()
    assert order == ["first ends", ["Anne"]]


def test_who_reads_sees_one_moment_and_cannot_write(database):
    with database.reading() as session:
        assert session.exec(select(PersonRow)).all() == []
        add(database, "Anne")
        assert session.exec(select(PersonRow)).all() == []
        with pytest.raises(InternalError, match="read-only"):
            session.execute(text("DELETE FROM people"))
    assert names(database) == ["Anne"]


def test_a_writer_does_not_wait_for_ever(server, database, monkeypatch):
    monkeypatch.setattr("gateway.adapters.database.BUSY_SECONDS", 1)
    impatient = Database(server.url("site"))
    with database.session() as writing:
        writing.execute(text("SELECT 1"))
        with pytest.raises(OperationalError):
            add(impatient, "Bent")
    impatient.close()


def test_a_server_that_comes_back_is_found_again_and_has_what_was_committed(server, database):
    add(database, "Anne")
    server.stop(signal.SIGQUIT)
    with pytest.raises(OperationalError):
        add(database, "Bent")
    server.start()

    add(database, "Carla")

    assert names(database) == ["Anne", "Carla"]


def test_an_error_quotes_no_values(database):
    with pytest.raises(ProgrammingError) as refused, database.session() as session:
        session.execute(text("INSERT INTO nobody VALUES (:name)"), {"name": CPR})
    assert CPR not in str(refused.value)


def test_an_error_does_not_quote_the_row_it_is_about_either(database):
    """The server tells which values stood in the way, in a part of its own."""
    twice = text("INSERT INTO sign_in_tries VALUES (:id, 1, now()), (:id, 1, now())")
    with pytest.raises(IntegrityError, match="UniqueViolation") as refused, database.session() as session:
        session.execute(twice, {"id": CPR})
    assert CPR not in "".join(format_exception(refused.value))


def test_text_no_server_can_hold_is_not_found_and_does_no_harm(database):
    """A NUL may stand in whatever somebody else wrote."""
    said = "SELECT count(*), max(CAST(:said AS text)) FROM people WHERE id = :said"
    with database.reading() as session:
        assert session.execute(text(said), {"said": "a\0b"}).one() == (0, None)
        assert session.execute(text("SELECT CAST(:said AS text)"), {"said": "a\0b"}).scalar_one() == "a\ufffdb"


def test_the_doctor_looks_at_the_server_itself(database):
    with database.reading() as session:
        assert [one.code for one in storage.examine(None, session)] == ["SERVER_HERE"]


def test_a_moment_comes_back_as_it_went_whatever_zone_the_server_is_in(database):
    moment = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    with database.reading() as session:
        assert session.execute(text("SELECT CAST(:at AS timestamptz)"), {"at": moment}).scalar_one() == moment
        assert session.execute(text("SHOW timezone")).scalar_one() == "UTC"
