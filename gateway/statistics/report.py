"""A report: figures put into titles, tables and notes, ready for a terminal, a CSV file, JSON or a page."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

from gateway.statistics import numbers

Value: TypeAlias = int | float | timedelta | str | None


class Unit(enum.StrEnum):
    """How a value is written."""

    COUNT = "count"
    """A whole number; None is a hidden one."""
    RATE = "rate"
    """A number with one decimal."""
    FINE = "fine"
    """A number with two decimals."""
    SHARE = "share"
    """From 0 to 1, written as a percentage."""
    TIME = "time"
    """How long something took; written as hours where a machine reads it."""
    TEXT = "text"
    """Words."""


@dataclass(frozen=True)
class Cell:
    """One value. None is hidden, unless the cell is `empty`: then there is nothing to tell."""

    value: Value
    unit: Unit = Unit.COUNT
    empty: bool = False

    @property
    def text(self) -> str:
        """Write it for a person."""
        if self.value is None:
            return "" if self.empty else numbers.HIDDEN
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, timedelta):
            return numbers.duration(self.value)
        return _WRITERS[self.unit](self.value)

    @property
    def plain(self) -> float | str | None:
        """Write it for a machine: hours for a time, ".." for what is hidden, None for nothing."""
        if self.value is None:
            return None if self.empty else numbers.HIDDEN
        if isinstance(self.value, timedelta):
            return round(self.value / timedelta(hours=1), 2)
        return round(self.value, 4) if isinstance(self.value, float) else self.value


_WRITERS: Final[Mapping[Unit, Callable[[float], str]]] = {
    Unit.COUNT: lambda value: numbers.count(round(value)),
    Unit.RATE: numbers.decimal,
    Unit.FINE: lambda value: numbers.decimal(value, 2),
    Unit.SHARE: numbers.percent,
}


@dataclass(frozen=True)
class Row:
    """One line of a table. `summed`: it is the sum of the others."""

    label: str
    cells: tuple[Cell, ...]
    summed: bool = False


@dataclass(frozen=True)
class Table:
    """One table. `name` is for machines; `coverage` is a sentence, empty where each row says its own."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    coverage: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Headline:
    """One of the few figures that matter: what it is, its value, what to hold it against, what it rests on."""

    label: str
    value: str
    beside: str
    coverage: str


@dataclass(frozen=True)
class Report:
    """Everything that is said."""

    title: str
    whose: str
    period: str
    counted: str
    headlines: tuple[Headline, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]

    def table(self, name: str) -> Table | None:
        """Find a table by its name."""
        return next((table for table in self.tables if table.name == name), None)

    def facts(self) -> Mapping[str, Any]:
        """Give it as JSON values."""
        return {
            "period": self.period,
            "counted": self.counted,
            "headlines": [vars(one) for one in self.headlines],
            "tables": [_facts(table) for table in self.tables],
            "notes": list(self.notes),
        }


def _facts(table: Table) -> Mapping[str, Any]:
    rows = [{"label": row.label, "values": [cell.plain for cell in row.cells]} for row in table.rows]
    return {
        "name": table.name,
        "title": table.title,
        "columns": list(table.columns),
        "rows": rows,
        "coverage": table.coverage,
        "notes": list(table.notes),
    }
