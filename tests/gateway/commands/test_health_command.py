"""`health`: what a monitor asks often, quickly, without a name, and with an answer it can act on."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from typed import DONE, OUT_OF_REACH, REFUSED

from gateway.bootstrap import open_region
from gateway.exchange.rows import ArrivalRow, OutgoingRow
from gateway.liveness.rows import ToldRow, WatchRow
from gateway.site.home import Home
from gateway.station import utc_now

HOUR = timedelta(hours=1)


@pytest.fixture
def home(stafet):
    return Home(stafet.home)


def put(home, *rows):
    with open_region(home) as station, station.database.session() as session:
        session.add_all(rows)


def codes(found, grade="bad"):
    return {one["code"] for one in found["findings"] if one["grade"] == grade}


def waits(at):
    return OutgoingRow(
        letter_id="x",
        conversation_id="y",
        kind="referral",
        to_party="730",
        number="",
        locked=b"x",
        state="queued",
        posted_at=at,
        next_at=at,
    )


def test_a_site_whose_daemon_runs_is_well_and_nobody_is_asked_who_asks(stafet, home, monkeypatch):
    monkeypatch.delenv("STAFET_AS")
    monkeypatch.delenv("STAFET_PASSWORD_FILE")
    with home.running():
        said = stafet("health", code=DONE)
        found = stafet.json("health", code=DONE)

    assert said.startswith("It works.\n")
    assert found["healthy"]
    assert codes(found) == codes(found, "look") == set()
    assert {"RUNNING", "DISK_ROOM", "DATABASE_ANSWERS", "LETTERS_LEAVE", "ARRIVALS_TAKEN", "KEY_WORKS"} == codes(
        found, "well"
    )


def test_a_daemon_that_does_not_run_is_told_and_what_to_do(stafet):
    said = stafet("health", code=REFUSED)

    assert said.startswith("It does not work as it should.\n")
    assert "Start it: run." in said


def test_a_daemon_that_runs_and_does_nothing_is_told(stafet, home):
    put(home, WatchRow(since=utc_now() - 9 * HOUR, until=utc_now() - 2 * HOUR))
    with home.running():
        found = stafet.json("health", code=REFUSED)

    assert codes(found) == {"ROUNDS_STAND"}
    assert "120 minutes" in str(found)


def test_a_letter_that_does_not_leave_and_mail_that_is_not_looked_at_are_told(stafet, home):
    old = utc_now() - 2 * HOUR
    put(home, waits(old), ArrivalRow(place="x", locked=b"x", size=1, arrived_at=old, rules_at=old))
    with home.running():
        assert codes(stafet.json("health", code=REFUSED)) == {"LETTERS_WAIT", "ARRIVALS_STUCK"}


def test_one_that_has_just_been_queued_is_nothing_to_tell(stafet, home):
    put(home, waits(utc_now()))
    with home.running():
        assert stafet.json("health", code=DONE)["healthy"]


def test_what_should_be_looked_at_soon_is_told_and_is_no_failure(stafet, home):
    put(home, ToldRow(what="SILENT", about="730", step=0, told_at=utc_now(), red=True))
    with home.running():
        found = stafet.json("health", code=DONE)

    assert codes(found, "look") == {"LINE_RED"}
    assert "SILENT" in str(found)


def test_a_key_that_ends_is_told(stafet, home, monkeypatch):
    later = timedelta(days=700)
    monkeypatch.setattr("gateway.commands.health.utc_now", lambda: utc_now() + later)
    with home.running():
        found = stafet.json("health", code=None)
    assert codes(found, "look") == {"KEY_ENDS_SOON"}

    monkeypatch.setattr("gateway.commands.health.utc_now", lambda: utc_now() + 2 * later)
    with home.running():
        assert codes(stafet.json("health", code=REFUSED)) == {"KEY_EXPIRED"}


def test_a_key_ring_that_cannot_be_read_is_told(stafet, home):
    (home.path / "passphrase").chmod(0o644)
    with home.running():
        assert codes(stafet.json("health", code=REFUSED)) == {"GPG_FAILS"}


def test_a_database_that_cannot_be_used_is_out_of_reach_and_the_rest_is_told(stafet, home):
    settings = home.settings()
    home.write_settings(settings.model_copy(update={"database_url": "sqlite:////nowhere/at/all.db"}))
    with home.running():
        found = stafet.json("health", code=OUT_OF_REACH)

    assert codes(found) == {"DATABASE_AWAY"}
    assert "RUNNING" in codes(found, "well")
    assert "nowhere" not in str(found)


def test_a_database_of_another_version_is_told(stafet, home):
    with closing(sqlite3.connect(home.path / "stafet.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'shared_99' WHERE version_num LIKE 'shared%'")
    with home.running():
        found = stafet.json("health", code=REFUSED)

    assert codes(found) == {"DATABASE_OTHER"}
    assert "database status" in str(found)


@pytest.mark.parametrize("url", ["postgresql://stafet@db:54x/stafet", "postgresql:///stafet?passfil=x"])
def test_a_setting_that_names_no_database_is_what_is_told(stafet, home, url):
    """It has nothing to do with the tables of one."""
    home.write_settings(home.settings().model_copy(update={"database_url": url}))
    assert stafet.json("health", code=OUT_OF_REACH)["error"] == "SETTINGS_UNREADABLE"


def test_nothing_is_unlocked_for_it(stafet, home, monkeypatch):
    """No agent is started, and the data key stays sealed."""
    monkeypatch.setattr("gateway.station.open_as", None)
    with home.running():
        stafet("health", code=DONE)
    assert not [*(home.path / "gnupg").glob("S.gpg-agent")]


def test_a_home_that_is_none_is_out_of_reach(nowhere):
    nowhere("health", code=OUT_OF_REACH)
