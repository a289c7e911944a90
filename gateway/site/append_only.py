"""Tables that are only added to: the database itself refuses to alter a row, or to take one away.

Where retention must end what was kept (O18), a table names the column its age is told by. Rows that lie before the
table's horizon may then be taken away, and nothing else may; the horizon only ever moves forward.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import DDL, Column, Integer, Table, event, insert, select, update
from sqlmodel import Session

_SQLITE: Final = (
    "CREATE TRIGGER %(table)s_stands_{deed} BEFORE {deed} ON %(table)s {unless}"
    "BEGIN SELECT RAISE(ABORT, '%(table)s is only added to'); END"
)
_SQLITE_REPLACE: Final = (  # INSERT OR REPLACE takes a row away without asking the triggers that guard deletion
    "CREATE TRIGGER %(table)s_stands_REPLACE BEFORE INSERT ON %(table)s "
    "WHEN EXISTS (SELECT 1 FROM %(table)s WHERE {key} = NEW.{key} OR rowid = NEW.rowid) "
    "BEGIN SELECT RAISE(ABORT, '%(table)s is only added to'); END"
)
_SQLITE_FORWARD: Final = (
    "CREATE TRIGGER %(table)s_forward BEFORE UPDATE ON %(table)s WHEN NEW.id <> OLD.id OR NEW.until < OLD.until "
    "BEGIN SELECT RAISE(ABORT, '%(table)s only moves forward'); END"
)
_POSTGRESQL: Final = (
    "CREATE FUNCTION %(table)s_stands_{deed}() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN {unless}RAISE EXCEPTION '%(table)s is only added to'; END $$; "
    "CREATE TRIGGER %(table)s_stands_{deed} BEFORE {deed} ON %(table)s "
    "FOR EACH ROW EXECUTE FUNCTION %(table)s_stands_{deed}()"
)
_POSTGRESQL_FORWARD: Final = (
    "CREATE FUNCTION %(table)s_forward() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF NEW.id = OLD.id AND NEW.until >= OLD.until THEN RETURN NEW; END IF; "
    "RAISE EXCEPTION '%(table)s only moves forward'; END $$; "
    "CREATE TRIGGER %(table)s_forward BEFORE UPDATE ON %(table)s "
    "FOR EACH ROW EXECUTE FUNCTION %(table)s_forward()"
)
_SQLITE_UNLESS: Final = "WHEN NOT EXISTS (SELECT 1 FROM {horizon} WHERE OLD.{age} < until) "
_POSTGRESQL_UNLESS: Final = "IF EXISTS (SELECT 1 FROM {horizon} WHERE OLD.{age} < until) THEN RETURN OLD; END IF; "


def only_added_to(table: Table, age: str | None = None) -> None:
    """Guard `table`, which has one primary key, with triggers made together with it.

    `age` names the column that retention goes by; the table's horizon is then a table of its own beside it.
    """
    _refuse(table, "UPDATE")
    _refuse(table, "DELETE", age)
    (key,) = table.primary_key.columns
    _guard(table, "sqlite", _SQLITE_REPLACE.format(key=key.name))
    if age is not None:
        _add_horizon(table, age)


def horizon(session: Session, table: Table) -> datetime | int | None:
    """Tell what lies behind the horizon of `table`: everything whose age is less. None while nothing does."""
    until: datetime | int | None = session.execute(select(_horizon_of(table).c.until)).scalar()
    return until


def move_horizon(session: Session, table: Table, until: datetime | int) -> None:
    """Let everything whose age is less than `until` be taken away; one that lies further ahead already stays there."""
    beside, before = _horizon_of(table), horizon(session, table)
    if before is None:
        session.execute(insert(beside).values(id=1, until=until))
    elif until > before:  # type: ignore[operator]  # both are of the column's one type
        session.execute(update(beside).values(until=until))


def _horizon_of(table: Table) -> Table:
    return table.metadata.tables[f"{table.name}_horizon"]


def _add_horizon(table: Table, age: str) -> None:
    kind = table.columns[age].type
    beside = Table(
        f"{table.name}_horizon",
        table.metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("until", kind, nullable=False),
    )
    _refuse(beside, "DELETE")
    _guard(beside, "sqlite", _SQLITE_REPLACE.format(key="id"))
    _guard(beside, "sqlite", _SQLITE_FORWARD)
    _guard(beside, "postgresql", _POSTGRESQL_FORWARD)


def _refuse(table: Table, deed: str, age: str | None = None) -> None:
    where = {"horizon": f"{table.name}_horizon", "age": age}
    unless = {"sqlite": _SQLITE_UNLESS, "postgresql": _POSTGRESQL_UNLESS}
    for dialect, statement in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
        _guard(table, dialect, statement.format(deed=deed, unless=unless[dialect].format(**where) if age else ""))


def _guard(table: Table, dialect: str, statement: str) -> None:
    trigger = DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", trigger.execute_if(dialect=dialect))
