"""What can be wrong with a site.

SiteError                    never raised itself
├── HomeMissing              no site has been made in that folder
├── HomeTaken                a site is already there
├── DatabaseTaken            the database that was named holds a site already
├── DatabaseGone             the database is not in the site's folder any more
├── DatabaseUnfit            what was named is no database that can hold a site; its text says why
├── DatabaseUnknown          the server has no database of that name
├── DatabaseUnreached        no database server answers there
├── DatabaseRefused          the database server lets nobody in by that name
├── DatabasePasswordShown    a password stood on the command line
├── SchemaOlder              the database's tables are an earlier release's
├── SchemaNewer              the database's tables are a later release's
├── SchemaUnknown            the database's tables are no site's that this end knows
├── SiteInUse                somebody else has this site open
├── SettingsError            never raised itself
│   ├── SettingsUnreadable   the settings file does not parse, or a value is missing or of the wrong kind
│   └── SettingUnknown       the settings file names a setting that this version does not have
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


class DatabaseGone(SiteError):
    """The database is not in the site's folder any more, and none is made in its place."""

    code = "DATABASE_GONE"


class DatabaseUnfit(SiteError):
    """What was named is no database that can hold a site; its text says why."""

    code = "DATABASE_UNFIT"


class DatabaseUnknown(SiteError):
    """The server has no database of that name."""

    code = "DATABASE_UNKNOWN"


class DatabaseUnreached(SiteError):
    """No database server answers there."""

    code = "DATABASE_UNREACHED"


class DatabaseRefused(SiteError):
    """The database server lets nobody in by that name."""

    code = "DATABASE_REFUSED"


class DatabasePasswordShown(SiteError):
    """A password stood on the command line, where everybody on the machine could read it."""

    code = "DATABASE_PASSWORD_SHOWN"


class SchemaOlder(SiteError):
    """The database's tables are an earlier release's, and have to be brought forward first."""

    code = "SCHEMA_OLDER"


class SchemaNewer(SiteError):
    """The database's tables are a later release's than this program."""

    code = "SCHEMA_NEWER"


class SchemaUnknown(SiteError):
    """The database's tables are no site's that this end knows."""

    code = "SCHEMA_UNKNOWN"


class SiteInUse(SiteError):
    """Somebody else has this site open, and would be disturbed."""

    code = "SITE_IN_USE"


class SettingsError(SiteError):
    """The settings file cannot be gone by."""


class SettingsUnreadable(SettingsError):
    """The settings file does not parse, or a value is missing or of the wrong kind."""

    code = "SETTINGS_UNREADABLE"


class SettingUnknown(SettingsError):
    """The settings file names a setting that this version does not have."""

    code = "SETTING_UNKNOWN"


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
