"""A joint meeting («fælles møde»): proposed by either side, answered by the other, called off by who proposed it (F5).

Times are the convener's; the parties are named by role, and by name and contact where somebody without an account is to
come («andre»). The invitation to those goes by the convener's own channels; minutes are not kept here.
"""

import enum
from typing import Annotated, Self

from pydantic import Field, model_validator

from gateway.wire.body import Body, Name, Phone, Short
from gateway.wire.payload import UUID
from gateway.wire.referral import Moment

Uuid = Annotated[str, Field(pattern=UUID)]
LONGEST_HOURS = 24


class Party(Body):
    """One who takes part: a role («egen læge», «bostøtte», «borgeren»), and who that is if it is known."""

    role: Name
    name: Short = ""
    contact: Short = ""


class MeetingConsent(Body):
    """The citizen's consent to the meeting: who took it, when, and which roles it names (C7)."""

    obtained_at: Moment
    obtained_by: Name
    form: Short
    parties: Annotated[tuple[Name, ...], Field(min_length=1, max_length=30)]


class Meeting(Body):
    """A proposal. A later `sequence` of the same meeting takes the place of the one before (RFC 5545, 3.8.7.4)."""

    meeting_id: Uuid
    sequence: Annotated[int, Field(ge=0, le=1000)] = 0
    starts_at: Moment
    ends_at: Moment
    place: Short = ""
    phone: Phone = ""
    convened_by: Name
    unit: Short
    parties: Annotated[tuple[Party, ...], Field(min_length=1, max_length=30)]
    consent: MeetingConsent
    proposed_at: Moment

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        length = (self.ends_at - self.starts_at).total_seconds()
        if not 0 < length <= LONGEST_HOURS * 3600:
            raise ValueError("a meeting ends after it begins, on the same day")
        if not {party.role for party in self.parties} <= set(self.consent.parties):
            raise ValueError("the consent names every party")
        return self


class Attendance(enum.StrEnum):
    """What a side answers; the words of iCalendar's PARTSTAT in lower case."""

    ACCEPTED = "accepted"
    """We come."""
    DECLINED = "declined"
    """We cannot; the remark may suggest another time."""


class MeetingAnswer(Body):
    """Whether the other side comes."""

    meeting_id: Uuid
    sequence: Annotated[int, Field(ge=0, le=1000)] = 0
    attendance: Attendance
    answered_by: Name
    unit: Short
    answered_at: Moment
    remark: Short = ""


class MeetingCancelled(Body):
    """The meeting is called off by who proposed it."""

    meeting_id: Uuid
    sequence: Annotated[int, Field(ge=0, le=1000)]
    cancelled_by: Name
    unit: Short
    cancelled_at: Moment
    remark: Short = ""
