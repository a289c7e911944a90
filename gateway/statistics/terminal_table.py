"""A report in a terminal: text and months within 80 columns, no table wider than 100."""

import textwrap
from collections.abc import Iterator

from gateway.statistics.report import Report, Table

WIDTH = 80
GAP = "  "


def lines(report: Report) -> Iterator[str]:
    """Lay a report out in lines."""
    yield from (report.title, report.period, f"{report.whose}, {report.counted}", "")
    for headline in report.headlines:
        beside = f" ({headline.beside})" if headline.beside else ""
        yield from _wrapped(f"{headline.label}: {headline.value}{beside} – {headline.coverage}")
    for table in report.tables:
        yield from ("", *_table(table))
    yield ""
    for note in report.notes:
        yield from _wrapped(note)


def _table(table: Table) -> Iterator[str]:
    yield f"{table.title} – {table.coverage}" if table.coverage else table.title
    if table.rows:
        written = [[row.label, *(cell.text for cell in row.cells)] for row in table.rows]
        widths = [max(map(len, column)) for column in zip(table.columns, *written, strict=True)]
        tight = sum(widths) + len(GAP) * len(widths) > WIDTH
        yield _line(list(table.columns), widths, tight=tight)
        for row, before, cells in zip(table.rows, (None, *table.rows), written, strict=False):
            if row.summed and before and not before.summed:
                yield "-" * len(_line(["-" * width for width in widths], widths, tight=tight))
            yield _line(cells, widths, tight=tight)
    for note in table.notes:
        yield from _wrapped(note)


def _line(cells: list[str], widths: list[int], *, tight: bool) -> str:
    """Put the first cell to the left and the others to the right."""
    first, *others = (
        cell.rjust(width) if at else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return (" " if tight else GAP).join([first, *others]).rstrip()


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=GAP)
