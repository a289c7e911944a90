"""Who works here, for the administrator: who comes, who leaves today, and first passwords (S29)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType

from gateway.access.staff import FirstPassword
from gateway.language import gettext as _
from gateway.site.people import Person, Role, same_name
from gateway.terminal import dates
from gateway.terminal.commands import bindings
from gateway.terminal.plain import one_line
from gateway.terminal.question import QuestionScreen
from gateway.terminal.row_list import Item, Line
from inbox_tui import commands, house_commands
from inbox_tui.casework.departments import Department
from inbox_tui.screens.form import Box, Filled, Form, FormScreen
from inbox_tui.screens.house import HousePage


class WorksHere(Exception):
    """Somebody of that name works here already: `name` is who."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _works_here(refusal: WorksHere) -> str:
    return _("{person} works here already. Press R to give another role.").format(person=one_line(refusal.name))


class StaffScreen(HousePage):
    """Shows them, and changes them by the same flow as the command does. A first password is shown once."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*house_commands.WHO_WORKS_HERE)
    KEYS = house_commands.WHO_WORKS_HERE
    REFUSALS = {**HousePage.REFUSALS, WorksHere: _works_here}  # noqa: RUF012 - as every page has it
    _people: tuple[Person, ...] = ()
    _departments: tuple[Department, ...] = ()
    _given: tuple[Person, FirstPassword] | None = None

    def heading(self) -> tuple[str, str]:
        """Give the page's title, and what to know first."""
        return _("Staff"), _("Who works here, and as what. Everybody signs in with a name and a password of their own.")

    async def items(self) -> Sequence[Item] | None:
        """Read who works here, and the departments there are and were."""
        ports = self.seat.ports
        people = await self.ask(ports.staff.listed, self.seat.person)
        seen = await self.ask(ports.staff.last_signed_in, self.seat.person)
        listed = await self.ask(ports.departments.listed, self.seat.person, ports.now())
        if people is None or seen is None or listed is None:
            return None
        self._people, self._departments = people, tuple(one.department for one in listed)
        return [Item(self._lines(one, seen.get(one.id)), one.id) for one in people]

    def action_add(self) -> None:
        """Ask who it is and what they do here."""
        self.begin(self._add, "act")

    def action_role(self) -> None:
        """Ask what else the person does here from now on."""
        self.begin(self._role, "act")

    def action_password(self) -> None:
        """Ask, then give the person a new first password."""
        self.begin(self._password, "act")

    def action_end(self) -> None:
        """Ask, then let the person leave at once."""
        self.begin(self._end, "act")

    async def _add(self) -> None:
        name = Box("name", _("First name and last name"), needed=_("Write the person's name."))
        form = Form(_("New colleague"), _("What the person does here"), tuple(self._roles()), (name,))
        await self.fill(form, self._new)
        await self._show_given()

    async def _role(self) -> None:
        one = self._chosen
        if one is not None:
            form = Form(_("Another role"), one_line(one.name), tuple(self._roles()), open_choice=True)
            await self.fill(form, lambda filled: self._added(one.name, filled))
            await self._show_given()

    async def _password(self) -> None:
        one = self._chosen
        if one is None:
            return
        said = _("{person} gets a first password, and the one there was ends now.").format(person=one_line(one.name))
        if await self.app.push_screen_wait(QuestionScreen(_("Give a new password?"), said)):
            await self.do(lambda: self._reset(one))
            await self._show_given()

    async def _end(self) -> None:
        one = self._chosen
        if one is None:
            return
        said = _(
            "{person} can no longer sign in, and an inbox that stands open is shut at once. What {person} has done "
            "stays as it is."
        ).format(person=one_line(one.name))
        if await self.app.push_screen_wait(QuestionScreen(_("End the access?"), said)):
            await self.do(lambda: self.seat.ports.staff.end(one.name, self.seat.person))

    def _new(self, filled: Filled) -> str:
        name = filled.words["name"]
        if any(same_name(one.name) == same_name(name) for one in self._people):
            raise WorksHere(name)
        return self._added(name, filled)

    def _added(self, name: str, filled: Filled) -> str:
        role, _colon, department = filled.chosen[0].partition(":")
        wanted = Person("", name, Role(role), department)
        person, first = self.seat.ports.staff.add(wanted, self.seat.person)
        self._given = (person, first) if first else None
        return _("{person} works here now: {role}.").format(person=one_line(person.name), role=self._does(person))

    def _reset(self, one: Person) -> Person:
        self._given = self.seat.ports.staff.reset(one.name, self.seat.person)
        return one

    async def _show_given(self) -> None:
        """Show a first password this once: afterwards nobody can see it here."""
        given, self._given = self._given, None
        if given is not None:
            await self.app.push_screen_wait(FormScreen(_first_password(*given)))

    @property
    def _chosen(self) -> Person | None:
        return next((one for one in self._people if one.id == self.selected), None)

    def _roles(self) -> Iterator[tuple[str, str]]:
        yield Role.INTAKE.value, _does(Role.INTAKE)
        for one in self._departments:
            if one.active:
                yield f"{Role.DEPARTMENT.value}:{one.id}", _in(one.name)
        yield Role.ADMIN.value, _does(Role.ADMIN)
        yield Role.AUDITOR.value, _does(Role.AUDITOR)

    def _does(self, person: Person) -> str:
        if person.role is not Role.DEPARTMENT:
            return _does(person.role)
        names = {one.id: one.name for one in self._departments}
        return _in(names.get(person.department, person.department))

    def _lines(self, one: Person, last: datetime | None) -> tuple[Line, Line]:
        seen = _("last here {date}").format(date=dates.day(last)) if last else _("never signed in")
        return Line(((one_line(one.name), "name"),)), Line((("  " + self._does(one), "quiet"),), (seen, "quiet"))


def _does(role: Role) -> str:
    return {
        Role.INTAKE: _("receives referrals"),
        Role.ADMIN: _("administrator, and receives referrals"),
        Role.AUDITOR: _("auditor: checks what was done"),
    }.get(role, role.value)


def _in(department: str) -> str:
    return _("works in {department}").format(department=one_line(department))


def _first_password(person: Person, first: FirstPassword) -> Form:
    aside = _(
        "It is shown only now. Tell {person} in person or by phone, and do not send it by mail. At the first sign-in, "
        "before {date}, {person} chooses another one that nobody else knows."
    ).format(person=one_line(person.name), date=dates.day(first.expires_at))
    facts = ((_("Name"), one_line(person.name)), (_("First password"), first.password))
    name = one_line(person.name)
    return Form(_("First password"), name, aside=aside, facts=facts, command=commands.SEEN, leave=commands.BACK)
