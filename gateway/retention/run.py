"""A run of retention: once a day, batch by batch, each one transaction with its row and its entry in the trail.

A run that is interrupted goes on at the next round, for only a run that came to its end is written down as one. The
first run of a site erases nothing: it notes when retention began. From then on a clock that is a month past the last
run, or before it, is not believed: nothing is erased until a person has said that the clock is right. So a clock that
is set far ahead by accident destroys nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlmodel import Session, col, select

from gateway.access.act import act, noted_by_daemon
from gateway.access.actions import Action
from gateway.retention.errors import ClockAhead, ClockBehind, RetentionRefused
from gateway.retention.rows import ErasureRow, RunRow
from gateway.site.erasing import Eraser, Old
from gateway.site.log import Event, Log
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import RetentionSettings

DAILY: Final = timedelta(days=1)
LONGEST_PAUSE: Final = timedelta(days=30)
"""A longer time since the last run is a clock that is wrong, until a person says otherwise."""
BATCH: Final = 50
"""How much is erased in one transaction, so that nobody waits long for the database."""

AT_ONCE: Final = 40
"""Batches in one round of the daemon's chores; the rest goes at the next, so that a stop never waits long."""

log = Log("stafet.retention")


@dataclass
class Retain:
    """Erases what is due. `clock` is the rules' clock, `machine` the machine's: nothing is old before both say so."""

    sessions: Sessions
    terms: RetentionSettings
    erasers: Sequence[Eraser]
    clock: Clock
    machine: Clock
    _refused: str = field(default="", init=False)

    def tick(self) -> int:
        """Run if a day has passed: the daemon's chore. A clock in doubt is told to the log, once."""
        try:
            with self.sessions.reading() as session:
                begun, due = last_run(session) is not None, is_due(session, self.machine())
        except RetentionRefused as refusal:
            if refusal.code != self._refused:
                log(Event.NOT_ERASED, code=refusal.code)
            self._refused = refusal.code
            return 0
        self._refused = ""
        if due:
            self._run(self._batches() if begun else iter(()), most=AT_ONCE)
        return 0  # nothing of it is to be sent

    def by_hand(self, person: Person, *, confirmed: bool) -> int:
        """Run now, in an administrator's name, and tell how much was erased.

        `confirmed` is that they say the clock is right. Raises ClockAhead or ClockBehind otherwise, MayNot, PersonGone.
        """
        with act(self.sessions, person, Action.RUN_RETENTION, self.machine()) as deed:
            if not confirmed:
                is_due(deed.session, self.machine())
        return self._run(self._batches(), person.id)

    def now(self) -> datetime:
        """Tell the earlier of the two clocks, which differ only where time is simulated."""
        return min(self.clock(), self.machine())

    def _run(self, batches: Iterator[int], person_id: str = "", most: int | None = None) -> int:
        """Erase batch by batch, and write the run down when it came to its end."""
        erased = list(islice(batches, most))
        if most is None or len(erased) < most:
            with self.sessions.session() as session:
                session.add(RunRow(at=self.machine(), person_id=person_id))
        if erased:
            self.sessions.forget()
        return sum(erased)

    def _batches(self) -> Iterator[int]:
        for eraser in self.erasers:
            while batch := self._erase_some(eraser):
                yield batch

    def _erase_some(self, eraser: Eraser) -> int:
        now, days = self.now(), days_of(self.terms, eraser)
        with self.sessions.session() as session:
            found = eraser.due(session, now - timedelta(days=days), BATCH)
            if found:
                eraser.erase(session, found, days, now)
                self._write_down(session, eraser, found)
        return len(found)

    def _write_down(self, session: Session, eraser: Eraser, found: Sequence[Old]) -> None:
        days, now = days_of(self.terms, eraser), self.machine()
        moments = [one.since for one in found]
        row = ErasureRow(
            at=now,
            what=eraser.what,
            setting=eraser.term,
            days=days,
            count=len(found),
            oldest=min(moments),
            newest=max(moments),
        )
        session.add(row)
        why: dict[str, str | int] = {"what": row.what, "setting": row.setting, "days": days}
        for one in found:
            if one.about:
                noted_by_daemon(session, Action.ERASE, now, one.about, detail=why)
        noted_by_daemon(session, Action.ERASE, now, detail={**why, "count": row.count})


def is_due(session: Session, now: datetime) -> bool:
    """Tell whether a day has passed since the last run; raises ClockAhead or ClockBehind."""
    last = last_run(session)
    if last is None:
        return True
    if now < last:
        raise ClockBehind
    if now - last > LONGEST_PAUSE:
        raise ClockAhead
    return now - last >= DAILY


def last_run(session: Session) -> datetime | None:
    """Tell when the last run came to its end: the one written last, whatever its clock said."""
    return session.exec(select(RunRow.at).order_by(col(RunRow.id).desc()).limit(1)).first()


def days_of(terms: RetentionSettings, eraser: Eraser) -> int:
    """Tell how long the settings let what an eraser knows be kept."""
    days: int = getattr(terms, eraser.term)
    return days
