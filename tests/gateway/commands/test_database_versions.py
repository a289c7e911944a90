"""`database status`, `upgrade` and `downgrade`, and what everything else says of another version's tables."""

import json
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from releases import ENDS, FIRST, OPEN, everything, home_of, short_folder
from sqlalchemy import create_engine, text
from sqlmodel import select
from typed import OUT_OF_REACH, REFUSED, Typed

from gateway import __main__ as gateway_command
from gateway.adapters.database import Database
from gateway.audit.rows import EntryRow
from gateway.doctor import storage
from gateway.schema.branch import newest
from gateway.site.home import Home
from gateway.station import utc_now
from gateway.terminal.opening import Opening
from inbox_tui import __main__ as inbox_command

NOW = newest(ENDS["region"])
COMMAND = {"region": gateway_command, "unit": inbox_command}
OTHER = {"region": "unit", "unit": "region"}
FILE = "stafet.db"
BACK = ("database", "downgrade", "--to", FIRST)

BOTH = pytest.mark.parametrize("end", ENDS)


@pytest.fixture
def end():
    """A municipality, where it is all one."""
    return "unit"


@pytest.fixture
def folder():
    with short_folder() as made:
        yield made


@pytest.fixture
def site(end, folder, capsys, monkeypatch):
    """A site as the first release left it, and today's command of its end."""
    home = home_of(end, folder)
    here = Typed(home.path, capsys, monkeypatch)

    def typed(*words, **how):
        return here(*words, "--lang", "en", command=COMMAND[end], **how)

    def facts(*words, **how):
        return json.loads(typed(*words, "--json", **how))

    typed.home, typed.facts, typed.here = home, facts, here
    return typed


@contextmanager
def reaching_in(home):
    """Change the database past the program."""
    with closing(Database(f"sqlite:///{home.path / FILE}")) as database, database.session() as session:
        yield lambda statement: session.execute(text(statement))


def rows(file):
    with create_engine(f"sqlite:///{file}").connect() as connection:
        return everything(connection)


def make_newer(home):
    with reaching_in(home) as run:
        run("UPDATE alembic_version SET version_num = 'shared_99' WHERE version_num LIKE 'shared%'")


@BOTH
def test_an_old_site_says_what_it_needs_and_gets_it(site):
    seen = site.facts("database", "status")
    assert (seen["version"], seen["wanted"], seen["standing"], seen["kind"]) == (FIRST, NOW, "older", "sqlite")
    assert "database upgrade" in site("database", "status")
    assert site.facts("database", "upgrade") == {"from": FIRST, "version": NOW}
    assert "Done: what both ends keep" in site.here.err
    seen = site.facts("database", "status")
    assert (seen["version"], seen["standing"]) == (NOW, "current")
    assert site.facts("database", "upgrade") == {"from": NOW, "version": NOW}


def test_a_copy_is_kept_first_for_its_owner_alone(site):
    before = rows(site.home.path / FILE)
    (site.home.path / f"stafet-{FIRST}.db.part").touch()
    (site.home.path / f"stafet-{FIRST}.db").write_text("of an upgrade that was broken off")
    site("database", "upgrade")
    kept = site.home.path / f"stafet-{FIRST}.db"
    assert str(kept) in site.here.err
    assert rows(kept) == before
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in site.home.path.glob("stafet*")] in ([FILE, kept.name], [kept.name, FILE])


@BOTH
def test_going_back_asks_first_for_what_would_be_lost(site, end):
    site("database", "upgrade")
    if end == "region":
        refused = site.facts("database", "downgrade", "--to", FIRST, code=REFUSED)
        assert refused["error"] == "BACK_WOULD_LOSE"
        assert "shared figures, which each can send again: 1" in refused["message"]
    assert site.facts("database", "downgrade", "--to", FIRST, "--confirm") == {"from": NOW, "version": FIRST}
    assert site.facts("database", "status")["standing"] == "older"
    assert (site.home.path / f"stafet-{NOW}.db").exists()


def test_what_bars_the_way_back_is_named(site):
    site("database", "upgrade")
    with reaching_in(site.home) as run:
        run("INSERT INTO own_key VALUES ('B', '2026-11-22', 'A', NULL, NULL, NULL)")
    refused = site.facts("database", "downgrade", "--to", FIRST, "--confirm", code=REFUSED)
    assert refused["error"] == "BACK_IS_BARRED"
    assert "a newer key than the one it began with" in refused["message"]
    assert site.facts("database", "status")["standing"] == "current"


