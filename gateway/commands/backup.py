"""`backup`: everything the site is, in one file that the recovery code opens. `restore`: a site made of such a file."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from directory import municipalities
from directory.model import REGION
from gateway.adapters.database import Database
from gateway.backup.errors import CodeMissing
from gateway.backup.make import BackUp, Made
from gateway.backup.restore import Restore, Restored
from gateway.commands.console import DONE, Arguments, Commands, Console, asked, password_in, read_file, signed_in
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.schema.branch import Branch
from gateway.schema.version import require_current
from gateway.site.errors import SchemaOlder, WrongEnd
from gateway.site.home import Home
from gateway.site.settings import Settings
from gateway.station import SHARED, Clocks, Opener, Station, open_as, utc_now
from gateway.terminal.dates import day_and_clock
from gateway.terminal.sizes import size
from keys.locked_file import new_recovery_code, read_recovery_code

Also = Callable[[Session, datetime], None]


def add_backup(commands: Commands, open_site: Opener) -> None:
    """Add `backup`."""

    def backup(arguments: Arguments, console: Console) -> int:
        given = _code_in(arguments.code_file)
        code = given or new_recovery_code()
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            back_up = BackUp(
                station.home,
                station.settings,
                station.database,
                station.tables,
                station.keyring,
                station.clocks.machine,
                lambda step: _progress(console, step),
            )
            made = back_up(_whole(arguments.file), code, person)
        shown = None if given else code
        console.answer(_made_facts(arguments.file, made, shown), *_made_lines(arguments.file, made, shown))
        return DONE

    parser = commands.add_parser("backup", help=_("put everything this site is into one locked file"))
    parser.add_argument("file", type=Path, metavar="FILE", help=_("the file to make; it must not be there yet"))
    parser.add_argument("--code-file", metavar="FILE", help=_("where the recovery code stands (default: one is made)"))
    parser.set_defaults(run=backup)


def add_restore(commands: Commands, *branches: Branch, at_region: bool, also: Also | None = None) -> None:
    """Add `restore`, which needs no sign-in, for there is no site yet; `also` is what this end does besides."""

    @contextmanager
    def open_restored(home: Home, settings: Settings) -> Iterator[Station]:
        if (settings.unit.party == REGION) is not at_region:
            raise WrongEnd
        _bring_forward(home, settings, (SHARED, *branches))
        with open_as(home, settings, Clocks(), *branches) as station:
            yield station

    def restore(arguments: Arguments, console: Console) -> int:
        read_file(_whole(arguments.file), 1)
        code = _code_in(arguments.code_file) or _code_asked()
        _progress(console, _("Opening the backup, and proving that the site works …"))
        flow = Restore(open_restored, utc_now, also or _nothing_else)
        restored = flow(_whole(arguments.file), console.home, code)
        console.answer(_restored_facts(console, restored), *_restored_lines(console, restored))
        return DONE

    parser = commands.add_parser("restore", help=_("make the site anew of a backup, in a new folder"))
    parser.add_argument("file", type=Path, metavar="FILE", help=_("the backup"))
    parser.add_argument(
        "--code-file", metavar="FILE", help=_("where the recovery code stands (default: you are asked)")
    )
    parser.set_defaults(run=restore)


def _bring_forward(home: Home, settings: Settings, branches: Sequence[Branch]) -> None:
    """Bring the tables of an earlier version's backup forward; raises SchemaNewer or SchemaUnknown.

    The restore is noted, and nothing before it: the trail is signed as the backup held it.
    """
    with closing(Database(home.database_url(settings))) as database:
        try:
            require_current(database, branches)
        except SchemaOlder:
            from gateway.schema.flow import Change  # noqa: PLC0415 - Alembic, which few restores need

            Change(database, branches, settings.fingerprint, utc_now()).upgrade(noted=False)


def _nothing_else(_session: Session, _now: datetime) -> None:
    return


def _code_in(file: str | None) -> str | None:
    return read_recovery_code(password_in(file)) if file else None


def _code_asked() -> str:
    if not Console.at_terminal():
        raise CodeMissing
    return read_recovery_code(asked(_("Recovery code: ")))


def _progress(console: Console, step: str) -> None:
    if console.at_terminal():
        console.remark(step)


def _whole(path: Path) -> Path:
    return path.expanduser().absolute()


def _made_facts(file: Path, made: Made, code: str | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"file": str(file), "size": made.size, "made_at": made.made_at.isoformat()}
    facts["left_out"] = [str(path) for path in made.left_out]
    return facts | ({"recovery_code": code} if code else {})


def _made_lines(file: Path, made: Made, code: str | None) -> Iterator[str]:
    yield _("The backup is made: {file} ({size}).").format(file=file, size=size(made.size))
    if code:
        yield _("Only this recovery code opens it:")
        yield f"    {code}"
        yield _("It is shown only now. Write it down, and keep it apart from the file.")
        yield _("To use the same code next time, put it in a file only you can read: backup FILE --code-file CODE")
    yield _("Keep the file on another machine, and try once a year that it can be restored: restore FILE --home DIR")
    for path in made.left_out:
        yield _("Not in the backup, for it lies outside the folder: {file}").format(file=path)


def _restored_facts(console: Console, restored: Restored) -> dict[str, Any]:
    opened = restored.proof.arrived_at
    return {
        "home": str(console.home.path),
        "party": restored.party,
        "made_at": restored.made_at.isoformat(),
        "opened": opened.isoformat() if opened else None,
        "asked": list(restored.asked),
    }


def _restored_lines(console: Console, restored: Restored) -> Iterator[str]:
    place = municipalities.by_code(restored.party)
    yield _("The site of {party} is restored as it was on {date}: {home}").format(
        party=place.official_name if place else "Præhospitalet",
        date=day_and_clock(restored.made_at),
        home=console.home.path,
    )
    if restored.proof.arrived_at:
        opened = day_and_clock(restored.proof.arrived_at)
        yield _("It opened a letter that came on {date}, with its own key.").format(date=opened)
    else:
        yield _("It holds no letter to open. It sealed a test text with its own key, and opened that.")
    yield _("Now start it here, and never again on the old machine: run")
    if restored.from_server:
        yield _("Its database lies in the folder now. To bring it to a server again, an empty one: database move URL")
    if restored.asked:
        count = len(restored.asked)
        yield ngettext(
            "{count} other end is then asked to send again what came since the backup.",
            "{count} other ends are then asked to send again what came since the backup.",
            count,
        ).format(count=count)
    yield _("What people here did after the backup is lost: look at what is new, and take it once more.")
