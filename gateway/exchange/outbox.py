"""The outbox as rows: claim what is due, note what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from gateway.exchange.delivery import Course, State, can_become
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, StepRow
from gateway.wire.letters import Kind

LEASE: Final = timedelta(minutes=15)
"""How long a claimed letter is left alone before another worker may take it; longer than the longest SMTP session."""

FARTHEST: Final = timedelta(hours=2)
"""Nothing is ever put off so long: a date beyond it was written by a clock that was ahead, and counts as now."""


def claim(session: Session, now: datetime, limit: int) -> tuple[str, ...]:
    """Take up to `limit` letters that are due, so that no other worker sends them meanwhile."""
    claimed, next_at = col(OutgoingRow.claimed_until), col(OutgoingRow.next_at)
    free = or_(claimed.is_(None), claimed < now, claimed > now + FARTHEST)
    due = (
        select(OutgoingRow.letter_id)
        .where(or_(next_at <= now, next_at > now + FARTHEST), free)
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


def send_again(session: Session, letter_id: str, now: datetime) -> bool:
    """Queue a letter again that came back or was given up, because a person says so; tells whether it was one."""
    row = session.get_one(OutgoingRow, letter_id)
    if row.state not in (State.REFUSED, State.GIVEN_UP):
        return False
    row.state, row.reason, row.next_at, row.times_sent = State.QUEUED, "", now, 0
    session.add_all([row, StepRow(letter_id=letter_id, state=State.QUEUED, at=now)])
    session.flush()
    return True


def last_sent(session: Session, conversation_id: str, kind: Kind) -> State | None:
    """Tell where our letter of that kind in a conversation is; None when there is none."""
    letter = select(OutgoingRow.state).where(OutgoingRow.conversation_id == conversation_id, OutgoingRow.kind == kind)
    state = session.exec(letter.order_by(col(OutgoingRow.posted_at).desc())).first()
    return State(state) if state else None


def history(session: Session, letter_id: str) -> Sequence[StepRow]:
    """List what happened to a letter, oldest first."""
    return session.exec(select(StepRow).where(StepRow.letter_id == letter_id).order_by(col(StepRow.id))).all()


def envelopes(session: Session, letter_id: str) -> Sequence[EnvelopeRow]:
    """List every sealing of a letter, oldest first."""
    return session.exec(
        select(EnvelopeRow).where(EnvelopeRow.letter_id == letter_id).order_by(col(EnvelopeRow.made_at)),
    ).all()
