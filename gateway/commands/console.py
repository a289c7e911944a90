"""What every command shares: `--home`, `--lang`, `--json`, how somebody signs in, how it speaks, and how it ends.

Exit codes: 0 done; 2 usage, or refused with a reason code; 3 not found; 4 could not reach or unlock what it needs.
"""

import argparse
import errno
import getpass
import json
import os
import ssl
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from directory.errors import DirectoryError
from gateway.access.errors import AccessError, PasswordExposed, PasswordNeeded
from gateway.audit.errors import AuditError
from gateway.backup.errors import (
    BackupDamaged,
    BackupRuns,
    BackupTaken,
    BackupUnfit,
    CodeMissing,
    DatabaseElsewhere,
)
from gateway.commands.explain import explained
from gateway.commands.options import (
    ARGPARSE_SAYS,
    Arguments,
    Commands,
    Subcommand,
    at_terminal,
    begin,
    named,
    parser_for,
    whole,
)
from gateway.contacts.errors import ChangeRefused
from gateway.language import gettext as _
from gateway.language import mark
from gateway.rotation.errors import RotationError
from gateway.schema.errors import SchemaRefused
from gateway.site.errors import (
    DatabasePasswordShown,
    DatabaseTaken,
    DatabaseUnfit,
    DoorTooWide,
    FileUnreadable,
    HomeTaken,
    LastAdmin,
    MayNot,
    PersonGone,
    PersonUnknown,
    PersonUnnamed,
    SchemaNewer,
    SchemaOlder,
    SchemaUnknown,
    SiteError,
    SiteInUse,
)
from gateway.site.handed import handed_over
from gateway.site.home import Home
from gateway.site.outage import CommitUnknown, server_is_away
from gateway.site.people import Person
from gateway.site.trouble import trouble
from gateway.station import Station
from gateway.terminal.plain import plain
from keys.errors import ImportRefused, InvalidFingerprint, KeysError, LockedFileRefused, PublishRefused

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
    "said",
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

MISTAKES: Final = (
    AccessError,
    AuditError,
    BackupDamaged,
    BackupRuns,
    BackupTaken,
    BackupUnfit,
    ChangeRefused,
    CodeMissing,
    DatabaseElsewhere,
    DatabasePasswordShown,
    DatabaseTaken,
    DatabaseUnfit,
    DirectoryError,
    DoorTooWide,
    HomeTaken,
    ImportRefused,
    InvalidFingerprint,
    LastAdmin,
    LockedFileRefused,
    MayNot,
    PersonGone,
    PersonUnknown,
    PersonUnnamed,
    PublishRefused,
    RotationError,
    SchemaNewer,
    SchemaOlder,
    SchemaRefused,
    SchemaUnknown,
    SiteInUse,
)
"""What was asked for is refused; with everything else the site itself could not be reached or unlocked."""

ANTICIPATED: Final = (SiteError, KeysError, DirectoryError, UnicodeEncodeError, OSError, SQLAlchemyError)
"""Whatever else goes wrong is a mistake of ours."""

OTHERS: Final = stat.S_IRWXO
"""What nobody but the owner, or the group a service manager hands a credential to, may do with a password's file."""


@dataclass(frozen=True)
class Console:
    """Where a command speaks: for a person, or as one JSON object on standard output."""

    home: Home
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


def signed_in(station: Station, arguments: Arguments) -> Person:
    """Let in who acts, by name and password.

    Raises PersonUnnamed when no name was given and more than one works here, PasswordNeeded, and what `SignIn` raises.
    """
    name = who(station, arguments)
    return station.sign_in(name, password(arguments))


def who(station: Station, arguments: Arguments) -> str:
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


def run(build: Callable[[argparse.ArgumentParser], argparse.ArgumentParser], program: str, argv: Sequence[str]) -> int:
    """Parse `argv`, speak the right language, run the command, and end with its exit code; never with a traceback."""
    begin(program, argv)
    arguments = build(parser_for(program)).parse_args(argv)
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
    except ANTICIPATED as error:
        return said(error, console)


def said(error: Exception, console: Console) -> int:
    """Say what went wrong, and tell the exit code; raises what nobody anticipated."""
    if isinstance(error, SiteError | KeysError | DirectoryError):
        console.failure(error.code, *explained(error.code, str(error)))
        return REFUSED if isinstance(error, MISTAKES) else OUT_OF_REACH
    if isinstance(error, UnicodeEncodeError):
        console.failure("NOT_TEXT", _("What was typed is not text in UTF-8."))
        return REFUSED
    if isinstance(error, OSError | SQLAlchemyError):
        code = _code(error)
        console.failure(code, *explained(code, trouble(error)))
        return OUT_OF_REACH
    raise error


def _code(error: OSError | SQLAlchemyError) -> str:
    """Name what the machine could not do."""
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "PORT_TAKEN"
    if isinstance(error, ssl.SSLError):
        return "CERTIFICATE_UNREADABLE"
    if isinstance(error, CommitUnknown):
        return error.code
    if server_is_away(error):
        return "DATABASE_AWAY"
    damaged = isinstance(error, DatabaseError) and not isinstance(error, OperationalError)
    return "DATABASE_DAMAGED" if damaged else "OUT_OF_REACH"


def _carried_out(arguments: Arguments, console: Console) -> int:
    code = int(arguments.run(arguments, console))
    print(end="", flush=True)  # a reader that has gone is noticed here, and not when Python ends
    return code
