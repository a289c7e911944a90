"""Which revisions a database is at: asked each time a site is opened, without Alembic, in one short query."""

import enum
from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
)

from gateway.schema.branch import Branch, Release, every_table, release_of
from gateway.site.errors import DatabaseTaken, SchemaNewer, SchemaOlder, SchemaUnknown
from gateway.site.ports import Sessions

VERSIONS: Final = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, as Alembic makes it."""


class Standing(enum.StrEnum):
    """How a database's tables stand to those that the program knows."""

    CURRENT = "current"
    """They are the program's own."""
    OLDER = "older"
    """They are an earlier release's; they can be brought forward."""
    NEWER = "newer"
    """A later release has changed them."""
    UNVERSIONED = "unversioned"
    """There are tables, and nothing says of which release: a site of before that was noted, or something else."""
    EMPTY = "empty"
    """There are no tables."""


REFUSALS: Final = {Standing.OLDER: SchemaOlder, Standing.NEWER: SchemaNewer}


def revisions(connection: Connection) -> frozenset[str]:
    """Tell which revisions a database is at; none where that was never written down."""
    if not inspect(connection).has_table(VERSIONS.name):
        return frozenset()
    return frozenset(connection.execute(select(VERSIONS.c.version_num)).scalars())


def standing(connection: Connection, branches: Sequence[Branch]) -> Standing:
    """Tell how a database stands to these branches; another owner's revisions are no concern of theirs."""
    found = revisions(connection)
    if not found:
        return Standing.UNVERSIONED if inspect(connection).get_table_names() else Standing.EMPTY
    own = [next((one for one in found if branch.owns(one)), None) for branch in branches]
    if any(at is None for at in own):
        return Standing.UNVERSIONED
    if all(at == branch.head for at, branch in zip(own, branches, strict=True)):
        return Standing.CURRENT
    return Standing.NEWER if release_of(branches, frozenset(filter(None, own))) is None else Standing.OLDER


def require_current(database: Sessions, branches: Sequence[Branch]) -> None:
    """Let pass a database whose tables are the program's own; raises SchemaOlder, SchemaNewer or SchemaUnknown."""
    with database.reading() as session:
        require_current_here(session.connection(), branches)


def require_current_here(connection: Connection, branches: Sequence[Branch]) -> None:
    """Do the same on a connection that is open."""
    found = standing(connection, branches)
    if found is Standing.UNVERSIONED and not revisions(connection) and inspect(connection).has_table("audit_entries"):
        raise SchemaOlder  # what the first release made says nothing of itself
    if found is not Standing.CURRENT:
        raise REFUSALS.get(found, SchemaUnknown)


def make(database: Sessions, branches: Sequence[Branch]) -> None:
    """Make the tables of a new site, and write down of which release they are: all of it, or nothing.

    What an earlier try made stays; raises DatabaseTaken for a database that holds anything else.
    """
    with database.session() as session:
        connection = session.connection()
        found = standing(connection, branches)
        if found is Standing.EMPTY:
            for family in every_table(branches):
                family.create_all(connection)
            stamp(connection, branches)
        elif found is not Standing.CURRENT:
            raise DatabaseTaken


def stamp(connection: Connection, branches: Sequence[Branch], release: Release | None = None) -> None:
    """Write down that a database's tables are a release's, or the program's own."""
    VERSIONS.create(connection, checkfirst=True)
    connection.execute(delete(VERSIONS))
    at = [branch.at(release) if release else branch.head for branch in branches]
    connection.execute(insert(VERSIONS), [{"version_num": revision} for revision in at])
