"""What runs behind one open page: the inbox, drawn for a browser. Only the server starts it.

Who it is for signs in on the screen; nothing about them is in its arguments or its environment.
"""

import sys
from argparse import ArgumentParser

from gateway.commands import console
from gateway.commands.console import DONE, Arguments, Console
from inbox_tui import bootstrap
from inbox_tui.app import InboxApp


def build(parser: ArgumentParser) -> ArgumentParser:
    """Read the options every command has; there are no others."""
    parser.set_defaults(run=_open)
    return parser


def _open(_arguments: Arguments, console: Console) -> int:
    with bootstrap.open_municipality(console.home) as station:
        app = InboxApp(bootstrap.inbox_ports(station))
        app.run()
    return app.return_code or DONE


if __name__ == "__main__":
    sys.exit(console.run(build, "stafet-inbox", sys.argv[1:]))
