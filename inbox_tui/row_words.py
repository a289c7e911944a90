"""A row of the list in words, the same on the screen and in a command: whom it waits for, until when, what to know.

Whatever is said stands there in words or with a sign, so that it can be read aloud and without colour.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.terminal.plain import one_line
from gateway.wire.warnings import Notice
from inbox_tui import due_words
from inbox_tui.casework.case import ENDED, CaseLine, CaseState, Rank
from inbox_tui.casework.due import Due, Why
from inbox_tui.casework.reader import Reader
from inbox_tui.presentation import days_left, holder, ordinal_referral, weekend_ahead

MARKS: Final[Mapping[Notice, str]] = {
    Notice.SENDER_URGENCY_REMARK: mark("remark on urgency"),
    Notice.PROTECTED_ADDRESS: mark("protected address"),
    Notice.INTERPRETER_NEEDED: mark("interpreter"),
    Notice.INTOXICATED: mark("seemed under the influence"),
    Notice.CHILD_CONCERN_SEPARATE_CHANNEL: mark("children in the home"),
    Notice.NO_FIXED_ADDRESS: mark("no fixed address"),
    Notice.ADDRESS_MISSING: mark("address missing"),
    Notice.CPR_MISSING: mark("CPR not given"),
    Notice.REPLACEMENT_CPR: mark("replacement CPR"),
}
"""What the list says of each notice, the weightiest first; the rest is said in the letter only."""


def safety(line: CaseLine) -> str:
    """Say beside the name that something is written about safety: that is never left out."""
    return _("▲ safety") if Notice.SAFETY_NOTE in line.notices else ""


def deadline(line: CaseLine, reader: Reader) -> str:
    """Say how long there is: to reach an acute citizen (E3), else to the target.

    Those who receive have nothing to press for once somebody in a department has it; the department has (S19).
    """
    rank, today = line.rank(reader.today), reader.today
    if rank is Rank.ENDED or (rank is Rank.HANDED_OVER and reader.department is None):
        return ""
    if line.acute_by is None:
        return ("! " if line.target_date < today else "") + days_left(line.target_date, today)
    if line.acute_by == today:
        return _("! acute: reach today")
    return ("! " if line.acute_by < today else "") + _("acute: {left}").format(left=days_left(line.acute_by, today))


def whereabouts(line: CaseLine, reader: Reader) -> str:
    """Say who has it, or whom it waits for, and how many departments are part of it besides (E7)."""
    said = _waits(line, reader) if line.state is CaseState.FORWARDED else _held(line, reader)
    return f"{said} +{line.also}" if line.responsible and line.also else said


def _waits(line: CaseLine, reader: Reader) -> str:
    """Say whom it waits for; how long it has waited too long is said beside it."""
    department = holder(line)
    if (due := reader.reminder(line)) and due.why is Why.NOT_TAKEN_OVER:
        return department
    if reader.department == line.responsible:
        return _("waits for you to take it over")
    return _("waits for {department}").format(department=department)


def _held(line: CaseLine, reader: Reader) -> str:
    taker = one_line(line.taken_over_by or "") if line.taken_over_by != line.responsible else ""
    if not taker:
        return holder(line)
    return taker if reader.department == line.responsible else f"{taker}, {holder(line)}"


def marks(line: CaseLine, reader: Reader) -> tuple[str, ...]:
    """Name what to know before opening the letter: what is due, what stops it, what has come since, the rest."""
    notices = (_(text) for notice, text in MARKS.items() if notice in line.notices)
    reminder = reader.reminder(line)
    due = (_reminded(reminder, line),) if reminder else ()
    unread = (_("unread"),) if line.unread and line.rank(reader.today) is not Rank.ENDED else ()
    return (*due, *_stops(line, reminder), *_since(line), *notices, *unread)


def tally(counts: Mapping[Rank, int], reader: Reader, reminders: int) -> str:
    """Sum a list up: what waits for whoever reads it, what is due today, and whether the offices close soon (E4)."""
    new, acute, late, on_way, with_us = (
        counts.get(rank, 0) for rank in (Rank.NEW, Rank.ACUTE, Rank.OVERDUE, Rank.ON_ITS_WAY, Rank.HANDED_OVER)
    )
    said = {
        ngettext("! {count} acute", "! {count} acute ones", acute): acute,
        _("! {count} overdue"): late,
        ngettext("● {count} new", "● {count} new ones", new): new,
        _("◐ {count} waiting"): counts.get(Rank.WAITING, 0),
        _("→ {count} on their way"): 0 if reader.department else on_way,
        _("→ {count} to take over"): on_way if reader.department else 0,
        _("◉ {count} with you"): with_us if reader.department else 0,
        ngettext("{count} reminder", "{count} reminders", reminders): reminders,
    }
    words = [text.format(count=count) for text, count in said.items() if count]
    return " · ".join(filter(None, (*words, weekend_ahead(reader.today) if words else "")))


def _reminded(due: Due, line: CaseLine) -> str:
    """Say what is due; whom a forwarded case waits for stands beside it."""
    if due.why is not Why.NOT_TAKEN_OVER:
        return due_words.said(due, line)
    return ngettext(
        "not taken over for {count} working day", "not taken over for {count} working days", due.days
    ).format(count=due.days)


def _stops(line: CaseLine, reminder: Due | None) -> Iterator[str]:
    if line.withdrawn:
        yield _("! consent withdrawn")
    if line.held_up:
        yield _("! your answer has not got through")
    if line.sent_back and line.state not in ENDED and not (reminder and reminder.why is Why.SENT_BACK):
        yield _("! sent back")


def _since(line: CaseLine) -> Iterator[str]:
    """Name what has happened since the letter was written."""
    if line.acute and line.acute_by is None and line.state not in ENDED:
        yield _("assessed as acute")
    if line.reminded:
        yield _("Præhospitalet has reminded you")
    if line.asked:
        yield _("meeting proposed")
    if line.supplements:
        yield ngettext("{count} addition", "{count} additions", line.supplements).format(count=line.supplements)
    if line.re_referral:
        yield ordinal_referral(line.position)
