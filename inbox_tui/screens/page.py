"""What every screen of the inbox has in common: how refusals are said, and its help."""

from collections.abc import Sequence
from typing import TypeVar

from gateway.site.errors import PersonGone, SiteError
from gateway.terminal import page
from gateway.terminal.commands import Command
from gateway.terminal.help import HelpScreen
from inbox_tui import commands, refusals
from inbox_tui.screens.form import Unclear
from inbox_tui.screens.help import paragraphs

Result = TypeVar("Result")


class Page(page.Page[Result]):
    """A screen of the inbox."""

    REFUSALS = dict.fromkeys(refusals.REFUSED, refusals.in_words) | {Unclear: str}
    GONE = (PersonGone,)
    TROUBLE = (SiteError,)

    def action_help(self) -> None:
        """Show what the keys do."""
        self.app.push_screen(HelpScreen(paragraphs(), self.explained(), commands.BACK))

    def explained(self) -> Sequence[Command]:
        """Tell which keys the help explains."""
        return commands.EXPLAINED
