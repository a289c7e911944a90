"""The note for the journal: copied, and here to be marked where a terminal cannot copy (C2)."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from gateway.desk import commands
from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.once import Dialog


class JournalScreen(Dialog[None]):
    """Shows the note; it is on the clipboard already."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.BACK)

    def __init__(self, note: str) -> None:
        super().__init__()
        self._note = note

    def compose(self) -> ComposeResult:
        """Lay the note out."""
        with Vertical(classes="dialog wide journal") as dialog:
            dialog.border_title = Content(_("Journal note")).markup
            yield TextArea(self._note, read_only=True, id="note", compact=True, show_cursor=False)
            yield Static(Content(_copied()), markup=False, classes="aside")
        yield CommandBar((commands.BACK,))

    def on_mount(self) -> None:
        """Copy it."""
        self.app.copy_to_clipboard(self._note)

    def action_back(self) -> None:
        """Close it."""
        self.dismiss()


def _copied() -> str:
    return _(
        "It has been copied: paste it into the journal. If nothing comes, mark the text here with the mouse and Shift."
    )
