"""The figures as one page: a single HTML file with nothing outside it, no script, and charts that are part of it.

It may be mailed, printed, or put on a shared drive; what it shows has been made fit for that.
"""

from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from gateway.language import gettext as _
from gateway.language import in_use
from gateway.statistics.charts import Chart, charts
from gateway.statistics.figures import Figures
from gateway.statistics.numbers import HIDDEN
from gateway.statistics.present import report
from gateway.statistics.report import Cell, Headline, Report, Row, Table, Unit

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page itself lets a browser do: nothing but its own styles."""


def page(figures: Figures) -> bytes:
    """Write the page; ValueError for figures that are not fit to share."""
    if not figures.shared:
        raise ValueError("only suppressed figures are put on a page")
    return "\n".join(_page(report(figures), charts(figures))).encode()


def _page(said: Report, drawn: tuple[Chart, ...]) -> Iterator[str]:
    yield from _head(f"{said.title} – {said.period}")
    yield f"<body><header><p>Stafet</p><h1>{escape(said.title)}</h1>"
    yield f"<p>{escape(said.period)}</p><p>{escape(said.whose)}, {escape(said.counted)}</p></header><main>"
    yield _opening("headlines", _("The figures that matter most"))
    yield from map(_headline, said.headlines)
    yield "</section>"
    yield _opening("charts", _("Charts"))
    yield from map(_chart, drawn)
    yield "</section>"
    yield _opening("tables", _("Tables"))
    for table in said.tables:
        yield from _table(table)
    yield "</section></main>"
    yield from _footer(said.notes)
    yield "</body></html>"


def _head(title: str) -> Iterator[str]:
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    yield f'<!DOCTYPE html><html lang="{in_use()}"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
    yield f"<title>{escape(title)}</title><style>{style}</style></head>"


def _opening(name: str, label: str) -> str:
    return f'<section class="{name}" aria-label="{escape(label)}">'


def _footer(notes: Iterable[str]) -> Iterator[str]:
    title = _("How to read the figures")
    yield f"<footer><h2>{escape(title)}</h2><ul>"
    yield from (f"<li>{escape(note)}</li>" for note in notes)
    yield "</ul></footer>"


def _headline(one: Headline) -> str:
    return (
        f"<dl><dt>{escape(one.label)}</dt><dd><strong>{escape(one.value)}</strong>"
        f"<span>{escape(one.beside)}</span><small>{escape(one.coverage)}</small></dd></dl>"
    )


def _chart(chart: Chart) -> str:
    return f"<figure><figcaption>{escape(chart.title)}</figcaption>{chart.svg}</figure>"


def _table(table: Table) -> Iterator[str]:
    yield f'<article id="{escape(table.name)}"><h2>{escape(table.title)}</h2>'
    if table.coverage:
        yield f'<p class="coverage">{escape(table.coverage)}</p>'
    if table.rows:
        yield f'<div class="wide" tabindex="0" role="region" aria-label="{escape(table.title)}"><table><thead><tr>'
        yield from (f'<th scope="col">{escape(column)}</th>' for column in table.columns)
        yield "</tr></thead><tbody>"
        yield from map(_row, table.rows)
        yield "</tbody></table></div>"
    yield from (f'<p class="note">{escape(note)}</p>' for note in table.notes)
    yield "</article>"


def _row(row: Row) -> str:
    summed = ' class="summed"' if row.summed else ""
    return f'<tr{summed}><th scope="row">{escape(row.label)}</th>{"".join(map(_cell, row.cells))}</tr>'


def _cell(cell: Cell) -> str:
    if cell.text == HIDDEN:
        why = _("kept back")
        return f'<td class="hidden"><abbr title="{escape(why)}">{HIDDEN}</abbr></td>'
    kind = "words" if cell.unit is Unit.TEXT else "zero" if cell.value == 0 else ""
    return f"<td{f' class={kind}' if kind else ''}>{escape(cell.text)}</td>"
