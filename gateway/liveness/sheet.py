"""The sheet for the wall: 19 names and phones on one page, for the day the software is down (D4)."""

import html
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from directory.book import AddressBook
from gateway.language import gettext as _
from gateway.language import in_use
from gateway.liveness.look import name_of, the_nineteen
from gateway.terminal import dates
from gateway.terminal.plain import one_line

WIDTH: Final = 80
UNBROKEN: Final = "\N{NON-BREAKING HYPHEN}"
LONGEST_PAGE: Final = 60
"""Lines of text on one A4 page."""


@dataclass(frozen=True)
class Line:
    """One municipality on the sheet; empty where nothing is registered."""

    party: str
    name: str
    unit: str = ""
    phone: str = ""
    hours: str = ""


def lines(session: Session) -> tuple[Line, ...]:
    """Gather the sheet, in Danish order."""
    return tuple(_line(AddressBook(session), party) for party in the_nineteen())


def as_text(found: Sequence[Line], now: datetime) -> Iterator[str]:
    """Write the sheet as text: 80 columns, one A4 page."""
    yield _("When the computer is down: ring the municipality").upper()
    yield _valid(now)
    yield ""
    for line in found:
        phone = line.phone or _("no phone registered")
        yield f"{line.name:<20}{phone:<20}{line.hours}"[:WIDTH].rstrip()
        yield f"    {textwrap.shorten(line.unit, WIDTH - 4, placeholder=' …')}" if line.unit else ""
    yield ""
    yield from textwrap.wrap(_what_to_say(), WIDTH)


def as_page(found: Sequence[Line], now: datetime) -> str:
    """Write the sheet as a page to print; it needs nothing from elsewhere."""
    rows = "\n".join(_row(line) for line in found)
    heads = "".join(f"<th>{html.escape(head)}</th>" for head in (_("Municipality"), _("Phone"), _("Hours")))
    title = html.escape(_("When the computer is down: ring the municipality"))
    return PAGE.format(
        lang=in_use(),
        title=title,
        valid=html.escape(_valid(now)),
        heads=heads,
        rows=rows,
        say=html.escape(_what_to_say()),
    )


def _line(book: AddressBook, party: str) -> Line:
    contact = book.contact(party)
    if contact is None:
        return Line(party, name_of(party))
    unit, hours = one_line(contact.unit_name), one_line(contact.hours)
    return Line(party, name_of(party), unit, dates.phone(contact.phone), hours)


def _row(line: Line) -> str:
    phone, kind = (line.phone, "phone") if line.phone else (_("no phone registered"), "none")
    return (
        f"<tr><td><b>{html.escape(line.name)}</b><small>{html.escape(line.unit)}</small></td>"
        f'<td class="{kind}">{html.escape(phone)}</td>'
        f'<td class="hours"><div>{html.escape(line.hours).replace("-", UNBROKEN)}</div></td></tr>'
    )


def _valid(now: datetime) -> str:
    return _("Printed {date}. Valid until a newer sheet replaces it.").format(date=dates.day(now))


def _what_to_say() -> str:
    return _(
        "Say that it is about a concern referral, and who you are. Ask for a name and write it down with the time. "
        "Enter the referral when the computer works again."
    )


PAGE: Final = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4 portrait; margin: 10mm 12mm; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; padding: 8mm; font: 10pt/1.15 "DejaVu Sans", Arial, sans-serif; color: #000; background: #fff; }}
h1 {{ font-size: 18pt; margin: 0 0 1mm; }}
p {{ margin: 0 0 2mm; }}
table {{ width: 100%; border-collapse: collapse; table-layout: fixed; }}
th {{ text-align: left; font-size: 9pt; border-bottom: 0.6mm solid #000; padding: 0 2mm 1mm 0; }}
th:nth-child(2) {{ width: 66mm; }}
th:nth-child(3) {{ width: 46mm; }}
td {{ height: 12.2mm; border-bottom: 0.2mm solid #000; padding: 0 2mm 0 0; vertical-align: middle; }}
td div {{ max-height: 11.4mm; overflow: hidden; }}
b {{ font-size: 12.5pt; }}
small {{ display: block; font-size: 7.5pt; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
.phone {{ font-size: 18pt; font-weight: bold; white-space: nowrap; }}
.none {{ font-size: 11pt; }}
.hours {{ font-size: 8pt; }}
footer {{ margin-top: 2mm; font-size: 9.5pt; }}
@media print {{ body {{ padding: 0; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{valid}</p>
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<footer>{say}</footer>
</body>
</html>
"""
