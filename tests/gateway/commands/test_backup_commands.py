"""`backup` and `restore` as people type them: the code is shown once, and a site is made of the file elsewhere."""

import json
import stat
from contextlib import closing

import pytest
import sites
from databases import ON_POSTGRESQL, everything_in
from typed import OUT_OF_REACH, REFUSED, ask, referral

from gateway import bootstrap
from gateway.adapters.database import Database
from gateway.backup import snapshot
from gateway.commands import backup as commands
from gateway.commands.console import Console
from gateway.referring.rows import NumberRow, ReferringTable
from gateway.referring.submit import SKIPPED, _next_number
from gateway.schema.branch import parsed
from gateway.schema.migrate import Migration
from gateway.station import SHARED
from gateway.terminal.sizes import size
from inbox_tui import __main__ as inbox_command
from keys.locked_file import new_recovery_code


@pytest.fixture
def backed_up(stafet, tmp_path):
    """A backup with a code that was made for it, and that code in a file."""
    file = tmp_path / "site.gpg"
    told = stafet.json("backup", file)
    return file, sites.password_file(tmp_path, told["recovery_code"]), told


def test_the_code_is_shown_once_and_the_file_opens_with_it_alone(stafet, tmp_path, short_path):
    said = stafet("backup", tmp_path / "site.gpg")
    code = next(line.strip() for line in said.splitlines() if line.count("-") == 6)
    content = (tmp_path / "site.gpg").read_bytes()
    kept = b"".join(path.read_bytes() for path in stafet.home.rglob("*") if path.is_file() and not path.is_socket())
    kept += everything_in(stafet.home / "stafet.db")

    assert "shown only now" in said
    assert code.encode() not in content + kept
    given = sites.password_file(short_path, code)
    stafet("restore", tmp_path / "site.gpg", "--code-file", given, "--home", short_path / "new")


def test_a_code_from_before_is_used_again_and_not_shown(stafet, tmp_path):
    """So that a backup every night needs no new piece of paper."""
    code = new_recovery_code()
    given = sites.password_file(tmp_path, code.lower().replace("-", " "))
    for name in ("monday.gpg", "tuesday.gpg"):
        told = stafet.json("backup", tmp_path / name, "--code-file", given)
        assert "recovery_code" not in told
    assert code not in stafet("backup", tmp_path / "wednesday.gpg", "--code-file", given)


def test_a_code_that_others_can_read_or_that_is_none_is_refused(stafet, tmp_path):
    given = sites.password_file(tmp_path, new_recovery_code())
    given.chmod(0o644)
    assert stafet.json("backup", tmp_path / "x", "--code-file", given, code=REFUSED)["error"] == "PASSWORD_EXPOSED"
    given.chmod(0o600)
    given.write_text("ABCD-ABCD")
    told = stafet.json("backup", tmp_path / "x", "--code-file", given, code=REFUSED)
    assert told["error"] == "RECOVERY_CODE_MISTYPED"
    assert not (tmp_path / "x").exists()


def test_a_file_that_is_there_is_left_alone(stafet, backed_up):
    file, code, _told = backed_up
    before = file.read_bytes()
    assert stafet.json("backup", file, "--code-file", code, code=REFUSED)["error"] == "BACKUP_TAKEN"
    assert file.read_bytes() == before


def test_a_folder_that_is_not_there_is_no_place_for_a_backup(stafet, tmp_path):
    assert stafet.json("backup", tmp_path / "no" / "x.gpg", code=OUT_OF_REACH)["error"] == "OUT_OF_REACH"


def test_the_site_is_there_again_in_another_folder(stafet, backed_up, short_path):
    file, code, told = backed_up
    new = short_path / "new"
    restored = stafet.json("restore", file, "--code-file", code, "--home", new)

    assert restored == {
        "home": str(new),
        "party": "region",
        "made_at": told["made_at"],
        "opened": None,
        "asked": [],
    }
    assert stafet.json("keys", "show", "--home", new) == stafet.json("keys", "show")
    assert stat.S_IMODE(new.stat().st_mode) == 0o700
    (noted,) = ask(new, "SELECT person_id, outcome, detail FROM audit_entries WHERE action = 'restore'")
    assert noted[:2] == ("console", "done")
    assert json.loads(noted[2]) == {"backup": told["made_at"][:19] + "Z"}


def test_it_says_what_comes_next_in_words(stafet, backed_up, short_path):
    file, code, _told = backed_up
    said = stafet("restore", file, "--code-file", code, "--home", short_path / "new", "--lang", "en")

    assert "sealed a test text" in said
    assert "never again on the old machine" in said
    assert "look at what is new" in said


