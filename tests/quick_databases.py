"""Databases that cost a test little: tables are made once and copied from then on, and statements are compiled once.

A program opens one database and keeps it; the tests open thousands. A new file begins as a copy of one in which the
same tables were created for real, and what SQLAlchemy has compiled for one database serves the others, as it serves
each program for as long as it runs.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from databases import ON_POSTGRESQL, opened, server
from sqlalchemy import Engine, MetaData, make_url
from sqlmodel import create_engine

from gateway.adapters import database
from gateway.adapters.database import Database

STATEMENTS = 5_000
"""More than all the tests have."""

_made: dict[tuple[MetaData, ...], bytes] = {}
_templates: dict[tuple[MetaData, ...], str] = {}


def created(made: Database, *families: MetaData) -> None:
    """Create the tables of each family in a database; in a new one they are there at once after the first time."""
    if ON_POSTGRESQL:
        _created_on_server(made, families)
        return
    file = Path(made._engine.url.database or "")
    if file.exists():
        made.create(*families)
        return
    if families not in _made:
        made.create(*families)
        with closing(sqlite3.connect(file)) as first:
            _made[families] = first.serialize()
        return
    file.write_bytes(_made[families])


def _created_on_server(made: Database, families: tuple[MetaData, ...]) -> None:
    """Copy a database in which the same tables were created; what is there already keeps what it holds."""
    name = str(made._engine.url.database)
    if families in _templates:
        if not server().create(name, _templates[families]):
            made.create(*families)
        return
    new = server().create(name)
    made.create(*families)
    if new:
        made.close()
        _templates[families] = f"template_{os.getpid()}_{len(_templates)}"
        server().create(_templates[families], name)


def share_statements() -> None:
    """Let every database that is opened from now on use what was compiled for those before it."""
    _share(database, create_engine("sqlite://"))
    if ON_POSTGRESQL:
        from gateway.adapters import postgresql  # noqa: PLC0415 - needed on PostgreSQL alone

        _share(postgresql, postgresql.engine_for(make_url(server().url("postgres")), database.BUSY_SECONDS))


def _share(opener: Any, first: Engine) -> None:
    first.connect().close()  # from here on its dialect knows which database this is
    first.dispose()
    first._compiled_cache.capacity = STATEMENTS

    def create(url: Any, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        engine.dialect.initialize = lambda _connection: None
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
        if ON_POSTGRESQL:
            opened(engine)
        return engine

    opener.create_engine = create
