"""The outbox as rows: claim what is due, note what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from gateway.exchange.delivery import Course, State, can_become
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, StepRow

LEASE: Final = timedelta(minutes=5)
"""How long a claimed letter is left alone before another worker may take it; longer than the longest SMTP session."""


def claim(session: Session, now: datetime, limit: int) -> tuple[str, ...]:
    """Take up to `limit` letters that are due, so that no other worker sends them meanwhile."""
    free = or_(col(OutgoingRow.claimed_until).is_(None), col(OutgoingRow.claimed_until) < now)
    due = (
        select(OutgoingRow.letter_id)
        .where(col(OutgoingRow.next_at) <= now, free)
        .order_by(col(OutgoingRow.next_at))
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has no row locks and ignores this; there the write lock serves
    )
    taken = (
        update(OutgoingRow)
        .where(col(OutgoingRow.letter_id).in_(due))
        .values(claimed_until=now + LEASE)
        .returning(col(OutgoingRow.letter_id))
        .execution_options(synchronize_session=False)
    )
    return tuple(session.execute(taken).scalars())


def release_all(session: Session, now: datetime) -> None:
    """Take back every claim, and let what was waiting to be tried again be tried now.

    Right only when no other worker runs, as when a daemon starts: somebody may just have mended what was wrong.
    """
    unclaimed = update(OutgoingRow).values(claimed_until=None)
    at_once = (
        update(OutgoingRow)
        .where(col(OutgoingRow.state).in_((State.QUEUED, State.PARKED)), col(OutgoingRow.next_at) > now)
        .values(next_at=now)
    )
    for change in (unclaimed, at_once):
        session.execute(change.execution_options(synchronize_session=False))


def steer(session: Session, row: OutgoingRow, course: Course, now: datetime) -> None:
    """Set a delivery on its course and note the step, unless better news came in the meantime."""
    row.claimed_until = None
    if can_become(State(row.state), course.state):
        session.add(StepRow(letter_id=row.letter_id, state=course.state, reason=course.reason, at=now))
        row.state = course.state
    if row.state == course.state:
        row.next_at, row.reason = course.next_at, course.reason
    session.add(row)


def history(session: Session, letter_id: str) -> Sequence[StepRow]:
    """List what happened to a letter, oldest first."""
    return session.exec(select(StepRow).where(StepRow.letter_id == letter_id).order_by(col(StepRow.id))).all()


def envelopes(session: Session, letter_id: str) -> Sequence[EnvelopeRow]:
    """List every sealing of a letter, oldest first."""
    return session.exec(
        select(EnvelopeRow).where(EnvelopeRow.letter_id == letter_id).order_by(col(EnvelopeRow.made_at)),
    ).all()
