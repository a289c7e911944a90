"""What to do at once when it is acute: the number to ring, large, and what the citizen wishes (E3)."""

from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Digits, Static

from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.once import Dialog
from gateway.terminal.plain import one_line, plain
from inbox_tui import commands, words
from inbox_tui.casework.case import Case
from inbox_tui.screens.forms import about


class RingScreen(Dialog[bool]):
    """Answers True when the person has rung, and wants to note how it went."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.RING, commands.RING_LATER)

    def __init__(self, case: Case, today: date) -> None:
        super().__init__()
        self._case = case
        self._today = today

    def compose(self) -> ComposeResult:
        """Lay the page out: the number first in words, for who hears it read aloud."""
        phone = dates.phone(self._case.in_force.citizen.phone or "")
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = Content(_("Acute")).markup
            yield Static(Content(about(self._case)), markup=False, classes="heading")
            yield Static(Content(_ring(phone)), id="ring", markup=False, classes="heading")
            if phone:
                yield Digits(phone.removeprefix("+45 "))
            for heading, text in self._said():
                yield Static(Content(heading), markup=False, classes="heading")
                yield Static(Content(text), markup=False)
        yield CommandBar((commands.RING, commands.RING_LATER))

    def action_contact(self) -> None:
        """Note how it went."""
        self.dismiss(result=True)

    def action_back(self) -> None:
        """Ring later: the clock runs, and the case stays on top."""
        self.dismiss(result=False)

    def _said(self) -> tuple[tuple[str, str], ...]:
        citizen, by = self._case.in_force.citizen, self._case.acute_by
        said = (
            (_("The clock"), words.reach_by(by, self._today) if by else ""),
            (_("How the citizen wants to be contacted"), plain(citizen.how_to_reach or "")),
            (_("Interpreter"), one_line(citizen.interpreter or "")),
            (_("Be aware: safety"), plain(citizen.safety_note or "")),
        )
        return tuple((heading, text) for heading, text in said if text)


def _ring(phone: str) -> str:
    if phone:
        return _("Ring now: {phone}").format(phone=phone)
    return _("No phone number was given. See in the letter how the citizen can be found, or ask the sender.")
