"""A database that cannot be used now, told apart from one that is damaged; and how seldom the log is told of it."""

import logging
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from gateway.commands.console import OUT_OF_REACH, Console
from gateway.commands.mistakes import said
from gateway.site.home import Home
from gateway.site.log import Log
from gateway.site.outage import AGAIN_SECONDS, CommitUnknown, Outage, is_away, server_is_away
from gateway.site.trouble import trouble

STATES = {
    "no connection": psycopg.errors.ConnectionFailure,
    "shut down by its keeper": psycopg.errors.AdminShutdown,
    "crashed": psycopg.errors.CrashShutdown,
    "starting": psycopg.errors.CannotConnectNow,
    "too many connections": psycopg.errors.TooManyConnections,
    "disk full": psycopg.errors.DiskFull,
    "locked for too long": psycopg.errors.LockNotAvailable,
    "a standby": psycopg.errors.ObjectNotInPrerequisiteState,
}
FILE = {
    "locked": sqlite3.SQLITE_BUSY,
    "full": sqlite3.SQLITE_FULL,
    "read only": sqlite3.SQLITE_READONLY,
    "a disk that fails": sqlite3.SQLITE_IOERR,
}


def from_server(error, kind=OperationalError):
    return kind("SELECT", None, error("what it says quotes 190668-7074"))


def from_file(code, kind=OperationalError):
    error = sqlite3.OperationalError("near 190668-7074")
    error.sqlite_errorcode, error.sqlite_errorname = code, "SQLITE_SOMETHING"
    return kind("SELECT", None, error)


AWAY = {
    **{name: from_server(error) for name, error in STATES.items()},
    "can only be read": from_server(psycopg.errors.ReadOnlySqlTransaction, InternalError),
    "nobody answers": from_server(psycopg.OperationalError),
    "a connection that was cut": OperationalError("", None, psycopg.OperationalError(), connection_invalidated=True),
    "none of ours is free": NoConnectionFree(),
    "lost at the commit": CommitUnknown(),
}


@pytest.mark.parametrize("error", AWAY.values(), ids=AWAY)
def test_a_server_that_cannot_be_used_now_is_away(error):
    assert server_is_away(error)
    assert is_away(error)


@pytest.mark.parametrize("code", FILE.values(), ids=FILE)
def test_a_file_that_cannot_be_used_now_is_away_and_no_server(code):
    assert is_away(from_file(code))
    assert not server_is_away(from_file(code))


@pytest.mark.parametrize(
    "error",
    [
        from_server(psycopg.errors.UndefinedTable, ProgrammingError),
        from_server(psycopg.errors.DataCorrupted, DatabaseError),
        from_file(sqlite3.SQLITE_ERROR),
        from_file(sqlite3.SQLITE_CORRUPT, DatabaseError),
        OSError(),
        ValueError(),
    ],
    ids=["no table", "corrupt", "no table in the file", "corrupt file", "a file", "a mistake of ours"],
)
def test_what_waiting_does_not_mend_is_not_away(error):
    assert not is_away(error)


@pytest.mark.parametrize("away", [name for name in AWAY if name != "lost at the commit"])
def test_a_command_says_in_words_that_the_server_is_away(away, tmp_path, capsys):
    assert said(AWAY[away], Console(Home(tmp_path), as_json=True)) == OUT_OF_REACH
    out = capsys.readouterr().out
    assert '"error": "DATABASE_AWAY"' in out
    assert "190668" not in out


def test_a_command_says_that_nobody_knows_whether_it_was_done(tmp_path, capsys):
    assert said(CommitUnknown(), Console(Home(tmp_path), as_json=True)) == OUT_OF_REACH
    assert '"error": "COMMIT_UNKNOWN"' in capsys.readouterr().out


def test_trouble_is_named_by_what_the_database_calls_it():
    assert trouble(AWAY["crashed"]) == "OperationalError 57P02 at nowhere"
    assert trouble(from_file(sqlite3.SQLITE_FULL)) == "OperationalError SQLITE_SOMETHING at nowhere"


def told(caplog):
    return [record.event for record in caplog.records]


def test_an_outage_is_told_once_for_all_then_once_an_hour_and_once_when_all_go_on(caplog):
    caplog.set_level(logging.INFO)
    now = [0.0]
    outage = Outage(Log("stafet.test"), ticks=lambda: now[0])
    for _ in range(700):
        assert outage.tell("in", AWAY["crashed"])
        assert outage.tell("out", AWAY["crashed"])
        now[0] += 5
    assert told(caplog) == ["database-away"]
    now[0] = AGAIN_SECONDS
    outage.tell("in", AWAY["crashed"])
    assert told(caplog) == ["database-away"] * 2
    outage.goes_on("in")
    assert told(caplog) == ["database-away"] * 2
    outage.goes_on("out")
    outage.goes_on("out")
    assert told(caplog) == ["database-away"] * 2 + ["database-back"]
    outage.tell("in", AWAY["crashed"])
    assert told(caplog)[3:] == ["database-away"], "another one is told at once"
    assert "190668" not in caplog.text


def test_what_is_no_outage_is_for_somebody_else_to_tell(caplog):
    assert not Outage(Log("stafet.test")).tell("in", ValueError())
    assert told(caplog) == []
