"""Move a site's database into an empty one elsewhere: all of it, proved and noted, in one transaction there.

Until the settings name the other one the site goes on with the old, whenever and however this is broken off; what then
lies in the other one is known by its audit trail as a copy that nobody has worked in, and gives way to the next try.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData, Table, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from gateway.access.act import looking, noted
from gateway.access.actions import Action
from gateway.audit.rows import EntryRow
from gateway.audit.verify import Verified
from gateway.backup.copying import Progress, copy
from gateway.backup.errors import CopyDiffers
from gateway.site.errors import DatabaseTaken
from gateway.site.home import Home
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import Settings

MOVED: Final = "moved"
"""What the old file's name ends with."""

Verifying = Callable[[Session], Verified]
Reaching = Callable[[], AbstractContextManager[Sessions]]
"""Opens the other database."""


@dataclass(frozen=True)
class Move:
    """Moves one site's database, which is the file `old`; the site must be this program's alone meanwhile.

    `verify` walks an audit trail; `clock` is the machine's.
    """

    home: Home
    settings: Settings
    old: Path
    source: Sessions
    tables: Sequence[MetaData]
    verify: Verifying
    clock: Clock
    progress: Progress

    def __call__(self, reach: Reaching, person: Person) -> int:
        """Copy everything and note that; tell how many rows there were. From then on `settle` may be called.

        Raises MayNot, PersonGone, DatabaseTaken for a database that holds anything else, CopyDiffers, and what `reach`
        does.
        """
        with looking(self.source, person, Action.MOVE_DATABASE, self.clock()):
            pass
        with self.source.reading() as here, reach() as target, target.session() as there:
            _make_room(there, here)
            rows = copy(here.connection(), there.connection(), self.tables, self.progress)
            if self.verify(there) != self.verify(here):
                raise CopyDiffers(EntryRow.__tablename__)
            noted(there, person, Action.MOVE_DATABASE, self.clock(), detail={"rows": rows})
        return rows

    def settle(self, url: str) -> Path:
        """Let the site use the other database from now on; tell what the old file is called.

        It keeps its content, and loses its name, so that nobody goes on in it by mistake.
        """
        self.home.write_settings(self.settings.model_copy(update={"database_url": url}))
        return put_aside(self.old)


def put_aside(old: Path) -> Path:
    """Give a database that was moved another name, which nothing has yet."""
    names = (old.with_name(f"{old.name}.{MOVED}{nth}") for nth in chain([""], map("-{}".format, count(2))))
    return old.rename(next(path for path in names if not path.exists()))


def _make_room(there: Session, here: Session) -> None:
    """See that the other database is empty; what an earlier try left in it, and nobody has used, goes."""
    connection = there.connection()
    found = inspect(connection).get_sorted_table_and_fkc_names()
    left = [name for name, _references in reversed(found) if name]
    if left and not _is_our_copy(there, here):
        raise DatabaseTaken
    for name in left:
        Table(name, MetaData()).drop(connection)


def _is_our_copy(there: Session, here: Session) -> bool:
    """Tell whether all that its trail holds beyond ours is that it was moved there: every use of a site is noted."""
    newest = select(EntryRow).order_by(col(EntryRow.seq).desc()).limit(1)
    try:
        last = there.exec(newest).first()
    except SQLAlchemyError:  # tables of another program
        return False
    if last is None or last.action != Action.MOVE_DATABASE:
        return False
    before, instead = here.get(EntryRow, last.seq - 1), here.get(EntryRow, last.seq)
    return before is not None and before.hash == last.previous and (instead is None or instead.hash != last.hash)
