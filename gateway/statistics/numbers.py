"""Numbers, times and months as people here write them: 1,3 and 12.345, 2,5 døgn, november 2026."""

from datetime import datetime, timedelta

from babel.dates import format_date
from babel.numbers import format_decimal

from directory.calendar import local_day
from gateway.language import gettext as _
from gateway.language import in_use
from gateway.statistics.figures import Coverage, Extent
from gateway.statistics.period import Month, Period
from gateway.statistics.words import IN_WORDS, OF_WHOLE

HIDDEN = ".."
"""How Danish official statistics write a number that is kept back."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def count(number: int | None) -> str:
    """Write a count: 12.345; ".." when it is hidden."""
    return HIDDEN if number is None else format_decimal(number, format="#,##0", locale=in_use())


def decimal(number: float, places: int = 1) -> str:
    """Write a number with decimals: 14,1."""
    return format_decimal(number, format=f"#,##0.{'0' * places}", locale=in_use())


def percent(ratio: float) -> str:
    """Write a share: 87 %."""
    return _("{number} %").format(number=count(round(ratio * 100)))


def duration(took: timedelta) -> str:
    """Write how long something took, in the unit that says it best: 12 min, 3,5 hours, 2,1 days."""
    if took < 2 * HOUR:
        return round_duration(took)
    unit, size = (_("{number} hours"), HOUR) if took < 2 * DAY else (_("{number} days"), DAY)
    return unit.format(number=decimal(took / size))


def round_duration(took: timedelta) -> str:
    """Write a time without decimals: 10 min, 2 hours, 10 days."""
    if took < 2 * HOUR:
        return _("{number} min.").format(number=count(round(took / MINUTE)))
    unit, size = (_("{number} hours"), HOUR) if took < 2 * DAY else (_("{number} days"), DAY)
    return unit.format(number=count(round(took / size)))


def day(moment: datetime) -> str:
    """Write a date: 22-11-2026."""
    return f"{local_day(moment):%d-%m-%Y}"


def month(value: Month) -> str:
    """Write a month: november 2026."""
    return format_date(value.first_day, "LLLL y", locale=in_use())


def period(value: Period) -> str:
    """Write a period: december 2025 – november 2026."""
    return month(value.first) if value.first == value.last else f"{month(value.first)} – {month(value.last)}"


def span(value: Period) -> str:
    """Write the head of a column: nov for one month; 12.25– for several, from December 2025 on."""
    if value.first == value.last:
        return format_date(value.first.first_day, "LLL", locale=in_use()).rstrip(".")
    return f"{value.first.first_day:%m.%y}–"


def rests_on(coverage: Coverage) -> str:
    """Say how much a figure rests on: 240 af 244 henvendelser."""
    if coverage.measured is not None and coverage.whole is not None:
        said = _(OF_WHOLE[coverage.base])
        return said.format(measured=count(coverage.measured), whole=count(coverage.whole))
    extent = Extent.HIDDEN if coverage.whole is None and coverage.minimum else coverage.extent
    return _(IN_WORDS[coverage.base, extent]).format(whole=count(coverage.whole))


def coverage_sentence(coverage: Coverage) -> str:
    """Say it as a sentence, and that it is a minimum where it is one (G3, G4)."""
    said = _("based on {part}").format(part=rests_on(coverage))
    return _("{said} (a minimum)").format(said=said) if coverage.minimum else said
