"""The meetings' table: how each joint meeting stands now, at whichever end. All that is said about it is locked."""

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class MeetingTable(SQLModel, registry=registry()):
    """The family of tables about meetings."""


class MeetingRow(MeetingTable, table=True):
    """One joint meeting. `locked` holds the proposal that counts, and the answer or cancellation that followed it."""

    __tablename__ = "meetings"

    meeting_id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    proposed_here: bool
    sequence: int
    standing: str
    locked: bytes
