"""Whether the database is sound and keeps what was committed; each kind has its own ways to fail."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.site.home import DATABASE, Home

LONG_LOG: Final = 64
"""Megabytes: what was erased stands in a log that is never emptied."""
MEGABYTE: Final = 1024 * 1024

COPIES: Final = f"{Path(DATABASE).stem}*.db*"
LONG_KEPT: Final = timedelta(days=30)
"""How long an old copy may be of use."""

OLDEST: Final = 130000
"""PostgreSQL 13 is the first that can be asked what became of a commit."""

PROVED: Final = frozenset({"verify-ca", "verify-full"})
"""Values of `sslmode` by which a server proves who it is."""

SERVER: Final = """
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
        CAST(current_setting('server_version_num') AS integer) AS number,
        current_setting('server_encoding') AS encoding,
        current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS writes_through,
        current_setting('synchronous_commit') <> 'off' AS waits,
        coalesce(host(inet_client_addr()) IN ('127.0.0.1', '::1'), true) AS here,
        coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS sealed
"""


def examine(home: Home, session: Session) -> Iterator[Finding]:
    """Look at the database: its file, or how the server it lies on is reached and what that promises."""
    return _file(home, session) if session.get_bind().dialect.name == "sqlite" else _server(session)


def copies(home: Home, now: datetime) -> Iterator[Finding]:
    """Look for copies that were kept when the database was brought forward or moved, and that nobody needs any more."""
    for file in sorted(home.path.glob(COPIES)):
        if file.name != DATABASE and not file.name.startswith(f"{DATABASE}-"):
            at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            if now - at > LONG_KEPT:
                yield look(Check.DATABASE, "COPIES_LIE", file=file.name)


def _file(home: Home, session: Session) -> Iterator[Finding]:
    if _pragma(session, "quick_check") != "ok":
        yield bad(Check.DATABASE, "DATABASE_UNSOUND")
        return
    if _pragma(session, "secure_delete") != "1":
        yield bad(Check.DATABASE, "DELETED_STAYS")
    log = home.path / f"{DATABASE}-wal"
    megabytes = log.stat().st_size // MEGABYTE if log.exists() else 0
    if megabytes >= LONG_LOG:
        yield look(Check.DATABASE, "LOG_LONG", megabytes=megabytes)
    yield well(Check.DATABASE, "DATABASE_SOUND")


def _server(session: Session) -> Iterator[Finding]:
    """Hold what the server says of itself against what a site needs; its disk cannot be seen from here."""
    told = session.execute(text(SERVER)).one()
    if told.number < OLDEST:
        yield bad(Check.DATABASE, "SERVER_TOO_OLD", version=told.version)
    if told.encoding != "UTF8":
        yield bad(Check.DATABASE, "SERVER_NOT_UTF8", encoding=told.encoding)
    if not told.writes_through or not told.waits:
        yield bad(Check.DATABASE, "SERVER_FORGETS")
    if told.here:
        yield well(Check.DATABASE, "SERVER_HERE", version=told.version)
    elif not told.sealed:
        yield bad(Check.DATABASE, "SERVER_IN_CLEAR", version=told.version)
    elif session.get_bind().engine.url.query.get("sslmode") not in PROVED:
        yield look(Check.DATABASE, "SERVER_UNPROVED", version=told.version)
    else:
        yield well(Check.DATABASE, "SERVER_BY_TLS", version=told.version)


def _pragma(session: Session, name: str) -> str:
    return str(session.execute(text(f"PRAGMA {name}")).scalar())
