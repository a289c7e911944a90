"""`stafet-inbox departments`: what departments there are, and what the administrator changes about them (D14, E8)."""

from argparse import ArgumentParser
from typing import Any, Final

from gateway.commands.console import DONE, Arguments, Commands, Console
from gateway.language import gettext as _
from inbox_tui import presentation, words
from inbox_tui.bootstrap import house
from inbox_tui.casework.departments import Department, DepartmentKind
from inbox_tui.command_line.cases import Act, Desk, add_command
from inbox_tui.departments import Listed

KINDS: Final = tuple(map(str, DepartmentKind))
STEPS: Final = {"up": -1, "down": 1}


def add_departments(commands: Commands) -> Commands:
    """Add `departments` and what is below it; gives the parsers below, so that more can be added."""
    listing = add_command(commands, "departments", _("show the departments"), _list)
    below = listing.add_subparsers(metavar=_("COMMAND"), required=False)
    shown = add_command(below, "list", _("show the departments"), _list)
    for parser in (listing, shown):
        parser.add_argument("--all", action="store_true", help=_("those that are retired too"))
    adding = add_command(below, "add", _("let there be another department"), _add)
    adding.add_argument("name", metavar=_("NAME"), help=_("what it is called"))
    adding.add_argument("--kind", required=True, choices=KINDS, help=_("what its staff are"))
    _about(below, "rename", _("call a department something else"), _rename).add_argument(
        "name", metavar=_("NAME"), help=_("what it is called from now on")
    )
    _about(below, "kind", _("say what a department's staff are"), _kind).add_argument(
        "kind", choices=KINDS, help=_("what its staff are")
    )
    _about(below, "move", _("offer a department earlier or later"), _move).add_argument(
        "way", choices=tuple(STEPS), help=_("one place earlier, or later")
    )
    _about(below, "retire", _("forward nothing more to a department"), _retire)
    _about(below, "reopen", _("forward to a retired department again"), _reopen)
    return below


def _about(below: Commands, name: str, summary: str, act: Act) -> ArgumentParser:
    return add_command(below, name, summary, act, "department")


def _list(arguments: Arguments, console: Console, desk: Desk) -> int:
    listed = house(desk.station).listed(desk.person, desk.now)
    shown = [one for one in listed if one.department.active or arguments.all]
    console.answer({"departments": list(map(_facts, shown))}, *map(_line, shown))
    return DONE


def _facts(one: Listed) -> dict[str, Any]:
    department = one.department
    return {
        "id": department.id,
        "name": department.name,
        "kind": department.kind.value,
        "active": department.active,
        "mail": one.mail or None,
        "people": one.people,
        "open": len(one.open),
    }


def _line(one: Listed) -> str:
    department = one.department
    kind = _(presentation.KINDS[department.kind])
    said = (kind, one.mail, "" if department.active else _("retired"))
    return f"{department.id:<28} {department.name:<32} {presentation.SEPARATOR.join(filter(None, said))}"


def _changed(console: Console, department: Department, *said: str) -> int:
    facts = {"id": department.id, "name": department.name, "kind": department.kind.value, "active": department.active}
    console.answer(facts, *(said or [f"{department.id:<28} {department.name}"]))
    return DONE


def _add(arguments: Arguments, console: Console, desk: Desk) -> int:
    kind = DepartmentKind(arguments.kind)
    return _changed(console, house(desk.station).add(arguments.name, kind, desk.person, desk.now))


def _rename(arguments: Arguments, console: Console, desk: Desk) -> int:
    renamed = house(desk.station).rename(arguments.department, arguments.name, desk.person, desk.now)
    return _changed(console, renamed)


def _kind(arguments: Arguments, console: Console, desk: Desk) -> int:
    kind = DepartmentKind(arguments.kind)
    return _changed(console, house(desk.station).change_kind(arguments.department, kind, desk.person, desk.now))


def _move(arguments: Arguments, console: Console, desk: Desk) -> int:
    return _changed(
        console, house(desk.station).move(arguments.department, STEPS[arguments.way], desk.person, desk.now)
    )


def _retire(arguments: Arguments, console: Console, desk: Desk) -> int:
    retired = house(desk.station).retire(arguments.department, desk.person, desk.now)
    said = _("Nothing more is forwarded to {department}.").format(department=retired.department.name)
    facts = {"id": retired.department.id, "active": False, "open": list(retired.open)}
    console.answer(facts, *filter(None, (said, words.responsible_for(retired.open))))
    return DONE


def _reopen(arguments: Arguments, console: Console, desk: Desk) -> int:
    return _changed(console, house(desk.station).reopen(arguments.department, desk.person, desk.now))
