"""Verify the trail: walk every entry, and hold it against what was signed and what others have witnessed.

Found is any change to an entry that lies before a checkpoint or a witnessed head: edited, removed, put in, moved, or
written anew from there on; a tail cut off behind such a mark; a mark that is forged; and a head row that differs.
Not found is a change behind the last of these marks that also makes the head row agree; nor what was done by somebody
who holds the site's secret key and signs every checkpoint anew, unless another party has witnessed a head of that time.

What another party says it has seen is believed least: it may be wrong, and a lie must hide nothing. So the walk goes on
past it, and it is told only when the trail agrees with all that was signed here. Where it was signed that the trail was
put back to a backup, what others have seen beyond that is explained by it, and told apart.
"""

import enum
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from sqlmodel import Session, col, select

from gateway.audit import put_back
from gateway.audit.chain import Head
from gateway.audit.put_back import PutBack
from gateway.audit.raw import Signed, Stored, signed_heads, stands_elsewhere, stored_entries
from gateway.audit.rows import BEFORE_ALL, CheckpointRow, EntryRow, HeadRow, RestoreRow, StartRow, WitnessRow
from gateway.audit.statements import Notary, Statement
from gateway.audit.witness import Whose
from keys.errors import BadSignature, OpenRefused

TELL_EVERY: Final = 20_000
THOROUGHLY: Final = 2
"""The last checkpoint in the database and the one beside it: everything before hangs on them."""
NONE_YET: Final = Head(0, BEFORE_ALL)


class Break(enum.StrEnum):
    """What is wrong with the trail."""

    EDITED = "edited"
    """An entry does not say what it said when it was written."""
    REMOVED = "removed"
    """An entry is gone from between two others."""
    REORDERED = "reordered"
    """An entry stands where another belongs."""
    INSERTED = "inserted"
    """An entry does not follow from the one before it: it was put in, or written anew."""
    REWRITTEN = "rewritten"
    """The entries agree with each other, but not with what was signed or witnessed of them."""
    TRUNCATED = "truncated"
    """The last entries are gone."""
    HEAD_DIFFERS = "head-differs"
    """The trail's head does not name the last entry."""
    FORGED_CHECKPOINT = "forged-checkpoint"
    """A checkpoint was not signed by this site as it stands."""
    FORGED_START = "forged-start"
    """The trail does not begin where it was signed to begin."""
    FORGED_RESTORE = "forged-restore"
    """Nobody signed that the trail was put back to a backup that ended there."""


class Source(enum.StrEnum):
    """Who vouches for a head."""

    CHECKPOINT = "checkpoint"
    """This site, by a signature made then."""
    RESTORE = "restore"
    """This site, by a signature made when it was restored from a backup that held so much."""
    WITNESS = "witness"
    """Another party, in a letter of theirs."""
    READ_ALOUD = "read-aloud"
    """Whoever read it aloud from the other end's screen."""


@dataclass(frozen=True)
class Mark:
    """A head somebody vouches for; `hash` may be the beginning of one, as it is read aloud.

    `told_at` is when another party told of it.
    """

    seq: int
    hash: str
    source: Source
    party: str = ""
    told_at: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """The first place where the trail breaks, and what is wrong there; `mark` is what it was held against."""

    what: Break
    seq: int
    mark: Mark | None = None


@dataclass(frozen=True)
class Verified:
    """What a verification came to: `finding` is None when all is well, and `proved` the last entry a mark covers.

    `contradicted` are the heads others say they have seen that the trail does not hold. `put_back` tells of each time
    the site was restored from a backup, and `lost` are the heads that are explained by one of them.
    """

    entries: int
    last: Head
    checkpoints: int
    witnessed: int
    proved: int
    finding: Finding | None
    contradicted: tuple[Mark, ...] = ()
    put_back: tuple[PutBack, ...] = ()
    lost: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Verify:
    """Verifies a site's own trail. `progress` hears now and then how many entries have been walked."""

    notary: Notary
    now: datetime
    progress: Callable[[int], None] = lambda _walked: None

    def __call__(self, session: Session, read_aloud: Iterable[Mark] = ()) -> Verified:
        """Walk the trail as it stands in `session`; raises KeyringError when gpg itself fails."""
        checkpoints, findings = self._checkpoints(session)
        restores = self._restores(session, checkpoints, findings)
        told = list(_witnessed(session))
        marks = [*checkpoints, *read_aloud, *told]
        walk = _Walk(NONE_YET, marks)
        try:
            walk = _Walk(self._start(session), marks)
            findings += filter(None, [self._walked(session, walk) or _end(session, walk, [*checkpoints, *read_aloud])])
        except OpenRefused:
            findings.append(Finding(Break.FORGED_START, _first_seq(session)))
        unmet = (*walk.contradicted, *(mark for mark in told if mark.seq > walk.last.seq))
        lost = tuple(mark for mark in unmet if _is_lost(mark, restores))
        contradicted = tuple(mark for mark in unmet if mark not in lost)
        findings = findings or [_told_otherwise(walk.last, mark) for mark in contradicted]
        covered = [mark.seq for mark in marks if mark.seq <= walk.last.seq and mark not in lost]
        proved = 0 if findings else max(covered, default=0)
        first = min(findings, key=lambda finding: finding.seq, default=None)
        counts = len(set(checkpoints)), len(marks) - len(checkpoints)
        return Verified(walk.count, walk.last, *counts, proved, first, contradicted, restores, lost)

    def _start(self, session: Session) -> Head:
        """Tell after which entry the trail begins; raises OpenRefused when nobody signed that it does."""
        for signed in signed_heads(session, StartRow):
            self._prove(Statement.START, signed, thoroughly=True)
            return signed.head
        return NONE_YET

    def _checkpoints(self, session: Session) -> tuple[list[Mark], list[Finding]]:
        """Prove every checkpoint, the one beside the database too; the newest by both implementations."""
        good, forged = [], []
        beside = self.notary.last_signed.read()
        for nth, signed in enumerate(chain(filter(None, [beside]), signed_heads(session, CheckpointRow))):
            mark = Mark(signed.head.seq, signed.head.hash, Source.CHECKPOINT)
            try:
                self._prove(Statement.CHECKPOINT, signed, thoroughly=nth < THOROUGHLY)
                good.append(mark)
            except OpenRefused:
                forged.append(Finding(Break.FORGED_CHECKPOINT, mark.seq, mark))
        return good, forged

    def _restores(self, session: Session, good: list[Mark], findings: list[Finding]) -> tuple[PutBack, ...]:
        """Prove each time the trail was put back; what a backup held of it must be there still."""
        proved = []
        for signed in signed_heads(session, RestoreRow):
            mark = Mark(signed.head.seq, signed.head.hash, Source.RESTORE)
            try:
                self._prove(Statement.RESTORE, signed, thoroughly=True)
            except OpenRefused:
                findings.append(Finding(Break.FORGED_RESTORE, mark.seq, mark))
            else:
                good.append(mark)
                proved += [PutBack(mark.seq, signed.at, put_back.backup_of(session, mark.seq))] if signed.at else []
        return tuple(reversed(proved))

    def _prove(self, what: Statement, signed: Signed, *, thoroughly: bool) -> None:
        if signed.at is None:
            raise BadSignature
        if thoroughly:
            self.notary.require(what, signed.head, signed.at, signed.signature, self.now)
        else:
            self.notary.confirm(what, signed.head, signed.at, signed.signature)

    def _walked(self, session: Session, walk: "_Walk") -> Finding | None:
        for stored in stored_entries(session):
            finding = walk.step(session, stored)
            if finding is not None:
                return finding
            if walk.count % TELL_EVERY == 0:
                self.progress(walk.count)
        return None


