"""What runs behind one open page: the inbox, drawn for a browser. Only the server starts it.

Who it is for signs in on the screen; nothing about them is in its arguments or its environment.
"""

import sys
from argparse import ArgumentParser
from typing import Final

from gateway.commands import console
from gateway.commands.console import DONE, Arguments, Console
from inbox_tui import bootstrap
from inbox_tui.app import InboxApp

NOBODY_SECONDS: Final = 300.0
"""How often it is looked whether somebody has signed in; whoever only holds a page open leaves it to others."""


class PageApp(InboxApp):
    """The inbox of one page, which ends when nobody is signed in for two looks in a row."""

    _nobody_before = False

    async def on_mount(self) -> None:
        """Look every so often."""
        self.set_interval(NOBODY_SECONDS, self._end_if_nobody)

    def _end_if_nobody(self) -> None:
        nobody = self.at_work is None
        if nobody and self._nobody_before:
            self.exit()
        self._nobody_before = nobody


def build(parser: ArgumentParser, wanted: str = "") -> ArgumentParser:  # noqa: ARG001 - there is nothing to choose from
    """Read the options every command has; there are no others."""
    parser.set_defaults(run=_open)
    return parser


def _open(_arguments: Arguments, console: Console) -> int:
    with bootstrap.open_municipality(console.home) as station:
        app = PageApp(bootstrap.inbox_ports(station))
        app.run()
    return app.return_code or DONE


if __name__ == "__main__":
    sys.exit(console.run(build, "stafet-inbox", sys.argv[1:]))
