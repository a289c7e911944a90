import json
from pathlib import Path

import pytest

from gateway.wire.referral import Referral
from gateway.wire.warnings import Notice, notices

DATA = json.loads((Path(__file__).parents[1] / "data" / "referrals.json").read_text("utf-8"))
PLAIN = next(r["input"] for r in DATA["referrals"] if r["id"] == "R02")


def noticed(**changes):
    citizen = {name: changes.pop(name) for name in list(changes) if name in PLAIN["citizen"]}
    return notices(Referral.parse(PLAIN | changes | {"citizen": PLAIN["citizen"] | citizen}))


@pytest.mark.parametrize(
    "fixture", [r for r in DATA["referrals"] if r["expected"]["outcome"] == "accepted"], ids=lambda r: r["id"]
)
def test_the_agreed_referrals_give_the_agreed_notices_in_their_order(fixture):
    assert list(notices(Referral.parse(fixture["input"]))) == fixture["expected"]["warnings"]


def test_the_codes_are_those_agreed():
    assert sorted(Notice) == sorted([*DATA["meta"]["warning_codes"], "INTOXICATED"])  # A8


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"cpr": None}, ["CPR_MISSING"]),
        ({"cpr": " "}, ["CPR_MISSING"]),
        ({"cpr": "120385-0ZZ1"}, ["REPLACEMENT_CPR"]),
        ({"cpr": "120385-1ZZ1"}, ["REPLACEMENT_CPR"]),
        ({"cpr": "720385-5127"}, ["REPLACEMENT_CPR"]),
        ({"cpr": "noget andet"}, []),
        ({"residence": "hjemløs"}, ["NO_FIXED_ADDRESS"]),
        ({"residence": "midlertidigt_hos_andre", "address": None}, ["NO_FIXED_ADDRESS"]),
        ({"residence": "midlertidigt"}, []),
        ({"address": ""}, ["ADDRESS_MISSING"]),
        ({"address": None, "residence": None}, ["ADDRESS_MISSING"]),
        ({"address_protected": True}, ["PROTECTED_ADDRESS"]),
        ({"safety_note": "Hunden bider"}, ["SAFETY_NOTE"]),
        ({"safety_note": " "}, []),
        ({"interpreter": "polsk"}, ["INTERPRETER_NEEDED"]),
        ({"intoxicated": True}, ["INTOXICATED"]),
        ({"children_in_home": True}, ["CHILD_CONCERN_SEPARATE_CHANNEL"]),
        ({"urgency_remark": "Vi er bekymrede"}, ["SENDER_URGENCY_REMARK", "PHONE_FOLLOW_UP"]),
        ({"urgency_remark": ""}, []),
        ({"text": "Hjemløs, tolk nødvendig, haster, børn i hjemmet, farlig, beruset"}, []),
    ],
    ids=str,
)
def test_a_notice_comes_from_its_field_and_never_from_the_prose(change, expected):
    # DOMAIN 5
    assert list(noticed(**change)) == expected


def test_everything_at_once_is_shown_in_one_order():
    every = noticed(
        cpr="",
        address="",
        address_protected=True,
        safety_note="x",
        interpreter="x",
        intoxicated=True,
        children_in_home=True,
        urgency_remark="x",
    )
    assert list(every) == [n for n in Notice if n in every]
    assert len(every) == 9


def test_an_earlier_referral_elsewhere_is_never_read_from_a_letter():
    # C4: one municipality is not told about another
    assert Notice.PRIOR_REFERRAL_OTHER_MUNICIPALITY not in noticed(prior_referral_other_municipality=True)
