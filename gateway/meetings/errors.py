"""Why a step about a joint meeting is not taken.

    MeetingError                 never raised itself
    ├── MeetingUnknown           no meeting of that id
    ├── MeetingIncomplete        what is to be proposed or said lacks something; names the field
    ├── NotOurTurn               who proposed does not answer, and who was asked does not call off
    └── MeetingOver              it was called off already

That the citizen must have said yes first is `gateway.consents.errors`. None of them holds anything about the citizen.
"""

from typing import ClassVar


class MeetingError(Exception):
    """A step is not taken; `code` names why."""

    code: ClassVar[str]

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class MeetingUnknown(MeetingError):
    """There is no meeting of that id."""

    code = "MEETING_UNKNOWN"


class MeetingIncomplete(MeetingError):
    """What is to be proposed or said lacks something, or says something that cannot be: `field` names it."""

    code = "MEETING_INCOMPLETE"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class NotOurTurn(MeetingError):
    """Who proposed the meeting does not answer, and who was asked does not call it off or move it."""

    code = "MEETING_NOT_OUR_TURN"


class MeetingOver(MeetingError):
    """It was called off already."""

    code = "MEETING_OVER"
