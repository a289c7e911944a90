"""The 19, the worst first: who does not answer, whom to ring, what waits. Everybody may see it; admins act (S22)."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from gateway.desk import commands, directory_rows
from gateway.desk.ports import Seat
from gateway.desk.screens.page import DeskPage
from gateway.keeping.notices import NoticesScreen
from gateway.keeping.ours import OwnContactScreen
from gateway.keeping.rotation import RotationScreen
from gateway.keeping.unit import UnitScreen
from gateway.liveness.board import Row
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.row_list import RowList

STYLES: Final = {"alert": "bold $error", "accent": "$accent", "done": "$success", "quiet": "$stafet-quiet"}


class DirectoryScreen(DeskPage[None]):
    """Reads itself again and again, as the board does."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*commands.DIRECTORY_PAGE)

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self.keeper = seat.ports.keeper(seat.person)

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        yield Static("", id="grades", markup=False)
        yield Static(Content(directory_rows.heading()), id="columns", markup=False)
        yield RowList(id="rows")
        yield CommandBar(commands.DIRECTORY_PAGE)

    def on_mount(self) -> None:
        """Read them, and go on reading."""
        self.query_one(RowList).focus()
        self.reload()
        self.set_interval(self.ports.poll_seconds, self.reload)

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self.reload()

    def reload(self) -> None:
        """Read them again."""
        if self.is_current:
            self.look(self._load, "board")

    def on_row_list_chosen(self, _event: RowList.Chosen) -> None:
        """Open what was clicked."""
        self.action_open()

    def action_open(self) -> None:
        """Open the one the cursor is on."""
        party = self.query_one(RowList).selected
        if party:
            self.app.push_screen(UnitScreen(self.keeper, party))

    def action_own_key(self) -> None:
        """Show our own key."""
        self.app.push_screen(RotationScreen(self.keeper))

    def action_notices(self) -> None:
        """Show everything that needs somebody."""
        self.app.push_screen(NoticesScreen(self.keeper))

    def action_own_contact(self) -> None:
        """Show how our own unit is reached."""
        self.app.push_screen(OwnContactScreen(self.keeper))

    async def _load(self) -> None:
        board: tuple[Row, ...] | None = await self.ask(self.keeper.board, self.seat.person)
        if board is None:
            return
        self.query_one("#grades", Static).update(_tally(board))
        self.query_one(RowList).show(directory_rows.rows(board, self.keeper.now()))


def _tally(board: tuple[Row, ...]) -> Content:
    told = [Content.assemble((text, STYLES[style])) for text, style in directory_rows.tally(board)]
    return Content("     ").join(told)
