"""A copy of the database as it stands at one moment, while others go on writing; and whether a copy is sound."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from gateway.backup.errors import BackupDamaged, DatabaseElsewhere, SnapshotFailed
from gateway.site.home import DATABASE, Home
from gateway.site.settings import Settings

PATIENCE_SECONDS: Final = 30


def database_file(home: Home, settings: Settings) -> Path:
    """Tell which file the database is; raises DatabaseElsewhere for one in a server of its own."""
    if settings.database_url is None:
        return home.path / DATABASE
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise DatabaseElsewhere
    return Path(url.database)


def copy(database: Path, target: Path) -> None:
    """Copy a database into a new file, without what was erased in it; raises SnapshotFailed, as on a full disk."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=PATIENCE_SECONDS)) as live:
            live.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise SnapshotFailed(error.sqlite_errorname if hasattr(error, "sqlite_errorname") else "") from None


def require_sound(database: Path) -> None:
    """Raise BackupDamaged for a file that is no sound database."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as found:
            if found.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise BackupDamaged
    except sqlite3.Error:
        raise BackupDamaged from None
