"""`citizen`: a citizen asks what is held about them, and the number they are found by is never an argument (S32)."""

import json

import pytest
from typed import METTE, NOT_FOUND, ask, referral

CPR = b"190668-7074\n"


def exports(stafet):
    query = "SELECT about, detail, purpose FROM audit_entries WHERE action = 'export-citizen' ORDER BY seq"
    return [(about, json.loads(detail), purpose) for about, detail, purpose in ask(stafet.home, query)]


def test_all_that_is_held_is_printed_as_a_danish_text_whatever_the_language(stafet):
    number = stafet.json("refer", "-", typed=referral())["number"]

    told = stafet("citizen", "-", typed=CPR)

    for said in (number, "Karen Testdal", "190668-7074", "Eksempelvej 14", "Bopælskommune: Aarhus Kommune"):
        assert said in told
    assert METTE not in told
    assert "Read it through before you hand it over" in stafet.err


def test_as_json_it_is_complete_and_each_referral_is_noted_with_who_took_it_out(stafet):
    for reference in ("A", "B"):
        stafet("refer", "-", typed=referral(reference=reference))

    told = stafet.json("citizen", "-", typed=CPR)
    with_staff = stafet.json("citizen", "-", "--with-staff", typed=b"95000102")

    assert len(told["referrals"]) == len(with_staff["referrals"]) == 2
    assert METTE not in json.dumps(told, ensure_ascii=False)
    assert METTE in json.dumps(with_staff, ensure_ascii=False)
    conversations = [about for (about,) in ask(stafet.home, "SELECT conversation_id FROM referrals ORDER BY number")]
    assert exports(stafet) == [
        *((about, {"by": "cpr", "found": 2, "staff": 0}, "insight") for about in conversations),
        *((about, {"by": "phone", "found": 2, "staff": 1}, "insight") for about in conversations),
    ]
    assert [entry["action"] for entry in with_staff["log"]].count("export-citizen") == 2


def test_by_phone_one_is_reminded_that_two_may_share_it(stafet):
    stafet("refer", "-", typed=referral())

    stafet("citizen", "-", typed="95 00 01 02\nResten læses ikke".encode())

    assert "two people may share" in stafet.err


@pytest.mark.parametrize("typed", [b"", b"140570-5480\n", b"Karen Testdal", b"\xff\xfe", b"2026-0001"])
def test_nothing_held_is_said_so_and_that_somebody_looked_is_noted(stafet, typed):
    stafet("refer", "-", typed=referral())

    assert stafet.json("citizen", "-", typed=typed, code=NOT_FOUND)["error"] == "NOT_FOUND"

    ((about, detail, _purpose),) = exports(stafet)
    assert (about, detail["found"]) == ("", 0)


def test_the_number_can_stand_in_a_file(stafet, tmp_path):
    stafet("refer", "-", typed=referral())
    (tmp_path / "number").write_bytes(CPR)

    assert "Karen Testdal" in stafet("citizen", tmp_path / "number")
