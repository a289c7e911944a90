"""Commands for whose hands a case is in: forward, take-over, send-back. Nothing of it is told to Præhospitalet (L4)."""

from gateway.access.actions import Action
from gateway.commands.console import DONE, Arguments, Commands, Console
from gateway.language import gettext as _
from inbox_tui import presentation
from inbox_tui.casework.case import Case
from inbox_tui.casework.departments import Department
from inbox_tui.casework.errors import DepartmentUnknown
from inbox_tui.command_line.cases import Desk, add_command, text
from inbox_tui.command_line.masking import masked_facts


def add_handing(commands: Commands) -> None:
    """Add the commands."""
    forwarding = add_command(commands, "forward", _("make a department responsible"), _forward, "case", "department")
    forwarding.add_argument(
        "--also", metavar=_("DEPARTMENT"), action="append", default=[], help=_("bring another in beside it")
    )
    forwarding.add_argument("--note", metavar="FILE", help=_("a note for the department; - reads standard input"))
    forwarding.add_argument("--reason", metavar="FILE", help=_("why, when the consent does not cover the department"))
    taking = add_command(commands, "take-over", _("note that the department has taken it over"), _take_over, "case")
    taking.add_argument(
        "--by",
        metavar="FILE",
        help=_("who in the department has it, when you write it down for them; - reads standard input"),
    )
    sending = add_command(commands, "send-back", _("send it back from the department"), _send_back, "case")
    sending.add_argument("--reason", metavar="FILE", required=True, help=_("why; - reads standard input"))


def _forward(arguments: Arguments, console: Console, desk: Desk) -> int:
    case = desk.case(arguments.case, Action.FORWARD)
    department = _department(desk, arguments.department)
    also = [_department(desk, one).id for one in arguments.also]
    note, reason = text(arguments.note) or "", text(arguments.reason)
    case = desk.store.forward(case.id, department.id, desk.person, note, desk.now, reason=reason, also=also)
    said = _("{department} is now responsible for {number}.").format(department=department.name, number=case.number)
    return _told(console, case, said)


def _take_over(arguments: Arguments, console: Console, desk: Desk) -> int:
    case = desk.case(arguments.case, Action.TAKE_OVER)
    case = desk.store.take_over(case.id, desk.person, desk.now, text(arguments.by) or "")
    return _told(console, case)


def _send_back(arguments: Arguments, console: Console, desk: Desk) -> int:
    case = desk.case(arguments.case, Action.SEND_BACK)
    case = desk.store.send_back(case.id, text(arguments.reason) or "", desk.person, desk.now)
    return _told(console, case)


def _department(desk: Desk, named: str) -> Department:
    department = desk.store.department(named)
    if department is None:
        raise DepartmentUnknown
    return department


def _told(console: Console, case: Case, *said: str) -> int:
    stands = (case.number, presentation.state(case.state), presentation.hands(case))
    console.answer(masked_facts(case), *(said or [presentation.SEPARATOR.join(filter(None, stands))]))
    return DONE
