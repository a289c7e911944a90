"""Forwarding to a department, with a note; outside the citizen's consent it warns and wants a reason (C4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.cells import fit
from gateway.terminal.commands import bindings
from gateway.terminal.plain import one_line
from inbox_tui import commands, presentation, refusals
from inbox_tui.casework.case import Case
from inbox_tui.casework.departments import Department, covered_by_consent

LONGEST = 500
"""Characters of a note or a reason: a line or two, not a record."""


@dataclass(frozen=True)
class Order:
    """Where a case is to go, and the words that go along."""

    department: Department
    note: str
    reason: str | None


class ForwardScreen(ModalScreen[Order | None]):
    """Answers with an order, or None when the person leaves."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.SEND, commands.CANCEL)

    def __init__(self, case: Case, departments: Sequence[Department]) -> None:
        super().__init__()
        self._case = case
        self._departments = departments

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(_("Forward")).markup
            yield Static(Content(self._question()), markup=False, classes="paragraph")
            yield OptionList(*map(_option, self._departments), id="department", markup=False)
            yield Static(Content(_("Note to the department (may be left empty)")), markup=False, classes="heading")
            yield Input(id="note", max_length=LONGEST)
            yield Static("", id="warning", markup=False)
            yield Input(id="reason", max_length=LONGEST, placeholder=_("Reason"))
        yield CommandBar((commands.SEND, commands.CANCEL))

    def on_mount(self) -> None:
        """Begin at the department that is responsible already, or at the first."""
        options = self.query_one(OptionList)
        held = self._case.responsible
        options.highlighted = self._departments.index(held) if held in self._departments else 0
        options.focus()
        self._warn()

    def on_option_list_option_highlighted(self, _event: OptionList.OptionHighlighted) -> None:
        """Warn at once when the department lies outside the consent."""
        self._warn()

    def on_option_list_option_selected(self, _event: OptionList.OptionSelected) -> None:
        """Go on to the note."""
        self.query_one("#note", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the reason where one is needed, otherwise forward."""
        if event.input.id == "note" and self._outside():
            self.query_one("#reason", Input).focus()
        else:
            self.action_send()

    def action_send(self) -> None:
        """Forward, unless a reason is still missing."""
        department = self._department()
        reason = self.query_one("#reason", Input).value.strip() or None
        if department is None:
            return
        if self._outside() and not reason:
            self.query_one("#reason", Input).focus()
            self.notify(_("A reason is needed here."), severity="warning", markup=False)
            return
        note = self.query_one("#note", Input).value.strip()
        self.dismiss(Order(department, note, reason if self._outside() else None))

    def action_back(self) -> None:
        """Leave the case where it is."""
        self.dismiss(None)

    def _department(self) -> Department | None:
        row = self.query_one(OptionList).highlighted
        return None if row is None else self._departments[row]

    def _outside(self) -> bool:
        department = self._department()
        return department is not None and not covered_by_consent(department.kind)

    def _warn(self) -> None:
        department, outside = self._department(), self._outside()
        warning = self.query_one("#warning", Static)
        warning.update(Content("! " + refusals.outside_consent(department.name)) if department and outside else "")
        warning.display = self.query_one("#reason", Input).display = outside

    def _question(self) -> str:
        who = presentation.citizen(self._case.referral.citizen.name)
        number = presentation.number(self._case.number)
        question = _("Which department takes referral {number} about {citizen}?").format(number=number, citizen=who)
        held = self._case.responsible
        if held is None:
            return question
        return question + " " + _("Now: {department}.").format(department=one_line(held.name))


def _option(department: Department) -> Option:
    kind = _(presentation.KINDS[department.kind])
    outside = "" if covered_by_consent(department.kind) else "  ! " + _("outside the consent")
    name = fit(one_line(department.name), 28)
    return Option(Content.assemble(name, (kind + outside, "$warning" if outside else "$stafet-quiet")))
