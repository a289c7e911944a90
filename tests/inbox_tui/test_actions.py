from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.letters import Kind
from inbox_tui.casework import actions
from inbox_tui.casework.case import CaseState, Forwarded, Rank, needs_person_rank
from inbox_tui.casework.departments import DEFAULTS, DepartmentKind, covered_by_consent
from inbox_tui.casework.errors import AlreadyAcknowledged, ConfirmationNeeded, NotAcknowledgedYet
from inbox_tui.casework.intake import case_from
from tests.inbox_site import ANNE, BENT, NOW, UNIT, arrived, conversation, referral

CASE = case_from(arrived(referral("R02")))
SOCIAL, JOBS = DEFAULTS[0], DEFAULTS[-1]


def move(department, reason=None):
    return Forwarded(department, ANNE.name, NOW, "note", reason)


def test_acknowledging_names_the_person_and_the_time():
    taken = actions.acknowledge(CASE, ANNE, NOW)
    assert (taken.state, taken.acknowledged.by, taken.acknowledged.at) == (CaseState.ACKNOWLEDGED, ANNE.name, NOW)


def test_the_second_to_acknowledge_is_told_who_was_first():
    taken = actions.acknowledge(CASE, ANNE, NOW)
    with pytest.raises(AlreadyAcknowledged) as refusal:
        actions.acknowledge(taken, BENT, NOW + timedelta(minutes=1))
    assert (refusal.value.by, refusal.value.at) == (ANNE.name, NOW)


def test_a_case_is_acknowledged_before_it_is_forwarded():
    with pytest.raises(NotAcknowledgedYet):
        actions.forward(CASE, move(SOCIAL))


def test_the_last_forward_is_the_one_responsible_and_the_others_are_kept():
    """E7: exactly one department is responsible; the history shows all."""
    taken = actions.acknowledge(CASE, ANNE, NOW)
    moved = actions.forward(actions.forward(taken, move(SOCIAL)), move(DEFAULTS[1]))
    assert moved.responsible == DEFAULTS[1]
    assert [one.department for one in moved.history] == [SOCIAL, DEFAULTS[1]]


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_a_department_outside_the_consent_needs_a_reason(reason):
    """C4: the consent names social and health staff."""
    taken = actions.acknowledge(CASE, ANNE, NOW)
    with pytest.raises(ConfirmationNeeded) as refusal:
        actions.forward(taken, move(JOBS, reason))
    assert refusal.value.department == "Arbejdsmarked"
    assert actions.forward(taken, move(JOBS, "Borgeren bad om det.")).responsible == JOBS


def test_the_six_default_departments_begin_with_social_and_two_lie_outside_the_consent():
    """E8, C4."""
    assert DEFAULTS[0].name == "Social og Psykiatri"
    assert [one.name for one in DEFAULTS if not covered_by_consent(one.kind)] == [
        "Skole, dagtilbud og PPR",
        "Arbejdsmarked",
    ]
    assert {one.kind for one in DEFAULTS} == set(DepartmentKind)


def test_the_acknowledgement_says_who_where_and_when_and_nothing_about_the_citizen():
    """E15: no case content goes back."""
    letter = actions.acknowledgement(actions.acknowledge(CASE, ANNE, NOW), UNIT)
    assert (letter.kind, letter.to_party, letter.number) == (Kind.ACKNOWLEDGEMENT, "region", "2026-0001")
    assert letter.conversation_id == conversation("2026-0001")
    assert letter.body == {
        "acknowledged_by": "Anne Testesen",
        "unit": "Den sociale indgang, Randers Kommune",
        "phone": "+45 89 15 00 00",
        "acknowledged_at": "2026-11-20T08:14:00+00:00",
    }


def test_an_acknowledgement_nobody_gave_cannot_be_written():
    with pytest.raises(NotAcknowledgedYet):
        actions.acknowledgement(CASE, UNIT)


@given(state=st.sampled_from(CaseState), target=st.dates(), today=st.dates())
def test_a_case_is_overdue_only_while_nobody_has_taken_it_over(state, target, today):
    rank = needs_person_rank(state, target, today)
    waits = state in {CaseState.NEW, CaseState.ACKNOWLEDGED, CaseState.FORWARDED}
    assert (rank is Rank.OVERDUE) == (target < today and waits)


@given(state=st.sampled_from(CaseState), target=st.dates(), today=st.dates())
def test_what_is_acute_comes_before_everything_else_until_it_ends(state, target, today):
    """E3."""
    ended = state in {CaseState.NOT_OURS, CaseState.CLOSED}
    assert needs_person_rank(state, target, today, acute=True) is (Rank.ENDED if ended else Rank.ACUTE)
    assert needs_person_rank(state, target, today, acute=True, withdrawn=True) is Rank.ENDED


@given(state=st.sampled_from(CaseState), target=st.dates(), today=st.dates())
def test_what_has_ended_or_lost_its_consent_waits_for_nobody(state, target, today):
    """O7, O10, H11."""
    assert needs_person_rank(state, target, today, withdrawn=True) is Rank.ENDED
    ended = state in {CaseState.NOT_OURS, CaseState.CLOSED}
    assert (needs_person_rank(state, target, today) is Rank.ENDED) == ended


def test_on_the_target_day_itself_a_case_is_not_overdue():
    day = date(2026, 11, 20)
    assert needs_person_rank(CaseState.NEW, day, day) is Rank.NEW


def test_a_case_prints_nothing_about_the_citizen():
    assert "Karen" not in repr(replace(CASE, state=CaseState.ACKNOWLEDGED))
