"""A PostgreSQL server that is lost at the worst moments: what was committed is known to be, and is not done twice."""

import signal
import threading
from contextlib import ExitStack, contextmanager

import pytest
from postgresql_server import postgresql
from sites import short_folder
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from gateway.adapters.database import Database
from gateway.site.cipher import Vault
from gateway.site.outage import CommitUnknown, is_away, server_is_away
from gateway.site.people import People, PeopleTable, Role

pytestmark = pytest.mark.peers
VAULT = Vault.random()
LONG = 60
SETTINGS = ("fsync=on", "max_connections=12", "wal_writer_delay=10s")
"""Nothing is written down before the commit that wants it to be: a crash takes the transaction's number along."""


@pytest.fixture(scope="module")
def server():
    with short_folder() as folder, postgresql(folder, *SETTINGS) as running:
        yield running


@pytest.fixture
def database(server):
    server.create("site")
    made = Database(server.url("site"), patience=LONG)
    made.create(PeopleTable.metadata)
    yield made
    made.close()
    server.drop("site")


def add(database, name):
    with database.session() as session:
        People(session, VAULT).add(name, Role.INTAKE)


def names(database):
    with database.reading() as session:
        return [person.name for person in People(session, VAULT).active()]


def cut_every_connection(server):
    with server.connect() as at:
        at.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'site'")


@contextmanager
def at_the_commit(database, happens):
    """Let something happen instead of the answer to the next commit; `happens` is given what commits."""
    dialect = database._engine.dialect
    really, left = dialect.do_commit, [happens]

    def commit(connection):
        if not left:
            return really(connection)
        left.pop()(lambda: really(connection))
        return connection.execute("SELECT 1")  # the answer that does not come

    dialect.do_commit = commit
    try:
        yield
    finally:
        dialect.do_commit = really


def test_what_was_committed_without_an_answer_is_done_and_not_done_again(server, database):
    def lost_after(commit):
        commit()
        cut_every_connection(server)

    with at_the_commit(database, lost_after):
        add(database, "Anne")

    assert names(database) == ["Anne"]


def test_what_was_not_committed_is_said_not_to_be(server, database):
    with at_the_commit(database, lambda _commit: cut_every_connection(server)), pytest.raises(OperationalError) as lost:
        add(database, "Anne")

    assert server_is_away(lost.value)
    assert names(database) == []


def test_a_server_that_is_restarted_at_the_commit_is_asked_when_it_is_back(server, database):
    def restarted(commit):
        commit()
        server.stop()
        threading.Timer(0.3, server.start).start()

    with at_the_commit(database, restarted):
        add(database, "Anne")

    assert names(database) == ["Anne"]


def test_a_server_that_crashed_is_not_believed_about_a_number_it_may_have_given_twice(server, database):
    """What it had not written down yet it does not know of: the next transaction gets that number."""
    number = "SELECT CAST(pg_current_xact_id() AS text)"
    taken = []

    def crashes(_commit):
        server.stop(signal.SIGQUIT)
        server.start()
        with server.connect("site") as at:
            taken.append(at.execute(number).fetchone()[0])

    def lost():
        with database.session() as session:
            People(session, VAULT).add("Anne", Role.INTAKE)
            session.flush()
            taken.append(session.execute(text(number)).scalar_one())

    with at_the_commit(database, crashes), pytest.raises(CommitUnknown):
        lost()

    assert taken[0] == taken[1]
    assert names(database) == []


def test_who_cannot_learn_what_became_of_it_says_so(server, database):
    database._patience = 0

    def crashes(commit):
        commit()
        server.stop(signal.SIGQUIT)

    with at_the_commit(database, crashes), pytest.raises(CommitUnknown) as lost:
        add(database, "Anne")
    server.start()

    assert is_away(lost.value)
    assert names(database) == ["Anne"]


