"""Handing in and following: what is answered, how it ends, and what it leaves behind."""

import pytest
from databases import change, everything_in
from typed import NOT_FOUND, OUT_OF_REACH, REFUSED, ask, referral, refused_consent

from gateway.station import utc_now


def test_a_referral_is_queued_and_its_number_and_recipient_are_told(stafet):
    told = stafet.json("refer", "-", typed=referral())

    assert told["outcome"] == "accepted"
    assert (told["number"], told["recipient_code"], told["state"]) == (f"{utc_now():%Y}-0001", "751", "parked")
    assert told["warnings"] == []


def test_a_referral_comes_from_a_file_too(stafet, tmp_path):
    file = tmp_path / "in.json"
    file.write_bytes(referral())

    said = stafet("refer", file)

    assert f"{utc_now():%Y}-0001" in said
    assert "no registered receiver" in said


def test_the_example_can_be_sent_as_it_is(stafet):
    shown = stafet("example", "--municipality", "730")

    assert stafet.json("refer", "-", typed=shown.encode())["recipient_code"] == "730"


def test_somebody_is_told_when_no_daemon_runs_to_send_it(stafet):
    stafet("refer", "-", typed=referral())

    assert "The daemon is not running" in stafet.err


def test_a_refused_referral_is_answered_with_the_reason_and_what_to_do(stafet):
    told = stafet.json("refer", "-", typed=refused_consent(), code=REFUSED)

    assert told["outcome"] == "refused"
    assert told["reason_code"] == "CONSENT_REFUSED"
    assert told["reason"]
    assert told["next_step"]


def test_a_refused_referral_is_told_on_standard_error_in_words(stafet):
    stafet("refer", "-", "--lang", "da", typed=refused_consent(), code=REFUSED)

    assert stafet.out == ""
    assert "Borgeren har ikke givet samtykke" in stafet.err
    assert "CONSENT_REFUSED" in stafet.err


def test_a_refused_referral_leaves_only_a_tally(stafet):
    """C9: no byte of it stays, in any file, and the tally is one more."""
    for count in (1, 2):
        stafet("refer", "-", typed=refused_consent(), code=REFUSED)
        assert ask(stafet.home, "SELECT reason, count FROM refusal_tally") == [("CONSENT_REFUSED", count)]

    kept = b"".join(path.read_bytes() for path in stafet.home.rglob("*") if path.is_file())
    kept += everything_in(stafet.home / "stafet.db")
    assert b"Kvasterblomme" not in kept
    assert b"190668" not in kept
    assert ask(stafet.home, "SELECT count(*) FROM outgoing") == [(0,)]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe\x00\x01garbage\x80",
        b"\x00" * 5000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"citizen": {"cpr": 1e999}}',
        b'{"text": "' + b"x" * 2_000_000,
        "{'æøå': »«}".encode("latin-1"),
    ],
    ids=range(11),
)
def test_what_is_no_referral_is_refused_without_a_traceback(raw, stafet):
    told = stafet.json("refer", "-", typed=raw, code=REFUSED)

    assert told["reason_code"] == "MALFORMED_INPUT"
    assert "Traceback" not in stafet.err


def test_a_file_that_is_not_there_or_is_a_folder_is_named_as_such(stafet, tmp_path):
    for place in (tmp_path, tmp_path / "nothing.json"):
        assert stafet.json("refer", place, code=OUT_OF_REACH)["error"] == "FILE_UNREADABLE"


def test_nobody_sends_in_a_name_that_may_not_or_is_not_known(stafet):
    stafet.hire("Revy Sorsen", "auditor")

    for name, code in (("Revy Sorsen", "MAY_NOT"), ("Nobody Known", "SIGN_IN_REFUSED")):
        told = stafet.json("refer", "-", "--as", name, typed=referral(), code=REFUSED)
        assert told["error"] == code
    assert ask(stafet.home, "SELECT count(*) FROM referrals") == [(0,)]


def test_who_acts_must_be_said_when_more_than_one_could(stafet, monkeypatch):
    stafet.hire("Ny Testsen", "sender")
    monkeypatch.delenv("STAFET_AS")

    assert stafet.json("refer", "-", typed=referral(), code=REFUSED)["error"] == "PERSON_UNNAMED"
    stafet("refer", "-", "--as", "ny testsen", typed=referral())
    monkeypatch.setenv("STAFET_AS", "Ny Testsen")
    stafet("refer", "-", typed=referral(reference="B"))


def test_a_referral_is_found_by_number_id_and_reference(stafet):
    told = stafet.json("refer", "-", typed=referral(reference="R-7"))

    for name in (told["number"], told["referral_id"], "R-7"):
        found = stafet.json("status", name)
        assert (found["number"], found["state"], found["reason_code"]) == (told["number"], "parked", "NO_CONTACT")


def test_a_referral_nobody_knows_is_not_found(stafet):
    assert stafet.json("status", "2026-9999", code=NOT_FOUND)["error"] == "NOT_FOUND"


def test_a_referral_that_waits_for_a_key_says_whom_to_phone_meanwhile(stafet):
    stafet.enter()
    told = stafet.json("refer", "-", typed=referral())

    said = stafet("status", told["number"])

    assert told["phone"] == "+45 95 00 07 51"
    assert "+45 95 00 07 51" in said
    assert "No key is pinned" in said


def test_the_latest_referrals_come_on_a_line_each(stafet):
    for reference in "ABC":
        stafet("refer", "-", typed=referral(reference=reference))

    assert len(stafet("status").splitlines()) == 3
    assert len(stafet.json("status")["referrals"]) == 3


def test_what_nobody_has_taken_over_is_always_shown_first(stafet):
    """L3: the oldest that waits must not drop off the list."""
    numbers = [stafet.json("refer", "-", typed=referral())["number"] for _ in range(3)]
    taken = "UPDATE referrals SET acknowledged_at = submitted_at WHERE number != ?"
    change(stafet.home / "stafet.db", taken, values=numbers[:1])

    shown = [one["number"] for one in stafet.json("status")["referrals"]]

    assert shown[0] == numbers[0]
    assert sorted(shown) == numbers


def test_a_referral_that_came_back_can_be_sent_again(stafet):
    number = stafet.json("refer", "-", typed=referral())["number"]
    change(stafet.home / "stafet.db", "UPDATE outgoing SET state = 'refused', next_at = NULL")

    assert stafet.json("resend", number)["states"] == ["parked", "queued"]
    assert ask(stafet.home, "SELECT state, next_at IS NOT NULL FROM outgoing") == [("queued", 1)]
    assert stafet.json("resend", "2026-9999", code=NOT_FOUND)["error"] == "NOT_FOUND"


def test_an_empty_list_says_so(stafet):
    assert "No referrals yet." in stafet("status")


@pytest.mark.parametrize("code", ["630", "999", "Aarhus"])
def test_no_example_is_made_for_a_municipality_outside_the_agreement(stafet, code):
    assert stafet.json("example", "--municipality", code, code=REFUSED)["error"] == "NOT_A_PARTY"


@pytest.mark.parametrize("nothing", ["\u200b", "\u2060 \u00ad", "\x00"])
def test_invisible_characters_say_nothing(stafet, nothing):
    told = stafet.json("refer", "-", typed=referral(text=nothing), code=REFUSED)

    assert told["reason_code"] == "TEXT_MISSING"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_no_calendar_survives_is_malformed(stafet, moment):
    told = stafet.json("refer", "-", typed=referral(submitted_at=moment), code=REFUSED)

    assert told["reason_code"] == "MALFORMED_INPUT"
