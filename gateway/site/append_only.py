"""Tables that are only added to: the database itself refuses to alter a row, or to take one away."""

from typing import Final

from sqlalchemy import DDL, Table, event

_SQLITE: Final = (
    "CREATE TRIGGER %(table)s_stands_{deed} BEFORE {deed} ON %(table)s "
    "BEGIN SELECT RAISE(ABORT, '%(table)s is only added to'); END"
)
_SQLITE_REPLACE: Final = (  # INSERT OR REPLACE takes a row away without asking the triggers that guard deletion
    "CREATE TRIGGER %(table)s_stands_REPLACE BEFORE INSERT ON %(table)s "
    "WHEN EXISTS (SELECT 1 FROM %(table)s WHERE {key} = NEW.{key} OR rowid = NEW.rowid) "
    "BEGIN SELECT RAISE(ABORT, '%(table)s is only added to'); END"
)
_POSTGRESQL: Final = (
    "CREATE FUNCTION %(table)s_stands_{deed}() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '%(table)s is only added to'; END $$; "
    "CREATE TRIGGER %(table)s_stands_{deed} BEFORE {deed} ON %(table)s "
    "FOR EACH ROW EXECUTE FUNCTION %(table)s_stands_{deed}()"
)


def only_added_to(table: Table) -> None:
    """Guard `table`, which has one primary key, with triggers made together with it."""
    for deed in ("UPDATE", "DELETE"):
        _guard(table, "sqlite", _SQLITE.format(deed=deed))
        _guard(table, "postgresql", _POSTGRESQL.format(deed=deed))
    (key,) = table.primary_key.columns
    _guard(table, "sqlite", _SQLITE_REPLACE.format(key=key.name))


def _guard(table: Table, dialect: str, statement: str) -> None:
    trigger = DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", trigger.execute_if(dialect=dialect))
