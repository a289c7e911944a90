"""Sites as an earlier release left them: tests/data/releases/VERSION holds each end's rows and the files of its home.

That release's own program wrote them, by every feature it had, and what is in them is invented. They are never made
anew: a site that an earlier program has made is only like itself.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from databases import memory
from sqlalchemy import Connection, inspect

from gateway import bootstrap as region_end
from gateway.adapters.database import Database
from gateway.schema.branch import Branch
from gateway.schema.flow import Change
from gateway.schema.version import VERSIONS
from gateway.site.home import DATABASE, Home
from gateway.station import SHARED, utc_now
from inbox_tui import bootstrap as municipal_end

RELEASES = Path(__file__).parent / "data" / "releases"
FIRST = "0.1.0"
PASSWORD = "Kodeordskanarie med blåbærgrød"  # noqa: S105 - everything here is invented
ENDS: dict[str, tuple[Branch, ...]] = {
    "region": (SHARED, region_end.BRANCH),
    "unit": (SHARED, municipal_end.BRANCH),
}
"""Each end's tables, by the name of its folder."""

OWN_KEY = "0123456789ABCDEF0123456789ABCDEF01234567"
KEEPER = {"region": "Sendrine Kvadrillesen", "unit": "Viola Modtagelundgaard"}
OPEN = {"region": region_end.open_region, "unit": municipal_end.open_municipality}

Rows = dict[str, list[dict[str, object]]]


@contextmanager
def short_folder() -> Iterator[Path]:
    """Give a folder whose path leaves room for the agent's sockets, in memory where there is plenty."""
    with tempfile.TemporaryDirectory(prefix="st-", dir=memory(), ignore_cleanup_errors=True) as name:
        yield Path(name)


_made: dict[tuple[str, ...], bytes] = {}


def home_of(end: str, folder: Path, release: str = FIRST) -> Home:
    """Make the home of a site as a release left it, its database in a file."""
    home = Home(folder / end)
    shutil.copytree(RELEASES / release / end, home.path)
    rows_of(end, home.path / DATABASE, release)
    for path in (home.path, *home.path.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return home


def rows_of(end: str, file: Path, release: str = FIRST) -> Path:
    """Make a database file as a release left it."""
    if (release, end) not in _made:
        with closing(sqlite3.connect(":memory:")) as made:
            made.executescript((RELEASES / release / f"{end}.sql").read_text("utf-8"))
            _made[release, end] = made.serialize()
    file.write_bytes(_made[release, end])
    return file


def brought_forward(end: str, file: Path) -> Path:
    """Make a database file that was brought forward from the first release."""
    if (end,) not in _made:
        with closing(Database(f"sqlite:///{rows_of(end, file)}")) as database:
            Change(database, ENDS[end], OWN_KEY, utc_now()).upgrade()
        with closing(sqlite3.connect(file)) as made:
            _made[end,] = made.serialize()
    file.write_bytes(_made[end,])
    return file


def everything(connection: Connection) -> Rows:
    """Read every row of every table, in an order of its own."""
    names = [name for name in inspect(connection).get_table_names() if name != VERSIONS.name]
    found = {name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings() for name in names}  # noqa: S608
    return {name: sorted((dict(row) for row in rows), key=repr) for name, rows in found.items()}


def as_they_were(rows: Rows, before: Rows) -> Rows:
    """Leave out what there was no place for before."""
    known = {table: kept[0].keys() for table, kept in before.items() if kept}
    return {
        table: sorted(({name: row[name] for name in known.get(table, row)} for row in rows[table]), key=repr)
        for table in before
    }
