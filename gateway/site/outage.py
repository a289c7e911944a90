"""A database that cannot be used for a while, told apart from one that is damaged: what happened, and how it is told.

A server is restarted, fails over, takes no more connections or lets itself only be read; a file is locked, or its disk
is full. Nothing is wrong with what was asked then, and the same can be asked again.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from gateway.site.log import Event, Log

AWAY: Final = ("08", "25006", "42501", "53", "55", "57P")
"""How a server's state begins (PostgreSQL, appendix A): no connection, read only, not ours, no room, not now, shut."""

FILE_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
PRIMARY: Final = 0xFF
"""What of SQLite's extended code is the code itself."""

AGAIN_SECONDS: Final = 3600.0
"""How often the log is told of an outage that goes on."""


class CommitUnknown(SQLAlchemyError):
    """The server was lost while it took something down, and has not said since, or cannot, whether it did."""

    code = "COMMIT_UNKNOWN"


def server_is_away(error: BaseException) -> bool:
    """Tell whether an error says that a database server cannot be used now."""
    if isinstance(error, CommitUnknown | NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # nobody answered, so nobody said why
        return error.connection_invalidated or isinstance(error, OperationalError)
    return error.connection_invalidated or state.startswith(AWAY)


def is_away(error: BaseException) -> bool:
    """Tell whether an error says that the database, server or file, cannot be used now."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return server_is_away(error) or (code is not None and code & PRIMARY in FILE_AWAY)


@dataclass
class Outage:
    """Tells the log of an outage once for all whom it stops, then seldom, and once when all of them go on."""

    log: Log
    ticks: Callable[[], float] = time.monotonic
    _stopped: set[str] = field(default_factory=set)
    _told_at: float | None = None

    def tell(self, who: str, error: BaseException) -> bool:
        """Take note of what has stopped somebody; False when it is no outage, and is to be told as what it is."""
        if not is_away(error):
            return False
        self._stopped.add(who)
        if self._told_at is None or self.ticks() - self._told_at >= AGAIN_SECONDS:
            self._told_at = self.ticks()
            self.log(Event.DATABASE_AWAY, error=error)
        return True

    def goes_on(self, who: str) -> None:
        """Take note that somebody has come through."""
        if who in self._stopped:
            self._stopped.remove(who)
            if not self._stopped:
                self._told_at = None
                self.log(Event.DATABASE_BACK)
