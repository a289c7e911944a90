"""What the exchange erases when its time has come: bodies of letters and mail, and much later the proof of them (O18).

That a letter was taken (`TakenRow`) is never forgotten, so that no copy of it is ever shown as new. A letter that came
back or was given up keeps its body until what it is about is erased, for a person may still send it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, delete, func, or_, select, update

from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import FAILED, UNDER_WAY, State
from gateway.exchange.rows import ArrivalRow, EnvelopeRow, OutgoingRow, StepRow
from gateway.site.erasing import Held, Old, Term, What
from gateway.wire.letters import Kind

GONE: Final = b""
"""What stands in a locked column once its content was erased."""


def under_way(session: Session, conversation_id: str) -> bool:
    """Tell whether a letter of ours in a conversation may still arrive; a receipt waits for nothing."""
    return bool(session.exec(select(exists().where(_of(conversation_id), *_MAY_ARRIVE))).one())


def erase_bodies(session: Session, conversation_id: str) -> None:
    """Erase what our letters of a conversation said, in the caller's transaction; receipts are proof, and stay."""
    _blank(session, _of(conversation_id), col(OutgoingRow.kind) != Kind.RECEIPT)


@dataclass(frozen=True)
class EraseLetters:
    """Erases what a letter on its way out said, some time after it was received, or handed over for good."""

    what: What = What.LETTER
    term: Term = Term.CONTENT

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the letters that were received before `before`."""
        received = func.max(StepRow.at)
        found = (
            select(OutgoingRow.letter_id, received)
            .join(StepRow, col(StepRow.letter_id) == OutgoingRow.letter_id)
            .where(_says_something(), OutgoingRow.kind != Kind.RECEIPT, col(OutgoingRow.state).in_(_ARRIVED))
            .group_by(col(OutgoingRow.letter_id))
            .having(received < before)
            .order_by(received)
            .limit(limit)
        )
        return [Old(letter_id, at) for letter_id, at in session.exec(found)]

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:  # noqa: ARG002 - as erasers do
        """Erase their bodies; that they were sent and received still stands."""
        _blank(session, col(OutgoingRow.letter_id).in_([one.id for one in found]))

    def held(self, session: Session, before: datetime) -> Sequence[Held]:
        """List the letters that never came through: a person is to see to them."""
        kept = select(OutgoingRow.number, OutgoingRow.posted_at, OutgoingRow.state).where(
            _says_something(),
            col(OutgoingRow.kind).not_in((Kind.RECEIPT, Kind.HEARTBEAT)),
            col(OutgoingRow.state).in_([*UNDER_WAY, *FAILED]),
            col(OutgoingRow.posted_at) < before,
        )
        return [Held(*row) for row in session.exec(kept.order_by(col(OutgoingRow.posted_at)))]


@dataclass(frozen=True)
class EraseArrivals:
    """Erases mail as it came in, once its letter was taken over, refused or thrown out as no letter."""

    what: What = What.ARRIVAL
    term: Term = Term.CONTENT

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the mail that came before `before` and was looked at."""
        return _mail(session, col(ArrivalRow.outcome).not_in(_KEPT_APART), before, limit)

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:  # noqa: ARG002 - as erasers do
        """Erase the mail; when it came and what became of it still stands."""
        _blank_mail(session, found)

    def held(self, session: Session, before: datetime) -> Sequence[Held]:
        """List the mail nobody could look at yet; it may hold a letter."""
        waits = select(ArrivalRow.arrived_at).where(
            ArrivalRow.outcome == Outcome.WAITING, col(ArrivalRow.arrived_at) < before
        )
        return [Held("", at, Outcome.WAITING) for at in session.exec(waits)]


@dataclass(frozen=True)
class EraseQuarantine:
    """Erases mail that cannot be trusted; it is never a letter, so nothing waits for it."""

    what: What = What.QUARANTINE
    term: Term = Term.QUARANTINE

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the mail that came before `before` and stands apart."""
        return _mail(session, col(ArrivalRow.outcome) == Outcome.QUARANTINED, before, limit)

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:  # noqa: ARG002 - as erasers do
        """Erase the mail; when it came and why it was not trusted still stands."""
        _blank_mail(session, found)

    def held(self, session: Session, before: datetime) -> Sequence[Held]:  # noqa: ARG002 - as erasers do
        """Nothing of it is ever kept longer."""
        return ()


@dataclass(frozen=True)
class EraseProof:
    """Erases how a letter was sealed and sent, and its receipt; by then its body is long gone.

    The row of a letter of ours stays, with its number and where it got to: what it is about still points at it.
    """

    what: What = What.PROOF
    term: Term = Term.PROOF

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the letters whose last step was taken before `before`, and of which nothing more comes."""
        last = func.max(StepRow.at)
        settled = or_(OutgoingRow.kind == Kind.RECEIPT, ~_says_something())
        found = (
            select(OutgoingRow.letter_id, last)
            .join(StepRow, col(StepRow.letter_id) == OutgoingRow.letter_id)
            .where(settled, col(OutgoingRow.next_at).is_(None))
            .group_by(col(OutgoingRow.letter_id))
            .having(last < before)
            .order_by(last)
            .limit(limit)
        )
        return [Old(letter_id, at) for letter_id, at in session.exec(found)]

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:  # noqa: ARG002 - as erasers do
        """Take the envelopes, the steps and the receipts away."""
        letters = [one.id for one in found]
        for table in (EnvelopeRow, StepRow):
            session.exec(delete(table).where(col(table.letter_id).in_(letters)))
        receipt = col(OutgoingRow.kind) == Kind.RECEIPT
        session.exec(delete(OutgoingRow).where(col(OutgoingRow.letter_id).in_(letters), receipt))

    def held(self, session: Session, before: datetime) -> Sequence[Held]:  # noqa: ARG002 - as erasers do
        """Leave it to the letters themselves: what keeps a letter keeps its proof."""
        return ()


_ARRIVED: Final = (State.RECEIVED, State.HANDED_OVER)
_KEPT_APART: Final = (Outcome.WAITING, Outcome.QUARANTINED)
_MAY_ARRIVE: Final = (col(OutgoingRow.state).in_(UNDER_WAY), col(OutgoingRow.kind) != Kind.RECEIPT)


def _of(conversation_id: str) -> ColumnElement[bool]:
    return col(OutgoingRow.conversation_id) == conversation_id


def _says_something() -> ColumnElement[bool]:
    return col(OutgoingRow.locked) != GONE


def _blank(session: Session, *which: ColumnElement[bool]) -> None:
    session.exec(update(OutgoingRow).where(*which).values(locked=GONE).execution_options(synchronize_session=False))


def _mail(session: Session, which: ColumnElement[bool], before: datetime, limit: int | None) -> Sequence[Old]:
    old = col(ArrivalRow.arrived_at)
    found = select(ArrivalRow.id, old).where(which, old < before, col(ArrivalRow.locked) != GONE)
    return [Old(str(arrival), at) for arrival, at in session.exec(found.order_by(old).limit(limit))]


def _blank_mail(session: Session, found: Sequence[Old]) -> None:
    which = col(ArrivalRow.id).in_([int(one.id) for one in found])
    session.exec(update(ArrivalRow).where(which).values(locked=GONE).execution_options(synchronize_session=False))
