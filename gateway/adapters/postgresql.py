"""PostgreSQL under the same roof as SQLite: one writer at a time, and readers that never wait and see one moment.

Every rule of the product was proved where writers take turns; so they do here, by an advisory lock that each writing
transaction takes first and that ends with it, also when its program or the connection is lost. Writing takes
milliseconds and sealing, mail and reading go on meanwhile, so nothing is lost by it that a site would notice.
"""

from typing import Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlmodel import create_engine

DRIVER: Final = "postgresql+psycopg"
WRITERS: Final = 0x57AFE7
"""The name of the lock that writers take turns by; such locks are each database's own."""

CONNECT_SECONDS: Final = 10
SILENT_SECONDS: Final = 20
"""How long a server that has gone without a word is believed to be there."""

HOW: Final = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": SILENT_SECONDS,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": SILENT_SECONDS * 1000,
    "application_name": "stafet",
}
"""What libpq is asked for, unless the URL says otherwise."""


def engine_for(url: URL, patience: int) -> Engine:
    """Make the engine; a connection that was lost is noticed before it is used. `patience` is in seconds."""
    asked = {name: value for name, value in HOW.items() if name not in url.query}
    engine = create_engine(
        url.set(drivername=DRIVER),
        connect_args={**asked, "options": f"-c lock_timeout={patience}s -c timezone=UTC"},
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        hide_parameters=True,
    )
    event.listen(engine, "begin", _take_turn)
    return engine


def _take_turn(connection: Connection) -> None:
    if connection.get_execution_options().get("begin") == "IMMEDIATE":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
    else:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
