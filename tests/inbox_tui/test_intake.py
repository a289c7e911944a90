from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.letters import Kind
from inbox_tui.casework.case import CaseState
from inbox_tui.casework.intake import case_from
from tests.inbox_site import ACCEPTED, NOW, REFERRALS, REGION_KEY, arrived, referral

PREVIOUS = {
    "number": "2026-0012",
    "sent_at": "2026-03-02T22:18:00+00:00",
    "position": 2,
    "first_sent_at": "2026-03-02T22:18:00+00:00",
}


@pytest.mark.parametrize("key", ACCEPTED)
def test_every_synthetic_referral_becomes_a_case(key):
    case = case_from(arrived(referral(key)))
    assert (case.state, case.referral.text) == (CaseState.NEW, REFERRALS[key]["text"])
    assert (case.seal.signed_by, case.seal.from_party) == (REGION_KEY, "region")


def test_the_clock_runs_from_when_the_letter_came():
    """E1: five working days; a Friday's letter is due the Friday after."""
    assert case_from(arrived(referral("R02"), at=NOW)).target_date.isoformat() == "2026-11-27"


def test_a_re_referral_knows_its_place_and_the_one_before():
    """F4."""
    case = case_from(arrived(referral("R03"), previous=PREVIOUS))
    assert (case.previous.number, case.previous.position) == ("2026-0012", 2)
    assert case.previous.first_sent_at == datetime(2026, 3, 2, 22, 18, tzinfo=UTC)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.REFERRAL])
def test_no_other_letter_opens_a_case(kind):
    with pytest.raises(LetterOutOfTurn):
        case_from(arrived(referral("R02"), kind=kind))


@pytest.mark.parametrize(
    "previous",
    ["2026-0012", [], {**PREVIOUS, "position": 1}, {**PREVIOUS, "sent_at": "2026-03-02"}, {"number": "x"}],
)
def test_what_is_said_of_an_earlier_letter_must_be_readable(previous):
    with pytest.raises(LetterUnreadable):
        case_from(arrived(referral("R03"), previous=previous))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=10), inside, max_size=3),
    max_leaves=10,
)


@given(body=JSON)
def test_any_other_body_is_unreadable_and_says_nothing_of_its_content(body):
    with pytest.raises(LetterUnreadable) as refusal:
        case_from(arrived(body))
    assert str(refusal.value) == ""
