"""Read the trail: entries by what they are about, who acted and when; and the extract a citizen may have (S30, O21)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from gateway.audit.chain import Link
from gateway.audit.errors import EntryUnreadable
from gateway.audit.rows import EntryRow
from gateway.audit.trail import DONE


@dataclass(frozen=True)
class Line:
    """One line of the extract a citizen is given: what was done, when, to what end and how it went; never by whom."""

    at: datetime
    action: str
    purpose: str
    outcome: str


def entries(  # noqa: PLR0913 - each is one thing a person may narrow the list by
    session: Session,
    *,
    about: str | Collection[str] | None = None,
    person_id: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> tuple[Link, ...]:
    """List entries, oldest first: those from `since` until just before `until`, and of many the latest `limit`."""
    ids = {about} if isinstance(about, str) else about
    wanted = (
        None if ids is None else col(EntryRow.about).in_(ids),
        None if person_id is None else col(EntryRow.person_id) == person_id,
        None if action is None else col(EntryRow.action) == action,
        None if since is None else col(EntryRow.at) >= since,
        None if until is None else col(EntryRow.at) < until,
    )
    rows = select(EntryRow).where(*(which for which in wanted if which is not None))
    newest_first = session.exec(rows.order_by(col(EntryRow.seq).desc()).limit(limit)).all()
    return tuple(map(link, reversed(newest_first)))


def last_done(session: Session, action: str, people: Collection[str]) -> dict[str, datetime]:
    """Tell when each of `people` did something last; who never has is left out."""
    latest = select(EntryRow.person_id, func.max(EntryRow.at)).where(
        col(EntryRow.person_id).in_(people), EntryRow.action == action, EntryRow.outcome == DONE
    )
    return dict(session.exec(latest.group_by(EntryRow.person_id)).all())


def extract(session: Session, abouts: Collection[str]) -> tuple[Line, ...]:
    """Tell what was done about these ids (conversations, drafts), oldest first, and name nobody who works here."""
    return tuple(Line(entry.at, entry.action, entry.purpose, entry.outcome) for entry in entries(session, about=abouts))


def link(row: EntryRow) -> Link:
    """Read a row as it was hashed; raises EntryUnreadable for one that somebody has altered into none."""
    texts = (row.person_id, row.role, row.action, row.purpose, row.about, row.outcome, row.detail, row.previous)
    if not isinstance(row.at, datetime) or not all(isinstance(text, str) for text in texts):
        raise EntryUnreadable
    return Link(
        seq=row.seq,
        at=row.at,
        person_id=row.person_id,
        role=row.role,
        action=row.action,
        purpose=row.purpose,
        about=row.about,
        outcome=row.outcome,
        detail=row.detail,
        previous=row.previous,
    )
