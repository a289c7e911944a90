"""Whether the database is sound, overwrites what it deletes, and keeps its log short."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.site.home import DATABASE, Home

LONG_LOG: Final = 64
"""Megabytes: what was erased stands in a log that is never emptied."""
MEGABYTE: Final = 1024 * 1024


def examine(home: Home, session: Session) -> Iterator[Finding]:
    """Look at an SQLite database; another kind is looked after by whoever runs it."""
    if session.get_bind().dialect.name != "sqlite":
        yield well(Check.DATABASE, "DATABASE_ELSEWHERE")
        return
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


def _pragma(session: Session, name: str) -> str:
    return str(session.execute(text(f"PRAGMA {name}")).scalar())
