"""`database move`: a site's database out of its folder and onto a PostgreSQL server; it may be broken off anywhere.

The site is this command's alone meanwhile: no daemon, no screen, no other command. Only when everything has been copied
and proved do the settings change, and until then the site is as it was.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from gateway.adapters.database import Database
from gateway.audit.verify import Verify
from gateway.backup import snapshot
from gateway.backup.errors import DatabaseElsewhere
from gateway.backup.move import Move, put_aside
from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console, signed_in
from gateway.language import gettext as _
from gateway.site.home import DATABASE
from gateway.site.people import Person
from gateway.station import Opener, Station

LINES: Final = 10
"""How many lines tell of the progress where they cannot be rewritten."""


@dataclass
class _Progress:
    """Tells how far the copying has come: on a terminal in one line, elsewhere in some lines."""

    console: Console
    _told: int = field(default=-1, init=False)

    def __call__(self, done: int, whole: int) -> None:
        """Say it when there is more to say than before."""
        steps = 100 if self.console.at_terminal() else LINES
        step = done * steps // whole if whole else steps
        if step == self._told or self.console.as_json:
            return
        self._told = step
        line = _("Copied: {done} of {whole} rows").format(done=done, whole=whole)
        if steps == LINES:
            self.console.remark(line)
        else:
            print(f"\r{line}", end="\n" if done == whole else "", file=sys.stderr, flush=True)


def add_move(parsers: Commands, open_site: Opener) -> None:
    """Add `database move`."""

    def move(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            try:
                with station.alone():
                    return _moved(station, person, arguments.url, console)
            except KeyboardInterrupt:
                return _broken_off(console)

    parser = parsers.add_parser("move", help=_("move the database from the site's folder to a PostgreSQL server"))
    parser.add_argument("url", metavar="URL", help=_("an empty database there, such as postgresql:///stafet"))
    parser.set_defaults(run=move)


def _broken_off(console: Console) -> int:
    if console.at_terminal():
        print(file=sys.stderr)  # below the line that tells how far it had come
    console.failure("BROKEN_OFF", _("Broken off. Nothing was changed: the site goes on with the database it has."))
    return REFUSED


def _moved(station: Station, person: Person, url: str, console: Console) -> int:
    old = snapshot.database_file(station.home, station.settings)
    if old is None:
        return _finished(station, url, console)
    flow = Move(
        station.home,
        station.settings,
        old,
        station.database,
        station.tables,
        Verify(station.notary, station.clocks.machine()),
        station.clocks.machine,
        _Progress(console),
    )
    rows = flow(partial(_reached, url), person)
    with _not_broken_off():
        station.database.forget()
        station.database.close()
        kept = flow.settle(url)
    _say(console, url, kept, rows)
    return DONE


@contextmanager
def _reached(url: str) -> Iterator[Database]:
    from gateway.adapters.named_server import named_server  # noqa: PLC0415 - a driver that most sites never need

    with closing(Database(named_server(url))) as target:
        yield target


def _finished(station: Station, url: str, console: Console) -> int:
    """Finish a move that was ended by force when only the old file's name was left; raises DatabaseElsewhere."""
    old = station.home.path / DATABASE
    if url != station.settings.database_url or not old.exists():
        raise DatabaseElsewhere
    _say(console, url, put_aside(old))
    return DONE


@contextmanager
def _not_broken_off() -> Iterator[None]:
    """Let Ctrl+C wait for the next command: what is done here takes a moment."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _say(console: Console, url: str, kept: Path, rows: int | None = None) -> None:
    lines = [_("The site's database is now {url}.").format(url=url)]
    if rows is not None:
        lines.append(_("{rows} rows were copied, read again there and found the same.").format(rows=rows))
    console.answer(
        {"database": url, "rows": rows, "kept": str(kept)},
        *lines,
        _("Start the daemon again: run"),
        _("The old one is kept as {file}; nothing reads it, and nothing in it is erased.").format(file=kept),
        _("Delete it when the site has worked for some days, and a new backup has been restored on trial."),
    )
