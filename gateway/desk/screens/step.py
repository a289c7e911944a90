"""A step of writing a referral: where one is, what stands on the pad, and that it is saved."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content as Drawn
from textual.widget import Widget
from textual.widgets import Static

from gateway.desk import commands, refusals, words
from gateway.desk.content import Content, Place, get
from gateway.desk.messages import BoardWanted, StepWanted
from gateway.desk.pad import Pad
from gateway.desk.ports import Reach, Seat
from gateway.desk.screens.page import DeskPage
from gateway.desk.screens.taken import TakenScreen
from gateway.desk.widgets.bars import SaveLine, StepBar
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings


class StepPage(DeskPage[None]):
    """One of the four steps. What is written goes to the pad at once, and from there to the disk."""

    PLACE: ClassVar[Place]
    KEYS: ClassVar[tuple[Command, ...]]

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.ASIDE, commands.BACK, commands.HELP)

    def __init__(self, seat: Seat, pad: Pad) -> None:
        super().__init__(seat)
        self.pad = pad
        self._asked_about_colleague = False
        self._left = False

    def compose(self) -> ComposeResult:
        """Lay the page out around what the step itself says."""
        yield from self.above()
        yield StepBar(self.PLACE)
        yield from self.body()
        yield SaveLine(self.pad)
        yield CommandBar(self.KEYS)

    @abstractmethod
    def body(self) -> Iterable[Widget]:
        """Lay out what the step asks."""

    def on_mount(self) -> None:
        """Tell about the saving here, and try again what could not be saved."""
        self.pad.told = self._tell
        self._tell()
        self.set_interval(self.ports.poll_seconds, self._try_again)

    def write(self, content: Content) -> None:
        """Put what was written on the pad, and save it behind the typing."""
        self.pad.write(content)
        self.app.run_worker(self.pad.save(), group="save")  # on the app: leaving the screen must not end it
        self._tell()

    def go(self, place: Place) -> None:
        """Go to another step, once."""
        if not self._left:
            self._left = True
            self.post_message(StepWanted(self.pad, place))

    def action_aside(self) -> None:
        """Leave the draft to the shift, and go to the board."""
        self.post_message(BoardWanted())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take no key once one is on the way: on a slow line the next step's letters come before the step does."""
        return not self._left and super().check_action(action, parameters)

    def action_back(self) -> None:
        """Go to the step before; from the first, to the board."""
        if self.PLACE is Place.SCREENING:
            self.dismiss()
        else:
            self.go(Place(self.PLACE - 1))

    def _try_again(self) -> None:
        if self.pad.failing:
            self.look(self.pad.save, "save again")

    def _tell(self) -> None:
        if not self.is_shown:
            return
        self.query_one(SaveLine).tell()
        if self.pad.lost and not self._asked_about_colleague:
            self._asked_about_colleague = True
            self.begin(self._colleague, "colleague")

    async def _colleague(self) -> None:
        """Let the person choose when a colleague has gone on with the draft: nothing typed is thrown away."""
        lost = self.pad.lost
        held = self.pad.draft
        theirs = await self.ask(self.ports.drafts.open, held.id, self.seat.person) if held else None
        mine = await self.app.push_screen_wait(TakenScreen(refusals.of_a_draft(lost) if lost else "", theirs))
        if mine or theirs is None:
            self.pad.part()
            await self.pad.save()
        else:
            self.pad.take(theirs)
        self.go(self.PLACE)


class ReachLine(Static):
    """The chosen municipality, its unit and its phone: in view from the moment it is chosen (D17)."""

    def __init__(self, text: str) -> None:
        super().__init__(Drawn(text), id="reach", markup=False)


def reach_line(page: StepPage, reach: Reach | None) -> str:
    """Say in one line whom it goes to, and whether the phone is answered."""
    place = words.municipality(str(get(page.pad.content, "citizen.home_municipality_code") or ""))
    if reach is None:
        return place
    said = [words.unit(reach.contact)]
    if reach.contact:
        said.append(words.opening(reach.contact, page.ports.now()))
    named = reach.contact is not None and place in reach.contact.unit_name
    return words.SEPARATOR.join(said if named else [place, *said])
