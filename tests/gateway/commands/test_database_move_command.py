"""`database move` as people type it: what is refused and why, and what is said when it is done or broken off.

The database here is another file, past the look at the server; tests/peers has a real one.
"""

import json
import signal
from contextlib import closing

import pytest
from databases import ON_POSTGRESQL
from typed import DONE, INIT, OUT_OF_REACH, REFUSED, ask

from gateway.access.actions import MAY, Action
from gateway.adapters import named_server
from gateway.backup.move import Move
from gateway.site.home import Home
from gateway.site.people import Role

pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="it begins in a file")
NOT_SHOWN = "hemmeligt-ord"


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Let any URL be that of a server that can be used; gives one."""
    monkeypatch.setattr(named_server, "named_server", lambda url: url)
    return f"sqlite:///{tmp_path}/server.db"


SHOWN = (
    f"postgresql://stafet:{NOT_SHOWN}@db.example/stafet",
    f"postgresql://stafet@db.example/stafet?password={NOT_SHOWN}",
    f"postgresql://stafet@db.example/stafet?sslkey=x&sslpassword={NOT_SHOWN}",
)


@pytest.mark.parametrize("url", SHOWN)
def test_a_password_in_the_url_is_refused_and_said_nowhere(stafet, url):
    told = stafet("database", "move", url, "--json", code=REFUSED)
    assert json.loads(told)["error"] == "DATABASE_PASSWORD_SHOWN"
    said = stafet("database", "move", url, code=REFUSED) + stafet.err
    assert "another password" in said
    assert NOT_SHOWN not in told + said
    assert Home(stafet.home).settings().database_url is None


@pytest.mark.parametrize("url", SHOWN)
def test_nor_does_a_new_site_take_one(nowhere, url):
    told = nowhere(*INIT, "--database", url, "--json", code=REFUSED)
    assert json.loads(told)["error"] == "DATABASE_PASSWORD_SHOWN"
    assert not nowhere.home.exists()


UNFIT = (
    "sqlite:////srv/x.db",
    "mysql://db.example/x",
    "postgresql+psycopg://db.example/x",
    "stafet",
    "",
    "://",
    "a:b:c",
)


@pytest.mark.parametrize("url", UNFIT)
def test_what_names_no_postgresql_is_refused(stafet, url):
    assert stafet.json("database", "move", url, code=REFUSED)["error"] == "DATABASE_UNFIT"


def test_an_option_that_nobody_knows_is_refused(stafet):
    told = stafet.json("database", "move", "postgresql://db.example/x?colour=red", code=REFUSED)
    assert told["error"] == "DATABASE_UNFIT"
    assert "option" in told["message"]


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/stafet", "postgresql:///stafet?host=/nowhere"])
def test_a_server_that_does_not_answer_is_named_so(stafet, url):
    told = stafet.json("database", "move", url, code=OUT_OF_REACH)
    assert told["error"] == "DATABASE_UNREACHED"
    assert Home(stafet.home).settings().database_url is None


@pytest.mark.parametrize("role", [role for role in Role if role not in MAY[Action.MOVE_DATABASE]])
def test_who_may_not_is_refused_before_anybody_asks_the_server(stafet, role):
    """O17, S30."""
    olga = stafet.hire("Olga Prøve", role)
    told = stafet.json("database", "move", "postgresql://127.0.0.1:1/x", "--as", "Olga Prøve", code=REFUSED)
    assert told["error"] == "MAY_NOT"
    noted = ask(stafet.home, "SELECT person_id, outcome FROM audit_entries WHERE action = 'move-database'")
    assert noted == [(olga.id, "MAY_NOT")]


SAYS = {
    'connection failed: connection to server at "::1", port 1 failed: Connection refused\n\tIs it?': (
        "DATABASE_UNREACHED",
        "Connection refused",
    ),
    "failed to resolve host 'db.example': [Errno -2] Name or service not known": (
        "DATABASE_UNREACHED",
        "failed to resolve host 'db.example': [Errno -2] Name or service not known",
    ),
    'connection failed: connection to server on socket "/x" failed: FATAL:  database "a" does not exist': (
        "DATABASE_UNKNOWN",
        "",
    ),
    'connection failed: connection to server on socket "/x" failed: FATAL:  role "a" does not exist': (
        "DATABASE_REFUSED",
        'FATAL:  role "a" does not exist',
    ),
    'connection failed: connection to server at "::1", port 1 failed: fe_sendauth: no password supplied': (
        "DATABASE_REFUSED",
        "fe_sendauth: no password supplied",
    ),
    'connection failed: connection to server at "::1", port 1 failed: FATAL:  sorry, too many clients already': (
        "DATABASE_REFUSED",
        "FATAL:  sorry, too many clients already",
    ),
}


@pytest.mark.parametrize("said", SAYS)
def test_why_there_is_no_connection_is_told_from_what_was_said(said):
    why = named_server._why(said)
    assert (why.code, str(why)) == SAYS[said]


def test_it_says_what_was_done_and_what_comes_next(stafet, server):
    told = stafet.json("database", "move", server)
    (noted,) = ask_file(server, "SELECT detail FROM audit_entries WHERE action = 'move-database'")

    assert (told["database"], told["kept"]) == (server, str(stafet.home / "stafet.db.moved"))
    assert json.loads(noted[0]) == {"rows": told["rows"]}
    assert stafet.json("database", "status")["standing"] == "current"
    assert not (stafet.home / "stafet.db").exists()


def test_in_words_it_tells_how_far_it_has_come(stafet, server):
    said = stafet("database", "move", server)
    assert "stafet.db.moved" in said
    assert "Start the daemon again" in said
    told = [line for line in stafet.err.splitlines() if line.startswith("Copied: ")]
    done, whole = told[-1].removeprefix("Copied: ").removesuffix(" rows").split(" of ")
    assert done == whole
    assert len(told) > 1


def ask_file(url, query):
    import sqlite3  # noqa: PLC0415 - one use

    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        return database.execute(query).fetchall()


@pytest.fixture
def moved(stafet, server, monkeypatch):
    """A site whose database lies on a server."""
    stafet("database", "move", server)
    monkeypatch.setattr("gateway.backup.snapshot.database_file", lambda *_given: None)
    return stafet


def test_what_lies_on_a_server_already_stays_there(moved, server):
    for url in (server, "postgresql://db.example/other"):
        assert moved.json("database", "move", url, code=REFUSED)["error"] == "DATABASE_ELSEWHERE"


def test_a_program_that_knows_no_server_is_not_gone_back_to(moved):
    told = moved.json("database", "downgrade", "--to", "0.1.0", "--confirm", code=REFUSED)
    assert (told["error"], "backup" in told["message"]) == ("BACK_IS_BARRED", True)
    assert moved.json("database", "status")["standing"] == "current"


def test_what_was_ended_by_force_before_the_old_file_lost_its_name_is_finished(moved, server):
    kept = moved.home / "stafet.db.moved"
    kept.rename(moved.home / "stafet.db")
    told = moved.json("database", "move", "postgresql://db.example/other", code=REFUSED)
    assert told["error"] == "DATABASE_ELSEWHERE"
    assert moved.json("database", "move", server) == {"database": server, "rows": None, "kept": str(kept)}
    assert kept.exists()


def test_nothing_is_moved_while_a_daemon_runs(stafet, server):
    with Home(stafet.home).running():
        told = stafet.json("database", "move", server, code=OUT_OF_REACH)
    assert told["error"] == "ALREADY_RUNNING"


def test_ctrl_c_is_answered_in_words_and_the_site_goes_on(stafet, server, monkeypatch):
    def broken_off(*_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr(Move, "__call__", broken_off)
        told = stafet.json("database", "move", server, code=REFUSED)
    assert (told["error"], "Nothing was changed" in told["message"]) == ("BROKEN_OFF", True)
    assert ask(stafet.home, "SELECT count(*) FROM people") == [(1,)]
    stafet("database", "move", server)


def test_ctrl_c_comes_too_late_once_the_settings_are_written(stafet, server, monkeypatch):
    """In between the site would have lost its database's name, or be told that nothing was changed."""
    settle = Move.settle

    def pressed(flow, url):
        signal.raise_signal(signal.SIGINT)
        kept = settle(flow, url)
        signal.raise_signal(signal.SIGINT)
        return kept

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(Move, "settle", pressed)
    stafet("database", "move", server, code=DONE)
    assert signal.getsignal(signal.SIGINT) is before
    assert Home(stafet.home).settings().database_url == server
