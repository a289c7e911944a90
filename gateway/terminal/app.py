"""What both applications are: the same colours and styles, no palette, and a word for who tries Ctrl+C."""

from pathlib import Path
from typing import Final

from textual.app import App

from gateway.language import gettext as _
from gateway.terminal import theme

STYLES: Final = Path(__file__).with_name("terminal.tcss")
"""The styles both share; an application puts its own after them."""


class TerminalApp(App[None]):
    """An application of either end."""

    TITLE = "Stafet"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *, dark: bool) -> None:
        super().__init__()
        self.register_theme(theme.DARK)
        self.register_theme(theme.LIGHT)
        self.theme = theme.DARK.name if dark else theme.LIGHT.name

    def action_help_quit(self) -> None:
        """Say how to leave, when somebody tries Ctrl+C."""
        self.notify(_("Press Ctrl+Q to quit."), markup=False)
