"""Help on one key: what is shown and what the keys do, for somebody who was last here half a year ago (H6)."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command
from gateway.terminal.once import Dialog


class HelpScreen(Dialog[None]):
    """A page over the others, made from the same commands as the footer; `back` is the one that closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("f1", "back", show=False),
    ]

    def __init__(self, paragraphs: Sequence[str], commands: Sequence[Command], back: Command) -> None:
        super().__init__()
        self._paragraphs = paragraphs
        self._commands = commands
        self._back = back

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(classes="dialog wide") as dialog:
            dialog.border_title = Content(_("Help")).markup
            for paragraph in self._paragraphs:
                yield Static(Content(paragraph), markup=False, classes="paragraph")
            yield Static(Content(_("Keys")), markup=False, classes="heading")
            for command in self._commands:
                with Horizontal(classes="key-row"):
                    yield Static(Content(_(command.shown)), markup=False, classes="key")
                    yield Static(Content(_(command.help)), markup=False, classes="value")
        yield CommandBar((self._back,))

    def action_back(self) -> None:
        """Close the page."""
        self.dismiss()
