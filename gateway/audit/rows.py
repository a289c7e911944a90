"""The audit trail's tables. Everything is only ever added; the head is the one row that moves.

Entries and what is signed over them go when retention says so, from the old end only (O18).
"""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Connection, Index, Integer, Table, event, insert
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime
from gateway.site.append_only import only_added_to

BEFORE_ALL: Final = "0" * 64
"""What stands in the place of a hash before the first entry."""


AS_TOLD: Final = BigInteger().with_variant(Integer, "sqlite")
"""The type of a number another party names: it has room for any that a letter may hold."""


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


class CheckpointRow(AuditTable, table=True):
    """The head of the trail as it was at a moment, signed by the site's own key."""

    __tablename__ = "audit_checkpoints"

    seq: int = Field(primary_key=True)
    hash: str
    at: datetime = Field(sa_type=UtcDateTime)
    signed_by: str
    signature: bytes


class StartRow(AuditTable, table=True):
    """Where the trail begins since older entries went: the last of them, signed when it went by the site's own key."""

    __tablename__ = "audit_starts"

    seq: int = Field(primary_key=True)
    hash: str
    at: datetime = Field(sa_type=UtcDateTime)
    signed_by: str
    signature: bytes


class RestoreRow(AuditTable, table=True):
    """The last entry a backup held of the trail, when the site was made of that backup; signed by its own key."""

    __tablename__ = "audit_restores"

    seq: int = Field(primary_key=True)
    hash: str
    at: datetime = Field(sa_type=UtcDateTime)
    signed_by: str
    signature: bytes


class WitnessRow(AuditTable, table=True):
    """A head that another party named in a letter of theirs: of their own trail, or of ours as they have seen it."""

    __tablename__ = "audit_witnessed"
    __table_args__ = (Index("audit_witnessed_heads", "party", "whose", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    party: str
    whose: str
    seq: int = Field(sa_type=AS_TOLD)
    hash: str
    seen_at: datetime = Field(sa_type=UtcDateTime)
    letter_id: str


class SampleRow(AuditTable, table=True):
    """One draw of a month's sample: how many, and by which seed, so that anybody can draw it again (S31)."""

    __tablename__ = "audit_samples"

    id: int | None = Field(default=None, primary_key=True)
    month: str = Field(index=True)
    count: int
    seed: str
    drawn_at: datetime = Field(sa_type=UtcDateTime)
    person_id: str


class VerdictRow(AuditTable, table=True):
    """What a person judged of one entry in a month's sample; the latest counts, and all stand. The note is locked."""

    __tablename__ = "audit_verdicts"

    id: str = Field(primary_key=True)
    month: str = Field(index=True)
    seq: int
    verdict: str
    locked: bytes | None = None
    judged_at: datetime = Field(sa_type=UtcDateTime)
    person_id: str


def _begin(table: Table, connection: Connection, **_how: object) -> None:
    connection.execute(insert(table).values(id=1, seq=0, hash=BEFORE_ALL))


only_added_to(AuditTable.metadata.tables["audit_entries"], "seq")
only_added_to(AuditTable.metadata.tables["audit_checkpoints"], "seq")
only_added_to(AuditTable.metadata.tables["audit_starts"])
only_added_to(AuditTable.metadata.tables["audit_restores"], "seq")
only_added_to(AuditTable.metadata.tables["audit_witnessed"], "seen_at")
only_added_to(AuditTable.metadata.tables["audit_samples"], "drawn_at")
only_added_to(AuditTable.metadata.tables["audit_verdicts"], "judged_at")
event.listen(AuditTable.metadata.tables["audit_head"], "after_create", _begin)
