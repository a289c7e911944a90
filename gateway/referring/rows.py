"""The region's tables: what was sent about whom, and how many said no. Rows are not rules."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime


class ReferringTable(SQLModel, registry=registry()):
    """The family of tables of the region's own work."""


class ReferralRow(ReferringTable, table=True):
    """One referral that was sent. The citizen is found again by keyed hash alone; the content is locked."""

    __tablename__ = "referrals"
    __table_args__ = (Index("referrals_cpr", "cpr_index"), Index("referrals_reference", "reference_index"))

    letter_id: str = Field(primary_key=True)
    conversation_id: str = Field(unique=True)
    number: str = Field(unique=True)
    municipality: str
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    person_id: str
    previous_id: str | None = None
    first_sent_at: datetime = Field(sa_type=UtcDateTime)
    position: int = 1
    cpr_index: str | None = None
    reference_index: str | None = None
    locked: bytes
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledgement: bytes | None = None


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
