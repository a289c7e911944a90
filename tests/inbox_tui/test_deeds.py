"""What may be done with a case beside taking and forwarding it, as rules on values."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.consents.errors import ConsentWithdrawn
from gateway.wire.answers import Closed, Elsewhere, NotOurs, Withdrawal
from gateway.wire.letters import Kind
from gateway.wire.supplement import Supplement
from inbox_tui.casework import actions, deeds
from inbox_tui.casework.case import CaseState, Forwarded
from inbox_tui.casework.departments import DEFAULTS
from inbox_tui.casework.errors import (
    AlreadyEnded,
    AlreadyWithdrawn,
    AssessedMeanwhile,
    NotAcknowledgedYet,
    NotAssessedYet,
    OutcomeMissing,
    WordsMissing,
)
from inbox_tui.casework.intake import case_from
from inbox_tui.casework.notes import (
    Assessment,
    Closing,
    Contact,
    Familiar,
    GpInvolved,
    NotOurCitizen,
    Reminded,
    Withdrawn,
)
from inbox_tui.casework.outcomes import Outcome
from inbox_tui.casework.supplements import Supplemented, in_force, source
from tests.inbox_site import ANNE, BENT, NOW, REGION_KEY, UNIT, arrived, referral

NEW = case_from(arrived(referral("R02")))
TAKEN = actions.acknowledge(NEW, ANNE, NOW)
CALM = Assessment(by=ANNE.name, at=NOW, acute=False, why="Naboen ser til hende.")
ASSESSED = deeds.assess(TAKEN, CALM)
DONE = Closing(by=ANNE.name, at=NOW, outcomes=(Outcome.HOUSING_SUPPORT, Outcome.NOT_NOW), reason="Aftalt i dag.")
MOVED = NotOurCitizen(by=ANNE.name, at=NOW, why=Elsewhere.MOVED)
GONE = Withdrawn(by=ANNE.name, at=NOW, here=True)
CLOSED = deeds.close(ASSESSED, DONE)
ELSEWHERE = deeds.not_ours(NEW, MOVED)
DEEDS = {
    deeds.assess: CALM,
    deeds.contact: Contact(by=ANNE.name, at=NOW, reached=True),
    deeds.familiar: Familiar(by=ANNE.name, at=NOW),
    deeds.involve_gp: GpInvolved(by=ANNE.name, at=NOW),
    deeds.not_ours: MOVED,
    deeds.close: DONE,
    deeds.withdraw: GONE,
}


@pytest.mark.parametrize("ended", [CLOSED, ELSEWHERE])
@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed is not deeds.withdraw])
def test_nothing_more_is_done_with_what_has_ended_and_it_is_said_who_ended_it(deed, ended):
    with pytest.raises(AlreadyEnded) as refusal:
        deed(ended, DEEDS[deed])
    assert (refusal.value.by, refusal.value.at) == (ANNE.name, NOW)


def test_what_was_answered_as_not_ours_is_neither_acknowledged_nor_forwarded():
    """O7, S16: it is not passed on, not even inside the house."""
    with pytest.raises(AlreadyEnded):
        actions.acknowledge(ELSEWHERE, ANNE, NOW)
    with pytest.raises(AlreadyEnded):
        actions.forward(ELSEWHERE, Forwarded(DEFAULTS[0], ANNE.name, NOW))


def test_the_last_assessment_counts_and_the_others_are_kept():
    """E1."""
    worse = Assessment(by=BENT.name, at=NOW + timedelta(hours=1), acute=True, why="Hun er alene i nat.")
    case = deeds.assess(ASSESSED, worse, seen=1)
    assert case.assessment == worse
    assert case.of(Assessment) == (CALM, worse)


def test_the_sender_s_remark_assesses_nothing():
    """E2."""
    case = case_from(arrived(referral("R02", urgency_remark="HASTER, akut!")))
    assert case.assessment is None


def test_who_assesses_what_a_colleague_has_just_assessed_is_told():
    with pytest.raises(AssessedMeanwhile) as refusal:
        deeds.assess(ASSESSED, CALM, seen=0)
    assert refusal.value.by == ANNE.name


@pytest.mark.parametrize("why", ["", "  ", "\u200b"])
def test_an_assessment_says_why(why):
    with pytest.raises(WordsMissing):
        deeds.assess(TAKEN, CALM.model_copy(update={"why": why}))


def test_every_attempt_to_reach_the_citizen_is_kept():
    """E5."""
    case = NEW
    for reached in (False, False, True):
        case = deeds.contact(case, Contact(by=ANNE.name, at=NOW, reached=reached))
    assert [one.reached for one in case.of(Contact)] == [False, False, True]


def test_a_citizen_is_marked_as_known_with_our_own_number():
    """A10."""
    case = deeds.familiar(NEW, Familiar(by=ANNE.name, at=NOW, own_case="27.45.00-K07-12-26"))
    assert (case.familiar.known, case.familiar.own_case) == (True, "27.45.00-K07-12-26")


def test_a_case_is_acknowledged_and_assessed_before_it_is_closed():
    """E1."""
    with pytest.raises(NotAcknowledgedYet):
        deeds.close(NEW, DONE)
    with pytest.raises(NotAssessedYet):
        deeds.close(TAKEN, DONE)
    assert CLOSED.state is CaseState.CLOSED


def test_closing_needs_an_outcome_and_a_reason():
    """H11."""
    with pytest.raises(OutcomeMissing):
        deeds.close(ASSESSED, DONE.model_copy(update={"outcomes": ()}))
    with pytest.raises(WordsMissing):
        deeds.close(ASSESSED, DONE.model_copy(update={"reason": " "}))


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_ends_a_case_alike(outcome):
    """E21, L11: «borgeren ønsker ikke hjælp nu» is an ending like any other."""
    case = deeds.close(ASSESSED, DONE.model_copy(update={"outcomes": (outcome,)}))
    assert (case.state, case.ending.outcomes) == (CaseState.CLOSED, (outcome,))


def test_not_ours_for_another_reason_says_which():
    other = NotOurCitizen(by=ANNE.name, at=NOW, why=Elsewhere.OTHER)
    with pytest.raises(WordsMissing):
        deeds.not_ours(NEW, other)
    assert deeds.not_ours(NEW, other.model_copy(update={"remark": "Nummeret passer ikke."})).ended


def test_a_withdrawal_stops_what_rests_on_the_consent_and_deletes_nothing():
    """O10."""
    case = deeds.withdraw(ASSESSED, GONE)
    assert case.referral == ASSESSED.referral
    assert case.assessment == CALM
    with pytest.raises(ConsentWithdrawn):
        actions.forward(case, Forwarded(DEFAULTS[0], ANNE.name, NOW))
    with pytest.raises(AlreadyWithdrawn):
        deeds.withdraw(case, GONE)


def test_after_a_withdrawal_a_case_is_closed_without_an_assessment():
    """E1, O10: nothing more is judged on a consent that is gone."""
    assert deeds.close(deeds.withdraw(TAKEN, GONE), DONE).ended


def test_a_reminder_stands_until_somebody_acknowledges():
    """E13."""
    asked = replace(NEW, notes=(Reminded(by="AMK-vagtcentralen", at=NOW),))
    assert asked.reminder
    assert actions.acknowledge(asked, ANNE, NOW).reminder is None


PRIVATE = "HEMMELIG"
SPOKEN_OF = Closing(by=ANNE.name, at=NOW, outcomes=("psychiatry", "substance-use"), reason=PRIVATE)


def letters():
    """Every letter that leaves, from a case about which everything was written down."""
    case = deeds.assess(TAKEN, CALM.model_copy(update={"why": PRIVATE, "acute": True}))
    case = deeds.contact(case, Contact(by=ANNE.name, at=NOW, reached=True, remark=PRIVATE))
    case = deeds.familiar(case, Familiar(by=ANNE.name, at=NOW, own_case=PRIVATE))
    case = actions.forward(case, Forwarded(DEFAULTS[0], ANNE.name, NOW, PRIVATE))
    closed = deeds.close(case, SPOKEN_OF)
    return {
        Kind.ACKNOWLEDGEMENT: actions.acknowledgement(case, UNIT),
        Kind.NOT_OURS: deeds.not_ours_letter(case, MOVED, UNIT),
        Kind.WITHDRAWAL: deeds.withdrawal_letter(case, GONE, UNIT),
        Kind.CLOSED: deeds.closed_letter(closed, NOW, UNIT),
    }


@pytest.mark.parametrize("kind", list(letters()))
def test_no_letter_holds_what_the_municipality_thinks_or_does(kind):
    """L4, O16."""
    letter = letters()[kind]
    said = str(dict(letter.body))
    for private in (PRIVATE, "psychiatry", "Social og Psykiatri", "acute", "Karen", "190668"):
        assert private not in said
    assert (letter.kind, letter.to_party, letter.number) == (kind, "region", "2026-0001")


def test_the_letters_hold_what_they_are_for_and_nothing_else():
    """O7, O10, O16: the fields themselves, so that no new one slips in."""
    unit = {"unit": UNIT.unit_name, "phone": UNIT.phone}
    at = NOW.isoformat().replace("+00:00", "Z")
    bodies = {kind: dict(letter.body) for kind, letter in letters().items()}
    assert bodies[Kind.CLOSED] == {"closed_at": at, **unit}
    assert bodies[Kind.WITHDRAWAL] == {"withdrawn_at": at, "taken_by": ANNE.name, **unit}
    assert bodies[Kind.NOT_OURS] == {"answered_by": ANNE.name, "answered_at": at, "why": "moved", "remark": "", **unit}
    for kind, body in {Kind.CLOSED: Closed, Kind.WITHDRAWAL: Withdrawal, Kind.NOT_OURS: NotOurs}.items():
        assert body.read(bodies[kind]).written() == bodies[kind]


def test_a_note_prints_nothing_that_was_written():
    for note in (CALM, DONE, Contact(by=ANNE.name, at=NOW, reached=True, remark=PRIVATE)):
        assert ANNE.name not in repr(note)
        assert PRIVATE not in repr(note)
        assert "Naboen" not in repr(note)


LINES = st.none() | st.text(max_size=20)
SAID = st.fixed_dictionaries(
    dict.fromkeys(("name", "cpr", "phone", "address", "how_to_reach", "safety_note", "interpreter"), LINES)
)


@given(said=st.lists(SAID, max_size=4), correction=st.booleans())
def test_what_holds_is_the_last_thing_said_and_the_letter_stands(said, correction):
    """O23."""
    written = {"written_at": NOW, "written_by": "Mette Testgaard", "correction": correction, "text": "Nyt."}
    added = [Supplemented(str(i), NOW, REGION_KEY, Supplement(**written, **one)) for i, one in enumerate(said)]
    now, before = in_force(NEW.referral, added), NEW.referral.as_json()
    for name in said[0] if said else ():
        one = source(name, added)
        wanted = getattr(one.supplement if one else NEW.referral.citizen, name)
        assert getattr(now.citizen, name) == wanted
    assert NEW.referral.as_json() == before
    assert now.text == NEW.referral.text
