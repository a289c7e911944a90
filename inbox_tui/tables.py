"""The inbox's tables. A column of bytes is locked; what is in clear names nobody.

What the municipality counts about its own work (section H) stands in clear in `cases`: ids, states, times and marks.
What anybody wrote, every name and every outcome is locked.
"""

import enum
from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime


class EventKind(enum.StrEnum):
    """What happened to a case."""

    RECEIVED = "received"
    """The letter arrived and became a case."""
    OPENED = "opened"
    """Somebody read it."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody took it, and Præhospitalet was told."""
    FORWARDED = "forwarded"
    """A department was made responsible."""
    TAKEN_OVER = "taken-over"
    """A person in the department took it over; `words` is a `TakenOver` (S19)."""
    SENT_BACK = "sent-back"
    """The department sent it back; `words` is a `SentBack` (S19)."""
    SUPPLEMENTED = "supplemented"
    """Præhospitalet added to the letter or corrected it (O23)."""
    REMINDED = "reminded"
    """Præhospitalet asked whether anybody has taken it; `words` is a `Reminded`."""
    WITHDRAWN = "withdrawn"
    """The citizen withdrew the consent; `words` is a `Withdrawn` (O10)."""
    NOT_OURS = "not-ours"
    """«Ikke vores borger» was answered; `words` is a `NotOurCitizen` (O7)."""
    CLOSED = "closed"
    """The case was ended; `words` is a `Closing` (H11)."""
    ASSESSED = "assessed"
    """Whether it is acute was assessed; `words` is an `Assessment` (E1)."""
    CONTACTED = "contacted"
    """The citizen was tried; `words` is a `Contact` (E5)."""
    FAMILIAR = "familiar"
    """The citizen was marked as known here, or not; `words` is a `Familiar` (A10)."""
    CONSENTED = "consented"
    """A consent of the municipality's own was written down, in the book of consents (C5, C7)."""
    GP_INVOLVED = "gp-involved"
    """The citizen's own GP was involved; `words` is a `GpInvolved` (C5)."""
    MEETING = "meeting"
    """A joint meeting was proposed, answered or called off, by either side (F5)."""
    SAMPLED = "sampled"
    """The case was drawn for a joint review; `words` is a `Sampled` (H12)."""


class InboxTable(SQLModel, registry=registry()):
    """The family of tables about cases."""


class DepartmentRow(InboxTable, table=True):
    """A department a case can be forwarded to."""

    __tablename__ = "departments"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    kind: str
    position: int
    active: bool = True


class CaseRow(InboxTable, table=True):
    """A case without its letter: what the list asks for, kept light. `line` locks the citizen's name and the notices.

    For the municipality's own figures, each moment the first of its kind and None until it has come: `received_at` (the
    letter arrived), `opened_at` (somebody here read it), `acknowledged_at`, `assessed_at` (E1), `contacted_at` (the
    citizen was reached, E5), `forwarded_at` (a department became responsible), `closed_at`, `not_ours_at`,
    `withdrawn_at` (the citizen withdrew). `reminded_at` is the last reminder, `moved_at` the last forward;
    `taken_over_at` and `sent_back_at` are about the department that is responsible, or was last.

    `contact_by` is the day by which Præhospitalet was told that the citizen is contacted, if it was told one (E15).
    `acute` is the assessment that counts, `acute_by` is set while the acute clock runs (E3), `known` whether a citizen
    is known here (A10; None: nobody has said). `also` counts the departments beside the responsible one. `position` is
    2 for the second referral about the same citizen, and `again` then says which of the two kinds it is ("ongoing",
    "relapse"; F2, F3). Outcomes are locked in the event of kind "closed". `asked` tells that a joint meeting waits for
    our answer. `erased_at` is when retention ended the content, after `kept_days`; then no locked value is left but
    `figures`, which holds what is still counted (O18).
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_order", "state", "target_date", "received_at", "id"),
        Index("ix_cases_department", "department_id"),
        Index("ix_cases_acute", "acute_by"),
    )

    id: str = Field(primary_key=True)
    letter_id: str = Field(unique=True)
    number: str = Field(index=True)
    from_party: str
    signed_by: str
    signed_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    target_date: date
    state: str
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: bytes | None = None
    contact_by: date | None = None
    department_id: str | None = Field(default=None, foreign_key="departments.id")
    forwards: int = 0
    forwarded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    moved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_over_by: bytes | None = None
    sent_back_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    also: int = 0
    assessed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acute: bool | None = None
    acute_by: date | None = None
    contacted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    known: bool | None = None
    position: int = 1
    again: str | None = None
    supplements: int = 0
    asked: bool = False
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    not_ours_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kept_days: int = 0
    figures: bytes | None = None
    line: bytes


class ContentRow(InboxTable, table=True):
    """The letter itself, locked."""

    __tablename__ = "case_contents"

    case_id: str = Field(primary_key=True, foreign_key="cases.id")
    content: bytes


class SignRow(InboxTable, table=True):
    """A number the case's citizen is found again by, as keyed hash: a CPR number or a phone some letter gave (O21)."""

    __tablename__ = "case_signs"

    case_id: str = Field(primary_key=True, foreign_key="cases.id")
    sign: str = Field(primary_key=True, index=True)


class SupplementRow(InboxTable, table=True):
    """One supplement (O23), locked, beside the letter it adds to; the letter itself is never altered."""

    __tablename__ = "case_supplements"

    id: int | None = Field(default=None, primary_key=True)
    letter_id: str = Field(unique=True)
    case_id: str = Field(foreign_key="cases.id", index=True)
    received_at: datetime = Field(sa_type=UtcDateTime)
    signed_by: str
    content: bytes


class ForwardRow(InboxTable, table=True):
    """One move of responsibility. `words` locks the note, the reason and the name of who did it."""

    __tablename__ = "case_forwards"

    id: int | None = Field(default=None, primary_key=True)
    case_id: str = Field(foreign_key="cases.id", index=True)
    department_id: str = Field(foreign_key="departments.id")
    person_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    words: bytes


class CaseDepartmentRow(InboxTable, table=True):
    """A department brought in beside the responsible one (E7): it sees the case, and is not answerable for it."""

    __tablename__ = "case_departments"

    case_id: str = Field(primary_key=True, foreign_key="cases.id")
    department_id: str = Field(primary_key=True, foreign_key="departments.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class EventRow(InboxTable, table=True):
    """Who did what, when. Its rising id is the list's revision. `words` locks the note that was written, if one was."""

    __tablename__ = "case_events"

    id: int | None = Field(default=None, primary_key=True)
    case_id: str = Field(foreign_key="cases.id", index=True)
    kind: str
    person_id: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    words: bytes | None = None


class MailedRow(InboxTable, table=True):
    """A case sent on to a department by sealed mail: which letter, in which conversation of its own (E7)."""

    __tablename__ = "case_mailed"

    letter_id: str = Field(primary_key=True)
    conversation_id: str = Field(unique=True)
    case_id: str = Field(foreign_key="cases.id", index=True)
    department_id: str = Field(foreign_key="departments.id", index=True)
    responsible: bool
