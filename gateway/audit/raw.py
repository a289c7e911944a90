"""The trail as the database holds it, read without believing any of it: whoever could write there may have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, String, exists, func, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from gateway.audit.chain import Head, Link
from gateway.audit.rows import CheckpointRow, EntryRow, RestoreRow, StartRow

AT_A_TIME: Final = 2000
TEXT: Final = "YYYY-MM-DD HH24:MI:SS.US"
"""How SQLite keeps a moment, as PostgreSQL is asked for it: one that is none in Python is then none here either."""

_SAID: Final = (
    EntryRow.person_id,
    EntryRow.role,
    EntryRow.action,
    EntryRow.purpose,
    EntryRow.about,
    EntryRow.outcome,
    EntryRow.detail,
    EntryRow.previous,
    EntryRow.hash,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry as it is stored; it is whole when what it says gives the hash beside it."""

    seq: int
    previous: str
    hash: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A head somebody signed, as it is stored; `at` is None where no moment stands."""

    head: Head
    at: datetime | None
    signature: bytes


def stored_entries(session: Session) -> Iterator[Stored]:
    """Read the entries in order; one that cannot be read at all is the last one given."""
    seq: int | None = None
    try:
        with session.execute(_entries(session), execution_options={"yield_per": AT_A_TIME}) as rows:
            for row in rows:
                yield _stored(row)
                seq = row.seq
    except SQLAlchemyError:  # bytes that are no text, somewhere among the next few
        yield from _one_by_one(session, seq)


def signed_heads(session: Session, table: type[CheckpointRow | StartRow | RestoreRow]) -> Iterator[Signed]:
    """Read what was signed, newest first."""
    rows = select(table.seq, table.hash, _text(session, table.at), table.signature).order_by(col(table.seq).desc())
    for seq, signed, at, signature in session.exec(rows):
        yield Signed(Head(seq, str(signed)), _moment(at), signature if isinstance(signature, bytes) else b"")


def stands_elsewhere(session: Session, previous: str, seq: int) -> bool:
    """Tell whether the entry that follows the one of that hash stands under another number than `seq`."""
    moved = exists().where(col(EntryRow.previous) == previous, col(EntryRow.seq) != seq)
    return bool(session.execute(select(moved)).scalar())


def _entries(session: Session) -> Select[Any]:
    at = _text(session, EntryRow.at).label("at")
    # SQLModel knows select for up to four columns
    return select(EntryRow.seq, at, *_SAID).order_by(col(EntryRow.seq))  # type: ignore[call-overload,no-any-return]


def _text(session: Session, at: datetime) -> ColumnElement[str]:
    """Read a moment as the text it is kept as, or would be."""
    if session.get_bind().dialect.name == "sqlite":
        return type_coerce(col(at), String)
    return func.to_char(func.timezone("UTC", at), TEXT)


def _stored(row: Row[Any]) -> Stored:
    at = _moment(row.at)
    texts: tuple[Any, ...] = tuple(row)[2:]
    if at is None or not all(isinstance(text, str) for text in texts):
        return Stored(row.seq, str(row.previous), str(row.hash), is_whole=False)
    person_id, role, action, purpose, about, outcome, detail, previous, _hash = texts
    link = Link(row.seq, at, person_id, role, action, purpose, about, outcome, detail, previous)
    return Stored(row.seq, row.previous, row.hash, is_whole=link.hash == row.hash)


def _moment(stored: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(stored))
    except ValueError:
        return None
    # SQLite keeps a moment in this one way; anything else was written by another hand.
    return moment.replace(tzinfo=UTC) if moment.isoformat(" ", "microseconds") == stored else None


def _one_by_one(session: Session, after: int | None) -> Iterator[Stored]:
    behind = select(EntryRow.seq).order_by(col(EntryRow.seq)).limit(AT_A_TIME)
    for seq in session.exec(behind if after is None else behind.where(col(EntryRow.seq) > after)).all():
        try:
            yield _stored(session.execute(_entries(session).where(col(EntryRow.seq) == seq)).one())
        except SQLAlchemyError:
            yield Stored(seq, "", "", is_whole=False)
            return
