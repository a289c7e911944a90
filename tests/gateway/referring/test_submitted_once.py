"""A program that asks twice, because the answer to its first try was lost, sends one referral."""

import pytest
from referring_site import RANDERS, Desk
from sqlmodel import select

from gateway.referring.example import example
from gateway.referring.rows import ReferralRow


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.db.close()


def written(desk, **changes):
    return {**example(RANDERS, desk.clock()), "reference": "PJ-7", "submitted_at": None, **changes}


def referrals(desk):
    with desk.db.reading() as session:
        return len(session.exec(select(ReferralRow)).all())


def test_the_very_same_under_the_same_reference_is_one_referral(desk):
    raw = written(desk)
    first = desk.submit(raw, desk.person, once=True)
    again = desk.submit(raw, desk.person, once=True)
    assert again == first
    assert referrals(desk) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [({}, {"reference": "PJ-8"}), ({}, {"text": "Ringer igen."}), ({"reference": None}, {"reference": None})],
    ids=["another reference", "another text", "no reference"],
)
def test_anything_else_is_another_one(desk, first, second):
    desk.submit(written(desk, **first), desk.person, once=True)
    desk.submit(written(desk, **second), desk.person, once=True)
    assert referrals(desk) == 2


def test_a_sender_who_does_not_ask_for_it_may_send_the_same_again(desk):
    raw = written(desk)
    desk.submit(raw, desk.person)
    desk.submit(raw, desk.person)
    assert referrals(desk) == 2


def test_what_was_taken_back_before_it_left_is_sent_when_it_is_handed_in_again(desk):
    raw = written(desk)
    first = desk.submit(raw, desk.person, once=True)
    desk.correspond.withdraw(first.number, desk.person)
    assert desk.submit(raw, desk.person, once=True).number != first.number
