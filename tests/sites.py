"""Sites for the tests: the region and two municipalities with real keys, a database each, and a relay that obeys."""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from databases import database_at
from quick_databases import created
from sqlmodel import Session, select

from directory.book import AddressBook
from directory.model import REGION, Contact, PinnedKey
from gateway import bootstrap as region_end
from gateway.access.credentials import Credentials
from gateway.adapters.database import Database
from gateway.exchange.arrivals import Outcome, Store
from gateway.exchange.deliver import Deliver
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Arrived, Attempt, Handler, Passage
from gateway.exchange.receive import Receive
from gateway.exchange.replies import TakeReply
from gateway.exchange.rows import ArrivalRow, ConversationRow, OutgoingRow, StepRow, TakenRow
from gateway.exchange.sealing import SealedLetter, seal_letter
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Person, Role
from gateway.site.settings import DoorSettings, UnitSettings
from gateway.station import SHARED_TABLES, Clocks, Station, open_station
from gateway.wire import envelope as mail
from gateway.wire.letters import Kind, Letter, new_id
from inbox_tui import bootstrap as municipal_end
from keys.fingerprint import Fingerprint
from keys.sealing import seal

RANDERS, FAVRSKOV = "730", "710"
UNITS = {
    REGION: ("AMK-vagtcentralen, Præhospitalet", "henvendelser@region.example", "+45 84 11 20 00"),
    RANDERS: ("Den sociale indgang, Randers Kommune", "sikkerpost@randers.example", "+45 89 15 00 00"),
    FAVRSKOV: ("Modtagelsen, Favrskov Kommune", "sikkerpost@favrskov.example", "+45 89 64 10 10"),
}
NUMBER = "2026-0042"
PASSWORD = "Regnen falder på taget"  # noqa: S105 - everything here is invented
"""Everybody's password in the tests."""
MINUTE = timedelta(minutes=1)


@dataclass
class Standing:
    """A clock that stands where it is put, never before the machine's, since gpg dates what it signs."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def go(self, step: timedelta) -> datetime:
        self.now += step
        return self.now


@dataclass
class Carrier:
    """A relay that keeps what it is handed, and answers as it is told to: 250 unless it is told otherwise."""

    answers: list[Attempt | Exception] = field(default_factory=list)
    crossed: list[tuple[bytes, str, str]] = field(default_factory=list)

    async def send(self, envelope: bytes, sender: str, recipient: str) -> Attempt:
        answer = self.answers.pop(0) if self.answers else Attempt(Passage.ACCEPTED)
        if isinstance(answer, Exception):
            raise answer
        if answer.passage in (Passage.ACCEPTED, Passage.UNCERTAIN):
            self.crossed.append((envelope, sender, recipient))
        return answer


@dataclass
class Site:
    """One end with a database of its own. What its handlers take over stands in `taken`."""

    station: Station
    clock: Standing
    relay: Carrier = field(default_factory=Carrier)
    taken: list[Arrived] = field(default_factory=list)
    handlers: dict[Kind, Handler] = field(default_factory=dict)
    take_reply: TakeReply | None = None

    @property
    def database(self) -> Database:
        return self.station.database

    @property
    def key(self) -> Fingerprint:
        return self.station.own.fingerprint

    @property
    def party(self) -> str:
        return self.station.own.party

    @property
    def address(self) -> str:
        return self.station.own.address

    @property
    def receive(self) -> Receive:
        station, post, clock = self.station, self.station.post, self.clock
        return Receive(
            station.database, station.own, station.keyring, station.vault, post, self.handlers, clock, self.take_reply
        )

    def keep(self, _session: Session, arrived: Arrived) -> None:
        self.taken.append(arrived)

    def post(self, letter: Letter) -> str:
        with self.database.session() as session:
            self.station.post(session, letter)
        return letter.letter_id

    @property
    def deliver(self) -> Deliver:
        station = self.station
        return Deliver(station.database, station.own, station.keyring, station.vault, self.relay, self.clock)

    def send(self) -> list[bytes]:
        """One round of delivery; gives what crossed."""
        before = len(self.relay.crossed)
        asyncio.run(self.deliver())
        return [content for content, _sender, _recipient in self.relay.crossed[before:]]

    def store(self, raw: bytes, *, from_nobody: bool = False) -> int:
        return Store(self.database, self.station.vault, self.clock, self.clock)(raw, from_nobody=from_nobody)

    def take(self, raw: bytes) -> tuple[Outcome, str]:
        """Let a mail arrive and be looked at; gives what became of it, and why."""
        arrival = self.store(raw)
        outcome = self.receive(arrival)
        with self.database.reading() as session:
            return outcome, session.get_one(ArrivalRow, arrival).reason

    def rows(self, table: type) -> list[Any]:
        with self.database.reading() as session:
            return list(session.exec(select(table)).all())

    def outgoing(self, letter_id: str) -> OutgoingRow:
        with self.database.reading() as session:
            return session.get_one(OutgoingRow, letter_id)

    def states(self, letter_id: str) -> list[str]:
        return [row.state for row in self.rows(StepRow) if row.letter_id == letter_id]

    def receipts(self) -> list[OutgoingRow]:
        return [row for row in self.rows(OutgoingRow) if row.kind == Kind.RECEIPT]

    def said(self, row: OutgoingRow) -> Mapping[str, Any]:
        """Read the body of an outgoing letter."""
        from gateway.exchange.post import letter_of  # noqa: PLC0415 - one use

        return letter_of(row, self.station.vault).body

    def remembers_nothing(self) -> bool:
        return not self.rows(TakenRow) and not self.rows(ConversationRow) and not self.taken

    def knows(self, other: "Site") -> None:
        """Enter the other's contact and pin its key, as two administrators on the phone would."""
        with self.database.session() as session:
            book = AddressBook(session)
            book.set_contact(contact_of(other.party))
            book.pin(pinned(other.station, other.station.own.fingerprint, self.clock()))


