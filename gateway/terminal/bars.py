"""The lines above and below every screen: whose terminal this is, and what the keys do."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from gateway.language import gettext as _
from gateway.terminal.commands import Command


class TitleBar(Horizontal):
    """The product, the unit, and who is at the keyboard."""

    def __init__(self, unit: str, person: str) -> None:
        super().__init__()
        self._unit = unit
        self._person = person

    def compose(self) -> ComposeResult:
        """Lay out the three parts."""
        yield Static(Content("Stafet"), id="title-product", markup=False)
        yield Static(Content(self._unit), id="title-unit", markup=False)
        yield Static(Content(self._person), id="title-person", markup=False)


class CommandKey(Static):
    """One key and what it does; a click runs it too."""

    def __init__(self, command: Command) -> None:
        label = Content.assemble((_(command.shown), "bold $primary"), " ", _(command.label))
        super().__init__(label, markup=False)
        self._action = command.from_a_screen

    async def on_click(self) -> None:
        """Run the command on the screen."""
        await self.run_action(self._action)


class CommandBar(Horizontal):
    """What the keys do here."""

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        """Lay out the keys."""
        yield from map(CommandKey, self._commands)

    async def show(self, commands: Sequence[Command]) -> None:
        """Show other keys: something else can be done now."""
        if tuple(commands) == tuple(self._commands):
            return
        self._commands = commands
        async with self.batch():
            await self.remove_children()
            await self.mount_all(map(CommandKey, commands))
