"""Working days («hverdage») and the target of five of them.

Monday to Friday, except public holidays and the three days on which public offices are closed all the same
(forældelsesloven § 27(2)). 1 May is a working day, and Store bededag has been one since 2024. The target is a target
(«helst», E1): nothing is ever blocked by it.
"""

import functools
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from holidays import HolidayBase

COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")
TARGET_DAYS: Final = 5
CLOSED_BY_CUSTOM: Final = frozenset({(6, 5), (12, 24), (12, 31)})
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


def is_closing_day(day: date) -> bool:
    """Tell whether offices are closed on this date whatever weekday it is: holidays, 5 June, 24 and 31 December."""
    return (day.month, day.day) in CLOSED_BY_CUSTOM or day in _public_holidays(day.year)


def is_working_day(day: date) -> bool:
    """Tell whether `day` is a «hverdag»."""
    return day.weekday() < _SATURDAY and not is_closing_day(day)


def next_working_day(day: date) -> date:
    """Find the first working day after `day`."""
    following = day + _DAY
    while not is_working_day(following):
        following += _DAY
    return following


def add_working_days(day: date, count: int) -> date:
    """Go `count` working days ahead; `day` itself is day 0, so 0 gives it back whatever day it is."""
    for _ in range(count):
        day = next_working_day(day)
    return day


def target_date(received: datetime, days: int = TARGET_DAYS) -> date:
    """Tell by the end of which day, Danish time, the citizen should have been assessed and contacted (E1).

    `received` must be aware, else ValueError.
    """
    return add_working_days(local_day(received), days)


def local_day(moment: datetime) -> date:
    """Tell which day it is in Denmark at an aware moment; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no day in Denmark")
    return moment.astimezone(COPENHAGEN).date()


def working_days_left(today: date, target: date) -> int:
    """Count the working days after `today` up to and with `target`: 0 on the day itself, negative when overdue."""
    if today <= target:
        return sum(is_working_day(today + _DAY * n) for n in range(1, (target - today).days + 1))
    late = today if is_working_day(today) else next_working_day(today)
    return -sum(is_working_day(target + _DAY * n) for n in range(1, (late - target).days + 1))


def working_days_since(day: date, today: date) -> int:
    """Count the working days after `day` up to and with `today`; 0 when it lies ahead."""
    return sum(is_working_day(day + _DAY * n) for n in range(1, (today - day).days + 1))


@functools.cache
def _public_holidays(year: int) -> "HolidayBase":
    """Load one year; the package's optional days are left out, because 1 May is among them."""
    from holidays import country_holidays  # noqa: PLC0415 - few commands need it, and it loads every country's

    return country_holidays("DK", years=year, expand=False)
