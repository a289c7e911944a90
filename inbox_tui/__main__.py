"""The municipality's command: `stafet-inbox`. Without a subcommand it opens the inbox.

The inbox's door is drawn at once; the site behind it is loaded and unlocked while a name and a password are typed.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.commands.options import at_terminal, begin, named, names_a_command, parser_for, whole
from gateway.site.glance import glance

if TYPE_CHECKING:
    from inbox_tui.ports import InboxPorts

PROGRAM: Final = "stafet-inbox"
STOPPED: Final = 2
"""What a command ends with, too, when it is interrupted."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code."""
    typed = sys.argv[1:] if argv is None else argv
    if at_terminal() and not names_a_command(PROGRAM, typed):
        sys.exit(_open_inbox(typed))
    from gateway.commands import console  # noqa: PLC0415 - the inbox's door needs none of it
    from inbox_tui.program import build  # noqa: PLC0415 - likewise

    sys.exit(console.run(build, PROGRAM, typed))


def _open_inbox(typed: Sequence[str]) -> int:
    from gateway.terminal.appearance import is_dark  # noqa: PLC0415 - a command needs no screens
    from gateway.terminal.door import Watch  # noqa: PLC0415 - a command needs no screens
    from gateway.terminal.opening import Opening  # noqa: PLC0415 - likewise
    from inbox_tui.app import AtTheDoor, OpeningInboxApp  # noqa: PLC0415 - likewise

    begin(PROGRAM, typed)
    arguments = parser_for(PROGRAM).parse_args(typed)
    home, name = whole(arguments.home), named(arguments)
    seen = glance(home)
    at_the_door = AtTheDoor(seen.unit_name, name, Watch(idle_seconds=seen.idle_minutes * 60))
    try:
        with Opening(lambda: _opened(home, name)) as opening:
            app = OpeningInboxApp(opening, at_the_door, dark=is_dark(seen.appearance, os.environ))
            app.run()
    except KeyboardInterrupt:
        return STOPPED
    return _said(opening.trouble, home) if opening.trouble else app.return_code or 0


@contextmanager
def _opened(home: Path, name: str) -> Iterator["InboxPorts"]:
    """Open the site with everything its screens need; raises what `open_municipality` raises."""
    from gateway.site.home import Home  # noqa: PLC0415 - loaded behind the door
    from inbox_tui import bootstrap  # noqa: PLC0415 - likewise
    from inbox_tui.screens import inbox  # noqa: F401, PLC0415 - likewise, and used the moment somebody is let in

    with bootstrap.open_municipality(Home(home)) as station:
        yield bootstrap.inbox_ports(station, name=name)


def _said(trouble: Exception, home: Path) -> int:
    from gateway.commands.console import Console  # noqa: PLC0415 - only what goes wrong needs it
    from gateway.commands.mistakes import said  # noqa: PLC0415 - likewise
    from gateway.site.home import Home  # noqa: PLC0415 - likewise

    return said(trouble, Console(Home(home), as_json=False))


if __name__ == "__main__":
    main()
