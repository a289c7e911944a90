"""The tables of liveness: a row for each party, and a few for what was asked of people. Rows are not rules."""

from datetime import date, datetime

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime


class LivenessTable(SQLModel, registry=registry()):
    """The family of tables about whether the line is alive."""


class BeatRow(LivenessTable, table=True):
    """The latest TEST to one party, and when one before it was last answered.

    `night` is the Danish date whose nightly TEST has been seen to.
    """

    __tablename__ = "heartbeats"

    party: str = Field(primary_key=True)
    letter_id: str | None = None
    night: date | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DrillRow(LivenessTable, table=True):
    """One TEST referral that a person acknowledges by hand, at either end; `party` is the other one (D13).

    Its id is its conversation's. `locked` is the letter that says who acknowledged it; at a municipality, the one
    that asked until then.
    """

    __tablename__ = "drills"

    id: str = Field(primary_key=True)
    party: str = Field(index=True)
    letter_id: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    locked: bytes = b""


class WatchRow(LivenessTable, table=True):
    """Since when the daemon has watched the line without a pause, and when it last did: one row."""

    __tablename__ = "line_watch"

    id: int = Field(default=1, primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)


class ToldRow(LivenessTable, table=True):
    """A notice that stands and has been told; the row goes when its cause does, so that it can be told again.

    `red` is how bad it is now: something does not work, or nobody is there.
    """

    __tablename__ = "told_notices"

    what: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    step: int = Field(primary_key=True)
    told_at: datetime = Field(sa_type=UtcDateTime)
    red: bool = False
