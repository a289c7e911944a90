"""A copy of the database as it stands at one moment, while others go on writing; and whether a copy is sound.

The copy is an SQLite file wherever the database lies, so that every backup is restored on a machine with nothing else.
"""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import create_engine

from gateway.backup import copying
from gateway.backup.errors import BackupDamaged, SnapshotFailed
from gateway.site.home import DATABASE, Home
from gateway.site.ports import Sessions
from gateway.site.settings import Settings

PATIENCE_SECONDS: Final = 30


def database_file(home: Home, settings: Settings) -> Path | None:
    """Tell which file the database is; None for one that lies on a server."""
    if not settings.database_url:
        return home.path / DATABASE
    url = make_url(settings.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def copy(database: Path, target: Path) -> None:
    """Copy a database into a new file, without what was erased in it; raises SnapshotFailed, as on a full disk."""
    _make(target)
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=PATIENCE_SECONDS)) as live:
            live.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise _failed(error) from None


def gather(database: Sessions, tables: Sequence[MetaData], target: Path) -> None:
    """Copy a database that lies on a server into a new file; raises SnapshotFailed, or CopyDiffers."""
    _make(target)
    engine = create_engine(URL.create("sqlite", database=str(target)), hide_parameters=True)
    try:
        with database.reading() as live, engine.begin() as file:
            copying.copy(live.connection(), file, tables)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise _failed(error.orig) from None
        raise
    finally:
        engine.dispose()


def _make(target: Path) -> None:
    """Make a new file for its owner alone."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))


def _failed(error: sqlite3.Error) -> SnapshotFailed:
    return SnapshotFailed(error.sqlite_errorname if hasattr(error, "sqlite_errorname") else "")


def require_sound(database: Path) -> None:
    """Raise BackupDamaged for a file that is no sound database."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as found:
            if found.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise BackupDamaged
    except sqlite3.Error:
        raise BackupDamaged from None
