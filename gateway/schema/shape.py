"""What tables a database has, as far as every database tells it alike; and which release makes the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import Connection, create_engine, inspect

from gateway.schema.branch import Branch, parsed
from gateway.schema.migrate import Migration
from gateway.schema.version import VERSIONS

BESIDE: Final = {
    "sqlite": (
        "SELECT lower(name) FROM sqlite_master "
        "WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND name NOT LIKE '%~_REPLACE' ESCAPE '~'"
    ),
    "postgresql": (
        "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE relnamespace = current_schema()::regnamespace "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = pg_class.oid) "
        "UNION ALL SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal AND right(tgname, 9) <> '_truncate'"
    ),
}
"""The names of indexes and triggers; what only one of them needs a trigger for is left out."""


@dataclass(frozen=True)
class Shape:
    """Every column, with whether it may be empty, and the names of the indexes and triggers."""

    columns: frozenset[tuple[str, str, bool]]
    beside: frozenset[str]


def shape(connection: Connection) -> Shape:
    """Tell what tables a database has."""
    found = inspect(connection)
    columns = frozenset(
        (table, column["name"], bool(column["nullable"]))
        for table in found.get_table_names()
        if table != VERSIONS.name
        for column in found.get_columns(table)
    )
    return Shape(columns, frozenset(connection.exec_driver_sql(BESIDE[connection.dialect.name]).scalars()))


def recognised(connection: Connection, branches: Sequence[Branch]) -> str | None:
    """Tell which release makes exactly the tables that a database has; None where none does."""
    found = shape(connection)
    return next((release for release, made in _made(tuple(branches)).items() if made == found), None)


@cache
def _made(branches: tuple[Branch, ...]) -> Mapping[str, Shape]:
    """Make the tables of each release where nothing is kept, to see what they are."""
    shapes, releases = dict[str, Shape](), {step.release for branch in branches for step in branch.steps}
    with create_engine("sqlite://").connect() as scratch:
        migration = Migration(scratch, branches, own_key="")
        for release in sorted(releases, key=parsed):
            migration.upgrade(parsed(release))
            shapes[release] = shape(scratch)
    return shapes