@dataclass
class Line:
    """The region and two municipalities, joined; Favrskov is pinned by the region, and knows the region."""

    region: Site
    randers: Site
    favrskov: Site
    clock: Standing

    def exchange(self, letter: Letter) -> bytes:
        """Post a letter at the region, carry it to Randers and its receipt back; gives the letter as it crossed."""
        self.region.post(letter)
        (crossed,) = self.region.send()
        self.randers.take(crossed)
        for receipt in self.randers.send():
            self.region.take(receipt)
        return crossed


def utc_now() -> datetime:
    return datetime.now(UTC)


def contact_of(party: str, **changes: Any) -> Contact:
    name, address, phone = UNITS[party]
    facts = {"party": party, "unit_name": name, "email": address, "phone": phone, "entered_by": "test"}
    return Contact.checked(**{**facts, "valid_from": datetime(2026, 1, 1, tzinfo=UTC), **changes})


def pinned(owner: Station, key: Fingerprint, now: datetime, party: str | None = None) -> PinnedKey:
    return PinnedKey(party or owner.own.party, key, owner.keyring.export_public(key), now, None, "test")


def referral(text: str = "Borgeren ringer om aftenen.", **changes: Any) -> Letter:
    """Write the letter that opens a conversation with Randers."""
    letter = Letter(Kind.REFERRAL, new_id(), RANDERS, NUMBER, {"referral": {"text": text}})
    return replace(letter, **changes)


def acknowledgement(conversation_id: str, **changes: Any) -> Letter:
    body = {
        "acknowledged_by": "Birgit Prøvegaard",
        "unit": UNITS[RANDERS][0],
        "phone": UNITS[RANDERS][2],
        "acknowledged_at": "2026-11-22T10:14:00+01:00",
    }
    return replace(Letter(Kind.ACKNOWLEDGEMENT, conversation_id, REGION, NUMBER, body), **changes)


def sealed(
    by: Site,
    letter: Letter,
    *,
    contact: Contact | None = None,
    key: Fingerprint | None = None,
    own: Identity | None = None,
) -> SealedLetter:
    """Seal as the site itself does, past its outbox."""
    recipient = (contact or contact_of(letter.to_party)).email
    pin = PinnedKey(letter.to_party, key or KEYS[letter.to_party], b"", by.clock(), None, "test")
    own, keyring = own or by.station.own, by.station.keyring
    return seal_letter(letter, own=own, recipient=recipient, key=pin, keyring=keyring, now=by.clock())


