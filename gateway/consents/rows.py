"""The consents' tables. Rows are only ever added: the database itself refuses to alter or delete one (C2).

Only what retention ends lies behind a horizon, and may go (O18).
What is personal, including the names of staff, is locked.
"""

from datetime import datetime

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime
from gateway.site.append_only import only_added_to


class ConsentTable(SQLModel, registry=registry()):
    """The family of tables about consents."""


class ConsentRow(ConsentTable, table=True):
    """One consent as it was obtained."""

    __tablename__ = "consents"

    id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    purpose: str
    form: str
    obtained_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: str
    locked: bytes


class WithdrawalRow(ConsentTable, table=True):
    """One withdrawal: it ends every consent of its purposes in the conversation that was obtained before it."""

    __tablename__ = "consent_withdrawals"

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = Field(index=True)
    purpose: str
    withdrawn_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: str


for _table in ConsentTable.metadata.sorted_tables:
    only_added_to(_table, age="recorded_at")
