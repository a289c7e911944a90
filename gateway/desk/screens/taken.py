"""A colleague has gone on with the draft: what to do with what was typed here."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from gateway.desk import commands
from gateway.language import gettext as _
from gateway.referring.drafts import Draft
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.once import Dialog


class TakenScreen(Dialog[bool]):
    """Answers True when the person keeps their own text as a draft of its own."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.THEIRS, commands.MINE)

    def __init__(self, why: str, theirs: Draft | None) -> None:
        super().__init__()
        self._why = why
        self._theirs = theirs

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(_("Somebody else has the draft")).markup
            yield Static(Content(self._why), markup=False, classes="paragraph")
            yield Static(Content(self._choice()), markup=False)
        yield CommandBar((commands.THEIRS, commands.MINE) if self._theirs else (commands.MINE,))

    def action_theirs(self) -> None:
        """Go on from what the colleague wrote; what was typed here since is let go."""
        if self._theirs:
            self.dismiss(result=False)

    def action_mine(self) -> None:
        """Keep both."""
        self.dismiss(result=True)

    def _choice(self) -> str:
        if self._theirs:
            return _(
                "Enter goes on from what your colleague has written. B keeps what you have typed as a draft beside it, "
                "and you go on in that."
            )
        return _("B keeps what you have typed as a new draft, and you go on in that.")
