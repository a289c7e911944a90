"""Figures made fit to leave the unit: no count under five, and none that could be worked out from the others (H7).

Tables with sums are solved as networks. Beside the tables stand single numbers about the same whole (how many a figure
rests on); two of them are shown together only when they are equal or at least five apart. Where a whole must be hidden
in one place, it is hidden everywhere. Quartiles and shares are told from five upwards; a share only when neither those
in it nor those outside are too few.

What this cannot see is another report: two periods that overlap can be subtracted from each other. Publish the same
whole months each time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from gateway.statistics.figures import (
    Base,
    Coverage,
    Extent,
    Figures,
    Grid,
    Number,
    PhaseCalls,
    Quartiles,
    Share,
    Split,
    Spread,
    Topic,
)
from gateway.statistics.network import CELL, SMALLEST, SUM, WHOLE, Flow, hidden, too_small
from gateway.statistics.observed import Outcome

MINUTE: Final = timedelta(minutes=1)


def fit_to_share(figures: Figures) -> Figures:
    """Hide what may not leave the unit. Figures that are fit already come back as they are."""
    if figures.shared:
        return figures
    secret = _secret_from_the_start(figures)
    while True:
        result = _once(figures, secret)
        more = _hidden_wholes(result) - secret
        if not more:
            return result
        secret |= more


def _secret_from_the_start(figures: Figures) -> frozenset[Base]:
    """Citizens may not be told beside referrals when a few more referrals than citizens would tell on a few."""
    referrals, citizens = figures.referrals or 0, figures.citizens or 0
    secret = {Base.REFERRALS} if too_small(referrals) else set()
    if too_small(citizens) or (secret and citizens) or too_small(referrals - citizens):
        secret.add(Base.CITIZENS)
    return frozenset(secret)


def _once(figures: Figures, secret: frozenset[Base]) -> Figures:
    splits = tuple(_split(split, hide=split.base in secret) for split in figures.splits)
    referrals = None if Base.REFERRALS in secret else figures.referrals
    citizens = None if Base.CITIZENS in secret else figures.citizens
    shown = _Shown(referrals, _promised(splits))
    return replace(
        figures,
        referrals=referrals,
        citizens=citizens,
        volume=_grid(figures.volume, hide=Base.REFERRALS in secret),
        people=_grid(figures.people, hide=Base.CITIZENS in secret),
        splits=splits,
        spreads=tuple(_spread(spread, shown) for spread in figures.spreads),
        shares=tuple(_share(share, shown) for share in figures.shares),
        phases=tuple(_phases(figures.phases, citizens)),
        shared=True,
    )


def _hidden_wholes(figures: Figures) -> frozenset[Base]:
    """Name the wholes that some table had to hide."""
    tables: Iterable[Grid | Split] = (figures.volume, figures.people, *figures.splits)
    return frozenset(table.base for table in tables if table.total is None) & {Base.REFERRALS, Base.CITIZENS}


def _split(split: Split, *, hide: bool) -> Split:
    if split.base is Base.EVENTS:
        return replace(split, parts={name: _large(count) for name, count in split.parts.items()})
    names = tuple(split.parts)
    flows = [Flow("whole", "parts", split.parts[name] or 0, _price(split.topic, name)) for name in names]
    gone = hidden([*flows, Flow("parts", "whole", split.total or 0, WHOLE, hide)])
    parts = {name: None if at in gone else split.parts[name] for at, name in enumerate(names)}
    return replace(split, parts=parts, total=None if len(names) in gone else split.total)


def _price(topic: Topic, name: str) -> int:
    """Keep the number everybody asks for, as long as another can be hidden."""
    return SUM if (topic, name) == (Topic.PROMISE, Outcome.ACKNOWLEDGED) else CELL


def _grid(grid: Grid, *, hide: bool) -> Grid:
    """Hide what must be hidden in the cells, both kinds of sums, and the sum of all."""
    places = [(row, column) for row in range(len(grid.rows) + 1) for column in range(len(grid.columns) + 1)]
    gone = {places[at] for at in hidden([_flow(grid, *place, hide=hide) for place in places])}
    last_row, last_column = len(grid.rows), len(grid.columns)

    def left(row: int, column: int) -> Number:
        return None if (row, column) in gone else _at(grid, row, column)

    return replace(
        grid,
        cells=tuple(tuple(left(row, column) for column in range(last_column)) for row in range(last_row)),
        row_totals=tuple(left(row, last_column) for row in range(last_row)),
        column_totals=tuple(left(last_row, column) for column in range(last_column)),
        total=left(last_row, last_column),
    )


def _flow(grid: Grid, row: int, column: int, *, hide: bool) -> Flow:
    value, in_row, in_column = _at(grid, row, column), row < len(grid.rows), column < len(grid.columns)
    if in_row and in_column:
        return Flow(f"row {row}", f"column {column}", value)
    if in_row:
        return Flow("sums of rows", f"row {row}", value, SUM)
    if in_column:
        return Flow(f"column {column}", "sums of columns", value, SUM)
    return Flow("sums of columns", "sums of rows", value, WHOLE, hide)


def _at(grid: Grid, row: int, column: int) -> int:
    """Give a number of a table that has one more row and one more column, for the sums."""
    rows = [*grid.cells, grid.column_totals]
    sums = [*grid.row_totals, grid.total]
    return ([*rows[row], sums[row]][column]) or 0


@dataclass
class _Shown:
    """The single numbers told so far about one whole; grows as more are let through."""

    whole: Number
    numbers: set[int]

    def let_through(self, number: int) -> Number:
        """Give a number back if it may stand beside those told already."""
        if self.whole is None or any(too_small(abs(number - other)) for other in (0, self.whole, *self.numbers)):
            return None
        self.numbers.add(number)
        return number


def _promised(splits: Iterable[Split]) -> set[int]:
    """Give what the promise's table shows: the times below rest on some of the same numbers."""
    return {number for split in splits if split.topic is Topic.PROMISE for number in split.parts.values() if number}


