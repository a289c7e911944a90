"""What every command shares: `--home`, `--lang`, `--json`, how somebody signs in, how it speaks, and how it ends.

Exit codes: 0 done; 2 usage, or refused with a reason code; 3 not found; 4 could not reach or unlock what it needs.
"""

import errno
import getpass
import json
import os
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.access.errors import PasswordExposed, PasswordNeeded
from gateway.commands.options import (
    ARGPARSE_SAYS,
    Arguments,
    Build,
    Commands,
    Subcommand,
    at_terminal,
    begin,
    command_in,
    loaded,
    named,
    parser_for,
    whole,
)
from gateway.language import gettext as _
from gateway.language import mark
from gateway.site.errors import FileUnreadable
from gateway.site.handed import handed_over
from gateway.terminal.plain import plain

if TYPE_CHECKING:
    from gateway.site.home import Home
    from gateway.site.people import Person
    from gateway.station import Station

__all__ = [
    "ARGPARSE_SAYS",
    "DONE",
    "NOT_FOUND",
    "OUT_OF_REACH",
    "REFUSED",
    "Arguments",
    "Command",
    "Commands",
    "Console",
    "Subcommand",
    "asked",
    "ended",
    "named",
    "password",
    "password_in",
    "read_file",
    "remind_of_daemon",
    "run",
    "signed_in",
    "who",
]

DONE: Final = 0
REFUSED: Final = 2
NOT_FOUND: Final = 3
OUT_OF_REACH: Final = 4

LARGEST_PASSWORD_FILE: Final = 4096

WHY_UNREADABLE: Final[Mapping[int, str]] = {
    errno.ENOENT: mark("it is not there"),
    errno.EACCES: mark("you may not read it"),
    errno.EISDIR: mark("it is a folder"),
}
OTHERWISE: Final = mark("the disk or the system refuses")

OTHERS: Final = stat.S_IRWXO
"""What nobody but the owner, or the group a service manager hands a credential to, may do with a password's file."""


@dataclass(frozen=True)
class Console:
    """Where a command speaks: for a person, or as one JSON object on standard output."""

    home: "Home"
    as_json: bool

    def answer(self, facts: Mapping[str, Any], *lines: str) -> None:
        """Give the result: `facts` with `--json`, `lines` without."""
        print(_json(facts) if self.as_json else "\n".join(map(plain, lines)))

    def remark(self, *lines: str) -> None:
        """Say something beside the result, on standard error."""
        print(*map(plain, lines), sep="\n", file=sys.stderr)

    at_terminal = staticmethod(at_terminal)

    def failure(self, code: str, *lines: str) -> None:
        """Say what went wrong, what it means and what to do."""
        if self.as_json:
            print(_json({"error": code, "message": " ".join(lines)}))
        else:
            self.remark(*lines)


def _json(facts: Mapping[str, Any]) -> str:
    """Write JSON; on a terminal every character that is not ASCII is escaped, so that none can act on it."""
    return json.dumps(facts, ensure_ascii=sys.stdout.isatty())


Command = Callable[[Arguments, Console], int]


def read_file(name: str | Path, limit: int) -> bytes:
    """Read at most `limit` bytes of a file, or of standard input for "-"; raises FileUnreadable."""
    try:
        if str(name) == "-":
            return sys.stdin.buffer.read(limit)
        with Path(name).open("rb") as file:
            return file.read(limit)
    except OSError as error:
        raise FileUnreadable(_(WHY_UNREADABLE.get(error.errno or 0, OTHERWISE))) from None


def remind_of_daemon(console: Console) -> None:
    """Say so when what was queued will not leave before somebody starts the daemon."""
    if not console.home.is_running():
        console.remark(_("The daemon is not running. The letter waits safely and leaves when it is started (run)."))


def signed_in(station: "Station", arguments: Arguments) -> "Person":
    """Let in who acts, by name and password.

    Raises PersonUnnamed when no name was given and more than one works here, PasswordNeeded, and what `SignIn` raises.
    """
    name = who(station, arguments)
    return station.sign_in(name, password(arguments))


def who(station: "Station", arguments: Arguments) -> str:
    """Tell by what name somebody wants in: the one given, or the only one there is."""
    if given := named(arguments):
        return given
    with station.database.reading() as session:
        return station.people(session).only().name


def password(arguments: Arguments) -> str:
    """Take the password from a file, from the service manager, or from who sits here; raises PasswordNeeded."""
    given = arguments.password_file or os.environ.get("STAFET_PASSWORD_FILE") or _credential()
    return password_in(given) if given else asked(_("Password: "))


def password_in(file: str | Path) -> str:
    """Read the first line of a file, or of standard input; raises FileUnreadable, PasswordExposed, PasswordNeeded."""
    if Path(file).is_file() and Path(file).stat().st_mode & OTHERS:
        raise PasswordExposed
    line = read_file(file, LARGEST_PASSWORD_FILE).partition(b"\n")[0].decode("utf-8", "replace").removesuffix("\r")
    if not line:
        raise PasswordNeeded
    return line


def asked(prompt: str) -> str:
    """Ask for a password without showing it; raises PasswordNeeded when nobody sits at a terminal."""
    if not sys.stderr.isatty():
        raise PasswordNeeded
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise PasswordNeeded from None


def _credential() -> Path | None:
    handed = handed_over(Path("password"))
    return handed if handed.is_absolute() else None


def run(build: Build, program: str, argv: Sequence[str]) -> int:
    """Parse `argv`, speak the right language, run the command, and end with its exit code; never with a traceback."""
    begin(program, argv)
    arguments = build(parser_for(program), command_in(program, argv)).parse_args(argv)
    from gateway.site.home import Home  # noqa: PLC0415 - there is something to do, not only something to say

    return ended(arguments, Console(Home(whole(arguments.home)), arguments.json))


def ended(arguments: Arguments, console: Console) -> int:
    """Carry out a command that was parsed, and tell its exit code; what goes wrong is said in words."""
    try:
        return _carried_out(arguments, console)
    except KeyboardInterrupt:
        return REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - what nobody anticipated is raised again there
        from gateway.commands.mistakes import said  # noqa: PLC0415 - most commands make none

        return said(error, console)


def _carried_out(arguments: Arguments, console: Console) -> int:
    loaded()
    code = int(arguments.run(arguments, console))
    print(end="", flush=True)  # a reader that has gone is noticed here, and not when Python ends
    return code
