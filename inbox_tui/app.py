"""The inbox as a Textual application: it asks who you are, then shows the list."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import BindingType

from gateway.language import gettext as _
from gateway.terminal import theme
from gateway.terminal.plain import one_line
from inbox_tui import commands
from inbox_tui.ports import InboxPorts, Seat
from inbox_tui.screens.inbox import InboxScreen
from inbox_tui.screens.who import WhoScreen

if TYPE_CHECKING:
    from textual.worker import WorkType


class InboxApp(App[None]):
    """The municipality's inbox. It only reads and writes rows: sealing, sending and receiving are the daemon's."""

    CSS_PATH = "inbox.tcss"
    TITLE = "Stafet"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = commands.bindings(commands.QUIT)

    def __init__(self, ports: InboxPorts) -> None:
        super().__init__()
        self._ports = ports
        self.register_theme(theme.DARK)
        self.register_theme(theme.LIGHT)
        self.theme = theme.DARK.name if ports.dark else theme.LIGHT.name

    def on_mount(self) -> None:
        """Begin."""
        work: WorkType[None] = self._begin
        self.run_worker(work, group="begin")

    def action_help_quit(self) -> None:
        """Say how to leave, when somebody tries Ctrl+C."""
        self.notify(_("Press Ctrl+Q to quit."), markup=False)

    async def _begin(self) -> None:
        ports = self._ports
        unit = one_line((await asyncio.to_thread(ports.store.unit)).unit_name)
        person = ports.person
        if person is None:
            people = await asyncio.to_thread(ports.people)
            person = await self.push_screen_wait(WhoScreen(people, unit))
        self.push_screen(InboxScreen(Seat(ports, person), unit))
