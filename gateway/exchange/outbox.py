"""The outbox as rows: claim what is due, note what became of it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from directory.book import ContactRow, PinnedKeyRow
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.exchange.delivery import (
    BOUNCED,
    FAILED,
    UNDER_WAY,
    Course,
    State,
    came_back,
    can_become,
    is_lasting,
    returned,
)
from gateway.exchange.ports import Passage
from gateway.exchange.rows import ConversationRow, EnvelopeRow, OutgoingRow, StepRow
from gateway.wire.conversation import Stage
from gateway.wire.letters import ABOUT_THE_CITIZEN, TESTS, Kind

LEASE: Final = timedelta(minutes=2)
"""How long a claimed letter is left alone before another worker may take it: its own says so again while it is at it.

So a worker that is killed holds up no letter for longer, and one whose relay is slow has none sent beside it.
"""

FARTHEST: Final = timedelta(hours=2)
"""Nothing is ever put off so long: a date beyond it was written by a clock that was ahead, and counts as now."""

BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every next moment. An index holds what is settled, and has none, in front of all that; it is read past it."""

SENDABLE_AGAIN: Final = FAILED | {State.HANDED_OVER}
"""What a person may have sent once more."""

TROUBLE: Final = {State.PARKED: Action.PARK, State.GIVEN_UP: Action.GIVE_UP}
"""What of a letter's way is noted in the trail, and as what."""


