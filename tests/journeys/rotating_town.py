"""A region and some municipalities with real keys and a mail line that delays, loses and holds back; one process.

Every site has its own folder, key ring, database and clock, and does what its daemon does: chores, delivery, receipt.
A restart closes a site and opens it again. What stands still is only the machine's time, which gpg dates by.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sites import Standing, hire
from sqlmodel import select

from directory.book import AddressBook
from directory.model import REGION, Contact, PinnedKey
from gateway import bootstrap as region_end
from gateway import upkeep
from gateway.audit.verify import Verified, Verify
from gateway.exchange import outbox
from gateway.exchange.arrivals import Outcome, Store
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import ArrivalRow
from gateway.new_site import Plan, make_station
from gateway.referring.example import example
from gateway.site.home import Home
from gateway.site.people import Person, Role
from gateway.site.settings import UnitSettings
from gateway.station import Clocks, Station, open_station, utc_now
from inbox_tui import bootstrap as municipal_end

PASSWORD = "Regnen falder på taget"  # noqa: S105 - everything here is invented


@dataclass
class Mail:
    """One mail on its way, until `due`."""

    content: bytes = field(repr=False)
    sender: str
    recipient: str
    sent_at: datetime
    due: datetime


@dataclass
class Line:
    """The mail between all sites: slow, and told by `judge` when a mail is lost (None) or how long it takes."""

    clock: Standing
    judge: Callable[[Mail], timedelta | None]
    mails: list[Mail] = field(default_factory=list)
    carried: int = 0
    lost: list[Mail] = field(default_factory=list)

    async def send(self, envelope: bytes, sender: str, recipient: str) -> Attempt:
        mail = Mail(envelope, sender, recipient, self.clock(), self.clock())
        takes = self.judge(mail)
        if takes is None:
            self.lost.append(mail)
        else:
            mail.due += takes
            self.mails.append(mail)
        return Attempt(Passage.ACCEPTED)

    def due(self) -> list[Mail]:
        """Take what has come through."""
        now = self.clock()
        ripe = sorted((mail for mail in self.mails if mail.due <= now), key=lambda mail: mail.due)
        self.mails = [mail for mail in self.mails if mail.due > now]
        self.carried += len(ripe)
        return ripe


@dataclass
class End:
    """One site, and two who keep it."""

    home: Home
    clock: Callable[[], datetime]
    line: Line
    off: bool = False
    station: Station = field(init=False)
    admin: Person = field(init=False)
    second: Person = field(init=False)
    came: dict[int, Mail] = field(default_factory=dict)
    """What has come through the door, by the number of its arrival."""
    _open: AbstractContextManager[Station] | None = None

    def open(self) -> None:
        """Start, as a daemon does."""
        branch = region_end.BRANCH if self.party == REGION else municipal_end.BRANCH
        self._open = open_station(self.home, Clocks(self.clock, self.clock), branch)
        self.station = self._open.__enter__()
        joined = region_end if self.party == REGION else municipal_end
        self._receive = self.station.receive(joined.handlers(self.station))
        self._deliver = replace(self.station.deliver(), relay=self.line)
        self.station.refill_keyring()
        with self.station.database.session() as session:
            outbox.release_all(session, self.clock())

    def close(self) -> None:
        if self._open is not None:
            self._open.__exit__(None, None, None)
            self._open = None

    @property
    def party(self) -> str:
        return self.home.settings().unit.party

    @property
    def rotation(self):
        return upkeep.rotation(self.station)

    @property
    def changes(self):
        return upkeep.changes(self.station)

    def addresses(self) -> frozenset[str]:
        with self.station.database.reading() as session:
            return self.station.own_book(session).addresses(self.clock())

    def store(self, mail: Mail) -> None:
        own = self.station
        arrival = Store(own.database, own.vault, self.clock, self.clock)(mail.content)
        self.came[arrival] = mail

    async def work(self) -> None:
        """Do one round of everything a daemon does."""
        for chore in (self.rotation.tick, self.changes.tick, self.station.checkpoints.tick):
            chore()
        for arrival in self._receive.waiting():
            self._receive(arrival)
        while await self._deliver():
            pass

    def take_cases(self, dice: random.Random, chance: float) -> None:
        """Let the person at a municipality acknowledge some of what has come."""
        store, now = municipal_end.case_store(self.station), self.clock()
        with store.looking(self.admin, now) as cases:
            waiting = [line.id for line in cases.page(0, 500, now.date()) if line.acknowledged_by is None]
        for case_id in waiting:
            if dice.random() < chance:
                store.acknowledge(case_id, self.admin, now)

    def rows(self, table):
        with self.station.database.reading() as session:
            return list(session.exec(select(table)).all())

    def quarantined(self) -> list[ArrivalRow]:
        return [row for row in self.rows(ArrivalRow) if row.outcome == Outcome.QUARANTINED]

    def pinned(self, party: str) -> PinnedKey | None:
        with self.station.database.reading() as session:
            return AddressBook(session).pinned(party)

    def contact(self, party: str) -> Contact | None:
        with self.station.database.reading() as session:
            return AddressBook(session).contact(party)

    def verified(self) -> Verified:
        with self.station.database.reading() as session:
            return Verify(self.station.notary, self.clock())(session)


@dataclass
class Town:
    """The region and its municipalities."""

    clock: Standing
    line: Line
    ends: dict[str, End]
    runner: asyncio.Runner
    submitted: dict[str, str] = field(default_factory=dict)

    @property
    def region(self) -> End:
        return self.ends[REGION]

    def others(self) -> list[End]:
        return [end for party, end in self.ends.items() if party != REGION]

    def live(self, step: timedelta, times: int = 1) -> None:
        """Let time pass; at each step what has come is taken in, and every site that is on does its work."""
        for _step in range(times):
            self.clock.go(step)
            self._bring()
            for end in self.ends.values():
                if not end.off:
                    self.runner.run(end.work())

    def _bring(self) -> None:
        doors = {address: end for end in self.ends.values() for address in end.addresses()}
        for mail in self.line.due():
            end = doors.get(mail.recipient)
            if end is None or end.off:
                self.line.lost.append(mail)  # its mail server has given up; who wrote it is not told
            else:
                end.store(mail)

    def refer(self, code: str) -> str:
        """Hand in a referral about somebody new."""
        nth = len(self.submitted)
        content = example(code, self.region.clock()) | {"reference": None}
        citizen = {"cpr": None, "phone": f"+45 95 {nth // 100:02} {nth % 100:02} 00", "name": f"Borger Testsen {nth}"}
        content["citizen"] |= citizen
        number = region_end.submit(self.region.station)(content, self.region.admin).number
        self.submitted[number] = code
        return number

    def restart(self) -> None:
        """Stop every daemon and start it again."""
        for end in self.ends.values():
            end.close()
            end.open()


def contact_of(end: End, now: datetime) -> Contact:
    unit = end.home.settings().unit
    return Contact.checked(
        party=unit.party, unit_name=unit.name, email=unit.address, phone=unit.phone, valid_from=now, entered_by="test"
    )


@contextmanager
def open_town(folder: Path, units: dict[str, str], judge: Callable[[Mail], timedelta | None]) -> Iterator[Town]:
    """Make the region and the municipalities of `units` (their addresses, by code), all of them joined."""
    clock = Standing(utc_now() + timedelta(minutes=5))
    line = Line(clock, judge)
    with ExitStack() as stack:
        ends = {}
        for nth, (party, address) in enumerate(units.items()):
            phone = f"+45 84 00 0{party[0]} {party[1:]}" if party != REGION else "+45 84 11 20 00"
            unit = UnitSettings(party=party, name=f"Modtagelsen {party}", address=address, phone=phone)
            home = Home(folder / party)
            branch = region_end.BRANCH if party == REGION else municipal_end.BRANCH
            make_station(home, Plan(unit, "Mette Testgaard", Role.ADMIN), branch)
            ends[party] = end = End(home, lambda ahead=timedelta(seconds=7 * nth): clock() + ahead, line)
            end.open()
            stack.callback(end.close)
            end.admin, end.second = (
                hire(end.station, name, Role.ADMIN, PASSWORD) for name in ("Anne Testesen", "Bent Prøvegaard")
            )
        for end in ends.values():
            for other in ends.values():
                if end is not other and REGION in (end.party, other.party):
                    _join(end, other)
        yield Town(clock, line, ends, stack.enter_context(asyncio.Runner()))


def _join(end: End, other: End) -> None:
    key = other.station.own.fingerprint
    certificate = other.station.keyring.export_public(key)
    end.station.pin(other.party, certificate, key, end.admin)
    with end.station.database.session() as session:
        AddressBook(session).set_contact(contact_of(other, end.clock()))
