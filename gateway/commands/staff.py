"""Commands about the staff: who works here, who comes, who leaves, and everybody's password."""

from argparse import ArgumentParser
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final

from gateway.access.errors import PasswordPoor
from gateway.access.staff import FirstPassword
from gateway.commands.console import (
    DONE,
    REFUSED,
    Arguments,
    Command,
    Commands,
    Console,
    asked,
    password,
    password_in,
    signed_in,
    who,
)
from gateway.language import gettext as _
from gateway.site.people import Person, Role
from gateway.station import Opener, Station
from gateway.terminal.dates import day

Departments = Callable[[Station], Collection[str]]
"""Names the departments of this end, by their ids."""

AT_REGION: Final = (Role.SENDER, Role.ADMIN, Role.AUDITOR)
AT_MUNICIPALITY: Final = (Role.INTAKE, Role.DEPARTMENT, Role.ADMIN, Role.AUDITOR)


def new_password_option(parser: ArgumentParser, says: str) -> None:
    """Let a command take a new password from a file."""
    parser.add_argument("--new-password-file", metavar="FILE", help=says)


def chosen(arguments: Arguments) -> str | None:
    """Read the new password that was chosen, if one was."""
    return password_in(arguments.new_password_file) if arguments.new_password_file else None


def add_staff(
    commands: Commands, open_site: Opener, roles: Collection[Role], departments: Departments = lambda _station: ()
) -> None:
    """Add `staff list`, `add`, `end`, `reset`, `password` and `recover`; `roles` are those there are at this end."""
    staff = commands.add_parser("staff", help=_("the people who work here")).add_subparsers(required=True)
    staff.add_parser("list", help=_("show them")).set_defaults(run=_listing(open_site))
    _add_adding(staff, open_site, roles, departments)
    _add_named(staff, "end", _("let a person leave, at once"), _ending(open_site))
    resetting = _add_named(staff, "reset", _("give a person a new first password"), _resetting(open_site))
    new_password_option(resetting, _("where the first password stands (default: one is made)"))
    changing = staff.add_parser("password", help=_("choose another password for yourself"))
    new_password_option(changing, _("where the new password stands (default: you are asked)"))
    changing.set_defaults(run=_changing(open_site))
    recovering = staff.add_parser("recover", help=_("give an administrator a new first password, without signing in"))
    recovering.add_argument("name", metavar=_("NAME"), nargs="?", help=_("which, when there are several"))
    recovering.set_defaults(run=_recovering(open_site))


def told(first: FirstPassword | None) -> dict[str, Any]:
    """Give a first password as facts: this once, and never again."""
    return {"first_password": first.password, "expires": first.expires_at.isoformat()} if first else {}


def lines(first: FirstPassword | None) -> tuple[str, ...]:
    """Say a first password: this once, and never again."""
    if first is None:
        return ()
    must = _("It is shown only now, and must be changed at the first sign-in, before {date}.")
    return (
        _("The first password is"),
        f"    {first.password}",
        must.format(date=day(first.expires_at)),
    )


def _add_named(staff: Commands, verb: str, says: str, run: Command) -> ArgumentParser:
    parser = staff.add_parser(verb, help=says)
    parser.add_argument("name", metavar=_("NAME"))
    parser.set_defaults(run=run)
    return parser


def _listing(open_site: Opener) -> Command:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            by = signed_in(station, arguments)
            people, seen = station.staff.listed(by), station.staff.last_signed_in(by)
        listed = [_facts(person) | _seen(seen.get(person.id)) for person in people]
        console.answer({"staff": listed}, *(_line(person, seen.get(person.id)) for person in people))
        return DONE

    return show


def _facts(person: Person) -> dict[str, str]:
    facts = {"name": person.name, "role": person.role.value}
    return facts | {"department": person.department} if person.department else facts


def _seen(last: datetime | None) -> dict[str, str]:
    return {"last_signed_in": last.isoformat()} if last else {}


def _line(person: Person, last: datetime | None) -> str:
    return f"{person.name:<30} {person.role.value:<10} {person.department:<22} {day(last) if last else ''}".rstrip()


def _add_adding(staff: Commands, open_site: Opener, roles: Collection[Role], departments: Departments) -> None:
    def add(arguments: Arguments, console: Console) -> int:
        wanted = Person("", arguments.name, Role(arguments.role), arguments.department)
        with open_site(console.home) as station:
            by = signed_in(station, arguments)
            if not _has_its_place(wanted, departments(station)):
                console.failure("DEPARTMENT_UNKNOWN", _("Name one of this site's departments with --department."))
                return REFUSED
            person, first = station.staff.add(wanted, by, chosen(arguments))
        said = _("{name} may now act here as {role}.").format(name=person.name, role=person.role.value)
        console.answer(_facts(person) | told(first), said, *lines(first))
        return DONE

    parser = _add_named(staff, "add", _("add a person, or give one another role"), add)
    parser.add_argument("--role", required=True, choices=[role.value for role in roles], help=_("what they may do"))
    parser.add_argument(
        "--department", metavar="ID", default="", help=_("which department they work in (role department)")
    )
    new_password_option(parser, _("where the first password stands (default: one is made)"))


def _has_its_place(wanted: Person, departments: Collection[str]) -> bool:
    """Tell whether who works in a department is given one that is there, and nobody else any."""
    return wanted.department in departments if wanted.role is Role.DEPARTMENT else not wanted.department


def _ending(open_site: Opener) -> Command:
    def end(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = station.staff.end(arguments.name, signed_in(station, arguments))
        console.answer({"name": person.name}, _("{name} may no longer act here.").format(name=person.name))
        return DONE

    return end


def _resetting(open_site: Opener) -> Command:
    def reset(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            by = signed_in(station, arguments)
            person, first = station.staff.reset(arguments.name, by, chosen(arguments))
        return _given(console, person, first)

    return reset


def _recovering(open_site: Opener) -> Command:
    """Make the command for whoever holds the service account and the passphrase file, when no administrator gets in."""

    def recover(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, first = station.staff.recover(arguments.name)
        return _given(console, person, first)

    return recover


def _given(console: Console, person: Person, first: FirstPassword) -> int:
    said = _("{name} signs in with a new first password.").format(name=person.name)
    console.answer({"name": person.name} | told(first), said, *lines(first))
    return DONE


def _changing(open_site: Opener) -> Command:
    def change(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            name = who(station, arguments)
            person = station.sign_in.change(name, password(arguments), chosen(arguments) or _asked_twice())
        console.answer({"name": person.name}, _("Your password is changed."))
        return DONE

    return change


def _asked_twice() -> str:
    new = asked(_("New password (at least 12 characters): "))
    if asked(_("The new password once more: ")) != new:
        raise PasswordPoor("differs")
    return new
