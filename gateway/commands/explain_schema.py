"""What can go wrong with the version of a database: what happened, what it means, and what to do now."""

from collections.abc import Mapping
from typing import Final

from gateway.language import mark

WAITS: Final = mark("Letters that are queued wait safely and are not lost.")
NOTHING_CHANGED: Final = mark("Nothing was changed. Letters that are queued wait safely and are not lost.")

SCHEMA: Final[Mapping[str, tuple[str, str, str]]] = {
    "SCHEMA_OLDER": (
        mark("The database is an earlier version's, and this program is newer."),
        WAITS,
        mark("Bring it forward while nobody is at work here, with the command database upgrade."),
    ),
    "SCHEMA_NEWER": (
        mark("The database is a newer version's than this program."),
        WAITS,
        mark("Install the newer program again. To go back for good, run its database downgrade first."),
    ),
    "SCHEMA_UNKNOWN": (
        mark("The database holds no site that this program knows."),
        mark("Nothing in it was changed. Letters that others have sent wait with them."),
        mark("See that settings.toml names the right database. If it is the right one, restore it from the backup."),
    ),
    "SITE_IN_USE": (
        mark("Somebody has this site open: a screen, or a command that is still at work."),
        NOTHING_CHANGED,
        mark("Ask them to close it, and try again."),
    ),
    "RELEASE_UNKNOWN": (
        mark("There is no such version to go back to: it is before the first one, or later than this program."),
        NOTHING_CHANGED,
        mark("See with database status which version the database is of."),
    ),
    "BACK_IS_BARRED": (
        mark("The database cannot go back to that version as things are."),
        NOTHING_CHANGED,
        mark("See to what is named below first, with the program you have."),
    ),
    "BACK_WOULD_LOSE": (
        mark("That version has no place for some of what this site holds. No letter would be lost."),
        NOTHING_CHANGED,
        mark("Read below what would be lost. If it may go, say so with --confirm."),
    ),
}
