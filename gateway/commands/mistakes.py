"""What went wrong, in words, and the exit code it ends with: loaded only when something does."""

import errno
import ssl
from typing import Final

from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from directory.errors import DirectoryError
from gateway.access.errors import AccessError
from gateway.audit.errors import AuditError
from gateway.backup.errors import (
    BackupDamaged,
    BackupRuns,
    BackupTaken,
    BackupUnfit,
    CodeMissing,
    DatabaseElsewhere,
)
from gateway.commands.console import OUT_OF_REACH, REFUSED, Console
from gateway.commands.explain import explained
from gateway.contacts.errors import ChangeRefused
from gateway.language import gettext as _
from gateway.rotation.errors import RotationError
from gateway.schema.errors import SchemaRefused
from gateway.site.errors import (
    DatabasePasswordShown,
    DatabaseTaken,
    DatabaseUnfit,
    DoorTooWide,
    HomeTaken,
    LastAdmin,
    MayNot,
    PersonGone,
    PersonUnknown,
    PersonUnnamed,
    SchemaNewer,
    SchemaOlder,
    SchemaUnknown,
    SiteError,
    SiteInUse,
)
from gateway.site.outage import CommitUnknown, server_is_away
from gateway.site.trouble import trouble
from keys.errors import ImportRefused, InvalidFingerprint, KeysError, LockedFileRefused, PublishRefused

MISTAKES: Final = (
    AccessError,
    AuditError,
    BackupDamaged,
    BackupRuns,
    BackupTaken,
    BackupUnfit,
    ChangeRefused,
    CodeMissing,
    DatabaseElsewhere,
    DatabasePasswordShown,
    DatabaseTaken,
    DatabaseUnfit,
    DirectoryError,
    DoorTooWide,
    HomeTaken,
    ImportRefused,
    InvalidFingerprint,
    LastAdmin,
    LockedFileRefused,
    MayNot,
    PersonGone,
    PersonUnknown,
    PersonUnnamed,
    PublishRefused,
    RotationError,
    SchemaNewer,
    SchemaOlder,
    SchemaRefused,
    SchemaUnknown,
    SiteInUse,
)
"""What was asked for is refused; with everything else the site itself could not be reached or unlocked."""


def said(error: Exception, console: Console) -> int:
    """Say what went wrong, and tell the exit code; raises what nobody anticipated."""
    if isinstance(error, SiteError | KeysError | DirectoryError):
        console.failure(error.code, *explained(error.code, str(error)))
        return REFUSED if isinstance(error, MISTAKES) else OUT_OF_REACH
    if isinstance(error, UnicodeEncodeError):
        console.failure("NOT_TEXT", _("What was typed is not text in UTF-8."))
        return REFUSED
    if isinstance(error, OSError | SQLAlchemyError):
        code = _code(error)
        console.failure(code, *explained(code, trouble(error)))
        return OUT_OF_REACH
    raise error


def _code(error: OSError | SQLAlchemyError) -> str:
    """Name what the machine could not do."""
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "PORT_TAKEN"
    if isinstance(error, ssl.SSLError):
        return "CERTIFICATE_UNREADABLE"
    if isinstance(error, CommitUnknown):
        return error.code
    if server_is_away(error):
        return "DATABASE_AWAY"
    damaged = isinstance(error, DatabaseError) and not isinstance(error, OperationalError)
    return "DATABASE_DAMAGED" if damaged else "OUT_OF_REACH"
