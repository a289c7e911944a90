"""What is typed into a form, read: a date and a time of day as Danes write them, and who is to come."""

import re
from datetime import UTC, date, datetime
from typing import Final

from directory.calendar import COPENHAGEN
from gateway.wire.errors import LetterUnreadable
from gateway.wire.meeting import Party

_DAY: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", re.ASCII)
_SHORT_DAY: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{4}))?", re.ASCII)
_CLOCK: Final = re.compile(r"([0-9]{1,2})[.:]([0-9]{2})", re.ASCII)


def moment(day: str, clock: str) -> datetime | None:
    """Read "24-11-2026" and "13.30" in Danish time; None when it is no such moment."""
    on, at = _DAY.fullmatch(day.strip()), _CLOCK.fullmatch(clock.strip())
    if not on or not at:
        return None
    try:
        local = datetime(int(on[3]), int(on[2]), int(on[1]), int(at[1]), int(at[2]), tzinfo=COPENHAGEN)
    except ValueError:
        return None
    return local.astimezone(UTC)


def day(written: str, today: date) -> date | None:
    """Read "27-11", or "27-11-2026"; None when it is no date. Without a year it is the next such day."""
    found = _SHORT_DAY.fullmatch(written.strip())
    if not found:
        return None
    years = (int(found[3]),) if found[3] else (today.year, today.year + 1)
    read = (_date(year, int(found[2]), int(found[1])) for year in years)
    days = [one for one in read if one]
    return next((one for one in days if found[3] or one >= today), None)


def _date(year: int, month: int, on: int) -> date | None:
    try:
        return date(year, month, on)
    except ValueError:
        return None


def parties(text: str) -> tuple[Party, ...]:
    """Read "egen læge: Lise Testgaard, borgeren": roles, each with a name after a colon when it is known."""
    return tuple(filter(None, map(_party, text.split(","))))


def _party(text: str) -> Party | None:
    role, _colon, name = (part.strip() for part in text.partition(":"))
    try:
        return Party.read({"role": role, "name": name})
    except LetterUnreadable:
        return None
