"""Following up from the command line: what is due, calls, supplements, withdrawals, meetings, finding a referral."""

import json
from datetime import timedelta

import pytest
from databases import change
from typed import NOT_FOUND, REFUSED, ask, referral

from gateway.audit.checkpoints import Checkpoints
from gateway.liveness.drills import AskForDrills
from gateway.liveness.heartbeats import Heartbeats
from gateway.liveness.notices import Tell
from gateway.referring.after_all import WithdrawAfterAll
from gateway.referring.correspond import Correspond
from gateway.referring.duty import Duty
from gateway.retention.run import Retain
from gateway.station import utc_now

URGENT = {"urgency_remark": "Bør ses i dag."}
MORE = json.dumps({"text": "Borgeren har ringet igen."}).encode()


@pytest.fixture
def number(stafet):
    """A referral that waits for its municipality's key."""
    stafet.enter()
    return stafet.json("refer", "-", typed=referral())["number"]


def sent(stafet):
    """Let every letter have left."""
    change(stafet.home / "stafet.db", "UPDATE outgoing SET state = 'received', times_sent = 1, next_at = NULL")


def test_nothing_is_due_when_nothing_is(stafet):
    assert "Nothing is due." in stafet("due")
    assert stafet.json("due") == {"due": []}


def test_an_urgent_referral_is_due_at_once_with_the_number_to_phone(stafet, number):
    """O4, E13: which referral, by number, and why."""
    urgent = stafet.json("refer", "-", typed=referral(**URGENT))["number"]

    (due,) = stafet.json("due")["due"]
    said = stafet("due")

    assert (due["number"], due["step"], due["phone"]) == (urgent, "phone-at-once", "+45 95 00 07 51")
    assert due["open_now"] or due["opens_at"]
    assert urgent in said
    assert number not in said
    assert "Phone the unit now" in said
    assert "+45 95 00 07 51" in said


def test_a_call_is_noted_and_its_remark_comes_from_a_file(stafet):
    number = stafet.json("refer", "-", typed=referral(**URGENT))["number"]

    said = stafet("call", number, "--outcome", "no-answer", "--remark-file", "-", typed="Optaget, æv.".encode())

    assert "nobody answered" in said
    (call,) = stafet.json("status", number)["calls"]
    assert (call["outcome"], call["by"], call["remark"]) == ("no-answer", "Mette Testgaard", "Optaget, æv.")
    assert stafet.json("due")["due"] == []
    assert "nobody answered" in stafet("status", number)


def test_a_call_that_found_a_person_ends_the_waiting(stafet):
    number = stafet.json("refer", "-", typed=referral(**URGENT))["number"]

    stafet("call", number, "--outcome", "taken")

    told = stafet.json("status", number)
    assert (told["state"], told["active"]) == ("taken-by-phone", False)


@pytest.mark.parametrize("command", [("status",), ("journal",), ("withdraw",), ("call", "--outcome", "taken")])
def test_a_name_that_is_no_text_is_refused_without_a_traceback(stafet, command):
    """A terminal that does not speak UTF-8: its bytes arrive as lone surrogates."""
    assert stafet.json(*command, "\udcf8", code=REFUSED)["error"] == "NOT_TEXT"
    assert "Traceback" not in stafet.err


def test_a_call_needs_a_known_outcome_and_a_known_referral(stafet):
    stafet("call", "2026-0001", "--outcome", "shrug", code=REFUSED)
    assert stafet.json("call", "2026-9999", "--outcome", "taken", code=NOT_FOUND)["error"] == "NOT_FOUND"


def test_a_supplement_is_queued_behind_its_referral(stafet, number):
    told = stafet.json("supplement", number, "-", typed=MORE)

    assert told["letter_id"]
    assert ask(stafet.home, "SELECT kind FROM outgoing ORDER BY turn") == [("referral",), ("supplement",)]
    assert stafet.json("status", number)["supplements"] == 1
    stafet("supplement", number, "-", typed=MORE)
    assert "The daemon is not running" in stafet.err


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"text": "' + b"x" * 300_000])
def test_a_supplement_that_cannot_be_read_is_refused_without_a_traceback(stafet, number, raw):
    assert stafet.json("supplement", number, "-", typed=raw, code=REFUSED)["error"] == "UNREADABLE"
    assert "Traceback" not in stafet.err


def test_a_supplement_with_a_number_that_is_none_says_which_field(stafet, number):
    told = stafet.json("supplement", number, "-", typed=b'{"cpr": "310268-7074"}', code=REFUSED)
    assert told["error"] == "INVALID_CPR"
    assert "310268" not in json.dumps(told)


