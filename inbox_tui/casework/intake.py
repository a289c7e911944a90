"""How a letter becomes a case: the handler the exchange calls for every referral that arrives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from directory.calendar import target_date
from gateway.exchange.ports import Arrived
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.letters import Kind
from gateway.wire.referral import MalformedReferral, Moment, Referral
from gateway.wire.warnings import notices
from inbox_tui.casework.case import Case, Previous, Seal

Keep = Callable[[Session, Case], None]
"""Writes a new case down in the caller's transaction."""


@dataclass(frozen=True)
class Intake:
    """The handler: makes a case of what arrived and has it kept in the transaction that remembers the letter."""

    keep: Keep

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Take one letter over; raises LetterOutOfTurn or LetterUnreadable, which the exchange answers (E14)."""
        self.keep(session, case_from(arrived))


class _PreviousShape(BaseModel):
    """How a referral letter names the earlier letter it follows."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    number: str = Field(min_length=1, max_length=32)
    sent_at: Moment
    position: int = Field(ge=2, le=9999)
    first_sent_at: Moment


def case_from(arrived: Arrived) -> Case:
    """Read the case out of a referral letter.

    Raises LetterOutOfTurn for a letter that opens no case, LetterUnreadable for a body that is not a referral.
    """
    if arrived.kind is not Kind.REFERRAL:
        raise LetterOutOfTurn
    referral = _referral(arrived.body.get("referral"))
    return Case(
        id=arrived.conversation_id,
        letter_id=arrived.letter_id,
        number=arrived.number,
        seal=Seal(arrived.from_party, arrived.signed_by, arrived.signed_at),
        referral=referral,
        notices=notices(referral),
        previous=previous_from(arrived.body.get("previous")),
        received_at=arrived.received_at,
        target_date=target_date(arrived.received_at),
    )


def previous_from(body: object) -> Previous | None:
    """Read what a re-referral says of the earlier letter; raises LetterUnreadable."""
    if body is None:
        return None
    try:
        shape = _PreviousShape.model_validate(body)
    except ValidationError:
        raise LetterUnreadable from None
    return Previous(shape.number, shape.sent_at, shape.position, shape.first_sent_at)


def _referral(body: object) -> Referral:
    if not isinstance(body, Mapping):
        raise LetterUnreadable
    try:
        return Referral.parse(body)
    except MalformedReferral:
        raise LetterUnreadable from None
