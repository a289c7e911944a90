"""The audit trail's tables. Entries are only ever added; the head is the one row that moves."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Table, event, insert
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime
from gateway.site.append_only import only_added_to

BEFORE_ALL: Final = "0" * 64
"""What stands in the place of a hash before the first entry."""


class AuditTable(SQLModel, registry=registry()):
    """The family of tables of the audit trail."""


class EntryRow(AuditTable, table=True):
    """One entry: who (a person's id, or the daemon) did what to which id, to what end, and how it went.

    `hash` is over this entry and `previous`, the hash of the one before; `detail` is JSON of codes and counts.
    """

    __tablename__ = "audit_entries"

    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    person_id: str = Field(index=True)
    role: str
    action: str
    purpose: str
    about: str = Field(index=True)
    outcome: str
    detail: str
    previous: str
    hash: str


class HeadRow(AuditTable, table=True):
    """The last entry's number and hash: one row, which whoever adds an entry holds until the transaction ends."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    seq: int
    hash: str


def _begin(table: Table, connection: Connection, **_how: object) -> None:
    connection.execute(insert(table).values(id=1, seq=0, hash=BEFORE_ALL))


only_added_to(AuditTable.metadata.tables["audit_entries"])
event.listen(AuditTable.metadata.tables["audit_head"], "after_create", _begin)
