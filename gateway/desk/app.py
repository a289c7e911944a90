"""The desk as a Textual application: a door, the board behind it, and how one gets from screen to screen."""

from functools import partial
from pathlib import PurePath
from typing import Any, ClassVar, Final

from textual.binding import BindingType
from textual.screen import Screen

from gateway.desk import commands
from gateway.desk.content import Place
from gateway.desk.messages import ReferralWanted, Sent, StepWanted, SupplementWanted
from gateway.desk.ports import DeskPorts, Seat
from gateway.desk.screens.board import BoardScreen
from gateway.desk.screens.consent import ConsentScreen
from gateway.desk.screens.details import DetailsScreen
from gateway.desk.screens.municipality import MunicipalityScreen
from gateway.desk.screens.page import DeskPage
from gateway.desk.screens.referral import ReferralScreen
from gateway.desk.screens.screening import ScreeningScreen
from gateway.desk.screens.sent import SentScreen
from gateway.desk.screens.step import StepPage
from gateway.desk.screens.supplement import SupplementScreen
from gateway.language import gettext as _
from gateway.site.people import Person
from gateway.terminal.app import STYLES, WORK, TerminalApp
from gateway.terminal.door import Question
from gateway.terminal.entrance import Entrance
from gateway.terminal.plain import one_line

STEPS: Final[dict[Place, type[StepPage]]] = {
    Place.SCREENING: ScreeningScreen,
    Place.MUNICIPALITY: MunicipalityScreen,
    Place.CONSENT: ConsentScreen,
    Place.DETAILS: DetailsScreen,
}
ADD_STAFF: Final = 'stafet-gateway staff add "NAVN" --role sender'


class DeskApp(TerminalApp[Person]):
    """The region's desk. It only reads and writes rows: sealing, sending and receiving are the daemon's."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES, "desk.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [commands.QUIT.binding(at_once=True)]

    def __init__(self, ports: DeskPorts) -> None:
        entrance = Entrance(
            ports.door,
            one_line(ports.unit.name),
            _question(),
            commands.QUIT,
            watch=ports.watch,
            person=ports.person,
            name=ports.name,
        )
        super().__init__(entrance, dark=ports.dark)
        self._ports = ports
        self._seat: Seat | None = None
        self._warned = False

    def first_screen(self, person: Person) -> Screen[Any]:
        """Give the board."""
        self._seat = Seat(self._ports, person)
        return BoardScreen(self._seat)

    async def before_leaving(self) -> None:
        """Save the draft that is being written."""
        step = self._being_written
        if step is not None:
            await step.pad.save()

    def on_step_wanted(self, message: StepWanted) -> None:
        """Go to a step of the referral that is being written, in the place of the step before."""
        seat = self._seated
        step = STEPS[message.place](seat, message.pad)
        if isinstance(self.at_work, StepPage):
            self.switch_screen(step)
        else:
            self.push_screen(step)

    def on_referral_wanted(self, message: ReferralWanted) -> None:
        """Show a referral."""
        self.navigate(partial(self._show, message.referral_id))

    def on_supplement_wanted(self, message: SupplementWanted) -> None:
        """Add what was written to a referral that was sent."""
        self.navigate(partial(self._add, message))

    async def on_board_wanted(self) -> None:
        """Go back to the board."""
        while self.at_work and not isinstance(self.at_work, BoardScreen):
            await self.pop_screen()

    def on_sent(self, message: Sent) -> None:
        """Tell what comes after sending."""
        self.navigate(partial(self._sent, message))

    async def action_leave(self) -> None:
        """Leave, once what was typed is on the disk."""
        step = self._being_written
        if step is not None:
            await step.pad.save()
            if not (step.pad.is_saved or self._warned or self.is_shut):
                self._warned = True
                self.notify(_("The draft is not saved. Press Ctrl+Q once more to leave it so."), markup=False)
                return
        await self.action_quit()

    async def _show(self, referral_id: str) -> None:
        page = self._page
        progress = await page.ask(self._ports.look.open, referral_id, self._seated.person)
        if progress:
            self.push_screen(ReferralScreen(self._seated, progress))

    async def _add(self, message: SupplementWanted) -> None:
        progress = await self._page.ask(self._ports.look.named, message.referral_id, self._seated.person)
        if progress:
            self.switch_screen(SupplementScreen(self._seated, progress, message.pad))

    async def _sent(self, message: Sent) -> None:
        reach = await self._page.ask(self._ports.reach, message.submitted.recipient.code)
        self.switch_screen(SentScreen(self._seated, message.submitted, reach))

    @property
    def _being_written(self) -> StepPage | None:
        """Give the step somebody writes at, perhaps below a question."""
        stack = self.get_screen_stack(WORK) if self.at_work else ()
        return next((one for one in stack if isinstance(one, StepPage)), None)

    @property
    def _seated(self) -> Seat:
        if self._seat is None:
            raise LookupError("nobody sits at the desk yet")
        return self._seat

    @property
    def _page(self) -> DeskPage[Any]:
        screen = self.at_work
        if not isinstance(screen, DeskPage):
            raise TypeError("not a page of the desk")
        return screen


def _question() -> Question:
    return Question(
        why=_("Your name stands on the referrals you send, and is noted with what you do."),
        nobody=_("Nobody can work at this desk yet."),
        what_to_do=_("Ask your administrator to add you with this command, and start the desk again:"),
        command=ADD_STAFF,
    )
