"""Stop: it is acute, or nobody knows that it is not. What to do now; nothing is sent (B3, B4)."""

import enum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from gateway.desk import commands
from gateway.language import gettext as _
from gateway.referring.refusals import Reason, Refused
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.once import Dialog

KEYS = (commands.CORRECT, commands.KEEP, commands.DROP)


class After(enum.Enum):
    """What is done after a stop."""

    CORRECT = enum.auto()
    """The answer was wrong: back to the question."""
    KEEP = enum.auto()
    """The draft is kept for when the situation is clear."""
    DROP = enum.auto()
    """The draft is deleted."""


class StopScreen(Dialog[After]):
    """Says loudly what to do, and asks about the draft."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*KEYS)

    def __init__(self, reason: Reason) -> None:
        super().__init__()
        self._refused = Refused(reason)

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with Vertical(classes="dialog stop") as dialog:
            dialog.border_title = Content(_("Stop: nothing is sent")).markup
            yield Static(Content("▲ " + self._refused.what()), markup=False, classes="band")
            yield Static(Content(self._refused.next_step()), markup=False, classes="lead")
            yield Static(Content(_told()), markup=False, classes="aside")
        yield CommandBar(KEYS)

    def action_back(self) -> None:
        """Go back to the question."""
        self.dismiss(After.CORRECT)

    def action_keep(self) -> None:
        """Keep the draft."""
        self.dismiss(After.KEEP)

    def action_drop(self) -> None:
        """Delete the draft."""
        self.dismiss(After.DROP)


def _told() -> str:
    return _(
        "Nothing has gone to the municipality. B keeps what you have written as a draft, so that you can go on when "
        "the situation is clear; S deletes it. Esc goes back, if the answer was wrong."
    )
