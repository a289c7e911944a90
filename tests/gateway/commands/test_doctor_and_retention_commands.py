"""What is typed to see whether anything is wrong here, and what was erased, goes next and is kept (S33)."""

import json
import os
import subprocess
from datetime import timedelta

import pytest
from on_file import needs_file
from typed import DONE, OUT_OF_REACH, REFUSED, ask, referral

from gateway.bootstrap import open_region
from gateway.retention.rows import RunRow
from gateway.site.home import Home
from gateway.station import utc_now

DAY = timedelta(days=1)


def codes(found):
    return {one["code"] for one in found["findings"] if one["grade"] != "well"}


def ran(home, at):
    """Write down a run of retention."""
    with open_region(Home(home)) as station, station.database.session() as session:
        session.add(RunRow(at=at))


def test_the_doctor_needs_no_name_and_no_password(stafet, monkeypatch):
    monkeypatch.delenv("STAFET_AS", raising=False)
    monkeypatch.delenv("STAFET_PASSWORD_FILE", raising=False)

    stafet("doctor", code=REFUSED)

    assert "WRONG     Daemon: it does not run" in stafet.out


def test_the_doctor_says_the_same_as_json(stafet):
    found = stafet.json("doctor", code=REFUSED)

    assert not found["well"]
    assert {"NOT_RUNNING", "CONTACTS_MISSING", "ADMINS_ONE"} <= codes(found)
    wrong = [one for one in found["findings"] if one["grade"] != "well"]
    assert all(one["said"] and len(one["advice"]) == 2 for one in wrong)


def test_the_doctor_goes_down_the_road_unless_it_is_told_not_to(stafet):
    assert "RELAY_NOBODY_THERE" in codes(stafet.json("doctor", code=REFUSED))
    stafet("doctor", code=REFUSED)
    assert "WRONG     Mail server: 127.0.0.1:1: nothing listens there" in stafet.out

    found = stafet.json("doctor", "--offline", code=REFUSED)

    assert not {one["check"] for one in found["findings"]} & {"relay", "way-in"}


