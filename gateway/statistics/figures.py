"""The figures themselves: frozen values, counted once and then suppressed, shown or sent. A hidden number is None."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from gateway.statistics.observed import Milestone
from gateway.statistics.period import Period

Number: TypeAlias = int | None
"""A count; None where it is hidden."""


class Base(enum.StrEnum):
    """What is counted: numbers of the same base can be subtracted from each other."""

    REFERRALS = "referrals"
    """Referrals in the period."""
    CITIZENS = "citizens"
    """Citizens referred in the period."""
    REFUSED = "refused"
    """Referrals that were not sent, of which nothing else is known (C9)."""
    EVENTS = "events"
    """Something that may happen many times or never to one referral."""


class Topic(enum.StrEnum):
    """What a figure is about."""

    AGAIN = "again"
    """How many were referred again, by kind (H8)."""
    PROMISE = "promise"
    """What became of the promise that somebody takes over."""
    REMINDERS = "reminders"
    """Which clocks ran out."""
    REFUSALS = "refusals"
    """Why referrals were not sent (C9)."""
    ENDINGS = "endings"
    """What was arranged when cases were closed; several may hold at once (H11)."""
    RESIDENCE = "residence"
    """Where the citizens live (G6)."""
    PEOPLE = "people"
    """Age by sex (H7)."""
    VOLUME = "volume"
    """Months by municipality (H3)."""
    KNOWN = "known"
    """Known to the municipality before (A10)."""
    ASSESSED_IN_TIME = "assessed-in-time"
    """Assessed within five working days (E1)."""
    CONTACTED_IN_TIME = "contacted-in-time"
    """First attempt at contact within five working days (E1)."""


class Phase(enum.StrEnum):
    """Where a citizen stood when the calls were made (H9, H10)."""

    BEFORE = "before"
    """Before the first referral."""
    UNDER = "under"
    """From a referral until it was closed."""
    AFTER = "after"
    """After it was closed, until the next referral."""


class Extent(enum.StrEnum):
    """How much of the whole a figure rests on."""

    ALL = "all"
    """All of it."""
    PART = "part"
    """Some of it; both numbers may be said."""
    NEARLY_ALL = "nearly-all"
    """All but one to four, and how many is hidden."""
    FEW = "few"
    """One to four, and how many is hidden."""
    NONE = "none"
    """Nothing."""
    HIDDEN = "hidden"
    """What it is part of is hidden itself."""


@dataclass(frozen=True)
class Coverage:
    """«Bygger på X af Y» (G3)."""

    measured: Number
    whole: Number
    base: Base
    extent: Extent

    @classmethod
    def of(cls, measured: int, whole: int, base: Base) -> "Coverage":
        """Tell how much of the whole was measured."""
        extent = Extent.ALL if measured == whole else Extent.PART if measured else Extent.NONE
        return cls(measured, whole, base, extent)

    @property
    def nothing(self) -> bool:
        """Tell whether there was nothing to measure, so that there is nothing to hide either."""
        return self.extent is Extent.NONE or (self.extent is Extent.ALL and self.measured == 0)

    @property
    def minimum(self) -> bool:
        """Tell whether the figure can only be a minimum («minimumsbillede», G4)."""
        return self.extent is not Extent.ALL


@dataclass(frozen=True)
class Split:
    """A whole divided into named parts. `total` is None where parts overlap and have no sum, or where it is hidden.

    `names` is what parts are called that have no words of ours: an end's own codes (E21).
    """

    topic: Topic
    base: Base
    parts: Mapping[str, Number]
    total: Number
    names: Mapping[str, str] = field(default_factory=dict)

    def part(self, name: str) -> Number:
        """Give one part."""
        return self.parts[name]


@dataclass(frozen=True)
class Grid:
    """Counts in rows and columns with their sums."""

    topic: Topic
    base: Base
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Number, ...], ...]
    row_totals: tuple[Number, ...]
    column_totals: tuple[Number, ...]
    total: Number

    @classmethod
    def of(
        cls,
        topic: Topic,
        base: Base,
        rows: tuple[str, ...],
        columns: tuple[str, ...],
        counts: Mapping[tuple[str, str], int],
    ) -> "Grid":
        """Build it from counts by (row, column); what was never counted is 0."""
        cells = tuple(tuple(counts.get((row, column), 0) for column in columns) for row in rows)
        return cls(
            topic=topic,
            base=base,
            rows=rows,
            columns=columns,
            cells=cells,
            row_totals=tuple(sum(row) for row in cells),
            column_totals=tuple(sum(column) for column in zip(*cells, strict=True)),
            total=sum(map(sum, cells)),
        )


@dataclass(frozen=True)
class Quartiles:
    """A quarter took no longer than `lower`, half no longer than `median`, three quarters no longer than `upper`."""

    lower: timedelta
    median: timedelta
    upper: timedelta


@dataclass(frozen=True)
class Spread:
    """How long something took. No quartiles: too few to tell."""

    milestone: Milestone
    quartiles: Quartiles | None
    coverage: Coverage


@dataclass(frozen=True)
class Share:
    """How large a part of those we know about: `part` of `coverage.measured`. `ratio` is from 0 to 1."""

    topic: Topic
    part: Number
    ratio: float | None
    coverage: Coverage


@dataclass(frozen=True)
class PhaseCalls:
    """Calls to 1-1-2 in one phase: what was told of, over how much time, for how many citizens (H9)."""

    phase: Phase
    calls: Number
    weeks: float | None
    per_citizen: float | None
    per_week: float | None
    coverage: Coverage


@dataclass(frozen=True)
class Joined:
    """Figures a municipality chose to send, already suppressed there.

    `covers`: how large a share of its own referrals each figure rests on, or how much where that is hidden.
    """

    municipality: str
    period: Period
    spreads: Mapping[Milestone, Quartiles]
    ratios: Mapping[Topic, float]
    covers: Mapping[str, "Extent | float"]


@dataclass(frozen=True)
class Entered:
    """A figure a person entered by hand, because nothing here can count it (H5)."""

    name: str
    year: int
    value: Decimal


@dataclass(frozen=True)
class Figures:
    """Everything one end can tell about a period. `shared`: fit to leave the unit.

    `covers_from` is the number of municipalities there are, of which `joined` have sent figures of their own.
    """

    party: str
    period: Period
    counted_at: datetime
    referrals: Number
    citizens: Number
    volume: Grid
    people: Grid
    splits: tuple[Split, ...]
    spreads: tuple[Spread, ...]
    shares: tuple[Share, ...]
    phases: tuple[PhaseCalls, ...] = ()
    joined: tuple[Joined, ...] = ()
    entered: tuple[Entered, ...] = ()
    shared: bool = False

    def split(self, topic: Topic) -> Split | None:
        """Find one of the splits."""
        return next((split for split in self.splits if split.topic is topic), None)

    def spread(self, milestone: Milestone) -> Spread | None:
        """Find one of the spreads."""
        return next((spread for spread in self.spreads if spread.milestone is milestone), None)

    def share(self, topic: Topic) -> Share | None:
        """Find one of the shares."""
        return next((share for share in self.shares if share.topic is topic), None)
