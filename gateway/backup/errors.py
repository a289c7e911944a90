"""Why a backup is not made, or no site is made of one.

BackupError              never raised itself
├── DatabaseElsewhere    the database lies on a server already
├── BackupTaken          a file of that name is there already, and may be the only backup
├── BackupRuns           another backup of this site is being made
├── SnapshotFailed       the database could not be copied; its text is SQLite's own code
├── CopyDiffers          what was copied into another database is not what it was copied from; its text is the table
├── CodeMissing          no recovery code was given, and there is nobody to ask
├── BackupUnfit          what the file holds is no backup of a site that can be restored here; its text says in what
├── BackupDamaged        what the file holds is not what was put into it
└── BackupOpensNothing   the site that was restored cannot open its own letters
"""

from gateway.site.errors import SiteError


class BackupError(SiteError):
    """A backup is not made, or not restored."""


class DatabaseElsewhere(BackupError):
    """The database lies on a server already."""

    code = "DATABASE_ELSEWHERE"


class BackupTaken(BackupError):
    """A file of that name is there already, and may be the only backup."""

    code = "BACKUP_TAKEN"


class BackupRuns(BackupError):
    """Another backup of this site is being made."""

    code = "BACKUP_RUNS"


class SnapshotFailed(BackupError):
    """The database could not be copied; its text is SQLite's own code."""

    code = "SNAPSHOT_FAILED"


class CopyDiffers(BackupError):
    """What was copied into another database is not what it was copied from; its text is the table."""

    code = "COPY_DIFFERS"


class CodeMissing(BackupError):
    """No recovery code was given, and there is nobody to ask."""

    code = "CODE_MISSING"


class BackupUnfit(BackupError):
    """What the file holds is no backup of a site that can be restored here; its text says in what."""

    code = "BACKUP_UNFIT"


class BackupDamaged(BackupError):
    """What the file holds is not what was put into it."""

    code = "BACKUP_DAMAGED"


class BackupOpensNothing(BackupError):
    """The site that was restored cannot open its own letters."""

    code = "BACKUP_OPENS_NOTHING"
