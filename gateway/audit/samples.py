"""A month's random sample of what was done about citizens, and what was judged of each entry (S31).

Which entries are drawn hangs on a hash nobody can choose: that of the first entry after the month. It lies in no
one's hand, and whoever has the trail can draw the same sample again.
"""

import enum
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from directory.calendar import COPENHAGEN
from gateway.audit.chain import Link
from gateway.audit.errors import MonthNotOver, NotInSample
from gateway.audit.read import link
from gateway.audit.rows import EntryRow, SampleRow, VerdictRow
from gateway.audit.trail import CONSOLE, DAEMON, UNKNOWN
from gateway.site.cipher import Vault

ABOUT_CITIZENS: Final = frozenset({"care", "insight"})
"""The purposes that lead to a citizen: what is done for them, and what is told them of themselves."""
NOBODY_IN_PERSON: Final = frozenset({DAEMON, CONSOLE, UNKNOWN})
DECEMBER: Final = 12


class Judged(enum.StrEnum):
    """What a person made of one entry."""

    OK = "ok"
    """There was reason to do it."""
    ASK = "ask"
    """Whoever did it is to be asked why."""
    WRONG = "wrong"
    """There was no reason to do it."""


@dataclass(frozen=True)
class Month:
    """A month by the Danish calendar."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        """Tell in which month a moment lies."""
        local = moment.astimezone(COPENHAGEN)
        return cls(local.year, local.month)

    @property
    def following(self) -> "Month":
        """Give the next month."""
        return Month(self.year + self.month // DECEMBER, self.month % DECEMBER + 1)

    @property
    def begins(self) -> datetime:
        """Tell the moment it begins."""
        return datetime(self.year, self.month, 1, tzinfo=COPENHAGEN)


@dataclass(frozen=True)
class Judgement:
    """What was judged of one entry, by whom and when; the latest counts."""

    verdict: Judged
    note: str
    person_id: str
    at: datetime


@dataclass(frozen=True)
class Sample:
    """The entries drawn for a month, oldest first, out of how many, and what was judged of them so far."""

    month: str
    seed: str
    out_of: int
    entries: tuple[Link, ...]
    judgements: Mapping[int, Judgement]

    @property
    def missing(self) -> int:
        """Tell how many nobody has judged."""
        return len(self.entries) - len(self.judgements)


def draw(links: Iterable[Link], seed: str, count: int) -> tuple[Link, ...]:
    """Draw `count` entries: those with the smallest SHA-256 of the seed and their own hash, oldest first."""

    def lot(entry: Link) -> str:
        return hashlib.sha256(f"{seed}{entry.hash}".encode()).hexdigest()

    return tuple(sorted(sorted(links, key=lot)[:count], key=lambda entry: entry.seq))


@dataclass(frozen=True)
class Samples:
    """The samples of one site, in one session."""

    session: Session
    vault: Vault

    def draw(self, month: Month, count: int, person_id: str, now: datetime) -> Sample:
        """Draw a month's sample, or give the one that was drawn; a larger count adds to it. Raises MonthNotOver."""
        drawn = self._drawn(month)
        if drawn is None or drawn.count < count:
            row = SampleRow(month=str(month), count=count, seed=self._seed(month), drawn_at=now, person_id=person_id)
            self.session.add(row)
            self.session.flush()
        return self.of(month)

    def of(self, month: Month) -> Sample:
        """Give a month's sample; raises NotInSample when none was drawn."""
        row = self._drawn(month)
        if row is None:
            raise NotInSample
        population = self._population(month)
        drawn = draw(population, row.seed, row.count)
        return Sample(str(month), row.seed, len(population), drawn, self._judgements(month))

    def judge(self, month: Month, seq: int, verdict: Judged, note: str, *, person_id: str, now: datetime) -> None:
        """Keep what a person makes of an entry of a month's sample; raises NotInSample."""
        if seq not in {entry.seq for entry in self.of(month).entries}:
            raise NotInSample
        kept = str(uuid.uuid4())
        locked = self.vault.lock(note.encode(), _place(kept)) if note else None
        self.session.add(
            VerdictRow(
                id=kept,
                month=str(month),
                seq=seq,
                verdict=verdict,
                locked=locked,
                judged_at=now,
                person_id=person_id,
            )
        )

    def months(self, now: datetime) -> tuple[tuple[Month, Sample | None], ...]:
        """List every month that is over and in which something was done about a citizen, and its sample if drawn."""
        first = self.session.exec(select(func.min(col(EntryRow.at)))).one()
        found: list[tuple[Month, Sample | None]] = []
        month = Month.of(first or now)
        while month.following.begins <= now:
            if self._drawn(month) is not None:
                found.append((month, self.of(month)))
            elif self.session.exec(_about_citizens(month).limit(1)).first() is not None:
                found.append((month, None))
            month = month.following
        return tuple(found)

    def _drawn(self, month: Month) -> SampleRow | None:
        rows = select(SampleRow).where(SampleRow.month == str(month))
        return self.session.exec(rows.order_by(col(SampleRow.count).desc())).first()

    def _seed(self, month: Month) -> str:
        after = select(EntryRow).where(col(EntryRow.at) >= month.following.begins).order_by(col(EntryRow.seq))
        first = self.session.exec(after).first()
        if first is None:
            raise MonthNotOver
        return link(first).hash

    def _population(self, month: Month) -> tuple[Link, ...]:
        return tuple(map(link, self.session.exec(_about_citizens(month))))

    def _judgements(self, month: Month) -> Mapping[int, Judgement]:
        rows = select(VerdictRow).where(VerdictRow.month == str(month)).order_by(col(VerdictRow.judged_at))
        return {row.seq: self._judgement(row) for row in self.session.exec(rows)}

    def _judgement(self, row: VerdictRow) -> Judgement:
        note = self.vault.open(row.locked, _place(row.id)).decode() if row.locked else ""
        return Judgement(Judged(row.verdict), note, row.person_id, row.judged_at)


def _about_citizens(month: Month) -> SelectOfScalar[EntryRow]:
    """Select what people did about citizens in a month."""
    return select(EntryRow).where(
        col(EntryRow.at) >= month.begins,
        col(EntryRow.at) < month.following.begins,
        col(EntryRow.purpose).in_(ABOUT_CITIZENS),
        col(EntryRow.person_id).not_in(NOBODY_IN_PERSON),
    )


def _place(verdict_id: str) -> str:
    return f"audit-verdict:{verdict_id}"
