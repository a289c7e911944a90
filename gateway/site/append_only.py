"""Tables that are only added to: the database itself refuses to alter a row, or to take one away.

Where retention must end what was kept (O18), a table names the column its age is told by. Rows that lie before the
table's horizon may then be taken away, and nothing else may; the horizon only ever moves forward.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import DDL, Column, Integer, Table, event, insert, select, update
from sqlmodel import Session

Trigger = tuple[str, str]
"""A dialect, and what makes the trigger there."""

_SQLITE: Final = (
    "CREATE TRIGGER {table}_stands_{deed} BEFORE {deed} ON {table} {unless}"
    "BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
)
_SQLITE_REPLACE: Final = (  # INSERT OR REPLACE takes a row away without asking the triggers that guard deletion
    "CREATE TRIGGER {table}_stands_REPLACE BEFORE INSERT ON {table} "
    "WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key} OR rowid = NEW.rowid) "
    "BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
)
_SQLITE_FORWARD: Final = (
    "CREATE TRIGGER {table}_forward BEFORE UPDATE ON {table} WHEN NEW.id <> OLD.id OR NEW.until < OLD.until "
    "BEGIN SELECT RAISE(ABORT, '{table} only moves forward'); END"
)
_POSTGRESQL: Final = (
    "CREATE OR REPLACE FUNCTION {table}_stands_{deed}() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN {unless}RAISE EXCEPTION '{table} is only added to'; END $$; "
    "CREATE TRIGGER {table}_stands_{deed} BEFORE {deed} ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION {table}_stands_{deed}()"
)
_POSTGRESQL_FORWARD: Final = (
    "CREATE OR REPLACE FUNCTION {table}_forward() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF NEW.id = OLD.id AND NEW.until >= OLD.until THEN RETURN NEW; END IF; "
    "RAISE EXCEPTION '{table} only moves forward'; END $$; "
    "CREATE TRIGGER {table}_forward BEFORE UPDATE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION {table}_forward()"
)
POSTGRESQL_EMPTY: Final = (  # TRUNCATE takes every row away without asking the triggers that guard each
    "CREATE TRIGGER {table}_stands_TRUNCATE BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {table}_stands_{deed}()"
)
_SQLITE_UNLESS: Final = "WHEN NOT EXISTS (SELECT 1 FROM {table}_horizon WHERE OLD.{age} < until) "
_POSTGRESQL_UNLESS: Final = (
    "IF EXISTS (SELECT 1 FROM {table}_horizon WHERE OLD.{age} < until) THEN RETURN OLD; END IF; "
)


def only_added_to(table: Table, age: str | None = None) -> None:
    """Guard `table`, which has one primary key, with triggers made together with it.

    `age` names the column that retention goes by; the table's horizon is then a table of its own beside it.
    """
    (key,) = table.primary_key.columns
    _made_together(table, guards(table.name, key.name, age))
    if age is not None:
        _add_horizon(table, age)


def guards(table: str, key: str, age: str | None = None) -> Iterator[Trigger]:
    """Give the triggers that guard a table, which a revision that makes such a table makes too."""
    yield from _refused(table, "UPDATE")
    yield from _refused(table, "DELETE", age)
    yield "sqlite", _SQLITE_REPLACE.format(table=table, key=key)
    yield "postgresql", POSTGRESQL_EMPTY.format(table=table, deed="UPDATE")


def horizon_guards(table: str) -> Iterator[Trigger]:
    """Give the triggers that guard the horizon of a table."""
    beside = f"{table}_horizon"
    yield from _refused(beside, "DELETE")
    yield "sqlite", _SQLITE_REPLACE.format(table=beside, key="id")
    yield "sqlite", _SQLITE_FORWARD.format(table=beside)
    yield "postgresql", POSTGRESQL_EMPTY.format(table=beside, deed="DELETE")
    yield "postgresql", _POSTGRESQL_FORWARD.format(table=beside)


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
    _made_together(beside, horizon_guards(table.name))


def _refused(table: str, deed: str, age: str | None = None) -> Iterator[Trigger]:
    unless = {"sqlite": _SQLITE_UNLESS, "postgresql": _POSTGRESQL_UNLESS}
    for dialect, statement in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
        but = unless[dialect].format(table=table, age=age) if age else ""
        yield dialect, statement.format(table=table, deed=deed, unless=but)


def _made_together(table: Table, triggers: Iterator[Trigger]) -> None:
    for dialect, statement in triggers:
        trigger = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", trigger.execute_if(dialect=dialect))
