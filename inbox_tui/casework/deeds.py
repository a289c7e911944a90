"""What else may be done with a case, as rules on values, and the letters that go back. Nothing is stored or sent.

What goes back is a name, a unit, its phone and a time: never what the municipality thinks, does or finds (L4, O16).
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from directory.model import Contact as UnitContact
from gateway.wire.answers import Closed, Elsewhere, NotOurs, Withdrawal
from gateway.wire.body import Body
from gateway.wire.letters import Kind, Letter
from gateway.wire.referral import says_something
from inbox_tui.casework.actions import not_ended
from inbox_tui.casework.case import Case, CaseState
from inbox_tui.casework.errors import (
    AlreadyWithdrawn,
    AssessedMeanwhile,
    NotAcknowledgedYet,
    NotAssessedYet,
    OutcomeMissing,
    OutcomeUnknown,
    WordsMissing,
)
from inbox_tui.casework.notes import (
    Assessment,
    Closing,
    Contact,
    Familiar,
    GpInvolved,
    Note,
    NotOurCitizen,
    Withdrawn,
)
from inbox_tui.casework.outcomes import Outcome

AGREED: Final = frozenset(map(str, Outcome))
"""The agreement's own list of outcomes (E21)."""


def assess(case: Case, assessment: Assessment, seen: int | None = None) -> Case:
    """Judge whether it is acute (E1). `seen` is how many assessments the person knew of, when that matters.

    Raises AlreadyEnded, WordsMissing, or AssessedMeanwhile naming who came in between.
    """
    not_ended(case)
    _said(assessment.why, "why")
    earlier = case.assessment
    if earlier and seen is not None and seen != len(case.of(Assessment)):
        raise AssessedMeanwhile(earlier.by, earlier.at)
    return _noted(case, assessment)


def contact(case: Case, attempt: Contact) -> Case:
    """Add an attempt to reach the citizen (E5); raises AlreadyEnded."""
    not_ended(case)
    return _noted(case, attempt)


def familiar(case: Case, known: Familiar) -> Case:
    """Mark whether the citizen is known here (A10); raises AlreadyEnded."""
    not_ended(case)
    return _noted(case, known)


def involve_gp(case: Case, involved: GpInvolved) -> Case:
    """Mark that the citizen's own GP is involved (C5); whether a consent covers it, the book of consents says.

    Raises AlreadyEnded.
    """
    not_ended(case)
    return _noted(case, involved)


def not_ours(case: Case, answer: NotOurCitizen) -> Case:
    """Answer «ikke vores borger» (O7). It goes back to Præhospitalet and nowhere else.

    Raises AlreadyEnded, or WordsMissing when the reason is "other" and nothing says which.
    """
    not_ended(case)
    if answer.why is Elsewhere.OTHER:
        _said(answer.remark, "remark")
    return replace(_noted(case, answer), state=CaseState.NOT_OURS)


def close(case: Case, closing: Closing, offered: Collection[str] = AGREED) -> Case:
    """End the case with outcome and reason (H11); a citizen who wants no help now is an ending like any other (L11).

    `offered` are the codes on the municipality's list (E21). Raises AlreadyEnded, NotAcknowledgedYet, NotAssessedYet
    (E1), OutcomeMissing, OutcomeUnknown or WordsMissing. When the consent is withdrawn nothing more is assessed, so
    nothing is asked for.
    """
    not_ended(case)
    if not case.acknowledged:
        raise NotAcknowledgedYet
    if not (case.assessment or case.withdrawn):
        raise NotAssessedYet
    if not closing.outcomes:
        raise OutcomeMissing
    if not set(closing.outcomes) <= set(offered):
        raise OutcomeUnknown(offered)
    _said(closing.reason, "reason")
    return replace(_noted(case, closing), state=CaseState.CLOSED)


def withdraw(case: Case, withdrawn: Withdrawn) -> Case:
    """Write down that the citizen no longer consents (O10); nothing is deleted. Raises AlreadyWithdrawn."""
    if case.withdrawn:
        raise AlreadyWithdrawn(case.withdrawn.by, case.withdrawn.at)
    return _noted(case, withdrawn)


def not_ours_letter(case: Case, answer: NotOurCitizen, unit: UnitContact) -> Letter:
    """Write «ikke vores borger» to Præhospitalet."""
    body = NotOurs(
        answered_by=answer.by,
        unit=unit.unit_name,
        phone=unit.phone,
        answered_at=answer.at,
        why=answer.why,
        remark=answer.remark,
    )
    return _letter(case, Kind.NOT_OURS, body)


def closed_letter(case: Case, now: datetime, unit: UnitContact) -> Letter:
    """Write that the case is closed: when, and which unit; nothing of how (O16)."""
    return _letter(case, Kind.CLOSED, Closed(closed_at=now, unit=unit.unit_name, phone=unit.phone))


def withdrawal_letter(case: Case, withdrawn: Withdrawn, unit: UnitContact) -> Letter:
    """Write to Præhospitalet that the citizen has withdrawn the consent here."""
    body = Withdrawal(withdrawn_at=withdrawn.at, taken_by=withdrawn.by, unit=unit.unit_name, phone=unit.phone)
    return _letter(case, Kind.WITHDRAWAL, body)


def _letter(case: Case, kind: Kind, body: Body) -> Letter:
    return Letter(kind, case.id, case.seal.from_party, case.number, body.written())


def _said(words: str, what: str) -> None:
    if not says_something(words):
        raise WordsMissing(what)


def _noted(case: Case, note: Note) -> Case:
    return replace(case, notes=(*case.notes, note))