def test_gnupg_that_is_too_old_is_told_with_its_version_and_the_site_cannot_be_opened(stafet, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "gpg"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf 'gpg (GnuPG) 2.0.30\\nlibgcrypt 1.8\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    found = stafet.json("doctor", code=REFUSED)

    assert {"GPG_TOO_OLD", "CANNOT_OPEN"} <= codes(found)
    (old,) = [one for one in found["findings"] if one["code"] == "GPG_TOO_OLD"]
    assert old["detail"] == {"version": "2.0.30"}


def test_gnupg_or_its_agent_that_is_not_there_is_told(stafet, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    assert {"GPG_MISSING", "AGENT_SILENT", "CANNOT_OPEN"} <= codes(stafet.json("doctor", code=REFUSED))


def test_an_agent_that_answers_is_not_blamed_for_a_wrong_passphrase_and_does_not_stay(stafet):
    (stafet.home / "passphrase").write_text("another one\n")
    for socket in (stafet.home / "gnupg").glob("S.*"):
        socket.unlink()

    found = codes(stafet.json("doctor", code=REFUSED))

    assert "CANNOT_OPEN" in found
    assert "AGENT_SILENT" not in found
    asked = ["gpg-connect-agent", "--homedir", stafet.home / "gnupg", "--no-autostart", "GETINFO version", "/bye"]
    assert subprocess.run(asked, capture_output=True, check=False).stdout == b""


def test_the_doctor_mends_what_stands_open_and_the_log_says_so(stafet):
    (stafet.home / "settings.toml").chmod(0o644)
    stafet.home.chmod(0o755)
    assert {"FILE_OPEN", "FOLDER_OPEN"} <= codes(stafet.json("doctor", code=REFUSED))

    found = stafet.json("doctor", "--mend", code=REFUSED)

    assert sorted(found["mended"]) == ["r", "r/settings.toml"]
    assert not {"FILE_OPEN", "FOLDER_OPEN"} & codes(found)
    assert (stafet.home / "settings.toml").stat().st_mode & 0o777 == 0o600
    assert ask(stafet.home, "SELECT detail FROM audit_entries WHERE action = 'mend'") == [('{"files": 2}',)]


def test_a_passphrase_that_stands_open_is_told_although_the_site_will_not_open(stafet):
    (stafet.home / "passphrase").chmod(0o644)

    found = stafet.json("doctor", code=REFUSED)

    assert {"FILE_OPEN", "CANNOT_OPEN"} <= codes(found)
    assert "CANNOT_OPEN" not in codes(stafet.json("doctor", "--mend", code=REFUSED))


@needs_file
def test_a_database_that_is_none_is_told_without_a_traceback(stafet):
    (stafet.home / "stafet.db").write_bytes(b"no database at all" * 100)

    assert "CANNOT_OPEN" in codes(stafet.json("doctor", code=REFUSED))


def test_settings_that_cannot_be_read_are_named(stafet):
    (stafet.home / "settings.toml").write_text("nothing = of this")

    stafet("doctor", code=OUT_OF_REACH)

    assert "settings" in stafet.err


def test_no_site_is_no_finding(nowhere):
    nowhere("doctor", code=OUT_OF_REACH)


@pytest.mark.parametrize("terms", ["content_days = 3000", "proof_days = 100", "draft_days = 0", "log_days = 30"])
def test_terms_that_cannot_be_are_complained_about_plainly(stafet, terms):
    settings = (stafet.home / "settings.toml").read_text()
    name = terms.partition(" ")[0]
    lines = [terms if line.startswith(f"{name} =") else line for line in settings.splitlines()]
    (stafet.home / "settings.toml").write_text("\n".join(lines))

    stafet("retention", "list", code=OUT_OF_REACH)

    assert "retention" in stafet.err
    assert terms.rpartition(" ")[2] not in stafet.err


def test_before_anything_is_erased_the_list_says_so(stafet):
    assert "Nothing has been erased yet." in stafet("retention", "list")
    assert stafet.json("retention", "list") == {"last_run": None, "erased": []}


def test_what_goes_next_is_listed_with_its_setting_and_what_is_kept(stafet):
    stafet("refer", "-", typed=referral())

    found = {one["what"]: one for one in stafet.json("retention", "due")["due"]}

    assert found["referral"] | {"kept": []} == {
        "what": "referral",
        "setting": "content_days",
        "days": 90,
        "now": 0,
        "within_a_month": 0,
        "first_at": None,
        "kept": [],
    }
    assert set(found) >= {"draft", "letter", "arrival", "quarantine", "proof", "consent", "entry"}
    assert "what referrals said: 0 now" in stafet("retention", "due")


def test_an_administrator_runs_it_by_hand(stafet):
    assert stafet.json("retention", "run") == {"erased": 0}
    assert stafet.json("retention", "list")["last_run"]


def test_a_clock_in_doubt_is_refused_with_what_to_do_and_confirmed_by_a_person(stafet):
    ran(stafet.home, utc_now() - 40 * DAY)
    stafet("retention", "run", code=REFUSED)
    assert "--confirm" in stafet.err
    assert json.loads(stafet("retention", "run", "--json", code=REFUSED))["error"] == "CLOCK_AHEAD"

    assert stafet("retention", "run", "--confirm") == "0 things were erased.\n"
    assert stafet("retention", "run", code=DONE)


@pytest.mark.parametrize("words", [("list",), ("due",)])
def test_an_auditor_may_look_and_a_sender_may_not(stafet, monkeypatch, words):
    stafet.hire("Rita Revisortest", "auditor")
    stafet.hire("Sanne Sendertest", "sender")
    monkeypatch.setenv("STAFET_AS", "Rita Revisortest")
    stafet("retention", *words)
    stafet("retention", "run", code=REFUSED)
    monkeypatch.setenv("STAFET_AS", "Sanne Sendertest")
    stafet("retention", *words, code=REFUSED)

    told = ask(stafet.home, "SELECT outcome FROM audit_entries WHERE action IN ('see-retention', 'run-retention')")
    assert [outcome for (outcome,) in told] == ["done", "MAY_NOT", "MAY_NOT"]