def test_a_log_that_was_put_back_verifies_and_says_so(stafet, backed_up, short_path):
    file, code, told = backed_up
    new = short_path / "new"
    stafet("restore", file, "--code-file", code, "--home", new)
    verified = stafet.json("audit", "verify", "--home", new)

    (put_back,) = verified["put_back"]
    assert (put_back["backup"], verified["broken"], verified["lost"]) == (told["made_at"][:19] + "Z", None, [])
    assert "restored from a backup of" in stafet("audit", "verify", "--home", new)
    assert stafet.json("audit", "verify")["put_back"] == []


@pytest.mark.parametrize("code", ["another", None])
def test_without_the_right_code_there_is_no_site(stafet, backed_up, short_path, tmp_path, code):
    file, _code, _told = backed_up
    new, words = short_path / "new", []
    if code:
        (tmp_path / "other").mkdir()
        words = ["--code-file", sites.password_file(tmp_path / "other", new_recovery_code())]
    told = stafet.json("restore", file, *words, "--home", new, code=REFUSED)
    assert told["error"] == ("WRONG_RECOVERY_CODE" if code else "CODE_MISSING")
    assert not new.exists()


def test_a_file_that_is_not_there_is_told_before_a_code_is_asked_for(stafet, tmp_path, short_path):
    told = stafet.json("restore", tmp_path / "no.gpg", "--home", short_path / "new", code=OUT_OF_REACH)
    assert told["error"] == "FILE_UNREADABLE"
    assert not (short_path / "new").exists()


def test_a_site_is_never_restored_over_another(stafet, backed_up):
    file, code, _told = backed_up
    before = sorted(stafet.home.iterdir())
    assert stafet.json("restore", file, "--code-file", code, code=REFUSED)["error"] == "HOME_TAKEN"
    assert sorted(stafet.home.iterdir()) == before


def test_the_region_s_backup_makes_no_municipality(stafet, backed_up, short_path):
    file, code, _told = backed_up
    words = ("restore", file, "--code-file", code, "--home", short_path / "new")
    assert stafet.json(*words, code=OUT_OF_REACH, command=inbox_command)["error"] == "WRONG_END"
    assert not (short_path / "new").exists()


def test_no_number_is_given_to_two_citizens(stafet, backed_up, short_path):
    file, code, _told = backed_up
    new = short_path / "new"
    lost = stafet.json("refer", "-", typed=referral())["number"]
    stafet("restore", file, "--code-file", code, "--home", new)
    given = stafet.json("refer", "-", "--home", new, typed=referral())["number"]

    assert int(given[-4:]) == int(lost[-4:]) + SKIPPED


def test_the_numbers_of_a_new_year_leave_a_gap_too(region):
    region.database.create(ReferringTable.metadata)
    with region.database.session() as session:
        session.add(NumberRow(year=2026, last=7))
        bootstrap.after_restore(session, sites.utc_now().replace(year=2027, month=3, day=1))
        assert _next_number(session, 2027) == f"2027-{SKIPPED + 1:04}"
        assert _next_number(session, 2026) == "2026-0008"


def test_how_large_it_is_is_said_shortly():
    assert [size(count) for count in (12, 481_466, 52_428_800)] == ["12 B", "470 kB", "50 MB"]


def test_the_code_is_asked_for_at_a_terminal(monkeypatch):
    code = new_recovery_code()
    monkeypatch.setattr(Console, "at_terminal", staticmethod(lambda: True))
    monkeypatch.setattr("gateway.commands.backup.asked", lambda _prompt: code.lower())
    assert commands._code_asked() == code


def test_a_backup_of_an_earlier_version_is_brought_forward_and_its_log_holds(stafet, tmp_path, short_path, monkeypatch):
    def as_an_earlier_version_would(*given):
        really(*given)
        with closing(Database(f"sqlite:///{given[-1]}")) as copied:
            migrate(copied)

    def migrate(copied):
        with copied.rebuilding() as session:
            Migration(session.connection(), (SHARED, bootstrap.BRANCH), own_key="").downgrade(parsed("0.1.0"))

    name = "gather" if ON_POSTGRESQL else "copy"
    really = getattr(snapshot, name)
    monkeypatch.setattr(snapshot, name, as_an_earlier_version_would)
    told = stafet.json("backup", tmp_path / "site.gpg")
    code = sites.password_file(tmp_path, told["recovery_code"])
    there = ("--home", short_path / "new")
    stafet("restore", tmp_path / "site.gpg", "--code-file", code, *there)

    assert stafet.json("database", "status", *there)["standing"] == "current"
    assert "restore" in {entry["action"] for entry in stafet.json("audit", "list", *there)["entries"]}
    stafet("audit", "verify", *there)
