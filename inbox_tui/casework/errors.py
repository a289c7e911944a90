"""Why an act on a case was not carried out.

CaseworkError                never raised itself
├── CaseNotFound             no case here has that id or number
├── DepartmentUnknown        this municipality has no department of that name
├── MayNotAct                the person's role does not take referrals over (D3)
├── AlreadyAcknowledged      somebody was first; says who and when
├── NotAcknowledgedYet       a case is acknowledged before it is forwarded
├── ForwardedMeanwhile       somebody else forwarded it while this person was reading
└── ConfirmationNeeded       the consent names other recipients than this department (C4): a reason is needed
"""

from datetime import datetime
from typing import ClassVar


class CaseworkError(Exception):
    """An act was not carried out; `code` names why, and the text holds nothing about the citizen."""

    code: ClassVar[str]


class CaseNotFound(CaseworkError):
    """No case here has that id or number."""

    code = "CASE_NOT_FOUND"


class DepartmentUnknown(CaseworkError):
    """This municipality has no department of that name."""

    code = "DEPARTMENT_UNKNOWN"


class MayNotAct(CaseworkError):
    """The person's role does not take referrals over (D3)."""

    code = "MAY_NOT_ACT"


class AlreadyAcknowledged(CaseworkError):
    """Somebody was first: `by` is their name and `at` the time, so that the second can talk with the first."""

    code = "ALREADY_ACKNOWLEDGED"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(self.code)
        self.by = by
        self.at = at


class NotAcknowledgedYet(CaseworkError):
    """A case is acknowledged before it is forwarded, so that Præhospitalet always hears from a person first."""

    code = "NOT_ACKNOWLEDGED_YET"


class ForwardedMeanwhile(CaseworkError):
    """Somebody else forwarded the case to `department` while this person was reading it."""

    code = "FORWARDED_MEANWHILE"

    def __init__(self, department: str) -> None:
        super().__init__(self.code)
        self.department = department


class ConfirmationNeeded(CaseworkError):
    """The consent covers social and health staff; forwarding to `department` needs a reason (C4)."""

    code = "CONFIRMATION_NEEDED"

    def __init__(self, department: str) -> None:
        super().__init__(self.code)
        self.department = department
