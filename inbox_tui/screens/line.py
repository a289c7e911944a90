"""The line to Præhospitalet: whether it works, whom to ring, and the way to what an administrator does about it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Digits, Static

from directory.model import REGION
from gateway.keeping.ours import OwnContactScreen
from gateway.keeping.ports import Keeper
from gateway.keeping.rotation import RotationScreen
from gateway.keeping.unit import UnitScreen
from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar, TitleBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.help import HelpScreen
from gateway.terminal.letter_view import LetterView
from gateway.terminal.plain import one_line
from inbox_tui import commands, line_page
from inbox_tui.line import Line
from inbox_tui.ports import Seat
from inbox_tui.screens.enrol import EnrolScreen
from inbox_tui.screens.page import Page


class LineScreen(Page[None]):
    """Shows the line as it stands, and again whenever something has happened. Everybody may look."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*commands.ON_THE_LINE)

    def __init__(self, seat: Seat, line: Line, unit_name: str) -> None:
        super().__init__()
        self.seat = seat
        self._line = line
        self._unit_name = unit_name

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield TitleBar(self._unit_name, one_line(self.seat.person.name))
        yield Static(Content(_("The line to Præhospitalet")), id="page-title", markup=False)
        yield Head(self._line)
        yield LetterView(line_page.sections(self._line))
        yield CommandBar(self.explained())

    def on_mount(self) -> None:
        """Let the keyboard scroll, and look again every so often."""
        self.query_one(LetterView).focus()
        self.set_interval(self.seat.ports.poll_seconds, self._look)

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self._look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let only those keys work that are for who sits here, and for how things stand."""
        mine = action in {one.action for one in commands.ON_THE_LINE}
        offered = {one.action for one in self.explained()}
        return (not mine or action in offered) and super().check_action(action, parameters)

    def explained(self) -> Sequence[Command]:
        """Tell which keys there are, for who sits here."""
        fitting = [one for one in commands.ON_THE_LINE if one is not commands.ENROL or not self._line.is_enrolled]
        return commands.offered(fitting, self.seat.person)

    def action_our_contact(self) -> None:
        """Show how our unit is reached, and change it."""
        self._open(OwnContactScreen)

    def action_our_key(self) -> None:
        """Show our key, and renew it or give it up."""
        self._open(RotationScreen)

    def action_theirs(self) -> None:
        """Show Præhospitalet, and confirm its changes."""
        self._open(lambda keeper: UnitScreen(keeper, REGION))

    def action_enrol(self) -> None:
        """Say what to have at hand, then go on to Præhospitalet's page."""
        self.begin(self._enrol, "act")

    def action_help(self) -> None:
        """Show what stands here, and what the keys do."""
        self.app.push_screen(HelpScreen(_paragraphs(), self.explained(), commands.BACK))

    def _open(self, page: Callable[[Keeper], Screen[None]]) -> None:
        async def opened() -> None:
            keeper = await self._keeper()
            if keeper:
                self.app.push_screen(page(keeper))

        self.begin(opened, "act")

    async def _keeper(self) -> Keeper | None:
        return await self.ask(self.seat.ports.keeper, self.seat.person)

    def _look(self) -> None:
        if self.is_current:
            self.look(self._again, "line")

    async def _again(self) -> None:
        line = await self.ask(self.seat.ports.line.look, self.seat.person)
        if line is None:
            return
        before, self._line = line_page.sections(self._line), line
        self.query_one(Head).show(line)
        await self.query_one(CommandBar).show(self.explained())
        if line_page.sections(line) != before:
            await self.query_one(LetterView).show(line_page.sections(line))

    async def _enrol(self) -> None:
        keeper = await self._keeper()
        status = await self.ask(keeper.rotation.status, self.seat.person) if keeper else None
        if keeper is None or status is None:
            return
        if await self.app.push_screen_wait(EnrolScreen(keeper, status.present)):
            self.app.push_screen(UnitScreen(keeper, REGION))


class Head(Horizontal):
    """Whether the line works, and the number to ring in large figures: for the day nothing else works."""

    def __init__(self, line: Line) -> None:
        super().__init__(id="line-head")
        self._line = line

    def compose(self) -> ComposeResult:
        """Lay the two out."""
        yield Static("", id="line-said", markup=False)
        yield Digits("", id="line-phone")

    def on_mount(self) -> None:
        """Show what was read."""
        self.show(self._line)

    def show(self, line: Line) -> None:
        """Show how the line stands now."""
        whom = _("Ring Præhospitalet:") if line.phone else _("No phone is registered for Præhospitalet.")
        works = line_page.works(line)
        self.query_one("#line-said", Static).update(Content("\n".join((works, line_page.heard(line), whom))))
        self.query_one(Digits).update(dates.phone(line.phone))
        self.set_class(works.startswith("▲"), "red")


def _paragraphs() -> tuple[str, ...]:
    return (
        _(
            "Præhospitalet tests the line every night by itself. If it has not been heard for long, ring the number "
            "above: letters may be waiting at one end or the other, and none of them is lost."
        ),
        _(
            "Addresses and keys are changed by administrators. One enters a change, another rings and confirms it; the "
            "old one works beside the new one for a while, so that no letter is lost."
        ),
    )
