"""The audit trail as commands: S30, S31, S34, and what `audit verify` says when somebody has been at the database."""
# ruff: noqa: S608 - tampering with the database is what some of these tests are about

import json
from datetime import UTC, datetime, timedelta

import pytest
from databases import change, everything_in
from on_file import only_in_a_file, only_on_server
from typed import METTE, NOT_FOUND, REFUSED, referral

from gateway.access.act import noted
from gateway.access.actions import Action
from gateway.audit.chain import Head
from gateway.audit.read import entries
from gateway.audit.samples import draw
from gateway.audit.witness import remember
from gateway.bootstrap import open_region
from gateway.commands.audit import read_aloud
from gateway.commands.audit_heads import short
from gateway.site.home import Home
from gateway.station import utc_now
from gateway.wire.payload import Trail, TrailHead

AUDITOR = "Revy Sorsen"


def actions(told):
    return [(entry["person"], entry["action"]) for entry in told["entries"]]


def test_the_log_tells_who_did_what_about_a_referral_and_to_what_end(stafet):
    """S30: per citizen."""
    number = stafet.json("refer", "-", typed=referral())["number"]
    stafet.json("refer", "-", typed=referral(reference="R-2"))
    stafet("journal", number)

    told = stafet.json("audit", "list", "--about", number)

    assert actions(told) == [("the program", "park"), (METTE, "send-referral"), (METTE, "write-journal")]
    assert {entry["number"] for entry in told["entries"]} == {number}
    assert [entry["purpose"] for entry in told["entries"]] == ["operation", "care", "care"]
    assert "190668" not in stafet.out
    said = stafet("audit", "list", "--about", number)
    assert f"{METTE}  sent the referral  (to help the citizen)  {number}" in said


def test_the_log_tells_what_one_person_did_also_one_who_has_left(stafet):
    """S30: per user."""
    stafet("staff", "add", AUDITOR, "--role", "auditor")
    stafet("audit", "head", "--as", METTE)
    stafet("staff", "end", AUDITOR)

    told = stafet.json("audit", "list", "--person", METTE.upper(), "--action", "add-person")
    assert actions(told) == [(METTE, "add-person")]
    assert stafet.json("audit", "list", "--person", AUDITOR)["entries"] == []
    assert stafet.json("audit", "list", "--person", "Ingen Her", code=NOT_FOUND)["error"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "edit",
    [
        "at = NULL",
        *only_in_a_file("at = 'yesterday'", "detail = x'00ff'", "role = CAST(x'ff' AS TEXT)"),
        *only_on_server("at = 'infinity'", "detail = NULL"),
    ],
)
def test_an_entry_that_somebody_made_unreadable_is_told_in_words_by_whoever_reads_it(stafet, edit):
    number = stafet.json("refer", "-", typed=referral())["number"]
    change(
        stafet.home / "stafet.db",
        "CREATE TABLE loose AS SELECT * FROM audit_entries",
        "DROP TABLE audit_entries",
        "ALTER TABLE loose RENAME TO audit_entries",
        f"UPDATE audit_entries SET {edit} WHERE action = 'send-referral'",
    )
    for command in (("audit", "list"), ("audit", "list", "--about", number), ("citizen", "-")):
        told = stafet.json(*command, typed=b"190668-7074\n", code=None)
        assert told["error"] in {"ENTRY_UNREADABLE", "DATABASE_DAMAGED", "OUT_OF_REACH"}, (command, told)
    assert "entry" in stafet("audit", "verify", code=REFUSED)
    stafet("doctor", code=REFUSED)


def test_what_one_party_tells_otherwise_is_told_with_its_name(stafet):
    with open_region(Home(stafet.home)) as station, station.database.session() as session:
        lie = Trail(own=None, seen=TrailHead(seq=1, hash="f" * 64))
        remember(session, "730", lie, "letter", utc_now())
    said = stafet("audit", "verify", code=REFUSED)
    assert "entry 1 or one before it has been written anew" in said
    assert "what 730 has seen of entry 1" in said
    assert "The log agrees with every signature this site has made." in said
    told = stafet.json("audit", "verify", code=REFUSED)
    assert told["contradicted"] == [{"party": "730", "seq": 1}]


def test_reading_the_log_stands_in_the_log(stafet):
    before = stafet.json("audit", "list")["entries"]
    (entry,) = stafet.json("audit", "list", "--action", "read-log")["entries"]
    assert json.loads(entry["detail"]) == {"found": len(before)}


def test_the_log_is_read_by_day(stafet):
    stafet("audit", "head")
    today = utc_now().date()
    assert stafet.json("audit", "list", "--until", str(today - timedelta(days=2)))["entries"] == []
    assert stafet.json("audit", "list", "--since", str(today + timedelta(days=2)))["entries"] == []
    ahead = f"{today + timedelta(days=2):%d-%m-%Y}"
    assert stafet.json("audit", "list", "--since", str(today - timedelta(days=2)), "--until", ahead)["entries"]
    stafet("audit", "list", "--since", "i går", code=REFUSED)


