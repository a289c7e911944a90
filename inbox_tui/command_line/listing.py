"""The list as a command: one case a line, in the words the screen says them in, and found by the same search (E10)."""

from typing import Any, Final

from directory.calendar import local_day
from gateway.commands.console import DONE, Arguments, Commands, Console
from gateway.language import gettext as _
from gateway.language import ngettext
from inbox_tui import presentation, row_words
from inbox_tui.casework.case import CaseLine, Rank
from inbox_tui.casework.errors import DepartmentUnknown
from inbox_tui.casework.reader import Reader
from inbox_tui.casework.view import Only, Order, View
from inbox_tui.command_line.cases import Desk, add_command, text

MANY: Final = 1000


def add_list(commands: Commands) -> None:
    """Add the command."""
    listing = add_command(commands, "list", _("show the cases, what needs a person first"), _list)
    listing.add_argument("--only", choices=list(map(str, Only)), help=_("which cases (default: open)"))
    listing.add_argument("--order", choices=list(map(str, Order)), help=_("in which order (default: need)"))
    listing.add_argument("--department", metavar=_("DEPARTMENT"), help=_("those a department is responsible for"))
    listing.add_argument(
        "--search",
        metavar="FILE",
        help=_("find by CPR number, phone, number or a part of the name, which the file holds; - reads standard input"),
    )


def _list(arguments: Arguments, console: Console, desk: Desk) -> int:
    today = local_day(desk.now)
    view = _view(arguments, desk)
    with desk.store.looking(desk.person, desk.now) as cases:
        reader = Reader(today, desk.station.settings.casework.remind_days, cases.department_of(desk.person))
        total, counts, reminders = cases.count(today, view), cases.tally(today), cases.reminders(reader)
    lines = desk.store.listed(MANY, today, desk.person, desk.now, view)
    shown = [_row(line, reader) for line in lines]
    if total > len(lines):
        console.remark(_("There are {total}; the first {count} are listed.").format(total=total, count=len(lines)))
    if shown and not console.as_json:
        console.remark(row_words.tally(counts, reader, reminders))
    facts = {"cases": [_line_facts(line, reader) for line in lines], "total": total}
    console.answer(facts, *(shown or [_nothing(view, counts.get(Rank.ENDED, 0))]))
    return DONE


def _view(arguments: Arguments, desk: Desk) -> View:
    """Read what is to be listed; raises DepartmentUnknown."""
    department = desk.store.department(arguments.department) if arguments.department else None
    if arguments.department and department is None:
        raise DepartmentUnknown
    searched = text(arguments.search)
    ids = None if searched is None else desk.store.search(searched, desk.person, desk.now).ids
    only, order = (Only.OPEN, Order.NEED) if ids is None else (Only.ALL, Order.NEWEST)
    return View(
        Only(arguments.only or only), Order(arguments.order or order), department.id if department else None, ids
    )


def _nothing(view: View, ended: int) -> str:
    if view.ids is not None:
        return _("Nothing was found.")
    if view != View(order=view.order):
        return _("Nothing is like that now.")
    if not ended:
        return _("No referrals yet.")
    said = ngettext(
        "Nothing is open. {count} has ended: --only ended",
        "Nothing is open. {count} have ended: --only ended",
        ended,
    )
    return said.format(count=ended)


def _row(line: CaseLine, reader: Reader) -> str:
    words = (
        presentation.state(line.state),
        presentation.named(line),
        row_words.safety(line),
        row_words.deadline(line, reader),
        row_words.whereabouts(line, reader),
        *row_words.marks(line, reader),
    )
    return f"{presentation.number(line.number)}  " + presentation.SEPARATOR.join(filter(None, words))


def _line_facts(line: CaseLine, reader: Reader) -> dict[str, Any]:
    due = reader.due(line)
    return {
        "id": line.id,
        "number": line.number,
        "state": line.state.value,
        "received_at": line.received_at.isoformat(),
        "target_date": line.target_date.isoformat(),
        "re_referral": line.re_referral,
        "warnings": [notice.value for notice in line.notices],
        "acknowledged_by": line.acknowledged_by,
        "responsible": line.responsible,
        "also": line.also,
        "taken_over_by": line.taken_over_by,
        "sent_back": line.sent_back,
        "acute": line.acute,
        "acute_by": line.acute_by.isoformat() if line.acute_by else None,
        "due": {"why": due.why.value, "days": due.days} if due else None,
        "unread": line.unread,
        "supplements": line.supplements,
        "reminded": line.reminded,
        "meeting_waits": line.asked,
        "withdrawn": line.withdrawn,
        "held_up": line.held_up,
    }
