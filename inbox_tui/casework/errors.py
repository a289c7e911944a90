"""Why an act on a case was not carried out.

CaseworkError                never raised itself
├── CaseNotFound             no case here has that id or number
├── DepartmentUnknown        this municipality has no department of that name
├── AlreadyAcknowledged      somebody was first; says who and when
├── NotAcknowledgedYet       a case is acknowledged before it is forwarded
├── ForwardedMeanwhile       somebody else forwarded it while this person was reading
├── NotForwarded             no department is responsible, so none can take it over or send it back
├── AlreadyTakenOver         somebody in the department was first; says who and when
├── NotYours                 another department is responsible, and it alone does this
├── ConfirmationNeeded       the consent names other recipients than this department (C4): a reason is needed
├── AssessedMeanwhile        somebody else assessed it while this person was reading; says who and when
├── NotAssessedYet           a case is assessed before it is closed (E1)
├── WordsMissing             the act needs a line of text that is not there: `what` names it
├── OutcomeMissing           a case is closed with at least one outcome (H11)
├── AlreadyEnded             it is closed, or answered «ikke vores borger»; says by whom and when
└── AlreadyWithdrawn         the citizen's withdrawal is written down already

When a consent is missing, the errors of `gateway.consents.errors` say which.
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


class NotForwarded(CaseworkError):
    """No department is responsible, so there is none to take the case over or to send it back."""

    code = "NOT_FORWARDED"


class AlreadyTakenOver(CaseworkError):
    """Somebody in the department was first: `by` is who, and `at` when."""

    code = "ALREADY_TAKEN_OVER"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(self.code)
        self.by = by
        self.at = at


class NotYours(CaseworkError):
    """Another department, `department`, is responsible: it alone takes over, sends back and closes (E7)."""

    code = "NOT_YOURS"

    def __init__(self, department: str) -> None:
        super().__init__(self.code)
        self.department = department


class ConfirmationNeeded(CaseworkError):
    """The consent covers social and health staff; forwarding to `department` needs a reason (C4)."""

    code = "CONFIRMATION_NEEDED"

    def __init__(self, department: str) -> None:
        super().__init__(self.code)
        self.department = department


class AssessedMeanwhile(CaseworkError):
    """Somebody else assessed the case while this person was reading it: `by` is their name and `at` the time."""

    code = "ASSESSED_MEANWHILE"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(self.code)
        self.by = by
        self.at = at


class NotAssessedYet(CaseworkError):
    """Whether the situation is acute is assessed on every referral before it is closed (E1)."""

    code = "NOT_ASSESSED_YET"


class WordsMissing(CaseworkError):
    """The act needs a line of text: `what` is "why", "reason" or "remark"."""

    code = "WORDS_MISSING"

    def __init__(self, what: str) -> None:
        super().__init__(f"{self.code}: {what}")
        self.what = what


class OutcomeMissing(CaseworkError):
    """A case is closed with at least one outcome (H11)."""

    code = "OUTCOME_MISSING"


class AlreadyEnded(CaseworkError):
    """The case is closed, or answered «ikke vores borger»: `by` is who did it and `at` when."""

    code = "ALREADY_ENDED"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(self.code)
        self.by = by
        self.at = at


class AlreadyWithdrawn(CaseworkError):
    """The citizen's withdrawal is written down already: `at` is when they withdrew."""

    code = "ALREADY_WITHDRAWN"

    def __init__(self, at: datetime) -> None:
        super().__init__(self.code)
        self.at = at
