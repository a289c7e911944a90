"""What revisions are written with, beside Alembic's own operations: columns that are filled, tables that stand.

A revision stays as it was when it was released. Where SQLite can alter a table only by making it anew, the indexes and
triggers it had are made again, word for word.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from alembic import context, op
from alembic.operations import BatchOperations

from gateway.site.append_only import POSTGRESQL_EMPTY, Trigger, guards, horizon_guards

MOMENT: Final = sa.DateTime(timezone=True)
"""The type of a moment, as it lies in the database."""

BESIDE: Final = (
    "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL"
)
FUNCTIONS: Final = (
    "SELECT DISTINCT tgfoid::regprocedure::text FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
)

UNEMPTIED: Final = (
    "SELECT tgrelid::regclass::text, upper(max(substring(tgname from '_stands_(update|delete)$'))) FROM pg_trigger "
    "JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal "
    "GROUP BY tgrelid HAVING bool_or(tgname ~ '_stands_(update|delete)$') AND NOT bool_or(tgname ~ '_stands_truncate$')"
)
"""Tables that only a TRUNCATE would empty, each with what else is always refused of it: DELETE only of a horizon."""


def own_key() -> str:
    """Tell which key the site began with."""
    return str(context.config.attributes["own_key"])


def add_filled(table: str, value: object, *columns: sa.Column[Any]) -> None:
    """Add columns that always hold something; `value` stands in the rows there are, and is no default for new ones."""
    for column in columns:
        op.add_column(table, sa.Column(column.name, column.type))
    names = [column.name for column in columns]
    known = sa.table(table, *(sa.column(name) for name in names))
    with unguarded(table):
        op.execute(sa.update(known).values(dict.fromkeys(names, value)))
    with rebuilding(table) as batch:
        for column in columns:
            batch.alter_column(column.name, existing_type=column.type, nullable=False)


def drop_columns(table: str, *names: str) -> None:
    """Take columns away."""
    with rebuilding(table) as batch:
        for name in names:
            batch.drop_column(name)


@contextmanager
def rebuilding(table: str) -> Iterator[BatchOperations]:
    """Alter a table in a way that SQLite makes it anew for; its indexes and triggers are made again, word for word."""
    with _without(table, "index", "trigger"), op.batch_alter_table(table) as batch:
        yield batch


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """Let rows of a table that is only added to be taken away, as nothing but a revision may."""
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "postgresql":
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    else:
        with _without(table, "trigger"):
            yield


def only_added_to(table: str, key: str, age: str | None = None, age_type: Any = None) -> None:  # noqa: ANN401 - SQLAlchemy's own
    """Guard a table that was just made, as `gateway.site.append_only` does; `age_type` is of the horizon it gets."""
    _make(guards(table, key, age))
    if age is not None:
        op.create_table(
            f"{table}_horizon",
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("until", age_type, nullable=False),
        )
        _make(horizon_guards(table))


def guard_against_emptying() -> None:
    """Guard each table that is only added to against TRUNCATE as well, where an earlier release did not."""
    if op.get_bind().dialect.name == "postgresql":
        for table, deed in op.get_bind().exec_driver_sql(UNEMPTIED).all():
            op.get_bind().exec_driver_sql(POSTGRESQL_EMPTY.format(table=table, deed=deed))


def drop_guarded(*tables: str) -> None:
    """Take guarded tables away, and on PostgreSQL the functions that guarded them."""
    for table in tables:
        functions = _functions(table)
        op.drop_table(table)
        for function in functions:
            op.get_bind().exec_driver_sql(f"DROP FUNCTION {function}")


def counted(connection: sa.Connection, **questions: str) -> dict[str, int]:
    """Count by SQL, for what stands in the way of going back or is lost by it."""
    return {code: connection.execute(sa.text(question)).scalar() or 0 for code, question in questions.items()}


def _make(triggers: Iterable[Trigger]) -> None:
    here = op.get_bind().dialect.name
    for dialect, statement in triggers:
        if dialect == here:
            op.get_bind().exec_driver_sql(statement)


@contextmanager
def _without(table: str, *kinds: str) -> Iterator[None]:
    """Make what SQLite keeps beside a table again after the block; PostgreSQL never takes it away."""
    run = op.get_bind().exec_driver_sql
    found = list(run(BESIDE, (table,))) if op.get_bind().dialect.name == "sqlite" else []
    beside = [(kind, name, made) for kind, name, made in found if kind in kinds]
    for kind, name, _made in beside:
        run(f"DROP {kind} {name}")
    yield
    for _kind, _name, made in beside:
        run(made)


def _functions(table: str) -> list[str]:
    if op.get_bind().dialect.name != "postgresql":
        return []
    return list(op.get_bind().exec_driver_sql(FUNCTIONS, (table,)).scalars())
