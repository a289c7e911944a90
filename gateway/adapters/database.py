"""One database per site: SQLite beside the settings, or the PostgreSQL that `database_url` names.

Durable by default: WAL with `synchronous=FULL` means that what was committed survives a power cut, as far as fsync
reaches. `secure_delete` overwrites what is deleted. A writing session takes the write lock when it begins, so that
two writers wait for each other instead of failing half-way; on PostgreSQL that is a lock of our own (`postgresql`).
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, MetaData, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, create_engine

from gateway.site.errors import SettingsUnreadable
from gateway.site.outage import CommitUnknown

if TYPE_CHECKING:
    from gateway.adapters.postgresql import Written

BUSY_SECONDS: Final = 30
"""How long a writer waits for another before the database is called locked."""

FORGET_MILLISECONDS: Final = 500
"""How long emptying the log waits for others; a reader is done in a few."""

AGAIN_SECONDS: Final = 0.01
WAITING: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
WRITING: Final = {
    "sqlite": {"begin": "IMMEDIATE"},
    "postgresql": {"begin": "IMMEDIATE", "isolation_level": "READ COMMITTED"},
}
"""How a transaction that writes begins."""
REBUILDING: Final = ("foreign_keys=OFF", "legacy_alter_table=ON")
PRAGMAS: Final = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF")


class Database:
    """Sessions on one database; nothing is opened before the first use.

    `patience`: how many seconds a server that was lost while it took something down is waited for.
    """

    def __init__(self, url: str, *, patience: float = BUSY_SECONDS) -> None:
        self._engine = _engine(url)
        self._patience = patience
        self._writing = self._engine.execution_options(**WRITING[self._engine.dialect.name])
        self._turns = threading.RLock()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session that commits at the end of the block, or leaves nothing behind when the block raises.

        When a server is lost just then, it is asked what became of it once it is back: what was committed is never done
        a second time. Raises CommitUnknown when it does not come back while we wait, or crashed and cannot know.
        """
        written = None
        try:
            with self._in_turn(), Session(self._writing, expire_on_commit=False) as session, session.begin():
                yield session
                written = self._written(session)
        except DBAPIError:
            if written is None or not self._was_committed(written):
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only looks, and never waits for a writer."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def rebuilding(self) -> Iterator[Session]:
        """Open a session in which tables themselves are changed: all of it is done at the end of the block, or nothing.

        SQLite makes a table anew for many a change; so it looks at references at the end, and not meanwhile. Raises
        IntegrityError when one leads nowhere then.
        """
        with self._writing.connect() as connection, _loose(connection), connection.begin():
            with Session(connection, expire_on_commit=False) as session:
                yield session
                session.flush()
            _require_whole(connection)

    def forget(self) -> None:
        """Let what was erased not lie where the database itself would look for it (C9).

        SQLite's write-ahead log is emptied; PostgreSQL lets go of the old versions of rows (`postgresql.let_go`). While
        somebody else is in the middle of something it is left for the next time, so that nobody waits for it.
        """
        if self._engine.dialect.name == "postgresql":
            from gateway.adapters import postgresql  # noqa: PLC0415 - loaded already, where this is the database

            postgresql.let_go(self._engine)
            return
        with suppress(sqlite3.Error, DBAPIError):  # what this comes after is done
            self._empty_log()

    def create(self, *families: MetaData) -> None:
        """Create the tables of each family that are not there yet; who finds them all there waits for no writer."""
        there = frozenset(inspect(self._engine).get_table_names())
        for metadata in families:
            if not there.issuperset(metadata.tables):
                metadata.create_all(self._writing)  # one at a time: two programs may start together

    def close(self) -> None:
        """Give the connections back; needed before the file is moved or deleted."""
        self._engine.dispose()

    def _in_turn(self) -> AbstractContextManager[None]:
        return _in_turn(self._turns) if self._engine.dialect.name == "sqlite" else nullcontext()

    def _empty_log(self) -> None:
        with closing(self._engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(f"PRAGMA busy_timeout={FORGET_MILLISECONDS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    def _written(self, session: Session) -> "Written | None":
        """Name the transaction that is to be committed, where that can be asked about later."""
        if self._engine.dialect.name != "postgresql":
            return None  # a file that did not say yes has not done it
        from gateway.adapters import postgresql  # noqa: PLC0415 - a driver that most sites never need

        session.flush()
        return postgresql.written(session.connection())

    def _was_committed(self, written: "Written") -> bool:
        from gateway.adapters import postgresql  # noqa: PLC0415 - a driver that most sites never need

        done = postgresql.was_committed(self._engine, written, self._patience)
        if done is None:
            raise CommitUnknown
        return done


@contextmanager
def _in_turn(turns: threading.RLock) -> Iterator[None]:
    """Let the threads of a program write one after another: where they wait for SQLite itself, they wait by sleeping.

    Other programs still wait as SQLite does, and so does a thread that has waited as long as anybody may.
    """
    taken = turns.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if taken:
            turns.release()


@contextmanager
def _loose(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables on a connection: a reference stays what it says, whatever becomes of what it means."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection
    for pragma in REBUILDING:
        driver.cursor().execute(f"PRAGMA {pragma}")
    try:
        yield
    finally:
        connection.invalidate()  # the next one is as every connection is


def _require_whole(connection: Connection) -> None:
    """Raise IntegrityError when a row refers to one that is not there; PostgreSQL has seen to it by itself."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise IntegrityError(None, None, ValueError("FOREIGN KEY constraint failed"))


def _engine(url: str) -> Engine:
    """Make the engine; raises SettingsUnreadable for a URL that names no database we can use."""
    try:
        where = make_url(url)
        if where.get_backend_name() == "postgresql":
            from gateway.adapters import postgresql  # noqa: PLC0415 - a driver that most sites never need

            return postgresql.engine_for(where, BUSY_SECONDS)
        if where.get_backend_name() == "sqlite":
            return _sqlite(url)
    except (ArgumentError, ImportError, ValueError):  # such as a port that is no number
        pass
    raise SettingsUnreadable("database_url")


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, max_overflow=-1, hide_parameters=True)
    event.listen(engine, "connect", _make_durable)
    event.listen(engine, "begin", _begin)
    return engine


def _make_durable(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late for DDL and for IMMEDIATE
    _write_ahead(connection)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; for this alone SQLite does not wait while another program does it to a new file."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in WAITING or time.monotonic() > until:
                raise
            time.sleep(AGAIN_SECONDS)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")
