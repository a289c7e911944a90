"""The consents' tables. Rows are only ever added: the database itself refuses to alter or delete one (C2).

What is personal, including the names of staff, is locked.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import DDL, Table, event
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime


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


_SQLITE: Final = (
    "CREATE TRIGGER %(table)s_stands_{deed} BEFORE {deed} ON %(table)s "
    "BEGIN SELECT RAISE(ABORT, 'consents are never altered'); END"
)
_SQLITE_REPLACE: Final = (  # INSERT OR REPLACE takes a row away without asking the triggers that guard deletion
    "CREATE TRIGGER %(table)s_stands_REPLACE BEFORE INSERT ON %(table)s "
    "WHEN EXISTS (SELECT 1 FROM %(table)s WHERE id = NEW.id OR rowid = NEW.rowid) "
    "BEGIN SELECT RAISE(ABORT, 'consents are never altered'); END"
)
_POSTGRESQL: Final = (
    "CREATE FUNCTION %(table)s_stands_{deed}() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'consents are never altered'; END $$; "
    "CREATE TRIGGER %(table)s_stands_{deed} BEFORE {deed} ON %(table)s "
    "FOR EACH ROW EXECUTE FUNCTION %(table)s_stands_{deed}()"
)


def _only_added_to(table: Table) -> None:
    for deed in ("UPDATE", "DELETE"):
        _guard(table, "sqlite", _SQLITE.format(deed=deed))
        _guard(table, "postgresql", _POSTGRESQL.format(deed=deed))
    _guard(table, "sqlite", _SQLITE_REPLACE)


def _guard(table: Table, dialect: str, statement: str) -> None:
    trigger = DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", trigger.execute_if(dialect=dialect))


for _table in ConsentTable.metadata.sorted_tables:
    _only_added_to(_table)
