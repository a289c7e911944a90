"""One end of the line, opened: its home, its keys, its locked database, and what it needs to exchange letters.

Both ends are stations; what makes one the region and the other a municipality is only which handlers it is given.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData
from sqlmodel import Session

from directory.book import AddressBook, DirectoryTable
from directory.errors import KeyTaken
from directory.model import Contact, PinnedKey
from gateway.adapters.certificates import self_signed
from gateway.adapters.database import Database
from gateway.adapters.smtp_out import SmtpRelay
from gateway.audit.rows import AuditTable
from gateway.consents.rows import ConsentTable
from gateway.exchange.deliver import Deliver
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Handler
from gateway.exchange.post import PostOffice
from gateway.exchange.receive import Receive
from gateway.exchange.rows import ExchangeTable
from gateway.meetings.rows import MeetingTable
from gateway.site.cipher import Vault, new_key
from gateway.site.errors import VaultDamaged
from gateway.site.home import Home, write_private
from gateway.site.people import People, PeopleTable, Person, Role
from gateway.site.ports import Clock
from gateway.site.settings import DoorSettings, RelaySettings, Settings, UnitSettings
from gateway.wire.letters import Kind
from keys import passphrase
from keys.errors import ImportRefused, OpenRefused
from keys.fingerprint import Fingerprint
from keys.keyring import KeyInfo, Keyring
from keys.sealing import open_own, seal

SHARED_TABLES: Final = (
    DirectoryTable.metadata,
    ExchangeTable.metadata,
    PeopleTable.metadata,
    ConsentTable.metadata,
    MeetingTable.metadata,
    AuditTable.metadata,
)


def utc_now() -> datetime:
    """Tell the machine's time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clocks:
    """The machine's clock for signatures, pins and delivery; the rules' clock for consents, arrival and target dates.

    They differ only where time is simulated, as in the demo.
    """

    machine: Clock = utc_now
    rules: Clock = utc_now


@dataclass(frozen=True)
class Station:
    """One opened end. Made by `open_station`."""

    home: Home
    settings: Settings
    database: Database
    keyring: Keyring
    vault: Vault
    clocks: Clocks

    @property
    def own(self) -> Identity:
        """Tell who this end is on the wire."""
        return Identity(
            self.settings.unit.party, self.settings.unit.address, Fingerprint.parse(self.settings.fingerprint)
        )

    @property
    def unit(self) -> Contact:
        """Name our own unit, as the letters that people read do."""
        unit = self.settings.unit
        return Contact.checked(
            party=unit.party,
            unit_name=unit.name,
            email=unit.address,
            phone=unit.phone,
            valid_from=self.clocks.machine(),
            entered_by="settings",
        )

    @property
    def post(self) -> PostOffice:
        """Give the outbox."""
        return PostOffice(self.own.party, self.vault, self.clocks.machine)

    def people(self, session: Session) -> People:
        """Give the staff, in one session."""
        return People(session, self.vault)

    def deliver(self) -> Deliver:
        """Give the way out."""
        relay = SmtpRelay(self.settings.relay)
        return Deliver(self.database, self.own, self.keyring, self.vault, relay, self.clocks.machine)

    def receive(self, handlers: Mapping[Kind, Handler]) -> Receive:
        """Give the way in."""
        return Receive(self.database, self.own, self.keyring, self.vault, self.post, handlers, self.clocks.machine)

    def pin(self, party: str, certificate: bytes, fingerprint: Fingerprint, person: Person) -> KeyInfo:
        """Pin a party's key after it was compared; raises ImportRefused, or KeyTaken when it is ours or another's."""
        if fingerprint == self.own.fingerprint:
            raise KeyTaken
        now = self.clocks.machine()
        info = self.keyring.import_public(certificate, expected=fingerprint, now=now)
        with self.database.session() as session:
            AddressBook(session).pin(PinnedKey(party, fingerprint, certificate, now, None, person.id))
        return info

    def refill_keyring(self) -> tuple[Fingerprint, ...]:
        """Put pinned keys back that the key ring has lost (it is a cache of the book); tell which cannot be used."""
        with self.database.reading() as session:
            book = AddressBook(session)
            pins = [book.pinned(book.owner_of(fingerprint) or "") for fingerprint in book.trusted()]
        return tuple(pin.fingerprint for pin in pins if pin and not self._in_ring(pin))

    def _in_ring(self, pin: PinnedKey) -> bool:
        try:
            self.keyring.import_public(pin.certificate, expected=pin.fingerprint, now=self.clocks.machine())
        except ImportRefused:
            return False
        return True


@dataclass(frozen=True)
class Plan:
    """What a new site is made from."""

    unit: UnitSettings
    person: str
    role: Role
    language: str = "da"
    relay: RelaySettings = field(default_factory=RelaySettings)
    door: DoorSettings = field(default_factory=DoorSettings)


def make_station(home: Home, plan: Plan, *tables: MetaData) -> Fingerprint:
    """Make a site: key, passphrase, data key, certificate, database, first person; raises HomeTaken, KeyringError."""
    home.make()
    secret = _passphrase(home.path / "passphrase")
    with Keyring(home.gnupg, secret) as keyring:
        fingerprint = keyring.generate(f"{plan.unit.name} <{plan.unit.address}>")
        data_key = new_key()
        sealed = seal(keyring, data_key, signer=fingerprint, reader=fingerprint)
        write_private(home.data_key_file, sealed.ciphertext)
    door = plan.door if plan.door.certificate else _own_certificate(home, plan.door)
    settings = Settings(unit=plan.unit, fingerprint=fingerprint, language=plan.language, relay=plan.relay, door=door)
    database = Database(home.database_url(settings))
    database.create(*SHARED_TABLES, *tables)
    with database.session() as session:
        People(session, Vault(data_key)).add(plan.person, plan.role)
    database.close()
    home.write_settings(settings)
    home.unfinished_file.unlink()
    return fingerprint


@contextmanager
def open_station(home: Home, clocks: Clocks | None = None, *tables: MetaData) -> Iterator[Station]:
    """Open a site; raises HomeMissing, SettingsUnreadable, KeyringError, VaultDamaged (no sound data key)."""
    settings = home.settings()
    home.unfinished_file.unlink(missing_ok=True)  # had the making stopped just before it did so itself
    clocks = clocks or Clocks()
    with home.in_use() as last_one:
        keyring = Keyring(home.gnupg, passphrase.read(home.passphrase_file))
        database = Database(home.database_url(settings))
        try:
            database.create(*SHARED_TABLES, *tables)
            vault = _unlocked(home, keyring, Fingerprint.parse(settings.fingerprint), clocks.machine())
            yield Station(home, settings, database, keyring, vault, clocks)
        finally:
            database.close()
            if last_one:
                keyring.close()


def _unlocked(home: Home, keyring: Keyring, own: Fingerprint, now: datetime) -> Vault:
    try:
        return Vault(open_own(keyring, home.data_key_file.read_bytes(), own=own, now=now))
    except (FileNotFoundError, OpenRefused):
        raise VaultDamaged from None


def _own_certificate(home: Home, door: DoorSettings) -> DoorSettings:
    certificate, key = self_signed(door.host, utc_now())
    names = {"certificate": Path("door.pem"), "key": Path("door.key")}  # so named, the folder can be moved
    for name, content in zip(names.values(), (certificate, key), strict=True):
        (home.path / name).unlink(missing_ok=True)
        write_private(home.path / name, content)
    return door.model_copy(update=names)


def _passphrase(path: Path) -> str:
    """Take the passphrase an interrupted start left behind, or make one."""
    return passphrase.read(path) if path.exists() else passphrase.write(path)
