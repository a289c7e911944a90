"""Which database the tests use: a file each, or, with STAFET_TEST_DATABASE=postgresql, one each on a server.

`database_at` names the database of a file, so that a test need not know which it is. Sites that tests make through
`make_station`, also by commands in processes of their own (tests/on_postgresql), are then on the server as well.
"""

import atexit
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from gateway import new_site
from gateway.adapters.database import Database
from gateway.site.home import Home

CHOICE = "STAFET_TEST_DATABASE"
ON_POSTGRESQL = {"": False, "sqlite": False, "postgresql": True}[os.environ.get(CHOICE, "")]
SERVER = "STAFET_TEST_POSTGRESQL"
"""The folder of the server that runs; this process starts one where none is named."""

PROCESSES = Path(__file__).parent / "on_postgresql"

TABLES_ON_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'table'"
TABLES_ON_POSTGRESQL = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
BYTES = re.compile("x'([0-9a-f]*)'")
"""How SQLite writes bytes; PostgreSQL has another way."""

PATIENCE = 45.0

MEMORY, PLENTY = Path("/dev/shm"), 2**32  # noqa: S108 - only folders of the tests' own are made in it

_made: dict[str, Path] = {}
_opened: defaultdict[str, list[Engine]] = defaultdict(list)


def memory() -> Path | None:
    """Give the folder that lies in memory where there is plenty of it: ten thousand tests wait for no disk."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > PLENTY else None


def database_at(file: Path) -> str:
    """Give the URL of the database that stands for `file`. On PostgreSQL somebody has to make it: `created` does."""
    if not ON_POSTGRESQL:
        return f"sqlite:///{file}"
    _made[_name(file)] = file
    return server().url(_name(file))


def copy_site(made: Path, to: Path) -> Path:
    """Copy a site that nobody has open, with its database, to a home that a test may do with as it likes."""
    shutil.copytree(made, to, ignore=shutil.ignore_patterns("S.*"))  # the agent's sockets stay behind
    for settings in to.rglob("settings.toml") if ON_POSTGRESQL else ():
        home, was = settings.parent, made / settings.parent.relative_to(to)
        old, new = (_name(one / "stafet.db") for one in (was, home))
        server().create(new, old)
        settings.write_text(settings.read_text("utf-8").replace(old, new), "utf-8")
        _made[new] = home / "stafet.db"
    return to


def connected(file: Path, how: str = "") -> Any:
    """Connect as any program could, in a transaction of its own."""
    if ON_POSTGRESQL:
        return server().connect(_name(file))
    return sqlite3.connect(f"{file.absolute().as_uri()}{how}", uri=True, timeout=PATIENCE)


@contextmanager
def behind_its_back(file: Path, *, guarded: bool = True) -> Iterator[Any]:
    """Reach into the database that stands for `file` past the program, and the turns its writers take, and commit.

    Not `guarded`: past the triggers as well, as somebody could who has the database.
    """
    with closing(connected(file)) as connection, connection:
        if not guarded:
            _disarm(connection)
        yield connection


def ask(file: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Look into a database while others use it; a ? stands for each value, and bytes are written as in SQLite."""
    with closing(connected(file, "?mode=ro")) as connection:
        return connection.execute(_marked(query), values).fetchall()


def change(file: Path, *statements: str, values: Sequence[Any] = (), guarded: bool = True) -> None:
    """Change a database behind the program's back; a ? stands for each of the values."""
    with behind_its_back(file, guarded=guarded) as connection:
        for statement in statements:
            connection.execute(_marked(statement), values)


def moment(told: Any) -> datetime | None:
    """Read a moment that was asked for: SQLite keeps text."""
    return datetime.fromisoformat(told).replace(tzinfo=UTC) if isinstance(told, str) else told


def tables_in(file: Path) -> list[str]:
    """Name the tables of a database."""
    return [name for (name,) in ask(file, TABLES_ON_POSTGRESQL if ON_POSTGRESQL else TABLES_ON_SQLITE)]


@contextmanager
def frozen(file: Path) -> Iterator[None]:
    """Keep everybody else from writing to a database."""
    with closing(Database(database_at(file))) as opened, opened.session() as session:
        session.execute(text("SELECT 1"))
        yield


def rows_in(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of every table, whoever made it."""
    return {name: ask(file, f'SELECT * FROM "{name}"') for name in tables_in(file)}  # noqa: S608 - tables of ours


def everything_in(file: Path) -> bytes:
    """Give all that lies in a database: the bytes of its files, or on a server every value of every table."""
    if not ON_POSTGRESQL:
        return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    values = [value for rows in rows_in(file).values() for row in rows for value in row]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def _disarm(connection: Any) -> None:
    if ON_POSTGRESQL:
        connection.execute("SET session_replication_role = replica")
        return
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")


def _marked(statement: str) -> str:
    return BYTES.sub(r"'\\x\1'::bytea", statement).replace("?", "%s") if ON_POSTGRESQL else statement


def copy_database(file: Path, to: Path) -> None:
    """Copy a database as it is at this moment in the place of another, which nobody has open."""
    if ON_POSTGRESQL:
        _made[_name(to)] = to
        server().replace(_name(to), _name(file))
        return
    for log in to.parent.glob(f"{to.name}-*"):
        log.unlink()
    with closing(sqlite3.connect(file)) as here, closing(sqlite3.connect(to)) as there:
        here.backup(there)


def environment() -> Mapping[str, str]:
    """Tell what a process must know to put its sites where the tests have theirs."""
    return {name: os.environ[name] for name in (CHOICE, SERVER, "PYTHONPATH") if ON_POSTGRESQL}


def server() -> Any:
    """Give the server that the tests share."""
    from postgresql_server import PostgreSQL  # noqa: PLC0415 - needed on PostgreSQL alone

    return PostgreSQL(Path(os.environ[SERVER]))


def opened(engine: Engine) -> None:
    """Remember what is to be closed with its database, for not every test does so itself."""
    _opened[str(engine.url.database)].append(engine)


def drop_what_is_gone() -> None:
    """Drop each database whose file's folder is gone: its test is over."""
    gone = [name for name, file in _made.items() if not file.parent.exists()]
    for name in gone:
        del _made[name]
        for engine in _opened.pop(name, ()):
            engine.dispose()
    if gone:
        server().drop(*gone)


def _name(file: Path) -> str:
    return f"t_{hashlib.sha256(str(file).encode()).hexdigest()[:24]}"


def _make_station(home: Home, plan: new_site.Plan, *tables: Any) -> Any:
    if plan.database_url is None:
        plan = replace(plan, database_url=database_at(home.path / "stafet.db"))
        server().create(_name(home.path / "stafet.db"))
    return _really_make_station(home, plan, *tables)


def _start() -> None:
    from postgresql_server import postgresql  # noqa: PLC0415 - needed on PostgreSQL alone

    open_until_the_end = ExitStack()
    atexit.register(open_until_the_end.close)
    folder = open_until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="st-pg-", dir=memory()))
    os.environ[SERVER] = open_until_the_end.enter_context(postgresql(Path(folder))).folder.as_posix()
    os.environ["PYTHONPATH"] = os.pathsep.join([str(PROCESSES), *filter(None, [os.environ.get("PYTHONPATH")])])


_really_make_station = new_site.make_station
if ON_POSTGRESQL:
    new_site.make_station = _make_station
    if SERVER not in os.environ:
        _start()
