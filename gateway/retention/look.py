"""What retention has done and what it will do next, for those who see to it (S33)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from directory.calendar import local_day
from gateway.retention.rows import ErasureRow
from gateway.retention.run import days_of
from gateway.site.erasing import Eraser, Held, Term, What
from gateway.site.settings import RetentionSettings

AHEAD: Final = timedelta(days=30)
"""How far ahead is looked."""


@dataclass(frozen=True)
class Done:
    """What was erased of one kind on one day, and by which setting."""

    day: date
    what: What
    setting: Term
    days: int
    count: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True)
class Coming:
    """What goes next of one kind: how much is due now and within a month, the first of it when; and what is kept."""

    what: What
    setting: Term
    days: int
    now: int
    within_a_month: int
    first_at: datetime | None
    held: tuple[Held, ...]


def done(session: Session) -> tuple[Done, ...]:
    """List what was erased, the latest first."""
    found: dict[tuple[date, str, int], Done] = {}
    for row in session.exec(select(ErasureRow).order_by(col(ErasureRow.id))):
        one = _done(row)
        before = found.get((one.day, one.what, one.days))
        found[one.day, one.what, one.days] = _together(before, one) if before else one
    return tuple(reversed(found.values()))


def coming(session: Session, erasers: Iterable[Eraser], terms: RetentionSettings, now: datetime) -> tuple[Coming, ...]:
    """Tell what goes next of each kind, and what is old and stays."""
    return tuple(_coming(session, eraser, days_of(terms, eraser), now) for eraser in erasers)


def kept_back(session: Session, erasers: Iterable[Eraser], terms: RetentionSettings, now: datetime) -> Sequence[Held]:
    """List what is old and stays, of every kind: each waits for a person, or for something to be mended."""
    return [held for eraser in erasers for held in eraser.held(session, now - timedelta(days=days_of(terms, eraser)))]


def _coming(session: Session, eraser: Eraser, days: int, now: datetime) -> Coming:
    kept = timedelta(days=days)
    found = eraser.due(session, now - kept + AHEAD)
    return Coming(
        what=eraser.what,
        setting=eraser.term,
        days=days,
        now=sum(one.since < now - kept for one in found),
        within_a_month=len(found),
        first_at=min((one.since + kept for one in found), default=None),
        held=tuple(eraser.held(session, now - kept)),
    )


def _done(row: ErasureRow) -> Done:
    what, setting = What(row.what), Term(row.setting)
    return Done(local_day(row.at), what, setting, row.days, row.count, row.oldest, row.newest)


def _together(one: Done, other: Done) -> Done:
    oldest, newest = min(one.oldest, other.oldest), max(one.newest, other.newest)
    return Done(one.day, one.what, one.setting, one.days, one.count + other.count, oldest, newest)
