"""What every screen that keeps the line has in common: the title, how refusals are said, and help."""

from typing import TypeVar

from textual.app import ComposeResult

from gateway.keeping import commands, refusals
from gateway.keeping.ports import Keeper
from gateway.language import gettext as _
from gateway.site.errors import PersonGone, SiteError
from gateway.terminal import page
from gateway.terminal.bars import TitleBar
from gateway.terminal.help import HelpScreen
from gateway.terminal.once import Dialog
from gateway.terminal.plain import one_line

Result = TypeVar("Result")


class KeepingPage(page.Page[Result]):
    """A screen about contacts and keys, the same at either end."""

    REFUSALS = dict.fromkeys(refusals.REFUSED, refusals.in_words)
    GONE = (PersonGone,)
    TROUBLE = (SiteError, OSError)

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self.keeper = keeper

    def above(self) -> ComposeResult:
        """Lay out the line above."""
        yield TitleBar(one_line(self.keeper.unit), one_line(self.keeper.person.name))

    def action_next_field(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def action_previous_field(self) -> None:
        """Go to the field before."""
        self.focus_previous()

    def action_help(self) -> None:
        """Show what the keys do."""
        self.app.push_screen(HelpScreen(_paragraphs(), commands.EXPLAINED, commands.BACK))


class KeepingDialog(KeepingPage[Result], Dialog[Result]):
    """A dialog over such a screen."""


def _paragraphs() -> tuple[str, ...]:
    return (
        _(
            "Who the others are is decided by people: one enters a change, another rings the number that was known "
            "before and confirms it. A new address is used when a signed answer has come from it."
        ),
        _(
            "A key is known by its fingerprint: ten groups that are read aloud over the phone and compared. An old "
            "key and a new one hold side by side for a while, so that no letter is lost."
        ),
        _("A TEST holds nothing about any citizen and is never counted."),
    )
