"""Databases that cost a test little: tables are made once and copied from then on, and statements are compiled once.

A program opens one database and keeps it; the tests open thousands. A new file begins as a copy of one in which the
same tables were created for real, and what SQLAlchemy has compiled for one database serves the others, as it serves
each program for as long as it runs.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData
from sqlmodel import create_engine

from gateway.adapters import database
from gateway.adapters.database import Database

STATEMENTS = 5_000
"""More than all the tests have."""

_made: dict[tuple[MetaData, ...], bytes] = {}


def created(made: Database, *families: MetaData) -> None:
    """Create the tables of each family in a database; in a new one they are there at once after the first time."""
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
