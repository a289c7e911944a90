"""What those who can act are told at either end: computed from how things stand, told once, and again if it is back.

A notice names a party and gives a phone number, not a guess. The daemon logs and audits each with codes alone; the
doctor, the commands and the screens show the same with its words.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlmodel import Session, select

from directory.book import AddressBook
from directory.departments import is_department
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.liveness.board import STEPS, WORST_FIRST, Grade, Reason, Row, days_until, step_of
from gateway.liveness.look import Board
from gateway.liveness.rows import ToldRow
from gateway.liveness.watch import keep_watch, needs_note, watched
from gateway.site.log import Event, Log
from gateway.site.ports import Clock, Sessions
from keys.errors import KeyNotFound
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

OWN_KEY_ENDS: Final = "OWN_KEY_ENDS"
OWN_KEY_ENDED: Final = "OWN_KEY_ENDED"
DEPARTMENT_KEY_ENDS: Final = "DEPARTMENT_KEY_ENDS"
DEPARTMENT_KEY_ENDED: Final = "DEPARTMENT_KEY_ENDED"
BACKUP_OLD: Final = "BACKUP_OLD"
BACKUP_NEVER: Final = "BACKUP_NEVER"
MAILBOX_FAILS: Final = "MAILBOX_FAILS"
PICKUP_FAILS: Final = "PICKUP_FAILS"

TOLD_OF: Final = frozenset(
    {
        Reason.SILENT,
        Reason.KEY_ENDS,
        Reason.KEY_ENDED,
        Reason.KEY_REVOKED,
        Reason.KEY_UNREADABLE,
        Reason.DRILL_UNANSWERED,
        Reason.DRILL_WAITS,
        Reason.NOT_VERIFIED,
        Reason.VERIFIED_LONG_AGO,
        Reason.BOUNCES,
        Reason.CHANGE_WAITS,
        Reason.CHANGE_LATE,
        Reason.OWN_KEY_PENDING,
    }
)
"""What of the board people are told unasked. A missing contact or key they see on the board and from the doctor."""

SETTLED: Final = timedelta(hours=1)
"""The watch has gone on for so long before anything is told: a clock that leapt is mended first, and showers nobody."""

log = Log("stafet.notices")


@dataclass(frozen=True)
class Notice:
    """One thing to act on. `about` is a party's code, or empty when it is about ourselves; `phone` is whom to ring.

    `told` fills in its words; `step` is the threshold it has crossed, where it has several.
    """

    code: str
    about: str
    name: str
    grade: Grade
    told: Mapping[str, int | datetime] = field(default_factory=dict)
    phone: str = ""
    step: int = 0

    @property
    def mark(self) -> tuple[str, str, int]:
        """Give what it is told once under."""
        return self.code, self.about, self.step


class Backup(Protocol):
    """The last backup."""

    @property
    def made_at(self) -> datetime:
        """Tell when it was made."""
        ...


@dataclass(frozen=True)
class Notices:
    """Computes the notices of one end. `own_key` names our newest key; `last_backup` tells when there last was one.

    `mailbox_fails` tells since when mail without content does not get through, `pickup_fails` since when none is picked
    up; None when it is well.
    """

    board: Board
    keyring: Keyring
    own_key: Callable[[Session, datetime], Fingerprint]
    backup_days: int
    last_backup: Callable[[Session], Backup | None]
    mailbox_fails: Callable[[Session, datetime], datetime | None] = lambda _session, _now: None
    pickup_fails: Callable[[Session, datetime], datetime | None] = lambda _session, _now: None

    def now(self, session: Session, now: datetime) -> tuple[Notice, ...]:
        """List them, the worst first; `now` is the machine's clock."""
        others = (notice for row in self.board.rows(session, now) for notice in _of(row))
        keys = (*self._own_key(session, now), *self._departments(session, now))
        found = [*keys, *others, *self._backup(session, now), *self._mailbox(session, now)]
        return tuple(sorted(found, key=lambda notice: WORST_FIRST[notice.grade]))

    def _own_key(self, session: Session, now: datetime) -> Iterator[Notice]:
        try:
            ends_at = self.keyring.describe(self.own_key(session, now)).expires
        except KeyNotFound:
            return  # the doctor says so
        yield from _ending(ends_at, OWN_KEY_ENDS, OWN_KEY_ENDED, now)

    def _departments(self, session: Session, now: datetime) -> Iterator[Notice]:
        """Tell of the key that ends first among those of the departments that are reached by mail."""
        pins = (pin for pin in AddressBook(session).believed(now) if is_department(pin.party) and pin.valid_to is None)
        ends = [ends_at for pin in pins if (ends_at := self._end_of(pin.fingerprint))]
        yield from _ending(min(ends, default=None), DEPARTMENT_KEY_ENDS, DEPARTMENT_KEY_ENDED, now)

    def _end_of(self, fingerprint: Fingerprint) -> datetime | None:
        try:
            return self.keyring.describe(fingerprint).expires
        except KeyNotFound:
            return None

    def _backup(self, session: Session, now: datetime) -> Iterator[Notice]:
        last = self.last_backup(session)
        if last is None:
            yield Notice(BACKUP_NEVER, "", "", Grade.AMBER)
        elif now - last.made_at > timedelta(days=self.backup_days):
            yield Notice(BACKUP_OLD, "", "", Grade.AMBER, {"since": last.made_at})

    def _mailbox(self, session: Session, now: datetime) -> Iterator[Notice]:
        for code, fails in ((MAILBOX_FAILS, self.mailbox_fails), (PICKUP_FAILS, self.pickup_fails)):
            since = fails(session, now)
            if since is not None:
                yield Notice(code, "", "", Grade.RED, {"since": since})


