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
        mark("Bring it forward, with nobody at work here: database upgrade"),
    ),
    "SCHEMA_NEWER": (
        mark("The database is a newer version's than this program."),
        WAITS,
        mark("Install the newer program again. To go back for good, let that one do it first: database downgrade"),
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
        mark("See which version the database is of: database status"),
    ),
    "BACK_IS_BARRED": (
        mark("The database cannot go back to that version as things are."),
        NOTHING_CHANGED,
        mark("See to this first, with the program you have:"),
    ),
    "BACK_WOULD_LOSE": (
        mark("That version has no place for some of what this site holds. No letter is lost; this would be:"),
        NOTHING_CHANGED,
        mark("If that may go, say so with --confirm."),
    ),
}
