"""The inbox as a Textual application: a door, and the list behind it.

The door is drawn before the site is open: what it needs is little, and everything else is loaded while somebody types.
"""

import asyncio
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from gateway.site.roles import Person
from gateway.terminal.app import STYLES, TerminalApp
from gateway.terminal.door import WATCH, Watch
from gateway.terminal.entrance import Entrance
from gateway.terminal.opening import LaterDoor
from gateway.terminal.plain import one_line
from inbox_tui import commands
from inbox_tui.screens.who import question

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.worker import WorkType

    from gateway.terminal.opening import Opening
    from inbox_tui.ports import InboxPorts


class InboxApp(TerminalApp[Person]):
    """The municipality's inbox. It only reads and writes rows: sealing, sending and receiving are the daemon's."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES, PurePath(__file__).with_name("inbox.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [commands.QUIT.binding(at_once=True)]

    def __init__(self, ports: "InboxPorts") -> None:
        entrance = Entrance(
            ports.door,
            one_line(ports.unit_name),
            question(),
            commands.QUIT,
            watch=ports.watch,
            person=ports.person,
            name=ports.name,
        )
        super().__init__(entrance, dark=ports.dark)
        self._ports: Callable[[], InboxPorts] = lambda: ports

    def first_screen(self, person: Person) -> Screen[Any]:
        """Give the list."""
        from inbox_tui.ports import Seat  # noqa: PLC0415 - the door is seen before the rest is loaded
        from inbox_tui.screens.inbox import InboxScreen  # noqa: PLC0415 - likewise

        ports = self._ports()
        return InboxScreen(Seat(ports, person), one_line(ports.unit_name))


@dataclass(frozen=True)
class AtTheDoor:
    """What the door shows before the site is open."""

    unit_name: str
    name: str = ""
    watch: Watch = WATCH


class OpeningInboxApp(InboxApp):
    """The inbox of a site that is being opened; it ends when `opening` says that it could not be."""

    def __init__(self, opening: "Opening[InboxPorts]", at_the_door: AtTheDoor, *, dark: bool = True) -> None:
        entrance = Entrance[Person](
            LaterDoor(lambda: opening().door),
            one_line(at_the_door.unit_name),
            question(),
            commands.QUIT,
            watch=at_the_door.watch,
            name=at_the_door.name,
        )
        TerminalApp.__init__(self, entrance, dark=dark)
        self._ports = self._opening = opening

    async def on_mount(self) -> None:
        """Draw the door, and then begin to open what is behind it."""
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """Let the door wait no longer for a site that was not begun with: somebody left at once."""
        self._opening.leave()

    def _begin(self) -> None:
        self._opening.begin()
        opened: WorkType[None] = self._end_when_shut
        self.run_worker(opened, group="opening")

    async def _end_when_shut(self) -> None:
        try:
            await asyncio.to_thread(self._opening)
        except Exception:  # noqa: BLE001 - said in words by whoever started the application
            self.exit(return_code=1)