def test_a_server_that_took_over_is_not_believed_about_another_ones_transaction(server, database, monkeypatch):
    """It counts on from where it was, and may have given that number to somebody else's."""

    def lost_after(commit):
        commit()
        cut_every_connection(server)

    query = "gateway.adapters.postgresql.WRITTEN"
    monkeypatch.setattr(query, "SELECT CAST(pg_current_xact_id_if_assigned() AS text), '0000002A'")
    with at_the_commit(database, lost_after), pytest.raises(CommitUnknown):
        add(database, "Anne")


def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_behind(server, database):
    def cut_in_the_middle():
        with database.session() as session:
            People(session, VAULT).add("Anne", Role.INTAKE)
            session.flush()
            cut_every_connection(server)
            with session.begin_nested():
                People(session, VAULT).add("Bent", Role.INTAKE)

    with pytest.raises(OperationalError) as lost:
        cut_in_the_middle()

    assert is_away(lost.value)
    add(database, "Carla")
    assert names(database) == ["Carla"]


def test_a_server_that_takes_no_more_connections_is_away_for_now(server, database):
    with ExitStack() as taken:

        def one_more():
            taken.enter_context(server.connect("site"))
            more = Database(server.url("site"))
            taken.callback(more.close)
            names(more)

        def until_there_are_no_more():
            for _ in range(100):
                one_more()

        with pytest.raises(OperationalError) as refused:
            until_there_are_no_more()

    assert server_is_away(refused.value)
    assert names(database) == []


def test_a_server_that_can_only_be_read_is_away_until_it_can_be_written_to(server, database):
    add(database, "Anne")

    def add_where_nothing_can_be_written():
        with database.session() as session:
            session.execute(text("SET TRANSACTION READ ONLY"))
            People(session, VAULT).add("Bent", Role.INTAKE)

    with server.connect() as at:
        at.execute("ALTER DATABASE site SET default_transaction_read_only = on")
    with pytest.raises(SQLAlchemyError) as refused:
        add_where_nothing_can_be_written()  # by a connection from before: it is let go
    assert is_away(refused.value)
    with pytest.raises(OperationalError) as refused:
        add(database, "Bent")
    assert is_away(refused.value)
    with server.connect() as at:
        at.execute("ALTER DATABASE site RESET default_transaction_read_only")

    add(database, "Carla")
    assert names(database) == ["Anne", "Carla"]


@pytest.mark.usefixtures("database")
def test_tables_that_have_another_owner_are_no_damage(server):
    """As after a restore by the server's own tools: nothing is wrong with what is there."""
    with server.connect("site") as at:
        at.execute("CREATE ROLE other LOGIN")
    other = Database(server.url("site").replace("stafet@", "other@"))
    with pytest.raises(ProgrammingError) as refused:
        names(other)
    other.close()
    with server.connect("site") as at:
        at.execute("DROP ROLE other")
    assert is_away(refused.value)


@pytest.mark.usefixtures("database")
def test_who_is_not_its_owner_may_ask_what_became_of_a_transaction(server):
    with server.connect("site") as at:
        at.execute("CREATE ROLE ordinary LOGIN")
        at.execute("GRANT CREATE ON SCHEMA public TO ordinary")
    ordinary = Database(server.url("site").replace("stafet@", "ordinary@"), patience=LONG)
    with ordinary.session() as session:
        session.execute(text("CREATE TABLE own (name text)"))

    def lost_after(commit):
        commit()
        cut_every_connection(server)

    with at_the_commit(ordinary, lost_after), ordinary.session() as session:
        session.execute(text("INSERT INTO own VALUES ('Anne')"))
    with ordinary.reading() as session:
        assert session.execute(text("SELECT name FROM own")).scalar_one() == "Anne"
    ordinary.close()
    with server.connect("site") as at:
        at.execute("DROP OWNED BY ordinary")
        at.execute("DROP ROLE ordinary")


def test_of_several_servers_the_one_that_is_there_is_found(server, database):
    with short_folder() as nobody:
        two = server.url("site").replace(f"host={server.folder}", f"host={nobody},{server.folder}")
        found = Database(two)
        add(found, "Anne")
        found.close()
    assert names(database) == ["Anne"]
