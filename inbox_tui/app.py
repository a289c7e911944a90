"""The inbox as a Textual application: it asks who you are, then shows the list."""

import asyncio
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from gateway.terminal.app import STYLES, TerminalApp
from gateway.terminal.commands import bindings
from gateway.terminal.plain import one_line
from inbox_tui import commands
from inbox_tui.ports import InboxPorts, Seat
from inbox_tui.screens.inbox import InboxScreen
from inbox_tui.screens.who import who_screen

if TYPE_CHECKING:
    from textual.worker import WorkType


class InboxApp(TerminalApp):
    """The municipality's inbox. It only reads and writes rows: sealing, sending and receiving are the daemon's."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES, "inbox.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.QUIT)

    def __init__(self, ports: InboxPorts) -> None:
        super().__init__(dark=ports.dark)
        self._ports = ports

    def on_mount(self) -> None:
        """Begin."""
        work: WorkType[None] = self._begin
        self.run_worker(work, group="begin")

    async def _begin(self) -> None:
        ports = self._ports
        unit = one_line((await asyncio.to_thread(ports.store.unit)).unit_name)
        person = ports.person
        if person is None:
            people = await asyncio.to_thread(ports.people)
            person = await self.push_screen_wait(who_screen(people, unit))
        self.push_screen(InboxScreen(Seat(ports, person), unit))
