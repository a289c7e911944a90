"""When a unit answers its phone (D17), written as people write it: "man-ons 8-15, tor 8-17, fre 8-13"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self

from directory.calendar import COPENHAGEN, is_closing_day
from directory.errors import BadHours

DAYS: Final = ("man", "tir", "ons", "tor", "fre", "lør", "søn")
LONGEST: Final = 200
LOOK_AHEAD_DAYS: Final = 31
MIDNIGHT: Final = 24 * 60
LAST_WEEKDAY: Final = 4
_GROUP: Final = re.compile(
    r"(?P<first>man|tir|ons|tor|fre|lør|søn)(?:s|dag|sdag)?"
    r"(?:-(?P<last>man|tir|ons|tor|fre|lør|søn)(?:s|dag|sdag)?)?:?"
    r"(?P<spans>(?: [0-9]{1,2}(?:[.:][0-9]{2})?-[0-9]{1,2}(?:[.:][0-9]{2})?)+)"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One stretch of opening on one weekday (Monday is 0), in minutes since midnight, Danish time."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of opening hours. No spans: the hours are not known, so nothing is claimed about them."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read hours as people write them; an empty text is "not known". Raises BadHours."""
        if len(text) > LONGEST:
            raise BadHours
        groups = _tidy(text).split(", ") if text.strip() else []
        return cls(tuple(sorted(span for group in groups for span in _spans(group))))

    def is_open(self, at: datetime) -> bool:
        """Tell whether the phone is answered at an aware moment; never on a day when offices are closed."""
        here = at.astimezone(COPENHAGEN)
        minute = here.hour * 60 + here.minute
        return any(span.opens <= minute < span.closes for span in self._on(here.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """Find the first opening after an aware moment, in UTC; None if none is known within a month."""
        start = at.astimezone(COPENHAGEN).date()
        days = (start + timedelta(days=n) for n in range(LOOK_AHEAD_DAYS + 1))
        openings = (_moment(day, span.opens) for day in days for span in self._on(day))
        return next((opening for opening in openings if opening > at), None)

    def _on(self, day: date) -> tuple[Span, ...]:
        return () if is_closing_day(day) else tuple(s for s in self.spans if s.weekday == day.weekday())


def _moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), COPENHAGEN).astimezone(UTC)


def _tidy(text: str) -> str:
    """Reduce the many ways of writing hours to one."""
    plain = re.sub(r"\s*[-–—]\s*", "-", text.casefold())
    plain = re.sub(r"\b(?:kl|og)\b\.?", " ", plain).replace("hverdage", "man-fre").replace("alle dage", "man-søn")
    return re.sub(r"\s*[,;]\s*", ", ", re.sub(r"\s+", " ", plain)).strip(" .,")


def _spans(group: str) -> Iterator[Span]:
    found = _GROUP.fullmatch(group)
    if not found:
        raise BadHours
    first = DAYS.index(found["first"])
    last = DAYS.index(found["last"] or found["first"])
    if last < first:
        raise BadHours
    for stretch in found["spans"].split():
        opens, closes = (_minutes(clock) for clock in stretch.split("-"))
        if closes <= opens:
            raise BadHours
        yield from (Span(weekday, opens, closes) for weekday in range(first, last + 1))


def _minutes(clock: str) -> int:
    hour, _, minute = clock.replace(":", ".").partition(".")
    total = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) >= len(range(60)) or total > MIDNIGHT:
        raise BadHours
    return total


OFFICE_HOURS: Final = OpeningHours.parse("man-fre 8-15")
"""What is assumed of a unit whose hours are not known."""


def answered_hours(hours: OpeningHours) -> OpeningHours:
    """Give the hours a unit's phone is answered, as far as anyone knows."""
    return hours if hours.spans else OFFICE_HOURS


def on_working_days(hours: OpeningHours) -> OpeningHours:
    """Give the part of the hours in which people are reminded: a unit may be open on a Saturday, no reminder comes."""
    return answered_hours(OpeningHours(tuple(span for span in hours.spans if span.weekday <= LAST_WEEKDAY)))
