"""`stafet-inbox serve`: the same inbox in a browser, behind the organisation's own proxy."""

import asyncio
import errno
import logging
import socket
import sys
from typing import Final

from gateway.adapters.service_manager import READY, tell
from gateway.commands.console import DONE, OUT_OF_REACH, Arguments, Commands, Console
from gateway.commands.explain import explained
from gateway.commands.site import HIGHEST_PORT
from gateway.language import gettext as _
from gateway.site.log import start_log
from inbox_tui import bootstrap
from inbox_tui.browser.origins import LOOPBACK, Origins, public_origin

PORT: Final = 8321
UNUSABLE: Final = (errno.EADDRINUSE, errno.EACCES)


def add_serve(commands: Commands) -> None:
    """Add `serve`. There is no option to listen anywhere but on this machine."""
    parser = commands.add_parser("serve", help=_("the inbox in a browser, behind your own web server"))
    parser.add_argument(
        "--port", type=port, default=PORT, metavar=_("PORT"), help=_("the port on this machine alone (default: 8321)")
    )
    parser.add_argument(
        "--public-url", type=public_origin, metavar="URL", help=_("the https address your own web server gives it")
    )
    parser.set_defaults(run=_serve)


def port(text: str) -> int:
    """Read a port, for argparse; 0 is any free one."""
    if not (text.isascii() and text.isdigit()) or int(text) > HIGHEST_PORT:
        raise ValueError
    return int(text)


def _serve(arguments: Arguments, console: Console) -> int:
    from inbox_tui.browser.server import BrowserServer  # noqa: PLC0415 - other commands need no web server

    with bootstrap.open_municipality(console.home):
        pass  # a site that cannot be opened is told of here, and not to everybody who comes
    try:
        listening = socket.create_server((LOOPBACK[0], arguments.port))
    except OSError as error:
        if error.errno not in UNUSABLE:
            raise
        console.failure("BROWSER_PORT", *explained("BROWSER_PORT"))
        return OUT_OF_REACH
    start_log(console.home.settings().log, libraries=logging.ERROR)
    logging.getLogger("textual-serve").setLevel(logging.CRITICAL)
    with listening:
        origins = Origins(listening.getsockname()[1], arguments.public_url)
        server = BrowserServer(console.home.path, origins)
        asyncio.run(server.answer(listening, lambda: _ready(console, origins)))
    return DONE


def _ready(console: Console, origins: Origins) -> None:
    facts = {"port": origins.port, "url": origins.address}
    console.answer(facts, _("The inbox is ready at {url} (stop with Ctrl+C)").format(**facts))
    sys.stdout.flush()
    tell(READY, f"STATUS=Open on port {origins.port}")
