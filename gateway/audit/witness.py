"""Witnesses: each end tells the other, in the letters that flow anyway, how far its trail has come (DESIGN: at rest).

What one end has written anew or cut off since, the other can then show. What another party told stays as it was told:
a head that contradicts an earlier one is kept beside it. One end that was restored from a backup says so, and how much
of its trail the backup held: what it told before of anything beyond that counts no more.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, bindparam, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from gateway.audit import put_back
from gateway.audit.chain import Head
from gateway.audit.rows import EntryRow, StartRow, WitnessRow
from gateway.audit.trail import head
from gateway.site.log import Event, Log
from gateway.wire.payload import Trail, TrailHead

log = Log("stafet.audit")


class Whose(enum.StrEnum):
    """Whose trail a head is of."""

    THEIRS = "theirs"
    """The other party's own, as it told us."""
    OURS = "ours"
    """Ours, as the other party says it has seen it."""
    KEPT = "kept"
    """No head: the other party was restored from a backup, which held its own trail up to this entry."""


@dataclass(frozen=True)
class Told:
    """One head that another party named, and when."""

    party: str
    whose: Whose
    head: Head
    seen_at: datetime


def trail_for(session: Session, party: str) -> Trail | None:
    """Tell a party how far we have come, and how far we have seen them come; None while there is nothing to tell."""
    ours, theirs = head(session), _farthest(session, party)
    trail = Trail(own=_named(ours) if ours.seq else None, seen=_named(theirs) if theirs else None)
    return None if trail == Trail() else trail


def remember(session: Session, party: str, trail: Trail | None, letter_id: str, now: datetime) -> None:
    """Keep what a believed letter tells, in the caller's transaction. Letters may arrive out of order, and again."""
    if trail is None:
        return
    for whose, named in ((Whose.THEIRS, trail.own), (Whose.OURS, trail.seen)):
        if named is not None and not _known(session, party, whose, named):
            _keep(
                session,
                WitnessRow(party=party, whose=whose, seq=named.seq, hash=named.hash, seen_at=now, letter_id=letter_id),
            )


def restored(session: Session, party: str, kept: int, letter_id: str, signed_at: datetime) -> None:
    """Keep that a party was restored from a backup with `kept` entries, as a letter of theirs says, signed then.

    What the same letter names as the head of their trail counts as told after it.
    """
    session.add(WitnessRow(party=party, whose=Whose.KEPT, seq=kept, hash="", seen_at=signed_at, letter_id=letter_id))
    session.flush()


def restored_at(session: Session, party: str) -> datetime | None:
    """Tell when a party last said, by its own clock, that it was restored from a backup; None when it never did."""
    said = select(WitnessRow.seen_at).where(WitnessRow.party == party, WitnessRow.whose == Whose.KEPT)
    return session.exec(said.order_by(col(WitnessRow.id).desc()).limit(1)).first()


def told(session: Session, party: str | None = None) -> tuple[Told, ...]:
    """List what was told, oldest first: by everybody, or by one party; without what a restore has taken back."""
    rows = select(WitnessRow).where(WitnessRow.whose != Whose.KEPT, ~_taken_back()).order_by(col(WitnessRow.id))
    if party is not None:
        rows = rows.where(WitnessRow.party == party)
    return tuple(_told(row) for row in session.exec(rows))


def contradictions(session: Session) -> tuple[Told, ...]:
    """List the heads that cannot be true beside what is here; the first thing to look at when there are any.

    Of another party's trail: another hash for a number that was told before. Of ours: a head our trail does not hold.
    """
    rows = session.exec(select(WitnessRow).where(_contradicts()).order_by(col(WitnessRow.id)))
    restores = tuple(put_back.put_back(session))
    return tuple(_told(row) for row in rows if not _explained(row, restores))


def _explained(row: WitnessRow, restores: Iterable[put_back.PutBack]) -> bool:
    """Tell whether a head of ours was lost when we were restored ourselves."""
    return row.whose == Whose.OURS and put_back.explains(restores, row.seq, row.seen_at)