@dataclass(frozen=True)
class Tell:
    """The daemon's chore: it keeps the watch, and tells each notice once to the log and the audit trail (WARN)."""

    sessions: Sessions
    notices: Notices
    clock: Clock

    def __call__(self) -> int:
        """Write down that we listen, and tell what is new; there is never anything to send of it."""
        now = self.clock()
        with self.sessions.reading() as session:
            watch = watched(session)
        if needs_note(watch, now):
            with self.sessions.session() as session:
                watch = keep_watch(session, now)
                if watch.until - watch.since >= SETTLED:
                    self._tell(session, now)
        return 0

    def _tell(self, session: Session, now: datetime) -> None:
        standing = {notice.mark: notice for notice in self.notices.now(session, now)}
        known = {(row.what, row.about, row.step): row for row in session.exec(select(ToldRow))}
        for mark, row in known.items():
            if mark in standing:
                row.red = standing[mark].grade is Grade.RED
            else:
                session.delete(row)
        for mark in sorted(standing.keys() - known.keys()):
            self._told(session, standing[mark], now)

    def _told(self, session: Session, notice: Notice, now: datetime) -> None:
        red = notice.grade is Grade.RED
        session.add(ToldRow(what=notice.code, about=notice.about, step=notice.step, told_at=now, red=red))
        detail = {"step": notice.step} if notice.step else {}
        noted_by_daemon(session, Action.WARN, now, notice.about, notice.code, detail)
        log(Event.NOTICE, code=notice.code, about=notice.about, step=notice.step or "")


def _ending(ends_at: datetime | None, ends: str, ended: str, now: datetime) -> Iterator[Notice]:
    """Tell that a key ends soon, or has; nothing while that is far off."""
    if ends_at is None or (days := days_until(ends_at, now)) > STEPS[-1]:
        return
    code, step = (ends, step_of(days)) if days >= 0 else (ended, 0)
    grade = Grade.AMBER if step > STEPS[1] else Grade.RED
    yield Notice(code, "", "", grade, {"ends_at": ends_at, "days": days}, step=step)


def _of(row: Row) -> Iterator[Notice]:
    """Turn what the board says of one party into notices."""
    for remark in row.remarks:
        if remark.reason in TOLD_OF:
            facts = row.facts
            yield Notice(
                remark.reason, facts.party, facts.name, remark.grade, remark.told, facts.phone, step=remark.step
            )
