"""Why an act on a case was not carried out.

CaseworkError                never raised itself
├── CaseNotFound             no case here has that id or number
├── DepartmentUnknown        this municipality has no department of that name
├── AlreadyAcknowledged      somebody was first; says who and when
├── ContactByOutside         the day by which contact is promised is past, or too far ahead
├── NotAcknowledgedYet       a case is acknowledged before it is forwarded
├── ForwardedMeanwhile       somebody else forwarded it while this person was reading
├── NotForwarded             no department is responsible, so none can take it over or send it back
├── AlreadySentBack          somebody in the department was first; says who and when
├── MeetingMeanwhile         somebody else acted on the joint meeting meanwhile; says who and when
├── AlreadyTakenOver         somebody in the department was first; says who and when
├── NotYours                 another department is responsible, and it alone does this
├── ConfirmationNeeded       the consent names other recipients than this department (C4): a reason is needed
├── AssessedMeanwhile        somebody else assessed it while this person was reading; says who and when
├── NotAssessedYet           a case is assessed before it is closed (E1)
├── WordsMissing             the act needs a line of text that is not there: `what` names it
├── OutcomeMissing           a case is closed with at least one outcome (H11)
├── OutcomeUnknown           an outcome is not on this municipality's list (E21)
├── AlreadyEnded             it is closed, or answered «ikke vores borger»; says by whom and when
├── NotByMail                the department is not reached by sealed mail
├── AlreadyWithdrawn         the citizen's withdrawal is written down already
└── NotSaved                 the file it was to be saved in could not be written

When a consent is missing, the errors of `gateway.consents.errors` say which.
"""

from collections.abc import Collection
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


class ContactByOutside(CaseworkError):
    """The day by which the citizen is to be contacted lies in the past, or more than 30 days ahead (E15)."""

    code = "CONTACT_BY_OUTSIDE"


class NotAcknowledgedYet(CaseworkError):
    """A case is acknowledged before it is forwarded, so that Præhospitalet always hears from a person first."""

    code = "NOT_ACKNOWLEDGED_YET"


class ForwardedMeanwhile(CaseworkError):
    """Somebody else, `by`, forwarded the case to `department` while this person was reading it."""

    code = "FORWARDED_MEANWHILE"

    def __init__(self, department: str, by: str = "", at: datetime | None = None) -> None:
        super().__init__(self.code)
        self.department = department
        self.by = by
        self.at = at


class AlreadySentBack(CaseworkError):
    """Somebody in the department was first: `by` is who sent it back, and `at` when."""

    code = "ALREADY_SENT_BACK"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(self.code)
        self.by = by
        self.at = at


class MeetingMeanwhile(CaseworkError):
    """Somebody else acted on the meeting, or proposed one, while this person was reading: `by` is who, `at` when."""

    code = "MEETING_MEANWHILE"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(self.code)
        self.by = by
        self.at = at


class BadDepartmentName(CaseworkError):
    """A department's name is a line of ordinary characters, and not a long one."""

    code = "BAD_DEPARTMENT_NAME"


class DepartmentTaken(CaseworkError):
    """There is or was a department that is called so."""

    code = "DEPARTMENT_TAKEN"


class LastDepartment(CaseworkError):
    """No other department is left that a case could be forwarded to."""

    code = "LAST_DEPARTMENT"


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


class OutcomeUnknown(CaseworkError):
    """An outcome is not on this municipality's list (E21): `offered` is what is on it."""

    code = "OUTCOME_UNKNOWN"

    def __init__(self, offered: Collection[str]) -> None:
        super().__init__(self.code)
        self.offered = ", ".join(offered)


class AlreadyEnded(CaseworkError):
    """The case is closed, or answered «ikke vores borger»: `by` is who did it and `at` when."""

    code = "ALREADY_ENDED"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(self.code)
        self.by = by
        self.at = at


class AlreadyWithdrawn(CaseworkError):
    """The citizen's withdrawal is written down already: `by` is who took it, and `at` when they withdrew."""

    code = "ALREADY_WITHDRAWN"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(self.code)
        self.by = by
        self.at = at


class NotSaved(CaseworkError):
    """The file the case was to be saved in could not be written: no room, or no right to."""

    code = "NOT_SAVED"


class NotByMail(CaseworkError):
    """The department is not reached by sealed mail, so there is nothing to end or to note."""

    code = "DEPARTMENT_NOT_BY_MAIL"
