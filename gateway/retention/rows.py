"""The runs of retention as rows: when the clock was looked at, and what was erased. Nothing of what it was (S33)."""

from datetime import datetime

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime
from gateway.site.append_only import only_added_to


class RetentionTable(SQLModel, registry=registry()):
    """The family of tables of retention."""


class RunRow(RetentionTable, table=True):
    """One run that came to its end. `person_id` is who had it made with a clock that was in doubt; empty otherwise."""

    __tablename__ = "retention_runs"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    person_id: str = ""


class ErasureRow(RetentionTable, table=True):
    """Some things of one kind that were erased together: how many, from when to when, and by which setting."""

    __tablename__ = "retention_erasures"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    what: str
    setting: str
    days: int
    count: int
    oldest: datetime = Field(sa_type=UtcDateTime)
    newest: datetime = Field(sa_type=UtcDateTime)


for _table in RetentionTable.metadata.sorted_tables:
    only_added_to(_table)
