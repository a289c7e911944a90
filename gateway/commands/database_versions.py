"""`database upgrade` and `database downgrade`: what they do step by step, with a copy beside an SQLite file first.

A site whose tables are another release's can sign nobody in, so these are acts of the account that owns the site, as
`init` and `restore` are; the audit trail notes them as done by the console.
"""

from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any, Final

from gateway.adapters.database import Database
from gateway.backup import snapshot
from gateway.commands import database_words as words
from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console
from gateway.commands.explain import explained
from gateway.language import gettext as _
from gateway.schema.branch import Branch, Release, parsed
from gateway.schema.errors import BackIsBarred, BackWouldLose
from gateway.site.home import Home
from gateway.site.settings import Settings
from gateway.station import utc_now

OpenDatabase = Callable[[Home], Any]
FIRST_ON_SERVER: Final[Release] = (0, 2, 0)
"""The first release whose database may lie on a server."""


def add_upgrade(parsers: Commands, branches: tuple[Branch, ...], opened: OpenDatabase) -> None:
    """Add `database upgrade`."""

    def upgrade(_arguments: Arguments, console: Console) -> int:
        with console.home.alone(), opened(console.home) as database:
            began, now = _change(console, database, branches).upgrade()
        if began == now:
            console.answer(_facts(began, now), _("The database is of version {version} already.").format(version=now))
            return DONE
        said = _("The database is of version {version} now. Start the daemon again: run").format(version=now)
        console.answer(_facts(began, now), said)
        return DONE

    parser = parsers.add_parser("upgrade", help=_("bring the database forward to what this program needs"))
    parser.set_defaults(run=_unbroken(upgrade))


def add_downgrade(parsers: Commands, branches: tuple[Branch, ...], opened: OpenDatabase) -> None:
    """Add `database downgrade`."""

    def downgrade(arguments: Arguments, console: Console) -> int:
        with console.home.alone(), opened(console.home) as database:
            try:
                _require_known_place(console.home, arguments.to)
                change = _change(console, database, branches)
                began, now = change.downgrade(arguments.to, confirmed=arguments.confirm)
            except BackIsBarred as refusal:
                console.failure(refusal.code, *explained(refusal.code), *words.counted(words.BARS, refusal.counts))
                return REFUSED
            except BackWouldLose as refusal:
                console.failure(refusal.code, *explained(refusal.code), *words.counted(words.LOSSES, refusal.counts))
                return REFUSED
        if began == now:
            console.answer(_facts(began, now), _("The database is of version {version} already.").format(version=now))
            return DONE
        console.answer(
            _facts(began, now),
            _("The database is of version {version} now, and this program can no longer open it.").format(version=now),
            _("Install the earlier program. If it cannot read settings.toml, take out the setting that it names."),
        )
        return DONE

    parser = parsers.add_parser("downgrade", help=_("take the database back, before an earlier program is installed"))
    parser.add_argument("--to", type=_release, required=True, metavar=_("VERSION"), help=_("the earlier program's"))
    parser.add_argument("--confirm", action="store_true", help=_("what that version has no place for may go"))
    parser.set_defaults(run=_unbroken(downgrade))


def _require_known_place(home: Home, release: Release) -> None:
    """Go back to no program that could not open the database where it lies; raises BackIsBarred."""
    if release < FIRST_ON_SERVER and snapshot.database_file(home, home.settings()) is None:
        raise BackIsBarred({"ON_SERVER": 1})


def _unbroken(command: Callable[[Arguments, Console], int]) -> Callable[[Arguments, Console], int]:
    """Let a command that is interrupted say that nothing has happened."""

    def run(arguments: Arguments, console: Console) -> int:
        try:
            return command(arguments, console)
        except KeyboardInterrupt:
            console.failure("BROKEN_OFF", _("Broken off. Nothing was changed; run it again."))
            return REFUSED

    return run


def _change(console: Console, database: Database, branches: tuple[Branch, ...]) -> Any:  # noqa: ANN401 - loaded here
    from gateway.schema.flow import Change  # noqa: PLC0415 - Alembic, which no other command needs

    settings = console.home.settings()
    return Change(
        database,
        branches,
        settings.fingerprint,
        utc_now(),
        lambda release: _keep(console, settings, release),
        lambda revision: console.remark(_("Done: {what}").format(what=words.owner(branches, revision))),
    )


def _keep(console: Console, settings: Settings, release: str) -> None:
    """Copy an SQLite file beside itself, named after the release its tables are of; raises SnapshotFailed."""
    console.remark(_("The database is of version {version}.").format(version=release))
    file = snapshot.database_file(console.home, settings)
    if file is None:
        console.remark(_("It is on a server: a copy is what the server's own backup holds."))
        return
    kept = file.with_name(f"{file.stem}-{release}{file.suffix}")
    partly = kept.with_name(f"{kept.name}.part")
    partly.unlink(missing_ok=True)
    snapshot.copy(file, partly)
    partly.replace(kept)
    console.remark(
        _("A copy is kept as {file}; nothing reads it, and nothing in it is erased.").format(file=kept),
        _("Delete it when the site has worked for some days. If this is broken off, run it again."),
    )


def _facts(began: str, now: str) -> dict[str, Any]:
    return {"from": began, "version": now}


def _release(text: str) -> Release:
    try:
        return parsed(text)
    except ValueError:
        raise ArgumentTypeError(text) from None
