"""Letters that cannot be trusted, apart from the others: why, and what to do. Never their content."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.plain import one_line
from inbox_tui import commands, presentation
from inbox_tui.quarantine import QuarantineLine, explain
from inbox_tui.screens.page import Page

KILO = 1000
SHOWN = 100
"""Letters shown at once; a flood of forgeries must not slow the screen down."""


class QuarantineScreen(Page[None]):
    """One entry a letter, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.BACK, commands.HELP, commands.QUIT)

    def __init__(self, lines: Sequence[QuarantineLine]) -> None:
        super().__init__()
        self._lines = sorted(lines, key=lambda line: line.arrived_at, reverse=True)

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield Static(Content(_("Cannot be trusted")), id="page-title", markup=False)
        yield Static(Content(self._lead()), id="page-lead", markup=False)
        with VerticalScroll(id="set-aside"):
            for line in self._lines[:SHOWN]:
                yield SetAside(line)
            if len(self._lines) > SHOWN:
                more = _("and {count} more").format(count=len(self._lines) - SHOWN)
                yield Static(Content(more), markup=False, classes="aside")
        yield CommandBar((commands.BACK, commands.HELP, commands.QUIT))

    def _lead(self) -> str:
        if not self._lines:
            return _("No letters have been set aside. Letters whose seal does not hold are kept here, unopened.")
        return _(
            "The seal of these letters does not hold, so they have not been opened and are not in your inbox. "
            "A real referral may be among them: do what it says.",
        )


class SetAside(Vertical):
    """One letter that was set aside."""

    def __init__(self, line: QuarantineLine) -> None:
        super().__init__()
        self._line = line

    def compose(self) -> ComposeResult:
        """Lay the entry out."""
        explanation = explain(self._line.reason_code)
        size = _("{size} kB").format(size=max(1, round(self._line.size / KILO)))
        facts = presentation.SEPARATOR.join(
            (dates.day_and_clock(self._line.arrived_at), size, one_line(self._line.reason_code)),
        )
        yield Static(Content("▲ " + explanation.why), markup=False, classes="heading")
        yield Static(Content(explanation.what_to_do), markup=False, classes="text")
        yield Static(Content(facts), markup=False, classes="aside")
