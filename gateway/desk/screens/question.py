"""Something to read before going on: why nothing was sent, and the next step."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from gateway.desk import commands
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.once import Dialog


class SaidScreen(Dialog[None]):
    """Something the person should read before going on."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.UNDERSTOOD)

    def __init__(self, title: str, what: str, next_step: str) -> None:
        super().__init__()
        self._title, self._what, self._next_step = title, what, next_step

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title).markup
            yield Static(Content(self._what), markup=False, classes="lead")
            yield Static(Content(self._next_step), markup=False)
        yield CommandBar((commands.UNDERSTOOD,))

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()
