"""A region and its 19 municipalities in one process, for a year in a few seconds.

Every site has its own database, clock and staff, and every letter takes the product's own road: outbox, delivery,
arrival, handler, receipt. Only the seal is left out, but between the two sites that were given real keys: there it is
made and opened by GnuPG as ever, by the machine's own clock, which its signatures tell.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from databases import connected, database_at, moment
from quick_databases import created
from sites import UNITS, Standing

from directory.book import AddressBook
from directory.calendar import local_day
from directory.model import REGION, Contact, PinnedKey
from directory.municipalities import in_agreement
from gateway import bootstrap as region_end
from gateway.adapters.database import Database
from gateway.exchange import deliver, receive
from gateway.exchange.arrivals import Outcome, Store
from gateway.exchange.deliver import Deliver
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.receive import Receive
from gateway.exchange.sealing import OpenedLetter, SealedLetter, open_letter, seal_letter
from gateway.site.cipher import Vault
from gateway.site.home import Home
from gateway.site.people import Person, Role
from gateway.site.settings import Settings, UnitSettings
from gateway.station import SHARED_TABLES, Clocks, Station, utc_now
from gateway.wire import payload as wire
from gateway.wire.letters import Letter, new_id
from inbox_tui import bootstrap as municipal_end
from inbox_tui.casework.case import Case, CaseLine
from keys.fingerprint import Fingerprint

SEALED = "710"
"""The municipality whose letters are sealed for real."""

OPEN = b"without a seal\n"
UUID_LENGTH = 36
HOURS = ("man-fre 8-15", "man-ons 8-15, tor 8-17, fre 8-13", "man-fre 9-12 13-15", "")
"""What the units' contacts say of their hours, in turn; the last one says nothing."""


@dataclass
class Line:
    """The mail between all sites. It may be down, or swallow what it said yes to: to some, or (None) to anybody."""

    boxes: dict[str, list[bytes]] = field(default_factory=dict)
    down: bool = False
    lossy: bool = False
    swallowed: set[str] | None = None
    carried: int = 0
    lost: int = 0

    async def send(self, envelope: bytes, _sender: str, recipient: str) -> Attempt:
        if self.down:
            return Attempt(Passage.NOT_REACHED, "NO_CONNECTION")
        if self.lossy and (self.swallowed is None or recipient in self.swallowed):
            self.lost += 1
        else:
            self.boxes.setdefault(recipient, []).append(envelope)
            self.carried += 1
        return Attempt(Passage.ACCEPTED)


@dataclass
class End:
    """One site and the person who acts there."""

    station: Station
    person: Person
    line: Line
    look: Any
    outcomes: list[Outcome] = field(default_factory=list)

    @cached_property
    def party(self) -> str:
        return self.station.own.party

    def case(self, number: str) -> Case | None:
        """Find a municipality's case, as the person there does."""
        store = municipal_end.case_store(self.station)
        return store.find(number, self.person, self.station.clocks.rules())

    def page(self, limit: int) -> Sequence[CaseLine]:
        """Read the top of a municipality's list, as the person there does."""
        now = self.station.clocks.rules()
        with municipal_end.case_store(self.station).looking(self.person, now) as cases:
            return cases.page(0, limit, local_day(now))

    @cached_property
    def address(self) -> str:
        return self.station.own.address

    @cached_property
    def deliver(self) -> Deliver:
        own = self.station
        return Deliver(own.database, own.own, own.keyring, own.vault, self.line, own.clocks.machine)

    @cached_property
    def receive(self) -> Receive:
        own, joined = self.station, region_end if self.party == REGION else municipal_end
        handlers = joined.handlers(own)
        return Receive(own.database, own.own, own.keyring, own.vault, own.post, handlers, own.clocks.machine)

    def take_in(self) -> bool:
        """Take in what lies in the box; tell whether there was anything."""
        own, letters = self.station, self.line.boxes.pop(self.address, [])
        for raw in letters:
            arrival = Store(own.database, own.vault, own.clocks.machine, own.clocks.rules)(raw)
            self.outcomes.append(self.receive(arrival))
        return bool(letters)

    def next_at(self) -> datetime | None:
        """Tell when a letter of this site is next to be looked at."""
        ((next_at,),) = self.look.execute("SELECT min(next_at) FROM outgoing").fetchall()
        return moment(next_at)

    def given_up(self) -> set[str]:
        """Give the numbers of the referrals that no receipt came for."""
        found = self.look.execute("SELECT number FROM outgoing WHERE kind = 'referral' AND state = 'given-up'")
        return {number for (number,) in found}

    def knows(self, contact: Contact, key: Fingerprint, certificate: bytes) -> None:
        with self.station.database.session() as session:
            book = AddressBook(session)
            book.set_contact(contact)
            book.pin(PinnedKey(contact.party, key, certificate, contact.valid_from, None, "test"))


@dataclass
class Town:
    """All sites, one clock, one mail line."""

    clock: Standing
    ends: dict[str, End]
    line: Line
    runner: asyncio.Runner
    restless: set[str] = field(default_factory=set)

    @property
    def region(self) -> End:
        return self.ends[REGION]

    def exchange(self, *parties: str) -> None:
        """Let the daemons of these sites, of the region, and of whoever has letters waiting work until all is still."""
        busy = {*parties, REGION, *self.restless}
        while busy:
            for party in sorted(busy):
                self._send(self.ends[party])
            self.restless = {party for party in {*busy, *self.restless} if self.ends[party].next_at()}
            busy = {party for party, end in sorted(self.ends.items()) if end.take_in()}

    def _send(self, end: End) -> None:
        while (due := end.next_at()) and due <= self.clock() and self.runner.run(end.deliver()):
            pass

    def introduce(self, code: str) -> None:
        """Enter a municipality's contact and key at the region, as two administrators on the phone would."""
        end = self.ends[code]
        self.region.knows(contact_of(end, self.clock()), end.station.own.fingerprint, certificate_of(end))


