"""The daemon's chore that tells a mailbox that something waits, while the unit is open on a working day (E13, S18).

What stands is asked anew at each round, so a colleague who has acted has stopped the mail that had not left. One mail
tells of everything at once. A mail is noted before it leaves, under the id it keeps, and what it told is noted when
the relay has taken it: a daemon that is killed between the two tells twice, and never not at all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete, select

from directory.calendar import local_day
from directory.hours import OpeningHours, on_working_days
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.mailbox.last import MailState, Whose, waiting
from gateway.mailbox.mail import Matter, Route, compose
from gateway.mailbox.rows import MailRow, ToldMailboxRow
from gateway.site.log import Event, Log
from gateway.site.ports import Clock, Sessions
from gateway.wire.letters import new_id

FIRST_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=1)

Notify = Callable[[bytes, str, str], str]
"""Hands one mail over, from one address to another; gives the code of what went wrong, empty when it was taken."""

log = Log("stafet.mailbox")


@dataclass(frozen=True)
class Standing:
    """Something that waits for a person: why (`what`), about which case or party, and what the mailbox is told of it.

    It is told once, and again when it had ceased and is back; with `daily` once each working day for as long as it
    stands.
    """

    what: str
    about: str
    matter: Matter
    daily: bool = False
    step: int = 0

    @property
    def mark(self) -> tuple[str, str, int]:
        """Give what it is told under."""
        return self.what, self.about, self.step


Look = Callable[[Session, datetime], Iterable[Standing]]
"""Lists everything that stands at a moment of the rules' clock, told or not."""


@dataclass(frozen=True)
class _Leaving:
    """A mail on its way out, and what it tells."""

    id: str
    matter: Matter
    tells: tuple[Standing, ...]


@dataclass(frozen=True)
class TellMailbox:
    """Tells one mailbox. `clock` is the machine's, for the mail; working days and hours go by `rules`."""

    sessions: Sessions
    whose: Whose
    look: Look
    route: Callable[[], Route]
    hours: Callable[[], OpeningHours]
    notify: Notify
    clock: Clock
    rules: Clock

    def __call__(self) -> int:
        """Tell what is to be told now; no letter is ever queued by it."""
        now = self.rules()
        if on_working_days(self.hours()).is_open(now) and self._needed(now):
            leaving = self._claim(now)
            if leaving:
                self._note(leaving, self._send(leaving), now)
        return 0

    def _needed(self, now: datetime) -> bool:
        """Look without waiting for a writer whether there is anything to do."""
        with self.sessions.reading() as session:
            told, standing = self._told(session), self._standing(session, now)
            untold, row = _untold(standing, told, now), waiting(session, self.whose)
        if told.keys() - standing.keys():
            return True
        return self._may_try(row) if untold else row is not None

    def _claim(self, now: datetime) -> _Leaving | None:
        """Note the mail that is to leave now, or drop it when there is nothing left to tell."""
        with self.sessions.session() as session:
            told, standing = self._told(session), self._standing(session, now)
            for mark in told.keys() - standing.keys():
                session.delete(told[mark])
            untold = _untold(standing, told, now)
            row = waiting(session, self.whose)
            if not untold:
                if row is not None:
                    session.delete(row)
                return None
            matter = min((one.matter for one in untold), key=list(Matter).index)
            row = row or MailRow(
                id=new_id(), whose=self.whose, kind=matter, state=MailState.WAITING, made_at=self.clock()
            )
            row.kind = matter
            session.add(row)
            return _Leaving(row.id, matter, untold) if self._may_try(row) else None

    def _may_try(self, row: MailRow | None) -> bool:
        """Tell whether no wait after a failure goes on; a clock that went back does not make it longer."""
        return row is None or row.next_at is None or not self.clock() < row.next_at <= self.clock() + LONGEST_WAIT

    def _send(self, leaving: _Leaving) -> str:
        route = self.route()
        return self.notify(compose(leaving.matter, route, leaving.id, self.clock()), route.sender, route.recipient)

    def _note(self, leaving: _Leaving, trouble: str, now: datetime) -> None:
        with self.sessions.session() as session:
            row = session.get_one(MailRow, leaving.id)
            session.add(row)
            if trouble:
                row.tries, row.reason = row.tries + 1, trouble
                row.next_at = self.clock() + min(FIRST_WAIT * 2 ** min(row.tries - 1, 10), LONGEST_WAIT)
                log(Event.MAILBOX_FAILED, whose=self.whose, mail=leaving.id, reason=trouble)
                return
            row.state, row.sent_at, row.reason, row.next_at = MailState.SENT, self.clock(), "", None
            others = delete(MailRow).where(col(MailRow.whose) == self.whose, col(MailRow.id) != row.id)
            session.exec(others.execution_options(synchronize_session=False))
            for one in leaving.tells:
                session.merge(
                    ToldMailboxRow(whose=self.whose, what=one.what, about=one.about, step=one.step, day=local_day(now))
                )
            noted_by_daemon(session, Action.TELL_MAILBOX, self.clock(), detail={"matter": leaving.matter.value})
            log(Event.MAILBOX_TOLD, whose=self.whose, mail=leaving.id)

    def _standing(self, session: Session, now: datetime) -> dict[tuple[str, str, int], Standing]:
        return {one.mark: one for one in self.look(session, now)}

    def _told(self, session: Session) -> dict[tuple[str, str, int], ToldMailboxRow]:
        rows = session.exec(select(ToldMailboxRow).where(ToldMailboxRow.whose == self.whose))
        return {(row.what, row.about, row.step): row for row in rows}


def _untold(
    standing: dict[tuple[str, str, int], Standing], told: dict[tuple[str, str, int], ToldMailboxRow], now: datetime
) -> tuple[Standing, ...]:
    """List what was never told, or not today when it is told daily."""
    today = local_day(now)
    return tuple(one for mark, one in standing.items() if mark not in told or (one.daily and told[mark].day != today))
