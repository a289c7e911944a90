"""The trail is shortened from its old end: up to a signed checkpoint, and never one that does not hold (O18).

What is left begins at a signed start, so that `audit verify` still proves the rest of it whole. A trail that somebody
has altered keeps all it has: it is evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Table
from sqlmodel import Session, col, delete, func, select

from gateway.audit.chain import Head
from gateway.audit.read import link
from gateway.audit.rows import (
    BEFORE_ALL,
    AuditTable,
    CheckpointRow,
    EntryRow,
    RestoreRow,
    SampleRow,
    StartRow,
    VerdictRow,
    WitnessRow,
)
from gateway.audit.statements import Notary, Statement
from gateway.site.append_only import move_horizon
from gateway.site.erasing import Held, Old, Term, What
from keys.errors import KeyringError, OpenRefused

DOES_NOT_HOLD: Final = "trail-does-not-hold"


@dataclass(frozen=True)
class EraseEntries:
    """Erases the oldest entries, and what was sampled, judged and witnessed then; signs where the trail now begins."""

    notary: Notary
    what: What = What.ENTRY
    term: Term = Term.LOG

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the entries up to a checkpoint that were all added before `before`; at least `limit`, if there are."""
        upto = _checkpoint(session, before, limit)
        if upto is None or not self._holds(session, upto):
            return ()
        return [Old(str(row.seq), row.at) for row in _entries(session, upto)]

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:
        """Erase them, and sign the new start. Raises SealRefused or KeyringError, and then nothing is erased."""
        last = session.get_one(EntryRow, max(int(one.id) for one in found))
        signature = self.notary.sign(Statement.START, Head(last.seq, last.hash), now)
        session.add(StartRow(seq=last.seq, hash=last.hash, at=now, signed_by=self.notary.own, signature=signature))
        for row in (EntryRow, CheckpointRow, RestoreRow):
            move_horizon(session, _table(row.__tablename__), last.seq + 1)
            session.exec(delete(row).where(col(row.seq) <= last.seq))
        of_that_time = (
            (SampleRow, SampleRow.drawn_at),
            (VerdictRow, VerdictRow.judged_at),
            (WitnessRow, WitnessRow.seen_at),
        )
        for table, moment in of_that_time:
            move_horizon(session, _table(table.__tablename__), now - timedelta(days=days))
            session.exec(delete(table).where(col(moment) < now - timedelta(days=days)))

    def held(self, session: Session, before: datetime) -> Sequence[Held]:
        """Tell when the old end of the trail does not hold, and so stays until a person has looked into it."""
        upto = _checkpoint(session, before, None)
        return () if upto is None or self._holds(session, upto) else [Held("", upto.at, DOES_NOT_HOLD)]

    def _holds(self, session: Session, upto: CheckpointRow) -> bool:
        """Walk the chain from where it begins to a checkpoint, and prove the checkpoint."""
        start = session.exec(select(StartRow).order_by(col(StartRow.seq).desc()).limit(1)).first()
        seq, previous = (start.seq, start.hash) if start else (0, BEFORE_ALL)
        for one in map(link, _entries(session, upto)):
            if (one.seq, one.previous) != (seq + 1, previous):
                return False
            seq, previous = one.seq, one.hash
        head = Head(seq, previous)
        return head == Head(upto.seq, upto.hash) and self._signed(head, upto)

    def _signed(self, head: Head, upto: CheckpointRow) -> bool:
        try:
            self.notary.confirm(Statement.CHECKPOINT, head, upto.at, upto.signature)
        except (OpenRefused, KeyringError):
            return False
        return True


def _checkpoint(session: Session, before: datetime, limit: int | None) -> CheckpointRow | None:
    """Find the checkpoint to erase up to: the first that covers `limit` entries, or the last one old enough."""
    first = session.exec(select(func.min(EntryRow.seq))).one()
    young = session.exec(select(func.min(EntryRow.seq)).where(EntryRow.at >= before)).one()
    old_enough = select(CheckpointRow).where(col(CheckpointRow.seq) >= (first or 0), col(CheckpointRow.at) < before)
    if young is not None:
        old_enough = old_enough.where(col(CheckpointRow.seq) < young)
    points = session.exec(old_enough.order_by(col(CheckpointRow.seq))).all()
    enough = (point for point in points if limit is not None and point.seq - (first or 0) + 1 >= limit)
    return next(enough, points[-1] if points else None)


def _entries(session: Session, upto: CheckpointRow) -> Sequence[EntryRow]:
    return session.exec(select(EntryRow).where(EntryRow.seq <= upto.seq).order_by(col(EntryRow.seq))).all()


def _table(name: str) -> Table:
    return AuditTable.metadata.tables[name]
