"""What can go wrong with a backup and its restore, in words: what happened, what it means, and what to do now."""

from collections.abc import Mapping
from typing import Final

from gateway.language import mark

NO_BACKUP: Final = mark("No backup was made.")
NOTHING_RESTORED: Final = mark("No site was made of it; nothing of it is left in the folder.")

BACKUP: Final[Mapping[str, tuple[str, str, str]]] = {
    "BACKUP_TAKEN": (
        mark("A file of that name is there already."),
        mark("It was left as it is, for it may be the only backup."),
        mark("Choose another name, such as one with the date in it."),
    ),
    "BACKUP_RUNS": (
        mark("Another backup of this site is being made just now."),
        NO_BACKUP,
        mark("Wait until it is done."),
    ),
    "SNAPSHOT_FAILED": (
        mark("The database could not be copied ({detail})."),
        mark("No backup was made; nothing of it is left."),
        mark("See whether there is room on the disk for the database twice, and run doctor."),
    ),
    "CODE_MISSING": (
        mark("The backup opens only with its recovery code, and there is nobody here to ask for it."),
        mark("Nothing was made."),
        mark("Type the command at a terminal, or name the file the code stands in with --code-file."),
    ),
    "BACKUP_UNFIT": (
        mark("The file opens, and is no backup of a site that this program can restore ({detail})."),
        NOTHING_RESTORED,
        mark("Take another backup, or the version of the program that made it."),
    ),
    "BACKUP_DAMAGED": (
        mark("What the file holds is not what was put into it."),
        NOTHING_RESTORED,
        mark("Take another backup, or another copy of this one."),
    ),
    "BACKUP_OPENS_NOTHING": (
        mark("Everything was unpacked, and the site could not open its own letters."),
        NOTHING_RESTORED,
        mark("Take another backup. Keep this one until somebody has found out why."),
    ),
}
