"""Dates, times and phone numbers as Danes write them: 22-11-2026, kl. 8.14, +45 95 00 01 02."""

import re
from datetime import date, datetime

from directory.calendar import COPENHAGEN, local_day
from gateway.language import gettext as _
from gateway.terminal.plain import one_line

_DANISH_NUMBER = re.compile(r"(?:\+45|0045)?\s*((?:[0-9]\s*){8})")


def day(moment: date) -> str:
    """Write a date: 22-11-2026. A `datetime` is read in Danish time."""
    if isinstance(moment, datetime):
        moment = local_day(moment)
    return f"{moment:%d-%m-%Y}"


def short_day(moment: date) -> str:
    """Write a date without its year: 22-11."""
    return day(moment)[:5]


def clock(moment: datetime) -> str:
    """Write a time of day in Danish time: 8.14."""
    local = moment.astimezone(COPENHAGEN)
    return f"{local.hour}.{local.minute:02d}"


def day_and_clock(moment: datetime) -> str:
    """Write a moment: 22-11-2026 kl. 8.14."""
    return _("{date} at {time}").format(date=day(moment), time=clock(moment))


def phone(number: str) -> str:
    """Write a Danish number in pairs (+45 95 00 01 02); anything else stays as it was written, made harmless."""
    written = one_line(number)
    found = _DANISH_NUMBER.fullmatch(written)
    if not found:
        return written
    digits = re.sub(r"\s", "", found[1])
    return "+45 " + " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
