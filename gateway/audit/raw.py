"""The trail as the database holds it, read without believing any of it: whoever could write there may have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, String, exists, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from gateway.audit.chain import Head, Link
from gateway.audit.rows import CheckpointRow, EntryRow, RestoreRow, StartRow

AT_A_TIME: Final = 2000
_ENTRY: Final = select(  # type: ignore[call-overload]  # SQLModel knows select for up to four columns
    EntryRow.seq,
    type_coerce(col(EntryRow.at), String).label("at"),
    EntryRow.person_id,
    EntryRow.role,
    EntryRow.action,
    EntryRow.purpose,
    EntryRow.about,
    EntryRow.outcome,
    EntryRow.detail,
    EntryRow.previous,
    EntryRow.hash,
).order_by(col(EntryRow.seq))


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
        for row in session.execute(_ENTRY, execution_options={"yield_per": AT_A_TIME}):
            yield _stored(row)
            seq = row.seq
    except SQLAlchemyError:  # bytes that are no text, somewhere among the next few
        yield from _one_by_one(session, seq)


def signed_heads(session: Session, table: type[CheckpointRow | StartRow | RestoreRow]) -> Iterator[Signed]:
    """Read what was signed, newest first."""
    moment = type_coerce(col(table.at), String).label("at")
    rows = select(table.seq, table.hash, moment, table.signature).order_by(col(table.seq).desc())
    for seq, signed, at, signature in session.exec(rows):
        yield Signed(Head(seq, str(signed)), _moment(at), signature if isinstance(signature, bytes) else b"")


def stands_elsewhere(session: Session, previous: str, seq: int) -> bool:
    """Tell whether the entry that follows the one of that hash stands under another number than `seq`."""
    moved = exists().where(col(EntryRow.previous) == previous, col(EntryRow.seq) != seq)
    return bool(session.execute(select(moved)).scalar())


def _stored(row: Row[Any]) -> Stored:
    at = _moment(row.at)
    texts: tuple[Any, ...] = tuple(row)[2:]
    if at is None or not all(isinstance(text, str) for text in texts):
        return Stored(row.seq, str(row.previous), str(row.hash), is_whole=False)
    person_id, role, action, purpose, about, outcome, detail, previous, _hash = texts
    link = Link(row.seq, at, person_id, role, action, purpose, about, outcome, detail, previous)
    return Stored(row.seq, row.previous, row.hash, is_whole=link.hash == row.hash)


def _moment(stored: object) -> datetime | None:
    if isinstance(stored, datetime):
        return stored.astimezone(UTC)
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
            yield _stored(session.execute(_ENTRY.where(col(EntryRow.seq) == seq)).one())
        except SQLAlchemyError:
            yield Stored(seq, "", "", is_whole=False)
            return
