"""The database: durable, one writer at a time, and silent about what it holds."""

import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from gateway.adapters.database import Database
from gateway.site.cipher import Vault
from gateway.site.errors import SettingsUnreadable
from gateway.site.people import People, PeopleTable, PersonRow, Role

VAULT = Vault.random()


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path}/stafet.db")
    made.create(PeopleTable.metadata)
    yield made
    made.close()


def pragma(database, name):
    with database.reading() as session:
        return session.execute(text(f"PRAGMA {name}")).scalar_one()


def names(database):
    with database.reading() as session:
        return [person.name for person in People(session, VAULT).active()]


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("trusted_schema", 0)],
)
def test_what_is_committed_survives_a_power_cut_and_what_is_deleted_is_overwritten(database, name, value):
    assert pragma(database, name) == value
    with database.session() as session:
        assert session.execute(text(f"PRAGMA {name}")).scalar_one() == value


def test_nothing_is_opened_before_the_first_use(tmp_path):
    Database(f"sqlite:///{tmp_path}/missing/stafet.db").close()


@pytest.mark.parametrize(
    "url",
    [
        "hemmelig",
        "postgresql//stafet:hemmelig@db/stafet",
        "postgresql://stafet:hemmelig@db:54x/stafet",
        "postgresql://stafet:hemmelig@db1:5432,db2:5432/stafet",
        "postgresql://stafet:hemmelig@[::1/stafet",
        "postgresql:///stafet?passfil=hemmelig",
        "postgresql:///stafet?connect_timeout=hemmelig",
        "mysql://stafet:hemmelig@db/stafet",
    ],
)
def test_a_url_that_cannot_be_used_is_named_by_its_setting_and_not_quoted(url):
    """It may hold a password."""
    with pytest.raises(SettingsUnreadable) as refused, Database(url).reading() as session:
        session.connection()
    assert str(refused.value) == "database_url"


def test_an_exception_leaves_nothing_behind(database):
    def add_and_fail(session):
        People(session, VAULT).add("Anne", Role.INTAKE)
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.session() as session:
        add_and_fail(session)
    assert names(database) == []


def test_a_second_writer_waits_for_the_first(database):
    """SQLite would let both begin, and fail the second half-way."""
    writing, order = threading.Event(), []

    def second():
        writing.wait()
        with database.session() as session:
            order.append([person.name for person in People(session, VAULT).active()])
            People(session, VAULT).add("Bent", Role.INTAKE)

    thread = threading.Thread(target=second)
    thread.start()
    with database.session() as session:
        People(session, VAULT).add("Anne", Role.INTAKE)
        assert names(database) == [], "a reader waits for nobody"
        writing.set()
        time.sleep(0.05)
        order.append("first ends")
    thread.join()
    assert order == ["first ends", ["Anne"]]
    assert names(database) == ["Anne", "Bent"]


def test_many_writers_lose_nothing(database):
    def write(worker):
        for number in range(10):
            with database.session() as session:
                People(session, VAULT).add(f"{worker}-{number}", Role.INTAKE)

    workers = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(names(database)) == 40


def test_two_programs_may_make_the_tables_at_the_same_time(tmp_path):
    """The daemon and a command started together."""
    (tmp_path / "new.db").touch()
    trouble, start = [], threading.Barrier(4)

    def make():
        database = Database(f"sqlite:///{tmp_path}/new.db")
        start.wait()
        try:
            database.create(PeopleTable.metadata)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            trouble.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []


def add_twice(session):
    for number in range(2):
        session.add(PersonRow(id=str(number), name_index="Karen Testdal", locked_name=b"", role="intake"))
    session.flush()


def test_the_text_of_an_error_holds_no_values(database):
    with pytest.raises(IntegrityError) as refusal, database.session() as session:
        add_twice(session)
    assert "Karen" not in str(refusal.value)
    with pytest.raises(StatementError) as refusal, database.session() as session:
        session.execute(text("INSERT INTO people (id) VALUES (:id)"), {"id": "190668-7074"})
    assert "190668" not in str(refusal.value)


def test_what_was_erased_is_gone_from_the_log_too_once_it_is_forgotten(database, tmp_path):
    """C9."""
    with database.session() as session:
        person = People(session, VAULT).add("Anne", Role.INTAKE)
    locked = rows(database)[0].locked_name
    with database.session() as session:
        session.delete(session.get_one(PersonRow, person.id))
    assert locked in on_disk(tmp_path)

    database.forget()

    assert locked not in on_disk(tmp_path)
    assert pragma(database, "busy_timeout") == 30_000


def test_forgetting_keeps_nobody_waiting_and_what_is_there_stays(database):
    with database.session() as session:
        People(session, VAULT).add("Anne", Role.INTAKE)
    with database.reading() as busy:
        busy.execute(text("SELECT * FROM people")).all()
        began = time.monotonic()
        database.forget()
        assert time.monotonic() - began < 5
    database.forget()

    assert names(database) == ["Anne"]


def rows(database):
    with database.reading() as session:
        return list(session.exec(select(PersonRow)))


def on_disk(folder):
    return b"".join(path.read_bytes() for path in folder.iterdir())
