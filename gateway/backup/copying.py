"""Copy a whole site from one database into another, of the same kind or not: every row, exactly as it is.

Both sides are read and written as types, not as text: a moment stays that moment, bytes stay those bytes. Rows pass by
few at a time, so that a large site needs no more memory than a small one. Each table is read again where it was copied
to, before the next one begins; who calls ends the transaction, and so a copy is whole and proved, or nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, LargeBinary, MetaData, Row, Table, delete, func, insert, select, text
from sqlalchemy.exc import DataError

from gateway.backup.errors import CopyDiffers

AT_A_TIME: Final = 1_000
"""Rows of ids, codes and times that are held in memory."""
LETTERS_AT_A_TIME: Final = 50
"""Rows that may hold a letter of up to two megabytes."""

Progress = Callable[[int, int], None]
"""Hears how many rows have been copied, of how many."""


@dataclass
class Tally:
    """What a table holds: how many rows, and a digest of them all, in whichever order they come."""

    rows: int = 0
    digest: int = 0

    def add(self, rows: Iterable[Row[Any]]) -> None:
        """Count some rows."""
        for row in rows:
            self.rows += 1
            self.digest += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())


def copy(
    source: Connection, target: Connection, families: Sequence[MetaData], progress: Progress = lambda _done, _all: None
) -> int:
    """Make the tables in `target`, where they are not yet, and copy every row; tell how many there were.

    Both transactions are the caller's: `source` is read in one, and `target` must not be committed when this raises,
    which it does with CopyDiffers where the copy is not, or cannot be, what was copied.
    """
    tables = [table for family in families for table in family.sorted_tables]
    for family in families:
        family.create_all(target)
    for table in tables:
        target.execute(delete(table))  # what is put into a table when it is made
    whole, done = sum(_count(source, table) for table in tables), 0
    progress(done, whole)
    for table in tables:
        for copied in _copied(source, target, table):
            done += copied
            progress(done, whole)
    return done


def _copied(source: Connection, target: Connection, table: Table) -> Iterator[int]:
    """Copy one table, some rows at a time, and prove it; gives how many rows each time."""
    read = Tally()
    for rows in _rows(source, table):
        read.add(rows)
        try:
            target.execute(insert(table), [row._asdict() for row in rows])
        except DataError:  # SQLite holds also what no other database does
            raise CopyDiffers(table.name) from None
        yield len(rows)
    if read != tally(target, table):
        raise CopyDiffers(table.name)
    _go_on_counting(target, table)


def tally(connection: Connection, table: Table) -> Tally:
    """Count what a table holds."""
    found = Tally()
    for rows in _rows(connection, table):
        found.add(rows)
    return found


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    large = any(isinstance(column.type, LargeBinary) for column in table.columns)
    how = {"yield_per": LETTERS_AT_A_TIME if large else AT_A_TIME}
    with connection.execute(select(table), execution_options=how) as found:
        yield from found.partitions()


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _go_on_counting(target: Connection, table: Table) -> None:
    """Let PostgreSQL, which counts apart from the rows, give no number that one of them has; SQLite looks at them."""
    counted = table.autoincrement_column
    if counted is not None and target.dialect.name == "postgresql":
        setval = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
        last = target.execute(select(func.max(counted))).scalar()
        if last is not None:
            target.execute(setval, {"table": table.name, "column": counted.name, "last": max(last, 1)})
