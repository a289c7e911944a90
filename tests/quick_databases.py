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

from databases import ON_POSTGRESQL, server
from sqlalchemy import Engine, MetaData, inspect
from sqlmodel import create_engine

from gateway.adapters import database
from gateway.adapters.database import Database

STATEMENTS = 5_000
"""More than all the tests have."""

_made: dict[tuple[MetaData, ...], bytes] = {}
_count: dict[tuple[MetaData, ...], int] = {}


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
    template, name = f"template_{_count.setdefault(families, len(_count))}_{os.getpid()}", made._engine.url.database
    with made.reading() as session:
        there = inspect(session.get_bind()).get_table_names()
    made.close()
    if there:
        made.create(*families)
    elif template in server().databases():
        server().drop(name)
        server().create(name, template)
    else:
        made.create(*families)
        made.close()
        server().create(template, name)


def share_statements() -> None:
    """Let every database that is opened from now on use what was compiled for those before it."""
    first = create_engine("sqlite://", query_cache_size=STATEMENTS)
    first.connect().close()  # from here on its dialect knows which SQLite this is

    def create(url: str, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        if engine.dialect.name == first.dialect.name:
            engine.dialect = engine.pool._dialect = first.dialect
            engine._compiled_cache = first._compiled_cache
        return engine

    database.create_engine = create
