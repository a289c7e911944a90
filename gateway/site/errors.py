"""What can be wrong with a site.

SiteError                    never raised itself
├── HomeMissing              no site has been made in that folder
├── HomeTaken                a site is already there
├── DatabaseTaken            the database that was named holds a site already
├── SettingsUnreadable       the settings file does not parse, or a value is missing or of the wrong kind
├── DoorTooWide              LMTP was to be spoken on an address that other machines reach
├── WrongEnd                 the folder is the other end's: a region's, or a municipality's
├── VaultDamaged             what lies in the database cannot be opened with this site's data key
├── AlreadyRunning           another daemon runs on this home
├── FileUnreadable           a file that was named on the command line cannot be read
├── PersonUnknown            no active member of staff has that name
├── PersonUnnamed            an act needs a name, and none was given
├── LastAdmin                nobody else could keep the site
├── MayNot                   the person's role does not allow it
└── PersonGone               the person no longer works here
"""

from typing import ClassVar


class SiteError(Exception):
    """A site cannot do what was asked; `code` names why."""

    code: ClassVar[str]


class HomeMissing(SiteError):
    """No site has been made in that folder."""

    code = "HOME_MISSING"


class HomeTaken(SiteError):
    """A site is already there."""

    code = "HOME_TAKEN"


class DatabaseTaken(SiteError):
    """The database that was named holds a site already."""

    code = "DATABASE_TAKEN"


class SettingsUnreadable(SiteError):
    """The settings file does not parse, or a value is missing or of the wrong kind."""

    code = "SETTINGS_UNREADABLE"


class DoorTooWide(SiteError):
    """LMTP was to be spoken on an address that other machines reach."""

    code = "DOOR_TOO_WIDE"


class WrongEnd(SiteError):
    """The folder is the other end's: a region's, or a municipality's."""

    code = "WRONG_END"


class VaultDamaged(SiteError):
    """What lies in the database cannot be opened with this site's data key."""

    code = "VAULT_DAMAGED"


class AlreadyRunning(SiteError):
    """Another daemon runs on this home."""

    code = "ALREADY_RUNNING"


class FileUnreadable(SiteError):
    """A file that was named on the command line cannot be read."""

    code = "FILE_UNREADABLE"


class PersonUnknown(SiteError):
    """No active member of staff has that name."""

    code = "PERSON_UNKNOWN"


class PersonUnnamed(SiteError):
    """An act needs a name, and none was given."""

    code = "PERSON_UNNAMED"


class LastAdmin(SiteError):
    """Nobody else could keep the site: its last administrator neither leaves nor gets another role."""

    code = "LAST_ADMIN"


class MayNot(SiteError):
    """The person's role does not allow it; its text is the action's code."""

    code = "MAY_NOT"


class PersonGone(SiteError):
    """The person no longer works here."""

    code = "PERSON_GONE"