def _spread(spread: Spread, shown: _Shown) -> Spread:
    told = _blunt(spread.quartiles) if (spread.coverage.measured or 0) >= SMALLEST else None
    return replace(spread, quartiles=told, coverage=_coverage(spread.coverage, shown))


def _share(share: Share, shown: _Shown) -> Share:
    part, measured = share.part or 0, share.coverage.measured or 0
    telling = measured < SMALLEST or too_small(part) or too_small(measured - part)
    coverage = _coverage(share.coverage, shown)
    told = None if telling or coverage.measured is None else part
    return replace(share, part=told, ratio=None if telling else _rounded(share.ratio, 2), coverage=coverage)


def _phases(phases: Iterable[PhaseCalls], citizens: Number) -> Iterator[PhaseCalls]:
    shown = _Shown(citizens, set())
    for phase in phases:
        measured = phase.coverage.measured or 0
        coverage = _coverage(_whole_too(phase.coverage, shown), shown)
        too_few = too_small(measured) or too_small(phase.calls or 0)
        told = not too_few and coverage.measured is not None
        yield replace(
            phase,
            calls=phase.calls if told else None,
            weeks=phase.weeks if told else None,
            per_citizen=None if too_few else _rounded(phase.per_citizen, 1),
            per_week=None if too_few else _rounded(phase.per_week, 2),
            coverage=coverage,
        )


def _whole_too(coverage: Coverage, shown: _Shown) -> Coverage:
    """Judge the whole as well, where it is itself a part of the citizens."""
    return replace(coverage, whole=shown.let_through(coverage.whole or 0))


def _coverage(coverage: Coverage, shown: _Shown) -> Coverage:
    measured, whole = coverage.measured or 0, None if shown.whole is None else coverage.whole
    told = shown.let_through(measured) if whole is not None else None
    return replace(coverage, measured=told, whole=whole, extent=_extent(coverage, told, whole))


def _extent(coverage: Coverage, told: Number, whole: Number) -> Extent:
    if whole is None:
        return Extent.HIDDEN if coverage.extent is not Extent.ALL else Extent.ALL
    if told is not None:
        return coverage.extent
    if too_small(coverage.measured or 0):
        return Extent.FEW
    return Extent.NEARLY_ALL if too_small(whole - (coverage.measured or 0)) else Extent.PART


def _rounded(ratio: float | None, places: int) -> float | None:
    """Round what was divided: every decimal of 48/11 would tell that there were eleven."""
    return None if ratio is None else round(ratio, places)


def _blunt(found: Quartiles | None) -> Quartiles | None:
    """Round to minutes: a second too exact may be found again in somebody's log."""
    return found and Quartiles(*(MINUTE * round(at / MINUTE) for at in (found.lower, found.median, found.upper)))


def _large(count: Number) -> Number:
    return None if count is None or too_small(count) else count
