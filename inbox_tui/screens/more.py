"""The rarer commands, in a small menu: what does not fit on the line below."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.cells import fit
from gateway.terminal.commands import Command, bindings
from gateway.terminal.once import Dialog
from gateway.terminal.plain import one_line
from inbox_tui import commands


class MoreScreen(Dialog[Command | None]):
    """Answers with the command that was chosen, by its own key or with Enter."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.CHOOSE, commands.CANCEL)

    def __init__(self, about: str, offered: Sequence[Command]) -> None:
        super().__init__()
        self._about = about
        self._offered = offered

    def compose(self) -> ComposeResult:
        """Lay the menu out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(_("More")).markup
            yield Static(Content(one_line(self._about)), markup=False, classes="paragraph")
            yield OptionList(*map(_option, self._offered), markup=False)
        yield CommandBar((commands.CHOOSE, commands.CANCEL))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(self._offered[event.option_index])

    def action_choose(self) -> None:
        """Choose the one the cursor is on."""
        self.query_one(OptionList).action_select()

    def action_back(self) -> None:
        """Do none of it."""
        self.dismiss(None)

    def on_key(self, event: Key) -> None:
        """Take a command's own key for its line."""
        for command in self._offered:
            if event.key in command.keys.split(","):
                event.stop()
                self.dismiss(command)


def _option(command: Command) -> Option:
    return Option(Content.assemble((f"{command.shown}  ", "bold $primary"), fit(_(command.label), 40)))
