"""What may be done with a case, as rules on values: nothing here is stored or sent, and who may is asked elsewhere."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from directory.calendar import local_day
from directory.model import Contact
from gateway.consents.errors import ConsentWithdrawn
from gateway.site.people import Person
from gateway.wire.letters import Kind, Letter
from gateway.wire.referral import says_something
from inbox_tui.casework.case import Case, CaseState, Forwarded, Taken
from inbox_tui.casework.departments import Department, covered_by_consent
from inbox_tui.casework.errors import (
    AlreadyAcknowledged,
    AlreadyEnded,
    AlreadySentBack,
    AlreadyTakenOver,
    ConfirmationNeeded,
    ContactByOutside,
    NotAcknowledgedYet,
    NotForwarded,
    NotYours,
    WordsMissing,
)
from inbox_tui.casework.notes import SentBack, TakenOver

LONGEST_PROMISE: Final = timedelta(days=30)
"""How far ahead the citizen may be promised contact in an acknowledgement (E15)."""


def acknowledge(case: Case, person: Person, now: datetime, contact_by: date | None = None) -> Case:
    """Let `person` take the case over; `contact_by` is by which day they mean to contact the citizen (E15).

    Raises AlreadyAcknowledged naming who was first, AlreadyEnded when it is answered «ikke vores borger», or
    ContactByOutside.
    """
    if case.acknowledged:
        raise AlreadyAcknowledged(case.acknowledged.by, case.acknowledged.at)
    not_ended(case)
    today = local_day(now)
    if contact_by and not today <= contact_by <= today + LONGEST_PROMISE:
        raise ContactByOutside
    return replace(case, state=CaseState.ACKNOWLEDGED, acknowledged=Taken(person.name, now, contact_by))


def forward(case: Case, move: Forwarded) -> Case:
    """Make the department of `move` the one responsible (E7); everything that went before stays in the history.

    Raises AlreadyEnded, ConsentWithdrawn (O10), NotAcknowledgedYet, or ConfirmationNeeded when the consent does not
    name one of the departments and no reason is given (C4).
    """
    not_ended(case)
    still_consented(case)
    if not case.acknowledged:
        raise NotAcknowledgedYet
    outside = outside_consent(move)
    if outside and not (move.reason or "").strip():
        raise ConfirmationNeeded(" + ".join(one.name for one in outside))
    return replace(case, state=CaseState.FORWARDED, history=(*case.history, move), also=move.also, came_back=False)


def outside_consent(move: Forwarded) -> tuple[Department, ...]:
    """List the departments of a move that the citizen's consent does not name (C4)."""
    return tuple(one for one in (move.department, *move.also) if not covered_by_consent(one.kind))


def take_over(case: Case, note: TakenOver) -> Case:
    """Let a person in the responsible department have the case (S19).

    Raises AlreadyEnded, NotForwarded, or AlreadyTakenOver naming who was first.
    """
    not_ended(case)
    if case.taken_over:
        raise AlreadyTakenOver(case.taken_over.by, case.taken_over.at)
    if case.responsible is None:
        raise NotForwarded
    return replace(case, state=CaseState.TAKEN_OVER, notes=(*case.notes, note))


def send_back(case: Case, note: SentBack) -> Case:
    """Give the case back to those who forwarded it, with the reason (S19).

    Raises AlreadyEnded, NotForwarded, AlreadySentBack naming who was first, or WordsMissing when no reason is given.
    """
    not_ended(case)
    if case.sent_back:
        raise AlreadySentBack(case.sent_back.by, case.sent_back.at)
    if case.responsible is None:
        raise NotForwarded
    if not says_something(note.reason):
        raise WordsMissing("reason")
    return replace(case, state=CaseState.ACKNOWLEDGED, notes=(*case.notes, note))


def theirs(case: Case, department: str) -> None:
    """Let only the responsible department through, whose id is `department`; "" is intake, which may always.

    Raises NotYours naming who is responsible.
    """
    if department and (case.responsible is None or case.responsible.id != department):
        raise NotYours(case.responsible.name if case.responsible else "")


def acknowledgement(case: Case, unit: Contact) -> Letter:
    """Write the human receipt that goes back signed: who, which unit, its phone, when, and a date at most (E15).

    Raises NotAcknowledgedYet when nobody has taken the case.
    """
    if not case.acknowledged:
        raise NotAcknowledgedYet
    promised = case.acknowledged.contact_by
    return Letter(
        kind=Kind.ACKNOWLEDGEMENT,
        conversation_id=case.id,
        to_party=case.seal.from_party,
        number=case.number,
        body={
            "acknowledged_by": case.acknowledged.by,
            "unit": unit.unit_name,
            "phone": unit.phone,
            "acknowledged_at": case.acknowledged.at.isoformat(),
            **({"contact_by": promised.isoformat()} if promised else {}),
        },
    )


def not_ended(case: Case) -> None:
    """Leave alone what has ended; raises AlreadyEnded naming who ended it, if that is known still (O18)."""
    if case.erased:
        raise AlreadyEnded("", case.erased.at)
    if case.ended and case.ending:
        raise AlreadyEnded(case.ending.by, case.ending.at)


def still_consented(case: Case, act: str = "forward") -> None:
    """Stop a step that rests on the citizen's consent to Præhospitalet; raises ConsentWithdrawn (O10)."""
    if case.withdrawn:
        raise ConsentWithdrawn(act)
