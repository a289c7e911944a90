"""The inbox's tables. A column of bytes is locked; what is in clear names nobody."""

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


class InboxTable(SQLModel, registry=registry()):
    """The family of tables about cases."""


class DepartmentRow(InboxTable, table=True):
    """A department a case can be forwarded to."""

    __tablename__ = "departments"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    kind: str
    position: int


class CaseRow(InboxTable, table=True):
    """A case without its letter: what the list asks for, kept light. `line` locks the citizen's name and the marks."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_order", "state", "target_date", "received_at", "id"),)

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
    department_id: str | None = Field(default=None, foreign_key="departments.id")
    forwards: int = 0
    line: bytes


class ContentRow(InboxTable, table=True):
    """The letter itself, locked."""

    __tablename__ = "case_contents"

    case_id: str = Field(primary_key=True, foreign_key="cases.id")
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


class EventRow(InboxTable, table=True):
    """Who did what, when. Its rising id is the list's revision."""

    __tablename__ = "case_events"

    id: int | None = Field(default=None, primary_key=True)
    case_id: str = Field(foreign_key="cases.id", index=True)
    kind: str
    person_id: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