def _taken_back() -> ColumnElement[bool]:
    """Find the heads that a party told of its own trail, and has lost since with a restore."""
    kept = aliased(WitnessRow)
    return (col(WitnessRow.whose) == Whose.THEIRS) & exists().where(
        col(kept.whose) == Whose.KEPT,
        col(kept.party) == col(WitnessRow.party),
        col(kept.seq) < col(WitnessRow.seq),
        col(kept.id) > col(WitnessRow.id),
        col(kept.letter_id) != col(WitnessRow.letter_id),
    )


def _contradicts() -> ColumnElement[bool]:
    before, kept = aliased(WitnessRow), aliased(WitnessRow)
    told_after = or_(col(kept.id) < col(WitnessRow.id), col(kept.letter_id) == col(WitnessRow.letter_id))
    # Two levels out: SQLAlchemy correlates one by itself.
    restored_between = (
        exists()
        .where(
            col(kept.whose) == Whose.KEPT,
            col(kept.party) == col(WitnessRow.party),
            col(kept.seq) < col(WitnessRow.seq),
            col(kept.id) > col(before.id),
            told_after,
        )
        .correlate(before, WitnessRow)
    )
    told_otherwise = exists().where(
        col(before.party) == col(WitnessRow.party),
        col(before.seq) == col(WitnessRow.seq),
        col(before.whose) == Whose.THEIRS,
        col(before.hash) != col(WitnessRow.hash),
        col(before.id) < col(WitnessRow.id),
        ~restored_between,
    )
    held = exists().where(col(EntryRow.seq) == col(WitnessRow.seq), col(EntryRow.hash) == col(WitnessRow.hash))
    erased = exists().where(col(StartRow.seq) >= col(WitnessRow.seq))
    theirs, ours = (col(WitnessRow.whose) == whose for whose in (Whose.THEIRS, Whose.OURS))
    return or_(theirs & told_otherwise, ours & ~held & ~erased)


def _farthest(session: Session, party: str) -> Head | None:
    """Give the highest head a party told of its own trail; of two that contradict, the one that was told first."""
    row = session.exec(_heads_of(), params={"party": party}).first()
    return Head(row.seq, row.hash) if row else None


@cache
def _heads_of() -> SelectOfScalar[WitnessRow]:
    """Find the heads a party told of its own trail, the farthest first; made once, for every letter asks for it."""
    theirs = select(WitnessRow).where(
        col(WitnessRow.party) == bindparam("party"), WitnessRow.whose == Whose.THEIRS, ~_taken_back()
    )
    return theirs.order_by(col(WitnessRow.seq).desc(), col(WitnessRow.id)).limit(1)


@cache
def _contradicting() -> SelectOfScalar[WitnessRow]:
    """Find whether one head that was kept cannot be true; made once, for every letter asks for it."""
    return select(WitnessRow).where(_contradicts(), col(WitnessRow.id) == bindparam("kept"))


def _known(session: Session, party: str, whose: Whose, named: TrailHead) -> bool:
    same = select(WitnessRow.id).where(
        WitnessRow.party == party,
        WitnessRow.whose == whose,
        WitnessRow.seq == named.seq,
        WitnessRow.hash == named.hash,
    )
    return session.exec(same).first() is not None


def _keep(session: Session, row: WitnessRow) -> None:
    session.add(row)
    session.flush()
    wrong = session.exec(_contradicting(), params={"kept": row.id}).first()
    if wrong is not None and not _explained(wrong, put_back.put_back(session)):
        log(Event.TRAIL_CONTRADICTED, letter=row.letter_id)


def _told(row: WitnessRow) -> Told:
    return Told(row.party, Whose(row.whose), Head(row.seq, row.hash), row.seen_at)


def _named(reached: Head) -> TrailHead:
    return TrailHead(seq=reached.seq, hash=reached.hash)
