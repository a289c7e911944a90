"""A report as a CSV file that a Danish Excel opens with a double click.

UTF-8 with a byte order mark, semicolons, decimal commas, CRLF (RFC 4180 but for the semicolon). Each table stands as it
does on the page, with an empty line between. Text that a spreadsheet would take for a formula gets an apostrophe first.
"""

import csv
import io
from collections.abc import Iterator

from gateway.statistics.report import Cell, Report, Table, Unit

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def written(report: Report) -> bytes:
    """Write a report."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_safe(value) for value in row] for row in _rows(report))
    return text.getvalue().encode("utf-8-sig")


def _rows(report: Report) -> Iterator[list[str]]:
    yield from ([report.title], [report.period], [report.whose], [report.counted])
    for table in report.tables:
        yield from ([], *_table(table))
    yield []
    yield from ([note] for note in report.notes)


def _table(table: Table) -> Iterator[list[str]]:
    yield [table.title, table.coverage]
    yield list(table.columns)
    yield from ([row.label, *map(_value, row.cells)] for row in table.rows)
    yield from ([note] for note in table.notes)


def _value(cell: Cell) -> str:
    """Write a value as a number Excel calculates with; times are hours."""
    plain = cell.plain
    if isinstance(plain, int | float) and cell.unit is not Unit.TEXT:
        return str(plain).replace(".", ",")
    return "" if plain is None else str(plain)


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
