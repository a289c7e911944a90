"""Since when this end has listened: silence is only judged for as long as somebody was there to hear.

A site that was off, and a clock that leapt, begin anew: nobody is called silent for the time we were away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from gateway.liveness.rows import WatchRow

LONGEST_BREAK: Final = timedelta(hours=2)
"""A longer pause, or a clock that went back, ends the watch; the daemon's chores come at least every hour."""
OFTEN: Final = timedelta(minutes=10)
"""How often the watch is written down, and what is to be told looked for."""


@dataclass(frozen=True)
class Watch:
    """The time in which this end has listened without a pause."""

    since: datetime
    until: datetime


def watched(session: Session) -> Watch | None:
    """Tell when this end has listened; None before its daemon has ever run."""
    row = session.get(WatchRow, 1)
    return Watch(row.since, row.until) if row else None


def needs_note(watch: Watch | None, now: datetime) -> bool:
    """Tell whether it is time to write down that the watch goes on."""
    return watch is None or not watch.until <= now < watch.until + OFTEN


def steady(session: Session, now: datetime, long: timedelta) -> bool:
    """Tell whether the clock has gone on for so long without a leap; also before anybody has watched it."""
    watch = watched(session)
    return watch is None or (watch.until <= now <= watch.until + LONGEST_BREAK and now - watch.since >= long)


def keep_watch(session: Session, now: datetime) -> Watch:
    """Write down that this end listens now."""
    row = session.get(WatchRow, 1) or WatchRow(since=now, until=now)
    if not row.until <= now <= row.until + LONGEST_BREAK:
        row.since = now
    row.until = now
    session.add(row)
    return Watch(row.since, row.until)
