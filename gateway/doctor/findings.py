"""What a check finds: how bad it is, a code, and counts. Nothing personal; the words are in `words`."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Grade(enum.StrEnum):
    """How a check came out; each is a word on the screen, never a colour alone."""

    WELL = "well"
    """Nothing to do."""
    LOOK = "look"
    """Somebody should look at it soon."""
    BAD = "bad"
    """Something does not work, or stands open."""


class Check(enum.StrEnum):
    """What is looked at."""

    FILES = "files"
    """Whether anybody else can read the site's files."""
    MACHINE = "machine"
    """The disk, and the path to the GnuPG home."""
    DAEMON = "daemon"
    """Whether the daemon runs."""
    KEY = "key"
    """GnuPG, and the site's own key."""
    DOOR = "door"
    """What the settings name for the mail servers: certificates, keys, passwords."""
    RELAY = "relay"
    """Whether the mail server takes our letters."""
    WAY_IN = "way-in"
    """Whether mail gets in: by our door, or from the mailbox it is picked up from."""
    DATABASE = "database"
    """Whether the database is sound, and overwrites what it deletes."""
    CLOCK = "clock"
    """Whether the clock can be believed."""
    PARTIES = "parties"
    """Contacts and keys of those letters go to."""
    LINE = "line"
    """Whether the other parties are heard, and what of contacts and keys waits for a person."""
    MAILBOX = "mailbox"
    """Whether an ordinary mailbox is told when something waits."""
    LETTERS = "letters"
    """What does not get through."""
    ARRIVALS = "arrivals"
    """What came in and could not be taken."""
    PEOPLE = "people"
    """Who can sign in."""
    LOG = "log"
    """The audit trail."""
    RETENTION = "retention"
    """Whether what is old is erased."""
    BACKUP = "backup"
    """Whether the site could be made anew if this machine were lost."""


@dataclass(frozen=True)
class Finding:
    """One thing a check found. `code` names it; `told` are names of files, codes and counts."""

    check: Check
    grade: Grade
    code: str
    told: Mapping[str, str | int] = field(default_factory=dict)


def well(check: Check, code: str, **told: str | int) -> Finding:
    """Tell that all is well."""
    return Finding(check, Grade.WELL, code, told)


def look(check: Check, code: str, **told: str | int) -> Finding:
    """Tell that somebody should look."""
    return Finding(check, Grade.LOOK, code, told)


def bad(check: Check, code: str, **told: str | int) -> Finding:
    """Tell that something does not work, or stands open."""
    return Finding(check, Grade.BAD, code, told)
