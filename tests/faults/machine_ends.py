"""Both ends in one process for thousands of small steps: real flows, rows and rules; only the seal is left out.

Either end can be killed at any commit: what was not committed is gone, and nothing more is done until it is reopened.
"""

import asyncio
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from directory.book import AddressBook
from directory.model import REGION, Contact, PinnedKey
from gateway import bootstrap as region_end
from gateway.adapters.database import Database
from gateway.exchange import deliver, outbox, receive
from gateway.exchange.arrivals import Store
from gateway.exchange.deliver import Deliver
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.receive import Receive
from gateway.exchange.sealing import OpenedLetter, SealedLetter
from gateway.site.cipher import Vault
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import Settings, UnitSettings
from gateway.station import SHARED_TABLES, Clocks, Station
from gateway.wire import payload as wire
from gateway.wire.letters import new_id
from inbox_tui import bootstrap as municipal_end
from keys.fingerprint import Fingerprint

BEGINS = datetime(2026, 11, 24, 9, tzinfo=UTC)
KNOWN_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
CODE = "751"
OPEN = b"without a seal\n"
UUID_LENGTH = 36
UNSENT = """SELECT kind, state, reason, turn, number, next_at, claimed_until FROM outgoing
            WHERE next_at OR state IN ('queued', 'parked') OR (state = 'sent' AND kind != 'receipt')"""
NEXT_LOOK = """SELECT min(at) FROM (SELECT next_at AS at FROM outgoing
               UNION SELECT claimed_until FROM outgoing WHERE next_at) WHERE at > ?"""


class Killed(BaseException):
    """The process is gone."""


class MortalDatabase(Database):
    """A database whose process may die just before or just after the n-th commit from now."""

    dies_in: int | None = None
    dead = False

    @contextmanager
    def session(self):
        self._live()
        with super().session() as session:
            yield session
            self._come_to_commit()
        self._come_to_commit()

    @contextmanager
    def reading(self):
        self._live()
        with super().reading() as session:
            yield session

    def _come_to_commit(self):
        if self.dies_in is not None:
            self.dies_in -= 1
            self.dead = self.dies_in < 0
        self._live()

    def _live(self):
        if self.dead:
            raise Killed


@dataclass
class Clock:
    """A clock that is put where it is wanted."""

    now: datetime = BEGINS

    def __call__(self):
        return self.now


@dataclass
class Line:
    """The mail under way to each address. `fate` is what becomes of what is handed over now."""

    under_way: dict[str, list[bytes]] = field(default_factory=dict)
    ever: dict[str, list[bytes]] = field(default_factory=dict)
    fate: str = "arrives"

    async def send(self, envelope, _sender, recipient):
        said, copies = FATES[self.fate]
        self.under_way.setdefault(recipient, []).extend([envelope] * copies)
        self.ever.setdefault(recipient, []).append(envelope)
        return Attempt(said, "FAULT")


DENIED = "comes though it was denied"
"""A mail server that says 4xx of what it has taken: what was then taken back had been told all the same."""

FATES = {
    "arrives": (Passage.ACCEPTED, 1),
    "is lost": (Passage.ACCEPTED, 0),
    "comes twice": (Passage.ACCEPTED, 2),
    DENIED: (Passage.NOT_REACHED, 1),
    "is not taken now": (Passage.NOT_REACHED, 0),
    "is refused": (Passage.REFUSED, 0),
    "comes unanswered": (Passage.UNCERTAIN, 1),
    "is lost unanswered": (Passage.UNCERTAIN, 0),
}


@dataclass
class MachineEnd:
    """One end, who acts there, and a look past everything at its rows."""

    station: Station
    person: Any
    line: Line
    file: Path
    handlers: Any
    look: sqlite3.Connection | None = None

    @contextmanager
    def as_new(self):
        """Begin with the database as it was made."""
        shutil.copy(f"{self.file}.fresh", self.file)
        self.database.dead, self.database.dies_in = False, None
        with closing(sqlite3.connect(self.file)) as self.look:
            yield
        self.database.close()
        for log in self.file.parent.glob(f"{self.file.name}-*"):
            log.unlink()

    @property
    def database(self):
        return self.station.database

    @property
    def clock(self):
        return self.station.clocks.machine

    @property
    def address(self):
        return self.station.own.address

    @property
    def mail(self):
        """Give what is under way to this end."""
        return self.line.under_way.setdefault(self.address, [])

    def ask(self, query, *values):
        return self.look.execute(query, values).fetchall()

    def deliver(self):
        own = self.station
        return Deliver(own.database, own.own, own.keyring, own.vault, self.line, own.clocks.machine)()

    def take(self, raw):
        """Let a mail come through the door and be looked at."""
        own = self.station
        Store(own.database, own.vault, own.clocks.machine, own.clocks.rules)(raw)
        self.look_at_mail()

    def look_at_mail(self):
        own = self.station
        look = Receive(own.database, own.own, own.keyring, own.vault, own.post, self.handlers, own.clocks.machine)
        for arrival in look.waiting():
            look(arrival)

    def reopen(self):
        """Start anew, as a daemon does."""
        self.database.dead, self.database.dies_in = False, None
        with self.database.session() as session:
            outbox.release_all(session, self.clock())
        self.look_at_mail()

    def next_look(self):
        """Tell when, after now, a letter of this end is to be looked at, or let go by whoever died holding it."""
        ((at,),) = self.ask(NEXT_LOOK, f"{self.clock():%Y-%m-%d %H:%M:%S.%f}")
        return datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None

    def unsent(self):
        """List the letters that still wait for something."""
        return self.ask(UNSENT)


