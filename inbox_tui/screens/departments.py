"""The departments, for the administrator: what they are called, what they are, and in which order they are offered."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import BindingType

from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.terminal.cells import fit
from gateway.terminal.commands import bindings
from gateway.terminal.plain import one_line
from gateway.terminal.question import QuestionScreen
from gateway.terminal.row_list import Item, Line
from inbox_tui import house_commands, presentation, words
from inbox_tui.casework.departments import DepartmentKind, covered_by_consent
from inbox_tui.departments import Departments, Listed
from inbox_tui.ports import Seat
from inbox_tui.screens.form import Box, Filled, Form
from inbox_tui.screens.house import HousePage
from inbox_tui.screens.staff import StaffScreen


class DepartmentsScreen(HousePage):
    """Shows them, and changes them by the same flow as the command does (D14)."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*house_commands.DEPARTMENTS, house_commands.DOWN)
    KEYS = house_commands.DEPARTMENTS
    _listed: tuple[Listed, ...] = ()

    def __init__(self, seat: Seat, unit_name: str) -> None:
        super().__init__(seat, unit_name)
        self._one_at_a_time = asyncio.Lock()

    def heading(self) -> tuple[str, str]:
        """Give the page's title, and what to know first."""
        lead = _(
            "A referral is forwarded to one of these; the likeliest stands first. A department that works elsewhere is "
            "reached by sealed mail with the command stafet-inbox departments reach."
        )
        return _("Departments"), lead

    async def items(self) -> Sequence[Item] | None:
        """Read the departments."""
        ports = self.seat.ports
        listed = await self.ask(ports.departments.listed, self.seat.person, ports.now())
        if listed is not None:
            self._listed = listed
        return None if listed is None else [Item((_first(one), _second(one)), one.department.id) for one in listed]

    def action_add(self) -> None:
        """Ask what it is called and what its staff are."""
        self.begin(self._add, "act")

    def action_rename(self) -> None:
        """Ask what it is called from now on."""
        self.begin(self._rename, "act")

    def action_kind(self) -> None:
        """Ask what its staff are."""
        self.begin(self._kind, "act")

    def action_move(self, step: int) -> None:
        """Offer it one place earlier or later; of several keys in a row each counts."""
        one = self._chosen
        if one is not None:
            self.run_worker(self._move(one, step), group="move")

    def action_retire(self) -> None:
        """Ask, then forward nothing more to it; or forward to it again."""
        self.begin(self._retire, "act")

    def action_staff(self) -> None:
        """Show who works here."""
        self.app.push_screen(StaffScreen(self.seat, self.unit_name), self._back_from_staff)

    def _back_from_staff(self, _nothing: None) -> None:
        """Count anew who works in each."""
        self.begin(self.reload, "list")

    async def _add(self) -> None:
        def added(filled: Filled) -> str:
            kind = DepartmentKind(filled.chosen[0])
            one = self._flow.add(filled.words["name"], kind, self.seat.person, self.seat.ports.now())
            return _("{department} is among those a referral can be forwarded to.").format(department=one.name)

        name = Box("name", _("What it is called"), needed=_("Write what it is called."))
        await self.fill(Form(_("New department"), _("What its staff are"), _kinds(), (name,)), added)

    async def _rename(self) -> None:
        one = self._chosen
        if one is None:
            return

        def renamed(filled: Filled) -> str:
            self._flow.rename(one.department.id, filled.words["name"], self.seat.person, self.seat.ports.now())
            return ""

        name = Box("name", _("What it is called"), one.department.name, _("Write what it is called."))
        await self.fill(Form(_("Rename"), one_line(one.department.name), (), (name,)), renamed)

    async def _kind(self) -> None:
        one = self._chosen
        if one is None:
            return

        def changed(filled: Filled) -> str:
            kind = DepartmentKind(filled.chosen[0])
            self._flow.change_kind(one.department.id, kind, self.seat.person, self.seat.ports.now())
            return ""

        await self.fill(Form(_("Kind"), one_line(one.department.name), _kinds(), aside=_consent()), changed)

    async def _move(self, one: Listed, step: int) -> None:
        async with self._one_at_a_time:
            await self.do(lambda: self._flow.move(one.department.id, step, self.seat.person, self.seat.ports.now()))

    async def _retire(self) -> None:
        one = self._chosen
        if one is None:
            return
        person, now = self.seat.person, self.seat.ports.now()
        if not one.department.active:
            await self.do(lambda: self._flow.reopen(one.department.id, person, now))
        elif await self.app.push_screen_wait(QuestionScreen(_("Close the department?"), *_closing(one))):
            await self.do(lambda: self._flow.retire(one.department.id, person, now))

    @property
    def _flow(self) -> Departments:
        return self.seat.ports.departments

    @property
    def _chosen(self) -> Listed | None:
        return next((one for one in self._listed if one.department.id == self.selected), None)


def _kinds() -> tuple[tuple[str, str], ...]:
    outside = _("outside the consent")
    return tuple(
        (kind.value, _(word) if covered_by_consent(kind) else f"{_(word)} ({outside})")
        for kind, word in presentation.KINDS.items()
    )


def _consent() -> str:
    return _("The citizen has agreed to contact from social and health staff. To all others a reason is asked for.")


def _closing(one: Listed) -> Iterator[str]:
    name = one_line(one.department.name)
    yield _("No more is forwarded to {department}. What it has stays with it.").format(department=name)
    if one.open:
        yield words.responsible_for(one.open)


def _first(one: Listed) -> Line:
    department = one.department
    outside = "" if covered_by_consent(department.kind) else "! " + _("outside the consent")
    kind = (fit(_(presentation.KINDS[department.kind]), 9), "quiet")
    return Line(((fit(one_line(department.name), 40), "name"), kind, (outside, "accent")))


def _people(one: Listed) -> str:
    """Say how many see here what it gets; nobody may be right for one that is reached by mail."""
    if not one.people:
        return "" if one.mail else _("! nobody works in it here")
    said = ngettext("{count} person works in it here", "{count} people work in it here", one.people)
    return said.format(count=one.people)


def _second(one: Listed) -> Line:
    said = (
        "" if one.department.active else _("closed: nothing more is forwarded to it"),
        _people(one),
        ngettext("{count} referral", "{count} referrals", len(one.open)).format(count=len(one.open))
        if one.open
        else "",
        _("mail: {address}").format(address=one_line(one.mail)) if one.mail else "",
    )
    return Line((("  " + presentation.SEPARATOR.join(filter(None, said)), "quiet"),))
