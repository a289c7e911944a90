"""The body of a letter of figures: what a municipality chooses to tell the region about its own work, suppressed.

No citizen is in it, and no count from one to four: such a letter is refused as unreadable.
"""

import itertools
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.statistics.figures import Coverage, Extent, Figures, Joined, Quartiles, Share, Spread, Topic
from gateway.statistics.network import too_small
from gateway.statistics.observed import Milestone
from gateway.statistics.period import Month, Period
from gateway.wire.body import Body, Name

MOST: Final = 1_000_000
LONGEST: Final = 10 * 366 * 24 * 60


def _large_enough(count: int) -> int:
    if too_small(count):
        raise ValueError("a count from one to four does not leave the unit")
    return count


Count = Annotated[int, Field(ge=0, le=MOST), AfterValidator(_large_enough)]
Minutes = Annotated[int, Field(ge=0, le=LONGEST)]
Written = Annotated[str, Field(pattern=r"^20[2-9][0-9]-(0[1-9]|1[0-2])$")]


class Rests(Body):
    """How much a figure rests on. `measured` and `whole` are left out where they would tell too much."""

    measured: Count | None = None
    whole: Count | None = None
    extent: Extent

    @model_validator(mode="after")
    def _apart(self) -> Self:
        """Refuse two counts that can be subtracted to a small one, and a part larger than its whole."""
        if self.measured is not None and self.whole is not None:
            if self.measured > self.whole:
                raise ValueError("no more is measured than there is")
            _large_enough(self.whole - self.measured)
        return self


class Took(Body):
    """How long something took, in minutes: a quarter, half, three quarters."""

    lower: Minutes
    median: Minutes
    upper: Minutes
    rests: Rests

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lower <= self.median <= self.upper:
            raise ValueError("quartiles come in order")
        return self


class Part(Body):
    """A share, as a whole percentage of those that were measured."""

    percent: Annotated[int, Field(ge=0, le=100)]
    rests: Rests

    @model_validator(mode="after")
    def _tells_of_enough(self) -> Self:
        """Refuse a percentage that, of so many, can only stand for a small count in it or outside it."""
        measured = self.rests.measured
        if measured and all(too_small(part) or too_small(measured - part) for part in _may_be(self.percent, measured)):
            raise ValueError("a count from one to four does not leave the unit")
        return self


class Aggregate(Body):
    """What one municipality tells of a period."""

    first: Written
    last: Written
    shared_by: Name
    referrals: Count | None = None
    took: Annotated[dict[Milestone, Took], Field(default_factory=dict, max_length=len(Milestone))]
    parts: Annotated[dict[Topic, Part], Field(default_factory=dict, max_length=len(Topic))]

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        Period(_month(self.first), _month(self.last))
        return self

    @model_validator(mode="after")
    def _cannot_be_subtracted(self) -> Self:
        """Refuse counts about the same referrals that differ by a small one."""
        rests = [*(took.rests for took in self.took.values()), *(part.rests for part in self.parts.values())]
        told = {self.referrals, *(count for one in rests for count in (one.measured, one.whole))}
        for one, other in itertools.combinations(filter(None, told), 2):
            _large_enough(abs(one - other))
        return self

    @property
    def period(self) -> Period:
        """Give the period it is about."""
        return Period(_month(self.first), _month(self.last))


def aggregate(figures: Figures, shared_by: str) -> Aggregate:
    """Write suppressed figures for the region; ValueError when they are not suppressed."""
    if not figures.shared:
        raise ValueError("only suppressed figures leave the unit")
    return Aggregate(
        first=str(figures.period.first),
        last=str(figures.period.last),
        shared_by=shared_by,
        referrals=figures.referrals,
        took={spread.milestone: _took(spread, spread.quartiles) for spread in figures.spreads if spread.quartiles},
        parts={share.topic: _part(share, share.ratio) for share in figures.shares if share.ratio is not None},
    )


def joined(municipality: str, told: Aggregate) -> Joined:
    """Read what a municipality told, as the region's report joins it."""
    return Joined(
        municipality=municipality,
        period=told.period,
        spreads={milestone: _quartiles(took) for milestone, took in told.took.items()},
        ratios={topic: part.percent / 100 for topic, part in told.parts.items()},
        covers=_covers(told),
    )


def _took(spread: Spread, found: Quartiles) -> Took:
    lower, median, upper = (round(at / timedelta(minutes=1)) for at in (found.lower, found.median, found.upper))
    return Took(lower=lower, median=median, upper=upper, rests=_rests(spread.coverage))


def _part(share: Share, ratio: float) -> Part:
    return Part(percent=round(ratio * 100), rests=_rests(share.coverage))


def _rests(coverage: Coverage) -> Rests:
    return Rests(measured=coverage.measured, whole=coverage.whole, extent=coverage.extent)


def _quartiles(took: Took) -> Quartiles:
    return Quartiles(*(timedelta(minutes=at) for at in (took.lower, took.median, took.upper)))


def _covers(told: Aggregate) -> Mapping[str, Extent | float]:
    """Tell how much each figure covers, as a share: a count could be subtracted from the region's own."""
    rests = {**{str(name): took.rests for name, took in told.took.items()}}
    rests |= {str(name): part.rests for name, part in told.parts.items()}
    return {name: _cover(one) for name, one in rests.items()}


def _cover(rests: Rests) -> Extent | float:
    return round(rests.measured / rests.whole, 2) if rests.measured is not None and rests.whole else rests.extent


def _may_be(percent: int, of: int) -> range:
    """Give the counts that a percentage may have been rounded from."""
    return range(max(math.ceil((percent - 0.5) * of / 100), 0), min(math.floor((percent + 0.5) * of / 100), of) + 1)


def _month(text: str) -> Month:
    year, _dash, month = text.partition("-")
    return Month(int(year), int(month))
