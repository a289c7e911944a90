"""Fills a site with copies of what one referral left that really travelled: rows like it, with other ids and times.

SQLite makes them by itself. What is locked is copied as it is, so no copy can be opened: what a measurement opens must
have travelled. New ids and hashes lie as scattered as those they stand for; those of the trail hang together with
nothing, and are as many and as large as real ones.
"""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

TABLES: Final = (
    *("referrals", "consents", "cases", "case_contents", "case_signs", "case_events"),
    *("outgoing", "envelopes", "steps", "arrivals", "taken", "conversations"),
    *("audit_entries", "audit_checkpoints", "audit_witnessed"),
)
"""What a referral leaves at either end, in an order in which nothing refers to what is not there yet."""

KEPT: Final = timedelta(days=1826)
"""The letters lie evenly over the five years that proof is kept."""
WITH_CONTENT: Final = timedelta(days=90) / KEPT
"""The part of them, the newest, whose content is not erased yet."""

SCATTERED: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
NUMBER: Final = re.compile(r"\d{4}-\d{4}")
ODD: Final = 2_654_435_761
"""Multiplied by an odd number, what counts up is scattered over 32 bits and meets nothing twice."""

QUICK: Final = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "temp_store=MEMORY")
"""How it is filled; how it is used afterwards says the program."""


@dataclass(frozen=True)
class Mark:
    """How far each table of a database had come."""

    rows: dict[str, int]

    @classmethod
    def of(cls, file: Path) -> "Mark":
        """Take it down."""
        with closing(sqlite3.connect(file)) as database:
            there = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            return cls({table: _last(database, table) for table in TABLES if table in there})

    def added(self, file: Path, table: str) -> int:
        """Tell how many rows a table has more since."""
        with closing(sqlite3.connect(file)) as database:
            return _last(database, table) - self.rows[table]


def copied(file: Path, to: Path) -> Path:
    """Copy a database that may be in use."""
    with closing(sqlite3.connect(file)) as here, closing(sqlite3.connect(to)) as there:
        here.backup(there)
    return to


def fill(file: Path, mark: Mark, left: Path, erased: Path, letters: int, entries: int) -> None:
    """Copy what `left` holds since `mark` until so many letters are held.

    In `erased` retention has been at work, as it has at all but the newest. `entries` is how many entries of a trail
    lie between one letter and the next, at both ends: so what one end says of the other's trail is true of the copies.
    """
    copies = letters - 1
    newest = round(copies * WITH_CONTENT)
    numbers = {"copies": copies, "apart": KEPT.total_seconds() / letters, "entries": entries}
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for pragma in QUICK:
            database.execute(f"PRAGMA {pragma}")
        for source, first, end in ((erased, 0, copies - newest), (left, copies - newest, copies)):
            database.execute("ATTACH ? AS source", (str(source),))
            database.execute("BEGIN")
            for table, since in mark.rows.items() if first < end else ():
                columns = _laid_aside(database, table, since)
                database.execute(_copies(table, columns), {**numbers, "first": first, "end": end})
                database.execute("DROP TABLE temp.pattern")
            database.execute("COMMIT")
            database.execute("DETACH source")
        database.execute(
            "UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit_entries ORDER BY seq DESC LIMIT 1)"
        )
        database.execute("PRAGMA journal_mode=WAL")


def _last(database: sqlite3.Connection, table: str) -> int:
    return int(database.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0])  # noqa: S608 - a table of ours


def _laid_aside(database: sqlite3.Connection, table: str, since: int) -> dict[str, str]:
    """Lay a table's new rows aside as the pattern; tell how each column of a copy comes of it."""
    staff = {one for (one,) in database.execute("SELECT id FROM people")}
    found = database.execute(f"SELECT * FROM source.{table} WHERE rowid > ? ORDER BY rowid", (since,))  # noqa: S608 - a table of ours
    names = [column[0] for column in found.description]
    rows = [[*row, *(_start(value, staff) for value in row)] for row in found]
    columns = ", ".join([*names, *(f"{name}_start" for name in names)])
    database.execute(f"CREATE TABLE temp.pattern ({columns})")
    database.executemany(f"INSERT INTO temp.pattern VALUES ({', '.join('?' * 2 * len(names))})", rows)  # noqa: S608
    made = {name: _made(name, [row[place] for row in rows]) for place, name in enumerate(names)}
    if rows and isinstance(rows[0][names.index("id")] if "id" in names else None, int):
        del made["id"]  # the database counts on by itself
    return made


def _start(value: object, staff: set[str]) -> int | None:
    """Give the number that a scattered value begins with; None for one that stands as it is."""
    if isinstance(value, str) and SCATTERED.fullmatch(value) and value not in staff:
        return int(value[:8], 16)
    return None


def _made(name: str, values: Sequence[Any]) -> str:
    """Tell how a copy's value comes of the pattern's; `nth` counts the copies from the oldest."""
    told = [value for value in values if isinstance(value, str)]
    back = "((nth - :copies) * :apart) || ' seconds'"
    if any(map(MOMENT.fullmatch, told)):
        return f"strftime('%Y-%m-%d %H:%M:%f', {name}, {back}) || '000'"
    if any(map(DAY.fullmatch, told)):
        return f"date({name}, {back})"
    if any(map(NUMBER.fullmatch, told)):
        return "printf('%04d-%04d', 1900 + nth / 9999, nth % 9999)"
    if name == "seq":
        return f"{name} + (nth + 1) * :entries"
    scattered = f"printf('%08x', ({name}_start + (nth + 1) * {ODD}) & {2**32 - 1}) || substr({name}, 9)"
    return f"CASE WHEN {name}_start IS NULL THEN {name} ELSE {scattered} END"


def _copies(table: str, columns: dict[str, str]) -> str:
    more = "SELECT nth + 1 FROM counted WHERE nth + 1 < :end"
    return (
        f"INSERT INTO main.{table} ({', '.join(columns)}) "  # noqa: S608 - tables of ours
        f"WITH RECURSIVE counted(nth) AS (SELECT :first UNION ALL {more}) "
        f"SELECT {', '.join(columns.values())} FROM counted CROSS JOIN temp.pattern"
    )
