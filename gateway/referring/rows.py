"""The region's tables: what was sent about whom, how many said no, and figures from outside. Rows are not rules."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Index, and_, column
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime

ENDINGS: Final = ("acknowledged_at", "answered_at", "closed_at", "withdrawn_at", "cancelled_at")
"""What ends the wait for a referral, whichever of them comes first."""


def _some(name: str, *columns: str, which: ColumnElement[bool]) -> Index:
    """Make an index of some rows alone; it is there for questions that say in the same words which those are."""
    return Index(name, *columns, sqlite_where=which, postgresql_where=which)


def _has_come(moment: str) -> ColumnElement[bool]:
    return column(moment).is_not(None)


class ReferringTable(SQLModel, registry=registry()):
    """The family of tables of the region's own work."""


class ReferralRow(ReferringTable, table=True):
    """One referral that was sent. The citizen is found again by keyed hash alone; the content is locked.

    `erased_at` is when retention ended that, after `kept_days`: then no hash and no content is left, and `figures`
    locks what the figures still count (O18).
    """

    __tablename__ = "referrals"
    __table_args__ = (
        Index("referrals_cpr", "cpr_index"),
        Index("referrals_phone", "phone_index"),
        Index("referrals_reference", "reference_index"),
        _some("referrals_waiting", "submitted_at", which=and_(*(column(ending).is_(None) for ending in ENDINGS))),
        _some("referrals_acknowledged", "municipality", "acknowledged_at", which=_has_come("acknowledged_at")),
        _some("referrals_answered", "answered_at", which=_has_come("answered_at")),
        _some("referrals_withdrawn", "withdrawn_at", which=_has_come("withdrawn_at")),
        Index("referrals_submitted", "submitted_at"),
        Index("referrals_anew", "anew_of"),
    )

    letter_id: str = Field(primary_key=True)
    conversation_id: str = Field(unique=True)
    number: str = Field(unique=True)
    municipality: str
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    person_id: str
    citizen_id: str
    previous_id: str | None = None
    anew_of: str | None = None
    first_sent_at: datetime = Field(sa_type=UtcDateTime)
    position: int = 1
    cpr_index: str | None = None
    phone_index: str | None = None
    reference_index: str | None = None
    locked: bytes
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledgement: bytes | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: bytes | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kept_days: int = 0
    figures: bytes | None = None


class DraftRow(ReferringTable, table=True):
    """One referral that is being written; the whole shift may go on with it (O5). Gone when it is sent or dropped."""

    __tablename__ = "drafts"

    id: str = Field(primary_key=True)
    author_id: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    saved_at: datetime = Field(sa_type=UtcDateTime)
    consented_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revision: int = 0
    locked: bytes


class SupplementRow(ReferringTable, table=True):
    """One supplement that was sent about a referral (G1, O23)."""

    __tablename__ = "supplements"

    letter_id: str = Field(primary_key=True)
    referral_id: str = Field(foreign_key="referrals.letter_id", index=True)
    person_id: str
    written_at: datetime = Field(sa_type=UtcDateTime)
    phone_index: str | None = Field(default=None, index=True)
    locked: bytes


class ReplyRow(ReferringTable, table=True):
    """One answer that was written by hand about a referral, locked; `sign` lets each be taken once.

    `read_at` is when a person at the desk first opened it: until then the desk waits for that.
    """

    __tablename__ = "replies"
    __table_args__ = (_some("replies_unread", "referral_id", which=column("read_at").is_(None)),)

    id: str = Field(primary_key=True)
    referral_id: str = Field(foreign_key="referrals.letter_id", index=True)
    received_at: datetime = Field(sa_type=UtcDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sign: str = Field(unique=True)
    locked: bytes


class ReminderRow(ReferringTable, table=True):
    """One reminder that fired about a referral; its key lets each fire once (E13)."""

    __tablename__ = "reminders"

    referral_id: str = Field(primary_key=True, foreign_key="referrals.letter_id")
    step: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    fired_at: datetime = Field(sa_type=UtcDateTime)


class CallRow(ReferringTable, table=True):
    """One call to a unit about a referral, by whom and how it went; the remark is locked (O4)."""

    __tablename__ = "calls"

    id: int | None = Field(default=None, primary_key=True)
    referral_id: str = Field(foreign_key="referrals.letter_id", index=True)
    person_id: str
    called_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str
    locked: bytes


class TallyRow(ReferringTable, table=True):
    """How many referrals were refused on one day for one reason: a number and nothing about anyone (C9)."""

    __tablename__ = "refusal_tally"

    day: date = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    count: int = 0


class NumberRow(ReferringTable, table=True):
    """The last referral number given out in one year."""

    __tablename__ = "referral_numbers"

    year: int = Field(primary_key=True)
    last: int = 0


class FiguresRow(ReferringTable, table=True):
    """What one municipality told of one period; told again, the later replaces the earlier. Locked: it names staff."""

    __tablename__ = "municipal_figures"

    party: str = Field(primary_key=True)
    first: str = Field(primary_key=True)
    last: str = Field(primary_key=True)
    received_at: datetime = Field(sa_type=UtcDateTime)
    locked: bytes


class EnteredRow(ReferringTable, table=True):
    """One yearly figure that a person entered; entered again, the later replaces the earlier."""

    __tablename__ = "entered_figures"

    name: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    value: str
    person_id: str
    entered_at: datetime = Field(sa_type=UtcDateTime)
