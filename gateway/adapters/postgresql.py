"""PostgreSQL under the same roof as SQLite: one writer at a time, and readers that never wait and see one moment.

Every rule of the product was proved where writers take turns; so they do here, by an advisory lock that each writing
transaction takes first and that ends with it, also when its program or the connection is lost. Writing takes
milliseconds and sealing, mail and reading go on meanwhile, so nothing is lost by it that a site would notice.
"""

import time
from contextlib import closing, suppress
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import create_engine

from gateway.site.errors import SettingsUnreadable

DRIVER: Final = "postgresql+psycopg"
WRITERS: Final = 0x57AFE7
"""The name of the lock that writers take turns by; such locks are each database's own."""

CONNECT_SECONDS: Final = 10
SILENT_SECONDS: Final = 20
"""How long a server that has gone without a word is believed to be there."""

OURS: Final = (
    "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user"
)
"""The tables of a site."""

HOW: Final = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": SILENT_SECONDS,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": SILENT_SECONDS * 1000,
    "target_session_attrs": "read-write",
    "application_name": "stafet",
}
"""What libpq is asked for, unless the URL says otherwise. Of several servers only one is written to."""

READ_ONLY: Final = "25006"
"""The state of a server that lets itself only be read, such as one that another has taken over from."""

AGAIN_SECONDS: Final = 0.2

LIFE: Final = "(SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || ' ' || stats_reset FROM pg_stat_bgwriter)"
"""The server's timeline, and since when it counts what it does: a crash begins that anew, a restart does not."""

WRITTEN: Final = f"SELECT CAST(pg_current_xact_id_if_assigned() AS text), {LIFE}"
BECAME: Final = f"SELECT CASE {LIFE} WHEN %(life)s THEN pg_xact_status(CAST(%(number)s AS xid8)) END"

FINAL: Final = {"committed": True, "aborted": False, "unknown": None}
"""What a transaction can have become, when it is not still in progress."""


class AnyText(StrDumperUnknown):
    """Text as the server takes it, which holds no NUL: whatever is looked for with one in it is not found."""

    def dump(self, obj: str) -> Any:  # noqa: ANN401 - psycopg's own
        """Write U+FFFD where NUL stands."""
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


class Written(NamedTuple):
    """A transaction that has written something: its number, and the server's life (LIFE).

    A server that took over, or that crashed before it had written the number down, may give the same to another.
    """

    number: str
    life: str


def engine_for(url: URL, patience: int) -> Engine:
    """Make the engine; a connection that was lost is noticed before it is used. `patience` is in seconds."""
    asked = {name: value for name, value in HOW.items() if name not in url.query}
    engine = create_engine(
        url.set(drivername=DRIVER),
        connect_args={**asked, "options": f"-c lock_timeout={patience}s -c timezone=UTC"},
        pool_pre_ping=True,
        max_overflow=-1,  # a flow may look something up while it writes: it must not wait for those who wait for it
        isolation_level="REPEATABLE READ",
        hide_parameters=True,
    )
    event.listen(engine, "begin", _take_turn)
    event.listen(engine, "handle_error", _name_the_setting)
    event.listen(engine, "handle_error", _look_for_another)
    event.listen(engine, "handle_error", _quote_nothing)
    event.listen(engine, "connect", _take_any_text)
    return engine


def written(connection: Connection) -> Written | None:
    """Name the transaction that is under way, to ask later what became of it; None when it has written nothing."""
    number, life = connection.exec_driver_sql(WRITTEN).one()
    return Written(number, life) if number else None


def was_committed(engine: Engine, transaction: Written, patience: float) -> bool | None:
    """Tell whether a transaction was committed whose connection was lost when it was to be; None: nobody can tell.

    A server that does not answer is waited for, `patience` in seconds.
    """
    until = time.monotonic() + patience
    while True:
        status = _became(engine, transaction)
        if status in FINAL:
            return FINAL[status]
        if time.monotonic() > until:
            return None
        time.sleep(AGAIN_SECONDS)


def _became(engine: Engine, transaction: Written) -> str:
    try:
        with engine.connect() as connection:
            told = connection.exec_driver_sql(BECAME, transaction._asdict()).scalar_one()
    except OperationalError:
        return "in progress"  # as far as anybody knows
    except DBAPIError:
        return "unknown"
    return str(told or "unknown")


def let_go(engine: Engine) -> None:
    """Let the server reuse at once, and show to nobody, the space of rows that were erased or rewritten.

    It does not overwrite them: what was erased, locked as it was, may lie in its files and its own log until that is
    used again. A table that somebody works on is left for the next time, or for the server's own round; so is
    everything while the server is away, for what this comes after is done.
    """
    with suppress(psycopg.Error, DBAPIError), closing(engine.raw_connection()) as borrowed:
        connection: Any = borrowed.driver_connection
        borrowed.detach()  # it ends here, and is nobody else's afterwards
        connection.autocommit = True  # VACUUM is no part of a transaction
        if tables := ", ".join(name for (name,) in connection.execute(OURS)):
            connection.execute(f"VACUUM (SKIP_LOCKED) {tables}")


def _take_turn(connection: Connection) -> None:
    if connection.get_execution_options().get("begin") == "IMMEDIATE":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
    else:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _name_the_setting(context: ExceptionContext) -> None:
    """Raise SettingsUnreadable for a URL that nothing was asked by: an option in it is not known, or no number."""
    refused = context.original_exception
    if context.connection is None and isinstance(refused, psycopg.ProgrammingError) and refused.sqlstate is None:
        raise SettingsUnreadable("database_url")


def _look_for_another(context: ExceptionContext) -> None:
    """Give up every connection to a server that can only be read; the next one is to whichever can be written to."""
    state = getattr(context.original_exception, "sqlstate", None)
    if state == READ_ONLY and context.connection and context.connection.get_execution_options().get("begin"):
        context.is_disconnect = True


def _quote_nothing(context: ExceptionContext) -> None:
    """Keep what the server tells of the rows concerned, which may be an address, out of what is logged and shown."""
    refused, told = context.original_exception, context.sqlalchemy_exception
    said = refused.diag.message_primary if isinstance(refused, psycopg.Error) else None
    if said and told:
        refused.args, told.args = (said,), (f"({type(refused).__name__}) {said}",)


def _take_any_text(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 - SQLAlchemy's own
    connection.adapters.register_dumper(str, AnyText)