def claim(session: Session, now: datetime, limit: int, lease: timedelta = LEASE) -> tuple[str, ...]:
    """Take up to `limit` letters that are due and whose turn it is, so that no other worker sends them meanwhile."""
    next_at = col(OutgoingRow.next_at)
    due = (
        select(OutgoingRow.letter_id)
        .where(next_at > BEFORE_ALL, or_(next_at <= now, next_at > now + FARTHEST), _free(now), _first_in_line())
        .order_by(next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has no row locks and ignores this; there the write lock serves
    )
    taken = (
        update(OutgoingRow)
        .where(col(OutgoingRow.letter_id).in_(due))
        .values(claimed_until=now + lease)
        .returning(col(OutgoingRow.letter_id))
        .execution_options(synchronize_session=False)
    )
    return tuple(session.execute(taken).scalars())


def next_turn(session: Session, conversation_id: str) -> int:
    """Tell the next letter's place in its conversation; the caller holds the conversation's row."""
    last = select(func.max(OutgoingRow.turn)).where(OutgoingRow.conversation_id == conversation_id)
    return (session.exec(last).one() or 0) + 1


def hold(session: Session, letters: Iterable[str], now: datetime, lease: timedelta = LEASE) -> None:
    """Renew the claim on letters that a worker is at still; what is settled stays free."""
    held = update(OutgoingRow).where(
        col(OutgoingRow.letter_id).in_(tuple(letters)), col(OutgoingRow.claimed_until).is_not(None)
    )
    session.execute(held.values(claimed_until=now + lease).execution_options(synchronize_session=False))


def leaving(session: Session, letter_id: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """Renew the claim on a letter that leaves now; False when it was cancelled in the meantime, and must not leave."""
    renewed = update(OutgoingRow).where(
        col(OutgoingRow.letter_id) == letter_id, col(OutgoingRow.state) != State.CANCELLED
    )
    found = session.execute(renewed.values(claimed_until=now + lease).returning(col(OutgoingRow.letter_id)))
    return found.first() is not None


def cancel(session: Session, letter_id: str, now: datetime) -> bool:
    """Take a letter back for good before it leaves, and overwrite what it says; tells whether that was still possible.

    It is not once any relay may have had it, nor while a worker holds it. A referral takes those waiting behind it
    along, for it would have opened the conversation. One statement decides, against a worker's `leaving` (O10).
    """
    return _taken_back(session, col(OutgoingRow.letter_id) == letter_id, now)


def take_back(session: Session, kind: Kind, now: datetime, parties: Iterable[str] | None = None) -> None:
    """Let no letter of a kind about the line itself go out (again), to some or to all: a newer one takes its place.

    One that failed is settled with it. One that is on its way may arrive still; never a copy of it after the newer one.
    """
    not_through = col(OutgoingRow.state).in_(UNDER_WAY | FAILED)
    found = select(OutgoingRow).where(OutgoingRow.kind == kind, not_through)
    if parties is not None:
        found = found.where(col(OutgoingRow.to_party).in_(tuple(parties)))
    for row in session.exec(found).all():
        row.state, row.reason, row.locked, row.next_at, row.claimed_until = State.CANCELLED, "", b"", None, None
        session.add_all([row, StepRow(letter_id=row.letter_id, state=State.CANCELLED, at=now)])


def withhold(session: Session, now: datetime) -> None:
    """Cancel what is due about a citizen who has withdrawn, where surely nobody has seen it (O10).

    A worker may have held it when the withdrawal was written down, and then have reached nobody with it. What came back
    is not sent once more.
    """
    due = (col(OutgoingRow.next_at) <= now) & about_withdrawn()
    _taken_back(session, due, now)
    for row in session.exec(select(OutgoingRow).where(due, _came_back())).all():
        steer(session, row, returned(row.reason), now)


def _taken_back(session: Session, which: ColumnElement[bool], now: datetime) -> bool:
    cancelled = _cancelled(session, which, now)
    for conversation_id, kind in cancelled:
        if kind == Kind.REFERRAL:
            _cancelled(session, col(OutgoingRow.conversation_id) == conversation_id, now)
    return bool(cancelled)


def _cancelled(session: Session, which: ColumnElement[bool], now: datetime) -> list[tuple[str, str]]:
    """Cancel the letters that can be; give the conversation and kind of each."""
    seen = col(EnvelopeRow.passage).not_in((Passage.NOT_REACHED, Passage.REFUSED))
    gone = exists().where(col(EnvelopeRow.letter_id) == col(OutgoingRow.letter_id), seen)
    waiting = col(OutgoingRow.state).in_((State.QUEUED, State.PARKED)) & (col(OutgoingRow.times_sent) == 0)
    taken_back = (
        update(OutgoingRow)
        .where(which, waiting, col(OutgoingRow.kind) != Kind.RECEIPT, _free(now), ~gone)
        .values(state=State.CANCELLED, reason="", locked=b"", next_at=None, claimed_until=None)
        .returning(col(OutgoingRow.letter_id), col(OutgoingRow.conversation_id), col(OutgoingRow.kind))
    )
    rows = session.execute(taken_back).all()
    session.add_all(StepRow(letter_id=letter_id, state=State.CANCELLED, at=now) for letter_id, *_rest in rows)
    return [(conversation_id, kind) for _letter_id, conversation_id, kind in rows]


def _free(now: datetime) -> ColumnElement[bool]:
    """Nobody holds the letter."""
    claimed = col(OutgoingRow.claimed_until)
    return or_(claimed.is_(None), claimed < now, claimed > now + FARTHEST)


def _first_in_line() -> ColumnElement[bool]:
    """No earlier letter of the conversation may still arrive. A receipt waits for nothing, and nothing waits for it.

    A withdrawal waits for the referral alone: another letter that never gets through must not hold it back (O10).
    """
    earlier = aliased(OutgoingRow)
    ahead = exists().where(
        col(earlier.conversation_id) == col(OutgoingRow.conversation_id),
        col(earlier.turn).between(1, col(OutgoingRow.turn) - 1),
        col(earlier.state).in_(UNDER_WAY),
        or_(col(OutgoingRow.kind) != Kind.WITHDRAWAL, col(earlier.kind) == Kind.REFERRAL),
    )
    return ~ahead


def release_all(session: Session, now: datetime) -> None:
    """Take back every claim, and let what was waiting to be tried again be tried now.

    Right only when no other worker runs, as when a daemon starts alone.
    """
    claimed = update(OutgoingRow).where(col(OutgoingRow.claimed_until).is_not(None))
    session.execute(claimed.values(claimed_until=None).execution_options(synchronize_session=False))
    try_now(session, now)


def try_now(session: Session, now: datetime) -> None:
    """Let what was waiting to be tried again be tried now: somebody may just have mended what was wrong."""
    at_once = update(OutgoingRow).where(
        col(OutgoingRow.state).in_((State.QUEUED, State.PARKED)), col(OutgoingRow.next_at) > now
    )
    session.execute(at_once.values(next_at=now).execution_options(synchronize_session=False))


def look_now(session: Session, party: str, now: datetime) -> None:
    """Let what is parked for a party be tried at once, for its address or key has changed."""
    parked = update(OutgoingRow).where(
        col(OutgoingRow.to_party) == party, col(OutgoingRow.state) == State.PARKED, col(OutgoingRow.next_at) > now
    )
    session.execute(parked.values(next_at=now).execution_options(synchronize_session=False))


def steer(session: Session, row: OutgoingRow, course: Course, now: datetime) -> None:
    """Set a delivery on its course and note the step, unless better news came in the meantime."""
    row.claimed_until = None
    if can_become(State(row.state), course.state):
        session.add(StepRow(letter_id=row.letter_id, state=course.state, reason=course.reason, at=now))
        row.state = course.state
        note_trouble(session, row.conversation_id, course, now)
    if row.state == course.state:
        row.next_at, row.reason = course.next_at, course.reason
    session.add(row)


def note_trouble(session: Session, conversation_id: str, course: Course, now: datetime) -> None:
    """Note in the trail that a letter of a conversation does not go on by itself; called when it comes to that."""
    action = TROUBLE.get(course.state)
    if action:
        noted_by_daemon(session, action, now, conversation_id, course.reason)


def send_again(session: Session, letter_id: str, now: datetime) -> bool:
    """Queue a letter again that came back or was given up, because a person says so; tells whether it was one.

    So it is with one that was handed over and answered by no machine: the unit says that it has not got it, or has a
    gateway now that has not. Those behind it in its conversation go as well, for they could not be taken in without it.
    What was erased says nothing any more, and stays.
    """
    first = session.get_one(OutgoingRow, letter_id)
    if first.state not in SENDABLE_AGAIN or not first.locked:
        return False
    behind = select(OutgoingRow).where(
        OutgoingRow.conversation_id == first.conversation_id,
        col(OutgoingRow.turn) > first.turn,
        col(OutgoingRow.state).in_(SENDABLE_AGAIN),
        OutgoingRow.locked != b"",
    )
    for row in (first, *session.exec(behind.order_by(col(OutgoingRow.turn)))):
        row.state, row.reason, row.next_at, row.times_sent = State.QUEUED, "", now, 0
        session.add_all([row, StepRow(letter_id=row.letter_id, state=State.QUEUED, at=now)])
    session.flush()
    return True


def resume(session: Session, now: datetime) -> None:
    """Queue again what came back or was given up, once the receiver has an address or key that it never left for.

    The cause is then most likely gone, and nobody needs to remember which letters it had stopped.
    """
    party = col(OutgoingRow.to_party)
    never_left = ~exists().where(
        col(EnvelopeRow.letter_id) == col(OutgoingRow.letter_id),
        col(EnvelopeRow.address) == col(ContactRow.email),
        col(EnvelopeRow.sealed_to) == col(PinnedKeyRow.fingerprint),
    )
    stopped = (
        select(OutgoingRow)
        .join(ContactRow, (col(ContactRow.party) == party) & col(ContactRow.valid_to).is_(None))
        .join(PinnedKeyRow, (col(PinnedKeyRow.party) == party) & col(PinnedKeyRow.valid_to).is_(None))
        .where(or_(col(OutgoingRow.state) == State.GIVEN_UP, _came_back()), never_left, ~about_withdrawn())
        .where(col(OutgoingRow.locked) != b"")  # retention has not taken what it says
        .where(col(OutgoingRow.to_address) == "", col(OutgoingRow.kind).not_in(TESTS))
    )
    for row in session.exec(stopped).all():
        row.times_sent = 0
        steer(session, row, Course(State.QUEUED, now), now)


def after_return(session: Session, envelope: EnvelopeRow, now: datetime) -> Course:
    """Tell what becomes of a letter whose envelope came back, by how often it has from that address."""
    same_way = [one.bounced for one in envelopes(session, envelope.letter_id) if one.address == envelope.address]
    return came_back(envelope.bounced, sum(map(is_lasting, same_way)), now)


def _came_back() -> ColumnElement[bool]:
    return (col(OutgoingRow.state) == State.PARKED) & col(OutgoingRow.reason).startswith(BOUNCED)


def about_withdrawn() -> ColumnElement[bool]:
    """Find what tells of a citizen who has withdrawn the consent."""
    ended = exists().where(
        col(ConversationRow.conversation_id) == col(OutgoingRow.conversation_id),
        col(ConversationRow.stage) == Stage.WITHDRAWN,
    )
    return col(OutgoingRow.kind).in_(ABOUT_THE_CITIZEN) & ended


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
