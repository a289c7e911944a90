"""The directory as rows: sign and word, municipality, how old each sign of life is, phone, what is wrong. Pure."""

from collections.abc import Sequence
from datetime import datetime

from gateway.keeping import words
from gateway.language import gettext as _
from gateway.liveness.board import Grade, Reason, Row
from gateway.liveness.words import said
from gateway.terminal import dates
from gateway.terminal.cells import fit, fit_right
from gateway.terminal.plain import one_line
from gateway.terminal.row_list import Item, Line

GRADE, NAME, AGE = 8, 19, 7
"""Cells of the columns; the phone stands to the right."""


def heading() -> str:
    """Name the columns."""
    ages = (_("TEST"), _("person"), _("addr."), _("key"))
    columns = "".join(fit_right(name, AGE) for name in ages)
    return "  " + fit("", GRADE) + fit(_("Municipality"), NAME) + columns


def rows(board: Sequence[Row], now: datetime) -> tuple[Item, ...]:
    """Lay the board out in the order it comes in, the worst first."""
    return tuple(_item(row, now) for row in board)


def tally(board: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """Count the rows of each grade: sign, number and what it means, with the style they are drawn in."""
    said_of = {
        Grade.RED: _("{sign} {count} need somebody today"),
        Grade.AMBER: _("{sign} {count} to see to soon"),
        Grade.GREEN: _("{sign} {count} in order"),
    }
    counted = {grade: sum(row.grade is grade for row in board) for grade in Grade}
    return tuple(
        (text.format(sign=words.SIGNS[grade], count=counted[grade]), words.STYLES[grade] if counted[grade] else "quiet")
        for grade, text in said_of.items()
    )


def _item(row: Row, now: datetime) -> Item:
    facts = row.facts
    contact = facts.contact
    ages = (
        words.days_since(facts.heartbeat_at, now),
        words.days_since(facts.person_at, now),
        words.days_since(contact.verified_at if contact else None, now),
        words.days_left(facts.key.ends_at if facts.key else None, now),
    )
    style = words.STYLES[row.grade]
    name = ((" " + fit(words.grade(row.grade), GRADE), style), (fit(one_line(facts.name), NAME), "name"))
    aged = ("".join(fit_right(age, AGE) for age in ages), "quiet")
    phone = ("☎ " + dates.phone(facts.phone), "state") if facts.phone else (_("no phone known"), "alert")
    return Item((Line((*name, aged), phone), *_wrong(row, style)), facts.party, "band" if style == "alert" else "")


def _wrong(row: Row, style: str) -> Sequence[Line]:
    """Say on a line what is wrong, where something is; and that only people answer there, where they do."""
    told = [_first_up(one_line(said(one))) for one in row.remarks if one.grade is not Grade.GREEN]
    by_hand = [_first_up(said(one)) for one in row.remarks if one.reason is Reason.ONLY_PEOPLE]
    lines = ((words.SEPARATOR.join(told), style), ("".join(by_hand), "quiet"))
    return tuple(Line(((" " * (GRADE + 1) + text, drawn),)) for text, drawn in lines if text)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
