"""The board: what must be phoned now, what the municipality has not taken yet, what is being written."""

from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from gateway.desk import board_rows, commands, content
from gateway.desk.messages import ReferralWanted, StepWanted
from gateway.desk.pad import Pad
from gateway.desk.ports import Seat
from gateway.desk.screens.call import CallScreen
from gateway.desk.screens.directory import DirectoryScreen
from gateway.desk.screens.find import FindScreen
from gateway.desk.screens.finished import FinishedScreen
from gateway.desk.screens.page import DeskPage
from gateway.keeping.notices import NoticesScreen, lines
from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.notice_band import NoticeBand
from gateway.terminal.plain import one_line
from gateway.terminal.row_list import RowList

LINE_SECONDS: Final = 60.0
"""How often the notices are read: they change by the hour, and a key is read to find some of them."""


class BoardScreen(DeskPage[None]):
    """Reads itself again and again; what one does on the screens above shows here at once."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*commands.BOARD, commands.NOTICES)

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self.keeper = seat.ports.keeper(seat.person)

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        if self.ports.notice:
            yield Static(Content(one_line(self.ports.notice)), id="notice", markup=False)
        yield NoticeBand(id="notices")
        yield RowList(id="rows")
        yield Static(Content(_empty()), id="empty", markup=False)
        yield CommandBar(commands.BOARD_BAR)

    def on_mount(self) -> None:
        """Read the board, and go on reading it."""
        self.query_one("#empty").display = False
        self.query_one(RowList).focus()
        self.reload()
        self.set_interval(self.ports.poll_seconds, self.reload)
        if self.keeper.may_keep:
            self._look_at_the_line()
            self.set_interval(LINE_SECONDS, self._look_at_the_line)

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self.reload()
        if self.keeper.may_keep:
            self._look_at_the_line()

    def reload(self) -> None:
        """Read the board again."""
        if self.is_current:
            self.look(self._load, "board")

    def on_row_list_chosen(self, _event: RowList.Chosen) -> None:
        """Open what was clicked."""
        self.action_open()

    def action_new(self) -> None:
        """Begin a referral."""
        self.post_message(StepWanted(Pad(self.ports.drafts, self.seat.person), content.Place.SCREENING))

    def action_open(self) -> None:
        """Open what the cursor is on."""
        kind, _colon, chosen = self.query_one(RowList).selected.partition(":")
        if kind == "referral":
            self.post_message(ReferralWanted(chosen))
        elif kind == "draft":
            self.begin(partial(self._go_on, chosen), "open")

    def action_call(self) -> None:
        """Log a call about the referral the cursor is on."""
        kind, _colon, chosen = self.query_one(RowList).selected.partition(":")
        if kind == "referral":
            self.begin(partial(self._call, chosen), "open")
        else:
            self.say(_("Put the cursor on a referral first."))

    def action_find(self) -> None:
        """Answer «har kommunen fået det?»."""
        self.app.push_screen(FindScreen(self.seat))

    def action_finished(self) -> None:
        """Show what is finished here."""
        self.app.push_screen(FinishedScreen(self.seat))

    def action_directory(self) -> None:
        """Show the 19."""
        self.app.push_screen(DirectoryScreen(self.seat))

    def action_notices(self) -> None:
        """Show everything that needs somebody."""
        self.app.push_screen(NoticesScreen(self.keeper))

    def action_back(self) -> None:
        """Stay: there is nowhere further back."""

    def _look_at_the_line(self) -> None:
        if self.is_current:
            self.look(self._notices, "notices")

    async def _notices(self) -> None:
        """Tell an administrator what is to be seen to; the rest of the board does not wait for it."""
        notices = await self.ask(self.keeper.notices, self.seat.person)
        if notices is not None:
            self.query_one(NoticeBand).show(lines(notices, commands.NOTICES.shown))

    async def _load(self) -> None:
        board = await self.ask(self.ports.board, self.seat.person)
        if board is None:
            return
        items = board_rows.rows(board, self.ports.now(), self.ports.chase_after)
        listed = self.query_one(RowList)
        listed.show(items)
        listed.display, self.query_one("#empty").display = bool(items), not items

    async def _go_on(self, draft_id: str) -> None:
        """Open a draft where it was left; a colleague may have sent it meanwhile."""
        draft = await self.ask(self.ports.drafts.open, draft_id, self.seat.person)
        if draft is None:
            self.reload()
            return
        pad = Pad(self.ports.drafts, self.seat.person, draft.content, draft)
        self.post_message(StepWanted(pad, content.place(draft.content)))

    async def _call(self, referral_id: str) -> None:
        progress = await self.ask(self.ports.look.named, referral_id, self.seat.person)
        if progress is None:
            return
        if await self.app.push_screen_wait(CallScreen(self.seat, progress)):
            self.reload()


def _empty() -> str:
    return _(
        "Nothing waits on the desk\n\n"
        "Press N when a citizen calls 1-1-2 with problems that are not acute illness, and the municipality is the "
        "one to help. You are led through it with the citizen on the line, and everything is saved as you type.\n\n"
        "F2 answers «has the municipality got it?». F1 tells more."
    )