def test_a_withdrawal_before_sending_cancels_and_a_second_is_refused_kindly(stafet, number):
    """O10."""
    assert stafet.json("withdraw", number)["outcome"] == "cancelled"

    assert stafet.json("status", number)["state"] == "cancelled"
    assert stafet.json("withdraw", number, code=REFUSED)["error"] == "ALREADY_WITHDRAWN"
    assert "Tell the citizen so." in (stafet("withdraw", number, code=REFUSED) + stafet.err)
    assert stafet.json("supplement", number, "-", typed=MORE, code=REFUSED)["error"] == "CONSENT_WITHDRAWN"


def test_a_withdrawal_after_sending_goes_as_a_letter(stafet, number):
    sent(stafet)

    assert stafet.json("withdraw", number)["outcome"] == "withdrawn"

    assert stafet.json("status", number)["state"] == "withdrawn"
    assert ask(stafet.home, "SELECT kind FROM outgoing ORDER BY turn") == [("referral",), ("withdrawal",)]


@pytest.mark.parametrize("typed", [b"190668-7074", b"1906687074\n", b"95 00 01 02\r\n", b"+4595000102", b"EKSEMPEL-1"])
def test_a_referral_is_found_by_what_stands_in_a_file_and_never_in_an_argument(stafet, number, typed):
    """L6."""
    (found,) = stafet.json("status", "--find", "-", typed=typed)["referrals"]
    assert found["number"] == number
    assert "190668" not in json.dumps(found)


@pytest.mark.parametrize("typed", [b"", b"\n190668-7074", b"190668-7075", b"\xff\xfe", b"9" * 5000])
def test_what_finds_nothing_is_not_found(stafet, number, typed):
    assert stafet.json("status", "--find", "-", typed=typed, code=NOT_FOUND)["error"] == "NOT_FOUND"
    assert number


def meeting(**changes):
    starts = utc_now() + timedelta(days=7)
    typed = {
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=1)).isoformat(),
        "place": "Testvej 1",
        "parties": [{"role": "borgeren"}, {"role": "egen læge", "name": "Læge Testholm"}],
        "consent": {
            "given_by": "borgeren selv",
            "taken_by": "Mette Testgaard",
            "obtained_at": utc_now().isoformat(),
            "form": "spoken",
            "scope": "Møde med kommunen og egen læge.",
            "information_given": "Hvem der kommer, og at det er frivilligt.",
            "writing_waived_because": "Borgeren er i telefonen.",
        },
    }
    return json.dumps({**typed, **changes}).encode()


def test_a_meeting_is_proposed_moved_and_called_off(stafet, number):
    """F5, C7, O15."""
    made = stafet.json("meeting", "propose", number, "-", typed=meeting())["meeting_id"]
    stafet("meeting", "move", made, "-", typed=meeting(place="Testvej 2", consent=None))
    (listed,) = stafet.json("meeting", "list", number)["meetings"]
    assert (listed["meeting_id"], listed["standing"], listed["meeting"]["place"]) == (made, "proposed", "Testvej 2")
    assert "waits for an answer" in stafet("meeting", "list", number)

    stafet("meeting", "cancel", made, "--remark-file", "-", typed=b"Borgeren er indlagt.")
    assert stafet.json("meeting", "list", number)["meetings"][0]["standing"] == "cancelled"


def test_a_meeting_that_cannot_be_is_refused_with_its_reason(stafet, number):
    for typed, code in (
        (meeting(consent=None), "NO_CONSENT"),
        (meeting(starts_at="2020-01-01T10:00:00Z"), "MEETING_INCOMPLETE"),
        (meeting(parties=[]), "UNREADABLE"),
        (b"{}", "UNREADABLE"),
    ):
        assert stafet.json("meeting", "propose", number, "-", typed=typed, code=REFUSED)["error"] == code
    assert stafet.json("meeting", "answer", "nobody", "accepted", code=NOT_FOUND)["error"] == "MEETING_UNKNOWN"
    ours = stafet.json("meeting", "propose", number, "-", typed=meeting())["meeting_id"]
    told = stafet.json("meeting", "answer", ours, "accepted", code=REFUSED)
    assert told["error"] == "MEETING_NOT_OUR_TURN"
    assert "No meetings yet." in stafet("meeting", "list", stafet.json("refer", "-", typed=referral())["number"])


def test_the_regions_daemon_keeps_the_promise(stafet, monkeypatch):
    """E13, O10: it is the daemon that reminds and erases, whether or not anybody sits at the desk."""
    chores = []

    async def looked_at(daemon, *_more, **_other):
        chores.extend(daemon.chores)

    monkeypatch.setattr("gateway.commands.run._run", looked_at)
    stafet("run")
    done = [getattr(chore, "__func__", type(chore)) for chore in chores]
    assert done[-5:] == [Duty.tick, Correspond.tidy, WithdrawAfterAll, Checkpoints.tick, Retain.tick]
    assert {Heartbeats.tick, AskForDrills.tick, Tell} <= set(done)
