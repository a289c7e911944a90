"""The doors of the region's commands: who may not is refused with a reason code, nothing changes, and it is noted."""

import json

import pytest
from typed import DONE, NOT_FOUND, REFUSED, ask, referral

from gateway.access.actions import Action
from gateway.site.people import Role

NUMBER = "2026-0001"
MEETING = json.dumps(
    {
        "starts_at": "2030-01-08T10:00:00+01:00",
        "ends_at": "2030-01-08T11:00:00+01:00",
        "parties": [{"role": "borgeren"}],
    }
).encode()
MORE = b'{"text": "Mere"}'
CPR = b"190668-7074\n"

CARE = {
    ("refer", "-"): (Action.SEND_REFERRAL, referral()),
    ("status",): (Action.LIST_REFERRALS, b""),
    ("status", NUMBER): (Action.OPEN_REFERRAL, b""),
    ("status", "--find", "-"): (Action.SEARCH, CPR),
    ("resend", NUMBER): (Action.SEND_AGAIN, b""),
    ("due",): (Action.LIST_REFERRALS, b""),
    ("call", NUMBER, "--outcome", "taken"): (Action.LOG_CALL, b""),
    ("supplement", NUMBER, "-"): (Action.SUPPLEMENT, MORE),
    ("withdraw", NUMBER): (Action.WITHDRAW, b""),
    ("meeting", "list", NUMBER): (Action.OPEN_REFERRAL, b""),
    ("meeting", "propose", NUMBER, "-"): (Action.PROPOSE_MEETING, MEETING),
    ("meeting", "move", "X", "-"): (Action.PROPOSE_MEETING, MEETING),
    ("meeting", "answer", "X", "accepted"): (Action.ANSWER_MEETING, b""),
    ("meeting", "cancel", "X"): (Action.CANCEL_MEETING, b""),
    ("journal", NUMBER): (Action.WRITE_JOURNAL, b""),
    ("export", NUMBER, "--medcom"): (Action.EXPORT_REFERRAL, b""),
    ("drafts",): (Action.LIST_REFERRALS, b""),
}
CONTROL = {
    ("citizen", "-"): (Action.EXPORT_CITIZEN, CPR),
    ("citizen", "-", "--with-staff"): (Action.EXPORT_CITIZEN, CPR),
}
MAY = {Role.SENDER: CARE, Role.AUDITOR: CONTROL, Role.INTAKE: {}, Role.DEPARTMENT: {}}
ROWS = (
    *("referrals", "supplements", "calls", "drafts", "outgoing", "steps"),
    *("consents", "consent_withdrawals", "meetings"),
)


def rows(stafet):
    return [ask(stafet.home, f"SELECT * FROM {table}") for table in ROWS]  # noqa: S608 - names of tables


@pytest.mark.parametrize("role", MAY)
def test_every_command_a_role_may_not_is_refused_changes_nothing_and_is_noted(stafet, role):
    stafet("refer", "-", typed=referral())
    person = stafet.hire("Uvedkommende Testesen", role)
    before = rows(stafet)
    wrong = {words: door for words, door in {**CARE, **CONTROL}.items() if words not in MAY[role]}
    assert wrong

    for words, (action, typed) in wrong.items():
        told = stafet.json(*words, "--as", person.name, typed=typed, code=REFUSED)
        assert told["error"] == "MAY_NOT"
        last = "SELECT person_id, role, action, outcome FROM audit_entries ORDER BY seq DESC LIMIT 1"
        assert ask(stafet.home, last) == [(person.id, role, action, "MAY_NOT")]
    assert rows(stafet) == before


def test_what_a_sender_may_is_done_and_noted_in_that_name(stafet):
    person = stafet.hire("Karim Prøvesen", Role.SENDER)
    number = stafet.json("refer", "-", "--as", person.name, typed=referral())["number"]

    for words in (("status",), ("status", number), ("journal", number), ("due",), ("drafts",)):
        stafet(*words, "--as", person.name)
    stafet("status", "--find", "-", "--as", person.name, typed=CPR)
    stafet("call", number, "--outcome", "no-answer", "--as", person.name)
    stafet("resend", number, "--as", person.name)
    stafet("supplement", number, "-", "--as", person.name, typed=MORE)
    stafet("withdraw", number, "--as", person.name)

    ((conversation,),) = ask(stafet.home, "SELECT conversation_id FROM referrals")
    noted = ask(stafet.home, "SELECT person_id, action, about, outcome FROM audit_entries ORDER BY seq")
    mine = [(action, about, outcome) for who, action, about, outcome in noted if who == person.id]
    assert [(action, about) for action, about, _outcome in mine if action != "sign-in"] == [
        ("send-referral", conversation),
        ("list-referrals", ""),
        ("open-referral", conversation),
        ("write-journal", conversation),
        ("list-referrals", ""),
        ("list-referrals", ""),
        ("search", conversation),
        ("log-call", conversation),
        ("send-again", conversation),
        ("supplement", conversation),
        ("withdraw", conversation),
    ]
    assert {outcome for _action, _about, outcome in mine} == {"done"}


def test_a_search_is_noted_by_its_kind_and_never_by_what_was_typed(stafet):
    stafet("refer", "-", typed=referral())

    for typed, code in ((CPR, DONE), (b"95000102", DONE), (b"2026-0001", DONE), (b"Karen Testdal", NOT_FOUND)):
        stafet("status", "--find", "-", typed=typed, code=code)

    noted = ask(stafet.home, "SELECT detail FROM audit_entries WHERE action = 'search' ORDER BY seq")
    assert [json.loads(detail) for (detail,) in noted] == [
        {"by": "cpr", "found": 1},
        {"by": "phone", "found": 1},
        {"by": "number", "found": 1},
        {"by": "number", "found": 0},
    ]
    assert "190668" not in str(ask(stafet.home, "SELECT * FROM audit_entries"))