def forged(
    by: Site,
    payload: bytes,
    outside: mail.Outside,
    *,
    reader: Fingerprint,
    inside: mail.Outside | None = None,
    automatic: bool = False,
    change: Callable[[bytes], bytes] = lambda content: content,
) -> bytes:
    """Seal any payload under any headers, as someone with the site's key could."""
    content = change(mail.fill(inside or outside, mail.Words("Henvendelse", "Tekst"), payload, automatic=automatic))
    made = seal(by.station.keyring, content, signer=by.key, reader=reader)
    return mail.wrap(made.ciphertext, outside)


KEYS: dict[str, Fingerprint] = {}
"""Each party's key, in the line that was joined last."""


def password_file(folder: Path, password: str = PASSWORD) -> Path:
    """Write a password where commands take it from."""
    file = folder / "password"
    file.touch(mode=0o600)
    file.write_text(password + "\n", encoding="utf-8")
    return file


def hire(station: Station, name: str, role: Role, password: str = PASSWORD, *, department: str = "") -> Person:
    """Let a person work here who signs in with `password`."""
    with station.database.session() as session:
        person = station.people(session).add(name, role, department)
        Credentials(session, station.vault).put(person.id, password)
    return person


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for the agent's sockets."""
    with tempfile.TemporaryDirectory(prefix="st-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def stations(folder: Path) -> Iterator[dict[str, Station]]:
    """Make and open a site for each party; every key ring holds every key, for who is trusted stands in the book."""
    with ExitStack() as stack:
        opened = {}
        for party, (name, address, phone) in UNITS.items():
            unit = UnitSettings(party=party, name=name, address=address, phone=phone)
            home, branch = Home(folder / party), region_end.BRANCH if party == REGION else municipal_end.BRANCH
            make_station(home, Plan(unit, "Mette Testgaard", Role.ADMIN, PASSWORD, door=DoorSettings(port=0)), branch)
            opened[party] = stack.enter_context(open_station(home, None, branch))
            KEYS[party] = opened[party].own.fingerprint
        for one in opened.values():
            for other in opened.values():
                certificate = other.keyring.export_public(other.own.fingerprint)
                if other is not one:
                    one.keyring.import_public(certificate, expected=other.own.fingerprint, now=utc_now())
        yield opened


@contextmanager
def line(opened: Mapping[str, Station], folder: Path) -> Iterator[Line]:
    """Give each station a new database, and let the ends know each other."""
    KEYS.update({party: one.own.fingerprint for party, one in opened.items()})
    clock = Standing(utc_now())
    with ExitStack() as stack:
        region, randers, favrskov = (stack.enter_context(_fresh(opened[party], folder, clock)) for party in UNITS)
        randers.handlers[Kind.REFERRAL] = favrskov.handlers[Kind.REFERRAL] = randers.keep
        favrskov.handlers[Kind.REFERRAL] = favrskov.keep
        region.handlers[Kind.ACKNOWLEDGEMENT] = region.keep
        for municipality in (randers, favrskov):
            region.knows(municipality)
            municipality.knows(region)
        yield Line(region, randers, favrskov, clock)


@contextmanager
def _fresh(station: Station, folder: Path, clock: Standing) -> Iterator[Site]:
    database = Database(database_at(folder / f"{station.own.party}.db"))
    created(database, *SHARED_TABLES)
    station.home.log_head_file.unlink(missing_ok=True)  # of the test before
    try:
        yield Site(replace(station, database=database, clocks=Clocks(clock, clock)), clock)
    finally:
        database.close()


def old_key(station: Station, made_at: datetime, days: int) -> PinnedKey:
    """Make a key that lived from `made_at` for so many days, and put it into the ring behind the guards' backs."""
    with short_folder() as home:
        base = ("gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
        then = (*base, "--faked-system-time", f"{made_at:%Y%m%dT%H%M%S}!")
        subprocess.run(
            [*then, "--quick-generate-key", "Old <o@party.example>", "ed25519", "sign", f"{days}d"], check=True
        )
        listed = subprocess.run(
            [*base, "--with-colons", "--list-keys"], check=True, capture_output=True
        ).stdout.decode()
        key = next(Fingerprint(row.split(":")[9]) for row in listed.splitlines() if row.startswith("fpr:"))
        subprocess.run([*then, "--quick-add-key", key, "cv25519", "encr", f"{days}d"], check=True)
        certificate = subprocess.run([*base, "--export", key], check=True, capture_output=True).stdout
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)
    station.keyring.gpg.import_keys(certificate)
    return PinnedKey(RANDERS, key, certificate, made_at, None, "test")