def test_there_is_no_going_to_a_version_that_is_none(site):
    site("database", "upgrade")
    for version in ("0.0.1", "9.0.0"):
        assert site.facts("database", "downgrade", "--to", version, code=REFUSED)["error"] == "RELEASE_UNKNOWN"
    site("database", "downgrade", "--to", "yesterday", code=REFUSED)


def test_commands_say_in_words_that_the_database_is_older(site):
    for words in (("audit", "verify"), ("run",), ("staff", "list"), BACK):
        assert site.facts(*words, code=REFUSED)["error"] == "SCHEMA_OLDER", "a service does not try it for ever"
    site("list", code=REFUSED)
    assert "database upgrade" in site.here.err


def test_commands_say_in_words_that_the_database_is_newer(site):
    site("database", "upgrade")
    make_newer(site.home)
    assert site.facts("database", "status")["standing"] == "newer"
    for words in (("audit", "verify"), ("run",), ("database", "upgrade"), BACK):
        assert site.facts(*words, code=REFUSED)["error"] == "SCHEMA_NEWER"
    site("list", code=REFUSED)
    assert "Install the newer program again" in site.here.err


def test_a_database_of_something_else_is_named_and_left_alone(site):
    with reaching_in(site.home) as run:
        for trigger in ("stands_DELETE", "stands_UPDATE", "stands_REPLACE"):
            run(f"DROP TRIGGER audit_entries_{trigger}")
        run("ALTER TABLE audit_entries RENAME TO entries")
    before = rows(site.home.path / FILE)
    assert site.facts("database", "status")["standing"] == "unversioned"
    for words in (("audit", "verify"), ("database", "upgrade")):
        assert site.facts(*words, code=REFUSED)["error"] == "SCHEMA_UNKNOWN"
    assert rows(site.home.path / FILE) == before


@BOTH
def test_the_screens_door_stays_shut_and_the_reason_is_known(site, end):
    with Opening(lambda: OPEN[end](Home(site.home.path))) as opening:
        opening.begin()
    assert opening.trouble is not None
    assert opening.trouble.code == "SCHEMA_OLDER"


def test_nobody_is_at_work_here_meanwhile(site, end):
    with site.home.running():
        assert site.facts("database", "upgrade", code=OUT_OF_REACH)["error"] == "ALREADY_RUNNING"
    with site.home.in_use():
        assert site.facts("database", "upgrade", code=REFUSED)["error"] == "SITE_IN_USE"
    assert site.facts("database", "status")["standing"] == "older"
    site("database", "upgrade")
    with OPEN[end](site.home):
        assert site.facts("database", "downgrade", "--to", FIRST, code=REFUSED)["error"] == "SITE_IN_USE"


def test_an_interrupted_upgrade_says_that_nothing_has_happened(site, monkeypatch):
    def interrupted(*_how):
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.backup.snapshot.copy", interrupted)
    assert site.facts("database", "upgrade", code=REFUSED)["error"] == "BROKEN_OFF"
    assert site.facts("database", "status")["standing"] == "older"


def test_the_acts_are_noted_as_the_consoles(site, end):
    site("database", "upgrade")
    site("database", "downgrade", "--to", FIRST, "--confirm")
    site("database", "upgrade")
    with OPEN[end](site.home) as station, station.database.reading() as session:
        noted = [row for row in session.exec(select(EntryRow).order_by(EntryRow.seq)) if "database" in row.action]
    assert [row.action for row in noted] == ["upgrade-database", "downgrade-database", "upgrade-database"]
    assert {row.person_id for row in noted} == {"console"}


@BOTH
@pytest.mark.usefixtures("site")
def test_the_wrong_end_does_nothing(site, end):
    typed = site.here("database", "upgrade", "--json", command=COMMAND[OTHER[end]], code=OUT_OF_REACH)
    assert json.loads(typed)["error"] == "WRONG_END"


def test_the_doctor_says_what_to_do(site):
    assert "database upgrade" in site("doctor", "--offline", code=REFUSED)
    site("database", "upgrade")
    make_newer(site.home)
    assert "Install the newer program again" in site("doctor", "--offline", code=REFUSED)


def test_the_doctor_tells_of_copies_that_nobody_needs_any_more(site):
    site("database", "upgrade")
    assert not list(storage.copies(site.home, utc_now()))
    (told,) = storage.copies(site.home, utc_now() + timedelta(days=31))
    assert (told.code, told.told["file"]) == ("COPIES_LIE", f"stafet-{FIRST}.db")
