"""What can be wrong with the audit trail and its samples.

AuditError                   never raised itself
├── MonthNotOver             the month is not over, or nothing has been noted since, so that nothing can be drawn yet
├── NotInSample              no such entry was drawn for that month
└── EntryUnreadable          an entry holds what nobody here can have written
"""

from gateway.site.errors import SiteError


class AuditError(SiteError):
    """What was asked of the trail cannot be done."""


class MonthNotOver(AuditError):
    """The month is not over, or nothing has been noted since, so that nothing can be drawn yet."""

    code = "MONTH_NOT_OVER"


class NotInSample(AuditError):
    """No such entry was drawn for that month."""

    code = "NOT_IN_SAMPLE"


class EntryUnreadable(AuditError):
    """An entry holds what nobody here can have written."""

    code = "ENTRY_UNREADABLE"