def test_of_many_entries_the_latest_are_shown_and_it_is_said(stafet):
    for _time in range(3):
        stafet("audit", "head")
    told = stafet.json("audit", "list", "--action", "verify-log", "--limit", "2")
    assert len(told["entries"]) == 2
    assert "There may be more" in stafet.err


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("verify",),
        ("head",),
        ("witnessed",),
        ("samples",),
        ("sample", "--month", "2026-01"),
        ("incident", "x"),
    ],
)
def test_who_does_referrals_does_not_read_the_log(stafet, words):
    stafet.hire("Sune Sender", "sender")
    assert stafet.json("audit", *words, "--as", "Sune Sender", code=REFUSED)["error"] == "MAY_NOT"
    last = stafet.json("audit", "list")["entries"][-3:]
    assert ("Sune Sender", "MAY_NOT") in [(entry["person"], entry["outcome"]) for entry in last]


def tampered(home, *statements):
    change(home / "stafet.db", *statements, guarded=False)


def test_a_whole_log_is_said_to_be_whole_and_how_far_it_is_signed(stafet):
    stafet("audit", "head")
    told = stafet.json("audit", "verify")
    assert told["broken"] is None
    assert told["proved"] == 0
    with open_region(Home(stafet.home)) as station:
        station.checkpoints.tick()
    told = stafet.json("audit", "verify")
    assert (told["checkpoints"], told["broken"]) == (1, None)
    assert 0 < told["proved"] < told["entries"] == told["head"]["seq"]
    said = stafet("audit", "verify")
    assert "The log is whole" in said
    assert "are newer than all of these" in said


def test_a_log_somebody_has_been_at_is_said_to_be_broken_where_and_what_to_do(stafet):
    for _time in range(4):
        stafet("audit", "head")
    tampered(stafet.home, "UPDATE audit_entries SET about = 'x' WHERE seq = 3")

    told = stafet.json("audit", "verify", code=REFUSED)
    assert (told["error"], told["broken"]) == ("AUDIT_BROKEN", {"what": "edited", "seq": 3})
    said = stafet("audit", "verify", code=REFUSED)
    assert "entry 3 has been edited" in said
    assert "Do not delete anything" in said
    found = stafet.json("audit", "list", "--action", "verify-log")["entries"]
    assert json.loads(found[-1]["detail"]) == {"at": 3, "broken": "edited"}


def test_a_tail_that_is_gone_is_found_from_what_the_other_end_reads_aloud(stafet):
    for _time in range(3):
        stafet("audit", "head")
    seen = stafet.json("audit", "head")
    tampered(
        stafet.home,
        f"DELETE FROM audit_entries WHERE seq > {seen['seq'] - 2}",
        "UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit_entries ORDER BY seq DESC LIMIT 1)",
    )
    assert stafet.json("audit", "verify")["broken"] is None
    told = stafet.json("audit", "verify", "--witnessed", f"{seen['seq'] + 90}:{seen['hash']}", code=REFUSED)
    assert told["broken"]["what"] == "truncated"
    told = stafet.json("audit", "verify", "--witnessed", seen["short"].upper(), code=REFUSED)
    assert told["broken"] == {"what": "rewritten", "seq": seen["seq"]}
    assert "First make sure it was heard right" in stafet("audit", "verify", "--witnessed", seen["short"], code=REFUSED)


@pytest.mark.parametrize(
    "heard", ["", "12", "12:abc", "0:" + "a" * 16, "12:" + "g" * 16, "x:" + "a" * 16, "12:" + "a" * 65]
)
def test_what_was_not_read_aloud_right_is_refused(heard):
    with pytest.raises(ValueError, match=r"^$"):
        read_aloud(heard)


def test_a_head_that_is_read_aloud_is_read_as_it_was_said():
    head = Head(4711, "ab12cd34ef567890" + "0" * 48)
    assert short(head) == "4711:ab12-cd34-ef56-7890"
    for heard in (short(head), "4711: ab12 cd34 ef56 7890", "4711:AB12CD34EF567890"):
        assert read_aloud(heard).hash == "ab12cd34ef567890"
        assert read_aloud(heard).seq == 4711


def test_nobody_has_told_anything_before_the_first_letter(stafet):
    assert stafet.json("audit", "witnessed") == {"witnessed": [], "contradicting": []}


LAST_MONTH = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


@pytest.fixture
def a_month(stafet):
    """Thirty openings in September 2026, by a colleague who has left, and one thing done since."""
    with open_region(Home(stafet.home)) as station, station.database.session() as session:
        person = station.people(session).active()[0]
        for nth in range(30):
            noted(session, person, Action.OPEN_REFERRAL, LAST_MONTH + timedelta(hours=nth), f"case-{nth}")
        noted(session, person, Action.LIST_STAFF, LAST_MONTH + timedelta(days=2))
        noted(session, person, Action.SEE_FIGURES, LAST_MONTH + timedelta(days=30))
    return stafet


