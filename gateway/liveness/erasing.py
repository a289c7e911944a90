"""What is left of TESTs is erased soon: no citizen is in them, and nothing is counted of them (O18, O25).

Every other letter is remembered for ever, so that no copy is shown twice. A TEST need not be: one that was signed more
than a week ago is refused as stale (`heartbeats.FRESH`), so what remembers it may go after that. What stays: the last
heartbeat each way, the last drill, and a drill nobody has acknowledged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, func, or_, select

from gateway.exchange.delivery import UNDER_WAY
from gateway.exchange.receipts import Verdict
from gateway.exchange.rows import ArrivalRow, ConversationRow, EnvelopeRow, OutgoingRow, StepRow, TakenRow
from gateway.liveness.rows import BeatRow, DrillRow
from gateway.site.erasing import Held, Old, Term, What
from gateway.wire.letters import TESTS, Kind


@dataclass(frozen=True)
class EraseTests:
    """Erases the conversations that a TEST opened, with everything the exchange wrote of them, at either end."""

    what: What = What.TEST
    term: Term = Term.TEST

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the TESTs that were sent or taken before `before`, but for those that are still to be known."""
        kept = set(_kept(session))
        found = {old.id: old for old in (*_sent(session, before), *_taken(session, before)) if old.id not in kept}
        return sorted(found.values(), key=lambda old: old.since)[:limit]

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:  # noqa: ARG002 - as erasers do
        """Erase them, with their receipts and the mails they came in."""
        ids = [one.id for one in found]
        ours = select(OutgoingRow.letter_id).where(col(OutgoingRow.conversation_id).in_(ids))
        theirs = select(TakenRow.letter_id).where(col(TakenRow.conversation_id).in_(ids))
        for table in (EnvelopeRow, StepRow):
            _delete(session, table, col(table.letter_id).in_(ours))
        _delete(session, ArrivalRow, col(ArrivalRow.letter_id).in_(theirs))
        for row in (OutgoingRow, TakenRow, ConversationRow):
            _delete(session, row, col(row.conversation_id).in_(ids))
        _delete(session, DrillRow, col(DrillRow.id).in_(ids))

    def held(self, session: Session, before: datetime) -> Sequence[Held]:  # noqa: ARG002 - as erasers do
        """Nobody need see to any of it; the board says what is not answered."""
        return ()


def _sent(session: Session, before: datetime) -> Iterator[Old]:
    sent = select(OutgoingRow.conversation_id, OutgoingRow.posted_at).where(
        col(OutgoingRow.kind).in_(TESTS),
        col(OutgoingRow.posted_at) < before,
        col(OutgoingRow.state).not_in(UNDER_WAY),
    )
    return (Old(*row) for row in session.exec(sent))


def _taken(session: Session, before: datetime) -> Iterator[Old]:
    taken = select(TakenRow.conversation_id, TakenRow.taken_at).where(
        col(TakenRow.kind).in_(TESTS), col(TakenRow.taken_at) < before
    )
    return (Old(*row) for row in session.exec(taken))


def _kept(session: Session) -> Iterator[str]:
    """Name the conversations that are still needed: the last each way, and drills that are open."""
    ours = select(OutgoingRow.conversation_id).join(BeatRow, col(BeatRow.letter_id) == OutgoingRow.letter_id)
    yield from session.exec(ours)
    believed = (TakenRow.kind == Kind.HEARTBEAT, TakenRow.verdict == Verdict.OK)
    last = select(TakenRow.party, func.max(TakenRow.taken_at)).where(*believed).group_by(TakenRow.party)
    for party, at in session.exec(last):
        same = select(TakenRow.conversation_id).where(TakenRow.party == party, TakenRow.taken_at == at, *believed)
        yield from session.exec(same)
    newer = aliased(DrillRow)
    last_one = ~exists().where(col(newer.party) == DrillRow.party, col(newer.asked_at) > DrillRow.asked_at)
    yield from session.exec(select(DrillRow.id).where(or_(col(DrillRow.acknowledged_at).is_(None), last_one)))


def _delete(session: Session, table: type, which: ColumnElement[bool]) -> None:
    session.exec(delete(table).where(which).execution_options(synchronize_session=False))
