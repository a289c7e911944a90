"""The inbox as a Textual application: a door, and the list behind it."""

from pathlib import PurePath
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from gateway.site.people import Person
from gateway.terminal.app import STYLES, TerminalApp
from gateway.terminal.commands import bindings
from gateway.terminal.entrance import Entrance
from gateway.terminal.plain import one_line
from inbox_tui import commands
from inbox_tui.ports import InboxPorts, Seat
from inbox_tui.screens.inbox import InboxScreen
from inbox_tui.screens.who import question


class InboxApp(TerminalApp[Person]):
    """The municipality's inbox. It only reads and writes rows: sealing, sending and receiving are the daemon's."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES, "inbox.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.QUIT)

    def __init__(self, ports: InboxPorts) -> None:
        self._unit = one_line(ports.store.unit().unit_name)
        entrance = Entrance(
            ports.door, self._unit, question(), commands.QUIT, watch=ports.watch, person=ports.person, name=ports.name
        )
        super().__init__(entrance, dark=ports.dark)
        self._ports = ports

    def first_screen(self, person: Person) -> Screen[Any]:
        """Give the list."""
        return InboxScreen(Seat(self._ports, person), self._unit)
