import itertools

import pytest

from gateway.referring import screening
from gateway.referring.refusals import Reason, Refused
from gateway.wire.referral import Screening

YES, NO, UNKNOWN = True, False, None


def outcome(somatic, thoughts, distances):
    answers = Screening(acute_somatic=somatic, suicidal_thoughts=thoughts, distances_from_thoughts=distances)
    try:
        screening.check(answers)
    except Refused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize(
    ("thoughts", "distances", "expected"),
    [
        (NO, UNKNOWN, None),
        (NO, YES, None),
        (NO, NO, None),
        (YES, YES, None),
        (YES, NO, Reason.ELEVATED_SUICIDE_RISK),
        (YES, UNKNOWN, Reason.ELEVATED_SUICIDE_RISK),
        (UNKNOWN, UNKNOWN, Reason.SCREENING_UNANSWERED),
        (UNKNOWN, YES, Reason.SCREENING_UNANSWERED),
        (UNKNOWN, NO, Reason.SCREENING_UNANSWERED),
    ],
)
def test_elevated_risk_is_thoughts_without_clear_distance(thoughts, distances, expected):
    # B4, the footnote's conjunction
    assert outcome(NO, thoughts, distances) is expected


@pytest.mark.parametrize(("thoughts", "distances"), list(itertools.product((YES, NO, UNKNOWN), repeat=2)))
def test_an_acute_somatic_problem_stops_whatever_else_is_answered(thoughts, distances):
    # B3
    assert outcome(YES, thoughts, distances) is Reason.ACUTE_SOMATIC


@pytest.mark.parametrize(
    ("thoughts", "distances", "expected"),
    [
        (NO, UNKNOWN, Reason.SCREENING_UNANSWERED),
        (YES, YES, Reason.SCREENING_UNANSWERED),
        (YES, NO, Reason.ELEVATED_SUICIDE_RISK),
    ],
)
def test_an_unanswered_question_clears_nobody_and_hides_no_risk(thoughts, distances, expected):
    # A7, B4, B5
    assert outcome(UNKNOWN, thoughts, distances) is expected