@contextmanager
def open_town(opened: Mapping[str, Station], begins: datetime) -> Iterator[Town]:
    """Open the region and all 19; the region knows nobody yet. `opened` may hold two stations with real keys."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="st-", dir=memory())))
        clock, line = Standing(begins), Line()
        ends = {
            party: stack.enter_context(_end(party, opened, folder, clock, line))
            for party in (REGION, *(one.code for one in in_agreement()))
        }
        for code, end in ends.items():
            if code != REGION:
                region = ends[REGION]
                end.knows(contact_of(region, begins), region.station.own.fingerprint, certificate_of(region))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(deliver, "seal_letter", sealed)
        patch.setattr(receive, "open_letter", unsealed)
        patch.setattr(deliver, "random", Even)
        patch.setattr(deliver, "asyncio", InPlace)
        yield Town(clock, ends, line, stack.enter_context(asyncio.Runner()))


class Even:
    """Jitter of a dice that always shows the middle."""

    @staticmethod
    def random() -> float:
        return 0.5


class InPlace:
    """One thing after the other, in one thread: so that each year is like the last, and quick."""

    gather = staticmethod(asyncio.gather)
    create_task = staticmethod(asyncio.create_task)
    sleep = staticmethod(asyncio.sleep)

    @staticmethod
    async def to_thread(work: Callable[..., Any], *of: object, **how: object) -> object:
        return work(*of, **how)


def memory() -> str | None:
    """A folder in memory, where there is one: what is tried here is a year, not a disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own is made in it


@contextmanager
def _end(party: str, opened: Mapping[str, Station], folder: Path, clock: Standing, line: Line) -> Iterator[End]:
    database = Database(database_at(folder / f"{party}.db"))
    tables = region_end.TABLES if party == REGION else municipal_end.TABLES
    created(database, *SHARED_TABLES, tables)
    clocks = Clocks(clock, clock)
    if party in opened and party in (REGION, SEALED):
        station = replace(opened[party], database=database, clocks=clocks)
    else:
        station = Station(Home(folder / party), _settings(party), database, None, Vault.random(), clocks)
    with database.session() as session:
        role = Role.ADMIN if party == REGION else Role.INTAKE
        person = station.people(session).add("Mette Testgaard" if party == REGION else f"Anne Testesen {party}", role)
    try:
        with closing(connected(folder / f"{party}.db")) as look:
            yield End(station, person, line, look)
    finally:
        database.close()


def _settings(party: str) -> Settings:
    names = {one.code: f"Modtagelsen, {one.official_name}" for one in in_agreement()}
    unit = UnitSettings(
        party=party,
        name=names.get(party, UNITS[REGION][0]),
        address=f"sikkerpost@{'k' * (party != REGION)}{party}.example",
        phone=f"+45 84 00 0{party[0]} {party[1:]}" if party != REGION else UNITS[REGION][2],
    )
    return Settings(unit=unit, fingerprint=hashlib.sha256(party.encode()).hexdigest()[:40].upper())


def contact_of(end: End, now: datetime) -> Contact:
    """Give a site's contact; opening hours differ from unit to unit."""
    unit = end.station.settings.unit
    hours = "" if unit.party == REGION else HOURS[int(unit.party) % len(HOURS)]
    return Contact.checked(
        party=unit.party,
        unit_name=unit.name,
        email=unit.address,
        phone=unit.phone,
        hours=hours,
        valid_from=now,
        entered_by="test",
    )


def certificate_of(end: End) -> bytes:
    if end.station.keyring is None:
        return b"no key"
    return end.station.keyring.export_public(end.station.own.fingerprint)


def sealed(
    letter: Letter, *, own, recipient: str, key: PinnedKey, keyring, now: datetime, trail: wire.Trail | None = None
) -> SealedLetter:
    """Seal for real between the two who have keys; else write the letter down as it is."""
    if keyring is not None and {own.party, letter.to_party} == {REGION, SEALED}:
        return seal_letter(letter, own=own, recipient=recipient, key=key, keyring=keyring, now=utc_now(), trail=trail)
    reader = wire.address(letter.to_party, recipient, key.fingerprint)
    encoded = wire.written(letter, sender=own.on_the_wire, reader=reader, now=now, trail=trail).encoded()
    envelope, content = new_id(), wire.digest(encoded)
    return SealedLetter(
        envelope, OPEN + envelope.encode() + encoded, own.address, recipient, content, own.fingerprint, key.fingerprint
    )


def unsealed(raw: bytes, *, own, book: AddressBook, keyring, now: datetime, arrived_at: datetime) -> OpenedLetter:
    """Open what was sealed, and read what was not."""
    if not raw.startswith(OPEN):
        return open_letter(raw, own=own, book=book, keyring=keyring, now=utc_now())
    envelope, encoded = raw[len(OPEN) : len(OPEN) + UUID_LENGTH].decode(), raw[len(OPEN) + UUID_LENGTH :]
    payload = wire.read(encoded)
    signed_by = Fingerprint.parse(payload.from_.fingerprint)
    assert payload.to.party == own.party
    party = book.owner_of(signed_by, arrived_at)
    assert party == payload.from_.party
    return OpenedLetter(payload, False, wire.digest(encoded), envelope, party, signed_by, now, own.keys[0])
