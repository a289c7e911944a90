"""What can be wrong with a sample of the audit trail.

AuditError                   never raised itself
├── MonthNotOver             the month is not over, or nothing has been noted since, so that nothing can be drawn yet
└── NotInSample              no such entry was drawn for that month
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
