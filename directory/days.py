"""The day a change begins on, as people type it, and whether it can be right (D19: a note was once dated 2919)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from directory.calendar import COPENHAGEN, local_day
from directory.errors import BadDay

FIRST: Final = date(2020, 4, 1)
"""The agreement's first day: a machine whose clock says less is wrong itself."""
FARTHEST: Final = timedelta(days=366)
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-./]([0-9]{1,2})[-./]([0-9]{4})")


def typed_day(text: str) -> date:
    """Read "2027-01-31", "31-01-2027" or "31.1.2027". Raises BadDay."""
    found = _DAY_FIRST.fullmatch(text.strip())
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text.strip())
    except ValueError:
        raise BadDay from None


def beginning(day: date | None, now: datetime) -> datetime:
    """Give the moment that what begins on `day` begins: its midnight in Denmark, or now for today and for no day.

    Raises BadDay for a day that is past or more than a year ahead.
    """
    today = local_day(now)
    if day is None or day == today:
        return now
    if not max(today, FIRST) < day <= today + FARTHEST:
        raise BadDay
    return datetime.combine(day, time(), COPENHAGEN).astimezone(UTC)


def check_beginning(at: datetime, now: datetime) -> None:
    """Refuse a moment that no day typed now would give. Raises BadDay."""
    if at < now:
        beginning(local_day(at), now)
    elif at > now + FARTHEST:
        raise BadDay
