"""The period figures are about: whole months, because two reports that differ by a day could be told apart (H3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Self

from directory.calendar import COPENHAGEN, local_day

A_YEAR: Final = 12
QUARTERS_UP_TO: Final = 36
EARLIEST: Final = 2020
LATEST: Final = 2199
_WRITTEN: Final = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_DANISH: Final = re.compile(r"(?P<day>[0-9]{1,2})[-.](?P<month>[0-9]{1,2})[-.](?P<year>[0-9]{4})")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of one year."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: date) -> Self:
        """Find the month of a day, or of an aware moment, in Danish time."""
        day = local_day(moment) if isinstance(moment, datetime) else moment
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """Give its first day."""
        return date(self.year, self.month, 1)

    def plus(self, months: int) -> "Month":
        """Go some months ahead, or back."""
        count = self.year * A_YEAR + self.month - 1 + months
        return Month(count // A_YEAR, count % A_YEAR + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class Period:
    """The months from `first` to `last`, both with; ValueError when they stand the wrong way round."""

    first: Month
    last: Month

    def __post_init__(self) -> None:
        if not EARLIEST <= self.first.year <= self.last.year <= LATEST or self.last < self.first:
            raise ValueError("not a period")

    @classmethod
    def around(cls, today: date, start: date | None = None, end: date | None = None) -> Self:
        """Widen two days to whole months; without them, the twelve months up to today's. ValueError: wrong way."""
        last = Month.of(end or today)
        return cls(Month.of(start) if start else last.plus(1 - A_YEAR), last)

    def __contains__(self, moment: datetime) -> bool:
        return self.first <= Month.of(moment) <= self.last

    def within(self, other: "Period") -> bool:
        """Tell whether all of it lies in another period."""
        return other.first <= self.first and self.last <= other.last

    @property
    def months(self) -> tuple[Month, ...]:
        """List its months."""
        return tuple(self._months())

    @property
    def spans(self) -> tuple["Period", ...]:
        """Divide it for a table: into months up to a year, quarters up to three, then years."""
        count = len(self.months)
        step = 1 if count <= A_YEAR else A_YEAR // 4 if count <= QUARTERS_UP_TO else A_YEAR
        starts = self.months[::step]
        return tuple(Period(start, min(start.plus(step - 1), self.last)) for start in starts)

    @property
    def ends_at(self) -> datetime:
        """Give the moment it ends, in UTC."""
        return datetime.combine(self.last.plus(1).first_day, time(), COPENHAGEN).astimezone(UTC)

    def _months(self) -> Iterator[Month]:
        month = self.first
        while month <= self.last:
            yield month
            month = month.plus(1)


def day_typed(text: str) -> date:
    """Read a day as 2026-01-31 or 31-01-2026, for argparse; ValueError for anything else."""
    found = _WRITTEN.fullmatch(text.strip()) or _DANISH.fullmatch(text.strip())
    if found is None:
        raise ValueError("not a day")
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    if not EARLIEST <= day.year <= LATEST:
        raise ValueError("not a day of the agreement")
    return day
