"""«Afsluttet hos os»: what a person at the municipality has taken over, or what was withdrawn (L5)."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from gateway.desk import board_rows, commands
from gateway.desk.messages import ReferralWanted
from gateway.desk.screens.page import DeskPage
from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.row_list import RowList

KEYS = (commands.OPEN, commands.BACK, commands.HELP)


class FinishedScreen(DeskPage[None]):
    """The latest of them, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*KEYS)

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        yield RowList(id="rows")
        yield Static(Content(_("Nothing is finished yet.")), id="empty", markup=False)
        yield CommandBar(KEYS)

    def on_mount(self) -> None:
        """Read them."""
        self.query_one("#empty").display = False
        self.query_one(RowList).focus()
        self.begin(self._load, "list")

    def on_row_list_chosen(self, _event: RowList.Chosen) -> None:
        """Open what was clicked."""
        self.action_open()

    def action_open(self) -> None:
        """Open the one the cursor is on."""
        chosen = self.query_one(RowList).selected.removeprefix(board_rows.REFERRAL)
        if chosen:
            self.post_message(ReferralWanted(chosen))

    async def _load(self) -> None:
        listed = await self.ask(self.ports.look.finished, self.seat.person)
        if listed is None:
            return
        rows = self.query_one(RowList)
        rows.show(board_rows.finished(listed, self.ports.now()) if listed else ())
        rows.display, self.query_one("#empty").display = bool(listed), not listed