@dataclass
class Ends:
    """Both, with one clock and one line."""

    clock: Clock
    line: Line
    region: MachineEnd
    unit: MachineEnd

    @property
    def both(self):
        return self.region, self.unit


def memory():
    """A folder in memory, where there is one: what is tried here is the rules, not a disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own is made in it


class Pairs:
    """One fresh pair after another: databases with staff, contacts and keys, made once and copied back for each run.

    The engines stay, for they remember the statements they have compiled.
    """

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="st-", dir=memory())
        self.folder = Path(self._folder.name)
        self.clock, self.line = Clock(), Line()
        self._ends = {party: self._make(party) for party in (REGION, CODE)}

    def _make(self, party):
        other, file = CODE if party == REGION else REGION, self.folder / f"{party}.db"
        joined = region_end if party == REGION else municipal_end
        database, clocks = MortalDatabase(f"sqlite:///{file}"), Clocks(self.clock, self.clock)
        database.create(*SHARED_TABLES, joined.TABLES)
        station = Station(Home(self.folder), settings_of(party), database, None, Vault.random(), clocks)
        with database.session() as session:
            role = Role.SENDER if party == REGION else Role.INTAKE
            person = station.people(session).add(f"Anne Testesen {party}", role)
            AddressBook(session).set_contact(contact_of(other))
            AddressBook(session).pin(PinnedKey(other, key_of(other), b"", KNOWN_SINCE, None, "test"))
        handlers = joined.handlers(station)
        database.close()
        shutil.copy(file, f"{file}.fresh")
        return MachineEnd(station, person, self.line, file, handlers)

    @contextmanager
    def fresh(self):
        """Give both ends as if nothing had happened yet."""
        self.clock.now, self.line.fate = BEGINS, "arrives"
        self.line.under_way.clear()
        self.line.ever.clear()
        with ExitStack() as stack:
            for end in self._ends.values():
                stack.enter_context(end.as_new())
            yield Ends(self.clock, self.line, self._ends[REGION], self._ends[CODE])

    def close(self):
        self._folder.cleanup()


def key_of(party):
    return Fingerprint(hashlib.sha256(party.encode()).hexdigest()[:40].upper())


def settings_of(party):
    unit = UnitSettings(
        party=party,
        name="AMK-vagtcentralen" if party == REGION else "Den sociale indgang",
        address=f"sikkerpost@k{party}.example",
        phone="+45 84 11 20 00" if party == REGION else "+45 95 00 07 51",
    )
    return Settings(unit=unit, fingerprint=key_of(party))


def contact_of(party):
    unit = settings_of(party).unit
    return Contact.checked(
        party=party,
        unit_name=unit.name,
        email=unit.address,
        phone=unit.phone,
        valid_from=KNOWN_SINCE,
        entered_by="test",
    )


def sealed(letter, *, own, recipient, key, keyring, now, trail=None):  # noqa: ARG001 - as the real one is called
    """Write a letter down as it is."""
    reader = wire.address(letter.to_party, recipient, key.fingerprint)
    encoded = wire.written(letter, sender=own.on_the_wire, reader=reader, now=now, trail=trail).encoded()
    envelope, digest = new_id(), wire.digest(encoded)
    content = OPEN + envelope.encode() + encoded
    return SealedLetter(envelope, content, own.address, recipient, digest, own.fingerprint, key.fingerprint)


def unsealed(raw, *, own, book, keyring, now, arrived_at):  # noqa: ARG001 - as the real one is called
    """Read what `sealed` wrote."""
    envelope, encoded = raw[len(OPEN) : len(OPEN) + UUID_LENGTH].decode(), raw[len(OPEN) + UUID_LENGTH :]
    payload = wire.read(encoded)
    signed_by = Fingerprint.parse(payload.from_.fingerprint)
    party = book.owner_of(signed_by, arrived_at)
    assert (payload.to.party, payload.from_.party) == (own.party, party)
    return OpenedLetter(payload, False, wire.digest(encoded), envelope, party, signed_by, now, own.keys[0])


class Even:
    """Jitter of a dice that always shows the middle."""

    @staticmethod
    def random():
        return 0.5


class InPlace:
    """One thing after the other, in one thread: so that each run can be had again."""

    gather = staticmethod(asyncio.gather)
    create_task = staticmethod(asyncio.create_task)
    sleep = staticmethod(asyncio.sleep)

    @staticmethod
    async def to_thread(work: Callable[..., Any], *of: object, **how: object) -> object:
        return work(*of, **how)


@contextmanager
def without_seal():
    """Leave the seal out, and chance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliver, "seal_letter", sealed)
        patch.setattr(receive, "open_letter", unsealed)
        patch.setattr(deliver, "random", Even)
        patch.setattr(deliver, "asyncio", InPlace)
        yield


@contextmanager
def pairs():
    with closing(Pairs()) as made:
        yield made
