"""CPR numbers and what stands in for them. A number is never required (G1).

Only form and date are judged. Modulus 11 is never applied: numbers without it have been issued since 2007 and are fully
valid (CPR-kontoret). Digits are ASCII digits, nothing that merely looks like them.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from stdnum.dk import cpr as stdnum
from stdnum.exceptions import ValidationError

LENGTH: Final = 10
RAISED: Final = 60
LEAP_YEAR: Final = 2000
MONTHS: Final = range(1, 13)
_REPLACEMENT: Final = re.compile(r"[0-9]{6}[01567][A-Z]{2}[0-9]")
_NATIONAL: Final = "17"
_RAISED_DAY: Final = re.compile(r"(?:6[1-9]|[78][0-9]|9[01])[0-9]{8}")


class IdentifierKind(StrEnum):
    """What was written where a CPR number may stand."""

    MISSING = "missing"
    """Nothing; it may come later in a supplement."""

    CPR = "cpr"
    """A CPR number."""

    D_ECPR = "d_ecpr"
    """A replacement number that one region has issued."""

    X_ECPR = "x_ecpr"
    """A national replacement number."""

    ERSTATNING_60 = "erstatning_60"
    """A replacement number whose day is raised by 60; two places may have issued the same one."""


class Fault(StrEnum):
    """Why something is no CPR number."""

    LETTERS = "letters"
    """A character where no such character may stand."""

    LENGTH = "length"
    """Not ten characters."""

    NO_SUCH_DATE = "no_such_date"
    """The first six digits name no date, like 31 February."""

    FUTURE = "future"
    """The date has not come yet."""

    FILLER = "filler"
    """The same digit all the way: written to fill a field that may stay empty."""


class InvalidCpr(Exception):
    """Not a CPR number, and why. `day` and `month` are set where a month has no such day. Never holds the number."""

    def __init__(self, why: Fault, day: int | None = None, month: int | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.day = day
        self.month = month


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """A number in its normal form "DDMMYY-LLLL" and what it is; the value is empty when it is missing."""

    kind: IdentifierKind
    value: str = ""

    @property
    def names_one_person(self) -> bool:
        """Tell whether two referrals with this number are about the same person."""
        return self.kind not in (IdentifierKind.MISSING, IdentifierKind.ERSTATNING_60)


def kind_of(text: str | None) -> IdentifierKind | None:
    """Tell what a number looks like, without judging its date; None when it looks like nothing known."""
    number = _compact(text)
    if not number:
        return IdentifierKind.MISSING
    if _REPLACEMENT.fullmatch(number):
        return IdentifierKind.X_ECPR if number[6] in _NATIONAL else IdentifierKind.D_ECPR
    if _RAISED_DAY.fullmatch(number):
        return IdentifierKind.ERSTATNING_60
    return IdentifierKind.CPR if len(number) == LENGTH and _digits(number) else None


def identify(text: str | None, *, today: date) -> CitizenNumber:
    """Read what was written where a CPR number may stand. Raises InvalidCpr."""
    number = _compact(text)
    kind = kind_of(number)
    if kind is IdentifierKind.MISSING:
        return CitizenNumber(kind)
    if kind is None:
        raise InvalidCpr(Fault.LETTERS if not _digits(number) else Fault.LENGTH)
    _check_date(number, kind, today)
    return CitizenNumber(kind, f"{number[:6]}-{number[6:]}")


def birth_date(number: CitizenNumber) -> date | None:
    """Tell when the person was born; only a CPR number itself knows the century."""
    return _born(_compact(number.value)) if number.kind is IdentifierKind.CPR else None


def age_at(number: CitizenNumber, day: date) -> int | None:
    """Tell the person's age in whole years on a day; None where the number does not tell."""
    born = birth_date(number)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None


def masked(value: str) -> str:
    """Hide the last four characters, as lists show a number: "DDMMYY-••••". Anything odd is hidden altogether."""
    number = _compact(value)
    return f"{number[:6]}-••••" if len(number) == LENGTH and _digits(number[:6]) else "•" * bool(number)


def _compact(text: str | None) -> str:
    plain = re.sub(r"[\s\u2010-\u2013-]", "", text or "")
    return plain.upper() if plain.isascii() else plain


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _check_date(number: str, kind: IdentifierKind, today: date) -> None:
    day, month = int(number[:2]), int(number[2:4])
    if kind is IdentifierKind.ERSTATNING_60:
        day -= RAISED
    if len(set(number)) == 1:
        raise InvalidCpr(Fault.FILLER)
    born = _born(number) if kind is IdentifierKind.CPR else _date(LEAP_YEAR, month, day)
    if born is None:
        raise InvalidCpr(Fault.NO_SUCH_DATE, *((day, month) if month in MONTHS else ()))
    if kind is IdentifierKind.CPR and born > today:
        raise InvalidCpr(Fault.FUTURE)


def _born(number: str) -> date | None:
    """Ask stdnum, which knows the century rule; it also looks at the clock in `validate`, so that is not used."""
    try:
        born: date = stdnum.get_birth_date(number)
    except ValidationError:
        return None
    return born


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