class _Walk:
    """Where a walk has come to, and what it has to meet on the way."""

    def __init__(self, start: Head, marks: Iterable[Mark]) -> None:
        self.last = start
        self.count = 0
        self.contradicted: list[Mark] = []
        self._marks: Mapping[int, Sequence[Mark]] = _by_seq(marks)

    def step(self, session: Session, stored: Stored) -> Finding | None:
        """Go on by one entry, or tell why it cannot be the next."""
        wrong = self._wrong(session, stored)
        if wrong is not None:
            return Finding(wrong, min(self.last.seq + 1, stored.seq))
        self.last = Head(stored.seq, stored.hash)
        self.count += 1
        unmet = [mark for mark in self._marks.get(stored.seq, ()) if not stored.hash.startswith(mark.hash)]
        self.contradicted += (mark for mark in unmet if mark.source is Source.WITNESS)
        ours = next((mark for mark in unmet if mark.source is not Source.WITNESS), None)
        return Finding(Break.REWRITTEN, stored.seq, ours) if ours else None

    def _wrong(self, session: Session, stored: Stored) -> Break | None:
        next_in_number = stored.seq == self.last.seq + 1
        if next_in_number and stored.previous == self.last.hash:
            return None if stored.is_whole else Break.EDITED
        if stored.seq <= self.last.seq:
            return Break.INSERTED
        if stands_elsewhere(session, self.last.hash, stored.seq):
            return Break.REORDERED
        if not next_in_number:
            return Break.REMOVED
        return Break.INSERTED if stored.is_whole else Break.EDITED


def _by_seq(marks: Iterable[Mark]) -> Mapping[int, Sequence[Mark]]:
    found = defaultdict(list)
    for mark in marks:
        found[mark.seq].append(mark)
    return found


def _told_otherwise(last: Head, mark: Mark) -> Finding:
    """Name what must have happened if another party is right."""
    if mark.seq > last.seq:
        return Finding(Break.TRUNCATED, last.seq + 1, mark)
    return Finding(Break.REWRITTEN, mark.seq, mark)


def _end(session: Session, walk: _Walk, marks: Iterable[Mark]) -> Finding | None:
    """Hold the end of the trail against the head row, and against the marks that name entries behind it."""
    beyond = min((mark for mark in marks if mark.seq > walk.last.seq), key=lambda mark: mark.seq, default=None)
    if beyond is not None:
        return Finding(Break.TRUNCATED, walk.last.seq + 1, beyond)
    named = session.execute(select(HeadRow.seq, HeadRow.hash)).all()
    if [tuple(row) for row in named] == [(walk.last.seq, walk.last.hash)]:
        return None
    cut = any(isinstance(row.seq, int) and row.seq > walk.last.seq for row in named)
    return Finding(Break.TRUNCATED, walk.last.seq + 1) if cut else Finding(Break.HEAD_DIFFERS, walk.last.seq)


def _witnessed(session: Session) -> Iterator[Mark]:
    """List the heads of our trail that other parties say they have seen."""
    ours = select(WitnessRow.seq, WitnessRow.hash, WitnessRow.party, WitnessRow.seen_at)
    told = session.exec(ours.where(WitnessRow.whose == Whose.OURS).order_by(col(WitnessRow.id)))
    return (Mark(seq, seen, Source.WITNESS, party, at) for seq, seen, party, at in told)


def _is_lost(mark: Mark, restores: Iterable[PutBack]) -> bool:
    return mark.told_at is not None and put_back.explains(restores, mark.seq, mark.told_at)


def _first_seq(session: Session) -> int:
    return session.exec(select(EntryRow.seq).order_by(col(EntryRow.seq)).limit(1)).first() or 0