def test_a_months_sample_is_drawn_by_a_seed_nobody_chose_and_can_be_drawn_again(a_month):
    """S31."""
    drawn = a_month.json("audit", "sample", "--month", "2026-09", "--count", "5")
    assert (len(drawn["entries"]), drawn["out_of"]) == (5, 30)
    assert {entry["action"] for entry in drawn["entries"]} == {"open-referral"}
    assert a_month.json("audit", "sample", "--month", "2026-09", "--count", "3") == drawn

    with open_region(Home(a_month.home)) as station, station.database.reading() as session:
        done = entries(session)
    after = next(entry for entry in done if entry.at >= datetime(2026, 9, 30, 22, tzinfo=UTC))
    assert drawn["seed"] == after.hash
    about_citizens = [entry for entry in done if entry.action == "open-referral"]
    assert [entry["seq"] for entry in drawn["entries"]] == [entry.seq for entry in draw(about_citizens, after.hash, 5)]

    more = a_month.json("audit", "sample", "--month", "2026-09", "--count", "8")
    assert {entry["seq"] for entry in drawn["entries"]} < {entry["seq"] for entry in more["entries"]}


def test_a_verdict_is_noted_and_its_note_is_locked(a_month):
    """S31: the verdict is recorded; what is missing is said."""
    drawn = a_month.json("audit", "sample", "--month", "2026-09", "--count", "3")["entries"]
    first, second, third = (entry["seq"] for entry in drawn)
    a_month("audit", "verdict", "2026-09", first, "ok")
    told = a_month.json("audit", "verdict", "2026-09", second, "ask", "--note", "-", typed=b"Hvorfor Kvasterblomme?")
    assert told["missing"] == 1

    (month,) = a_month.json("audit", "samples")["months"]
    assert month == {"month": "2026-09", "drawn": 3, "ok": 1, "ask": 1, "wrong": 0, "missing": 1}
    again = a_month.json("audit", "sample", "--month", "2026-09")["entries"]
    verdicts = {entry["seq"]: entry["verdict"] for entry in again}
    assert verdicts[second]["note"] == "Hvorfor Kvasterblomme?"
    assert verdicts[second]["person"] == METTE
    assert sum(verdict is None for verdict in verdicts.values()) == 8
    assert b"Kvasterblomme" not in everything_in(a_month.home / "stafet.db")

    a_month("audit", "verdict", "2026-09", second, "wrong")
    again = a_month.json("audit", "sample", "--month", "2026-09")["entries"]
    assert {entry["seq"]: entry["verdict"] for entry in again}[second]["verdict"] == "wrong"
    assert third


def test_what_cannot_be_sampled_or_judged_is_refused(a_month):
    now = f"{utc_now():%Y-%m}"
    assert a_month.json("audit", "sample", "--month", now, code=REFUSED)["error"] == "MONTH_NOT_OVER"
    assert a_month.json("audit", "verdict", "2026-09", 1, "ok", code=REFUSED)["error"] == "NOT_IN_SAMPLE"
    a_month("audit", "sample", "--month", "2026-09", "--count", "2")
    assert a_month.json("audit", "verdict", "2026-09", 99999, "ok", code=REFUSED)["error"] == "NOT_IN_SAMPLE"
    a_month("audit", "sample", "--month", "2026-13", code=REFUSED)
    a_month("audit", "sample", "--month", "2026-09", "--count", "0", code=REFUSED)


def test_a_month_without_a_sample_is_named(a_month):
    assert {"month": "2026-09", "drawn": 0, "missing": None} in a_month.json("audit", "samples")["months"]
    assert "no sample drawn yet" in a_month("audit", "samples")


def test_the_facts_for_the_72_hour_notice(stafet):
    """S34: which data, to whom, when, encrypted to which key; never what the data say."""
    number = stafet.json("refer", "-", typed=referral())["number"]

    told = stafet.json("audit", "incident", number)

    (letter,) = told["letters"]
    assert (told["recipient"]["name"], letter["kind"]) == ("Aarhus Kommune", "referral")
    assert {"referral.citizen.name", "referral.citizen.cpr"} <= set(letter["data"])
    assert (letter["envelopes"], letter["received_at"], told["acknowledged_at"]) == ([], None, None)
    said = stafet("audit", "incident", number)
    assert "CPR number" in said
    assert "Nobody has acknowledged it." in said
    assert "190668" not in said + json.dumps(told)
    (noted_entry,) = stafet.json("audit", "list", "--action", "export-incident", "--limit", "1")["entries"]
    assert noted_entry["number"] == number
    assert stafet.json("audit", "incident", "2026-9999", code=NOT_FOUND)["error"] == "NOT_FOUND"
