"""`stafet-inbox departments reach`, `unreach`, `told` and `mail`: departments that work in a mail program (E7, D14)."""

from collections.abc import Callable
from pathlib import Path

from gateway.commands.changes import LARGEST_KEY_FILE
from gateway.commands.console import DONE, Arguments, Commands, Console, read_file, remind_of_daemon
from gateway.language import gettext as _
from gateway.site.people import Person
from gateway.terminal.dates import day
from gateway.terminal.plain import one_line
from inbox_tui.bootstrap import department_mail
from inbox_tui.command_line.cases import Act, Desk, add_command
from inbox_tui.department_mail import ByMail, DepartmentMail
from keys.fingerprint import Fingerprint


def add_department_mail(departments: Commands) -> None:
    """Add the commands to `departments`."""
    reach = add_command(departments, "reach", _("forward to a department by sealed mail"), _reach, "department")
    reach.add_argument("--address", required=True, help=_("the department's mail address"))
    reach.add_argument("--key", required=True, type=Path, metavar="FILE", help=_("the department's public key"))
    reach.add_argument("--fingerprint", required=True, help=_("as the department read it aloud"))
    add_command(departments, "unreach", _("mail a department no more"), _changing(_unreached), "department")
    add_command(departments, "told", _("a department has our new key"), _changing(_told), "department")
    add_command(departments, "mail", _("show the departments reached by sealed mail"), _mail)


def _reach(arguments: Arguments, console: Console, desk: Desk) -> int:
    fingerprint = Fingerprint.parse(arguments.fingerprint)
    certificate = read_file(arguments.key, LARGEST_KEY_FILE)
    flow = department_mail(desk.station)
    done = flow.reach(arguments.department, arguments.address, certificate, fingerprint, desk.person)
    remind_of_daemon(console)
    console.answer(
        _facts(done),
        _("From now on this department gets what is forwarded to it as sealed mail, and answers with a signed reply."),
        _("Its mail program needs our key: keys export. Read its fingerprint aloud, too."),
    )
    return DONE


def _unreached(flow: DepartmentMail, named: str, person: Person) -> str:
    flow.unreach(named, person)
    return _("This department gets no more mail. Its staff work in the inbox.")


def _told(flow: DepartmentMail, named: str, person: Person) -> str:
    flow.told(named, person)
    return _("It is noted that the department has our new key. What waited for it leaves by itself.")


def _changing(change: Callable[[DepartmentMail, str, Person], str]) -> Act:
    def run(arguments: Arguments, console: Console, desk: Desk) -> int:
        words = change(department_mail(desk.station), arguments.department, desk.person)
        remind_of_daemon(console)
        console.answer({"department": arguments.department}, words)
        return DONE

    return run


def _mail(_arguments: Arguments, console: Console, desk: Desk) -> int:
    found = department_mail(desk.station).listed(desk.person)
    lines = [line for one in found for line in _lines(one)]
    none = _("No department is reached by sealed mail.")
    console.answer({"departments": [_facts(one) for one in found]}, *(lines or [none]))
    return DONE


def _lines(one: ByMail) -> tuple[str, str]:
    if one.fingerprint is None:
        key = _("! no key: mail to it waits")
    elif one.key is None or one.key.expires is None:
        key = one.fingerprint.grouped
    else:
        ends = _("valid to {date}").format(date=day(one.key.expires))
        key = f"{one.fingerprint.grouped}  {ends}"
    return f"{one_line(one.name)}  {one.address}", f"    {key}"


def _facts(one: ByMail) -> dict[str, str | None]:
    expires = one.key.expires if one.key else None
    return {
        "department": one.department_id,
        "address": one.address,
        "fingerprint": one.fingerprint,
        "expires": expires.isoformat() if expires else None,
    }
