"""One end of the line, opened: its home, its keys, its locked database, and what it needs to exchange letters.

Both ends are stations; what makes one the region and the other a municipality is only which handlers it is given.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import MetaData
from sqlmodel import Session

from directory.book import AddressBook
from directory.model import Contact, PinnedKey, UnitKind
from directory.own import OwnBook
from directory.tables import DirectoryTable
from gateway.adapters.database import Database
from gateway.audit.rows import AuditTable
from gateway.backup.last import BackupTable
from gateway.consents.rows import ConsentTable
from gateway.exchange.identity import Identity
from gateway.exchange.rows import ExchangeTable
from gateway.liveness.rows import LivenessTable
from gateway.mailbox.rows import MailboxTable
from gateway.meetings.rows import MeetingTable
from gateway.retention.rows import RetentionTable
from gateway.schema import version
from gateway.schema.branch import REVISIONS, SHARED_STEPS, Branch, every_table
from gateway.site.cipher import Vault
from gateway.site.data_key import DataKeyFile
from gateway.site.errors import SiteInUse
from gateway.site.home import Home
from gateway.site.people import People, PeopleTable, Person
from gateway.site.settings import Settings
from keys.fingerprint import Fingerprint
from keys.keyring import KeyInfo, Keyring

if TYPE_CHECKING:
    from gateway.access.sign_in import SignIn
    from gateway.access.staff import Staff
    from gateway.audit.checkpoints import Checkpoints
    from gateway.audit.statements import Notary, SigningKey
    from gateway.exchange.deliver import Deliver
    from gateway.exchange.ports import Handler
    from gateway.exchange.post import PostOffice
    from gateway.exchange.receive import Receive
    from gateway.exchange.replies import TakeReply
    from gateway.mailbox.tell import Notify
    from gateway.retention.run import Retain
    from gateway.site.erasing import Eraser
    from gateway.site.ports import Clock
    from gateway.wire.letters import Kind

SHARED_TABLES: Final = (
    DirectoryTable.metadata,
    ExchangeTable.metadata,
    PeopleTable.metadata,
    ConsentTable.metadata,
    MeetingTable.metadata,
    AuditTable.metadata,
    RetentionTable.metadata,
    BackupTable.metadata,
    LivenessTable.metadata,
    MailboxTable.metadata,
)
SHARED: Final = Branch("shared", SHARED_TABLES, REVISIONS / "shared", SHARED_STEPS)


def utc_now() -> datetime:
    """Tell the machine's time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clocks:
    """The machine's clock for signatures, pins and delivery; the rules' clock for consents, arrival and target dates.

    They differ only where time is simulated, as in the demo.
    """

    machine: "Clock" = utc_now
    rules: "Clock" = utc_now


@dataclass(frozen=True)
class Station:
    """One opened end. Made by `open_station`; `tables` are all that its database has."""

    home: Home
    settings: Settings
    database: Database
    keyring: Keyring
    vault: Vault
    clocks: Clocks
    tables: tuple[MetaData, ...] = ()
    only_we: Callable[[], object] = lambda: True
    """Tells whether nobody else has the site open; then nobody opens it before we have closed it."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one here; who opens the site meanwhile waits until we close it.

        Raises AlreadyRunning or SiteInUse; then it is to be closed.
        """
        with self.home.running():
            if not self.only_we():
                raise SiteInUse
            yield

    @property
    def own(self) -> Identity:
        """Tell who this end was when it was made; what it is to each party now stands in the book (`own_book`)."""
        return Identity(
            self.settings.unit.party, self.settings.unit.address, Fingerprint.parse(self.settings.fingerprint)
        )

    def own_book(self, session: Session) -> OwnBook:
        """Give the book about ourselves: our keys and addresses, old and new."""
        return self.own.book(session)

    @property
    def fingerprint(self) -> Fingerprint:
        """Tell which of our keys is the newest."""
        with self.database.reading() as session:
            return self.own_book(session).current(self.clocks.machine())

    @property
    def unit(self) -> Contact:
        """Name our own unit as it is reached now, as the letters that people read do."""
        now, unit = self.clocks.machine(), self.settings.unit
        with self.database.reading() as session:
            changed = self.own_book(session).contact(now)
        if changed:
            return Contact.checked(
                party=unit.party,
                unit_name=changed.unit_name,
                email=changed.email,
                phone=changed.phone,
                hours=changed.hours,
                kind=UnitKind(changed.kind),
                valid_from=now,
                entered_by=changed.entered_by,
            )
        return Contact.checked(
            party=unit.party,
            unit_name=unit.name,
            email=unit.address,
            phone=unit.phone,
            hours=unit.hours,
            valid_from=now,
            entered_by="settings",
        )

    @property
    def post(self) -> "PostOffice":
        """Give the outbox."""
        from gateway.exchange.post import PostOffice

        return PostOffice(self.own.party, self.vault, self.clocks.machine)

    @property
    def sign_in(self) -> "SignIn":
        """Give the door people come in by."""
        from gateway.access.sign_in import SignIn

        return SignIn(self.database, self.vault, self.clocks.machine)

    @property
    def staff(self) -> "Staff":
        """Give the staff, to change it."""
        from gateway.access.staff import Staff

        days = self.settings.sign_in.first_password_days
        return Staff(self.database, self.vault, self.clocks.machine, days)

    @property
    def notary(self) -> "Notary":
        """Give what signs and proves statements about this end's audit trail, by the keys that are ours now."""
        keys = self._signing_keys()
        return self._notary_by(lambda: keys)

    @property
    def lasting_notary(self) -> "Notary":
        """Give one for what runs on and on: it looks each time which keys are ours."""
        return self._notary_by(self._signing_keys)

    def _notary_by(self, keys: "Callable[[], Sequence[SigningKey]]") -> "Notary":
        from gateway.audit.last_signed import LastSigned
        from gateway.audit.statements import Notary

        return Notary(self.keyring, keys, self.own.party, LastSigned(self.home.log_head_file))

    def _signing_keys(self) -> "tuple[SigningKey, ...]":
        """Give our keys, newest first."""
        from gateway.audit.statements import SigningKey

        with self.database.reading() as session:
            return tuple(
                SigningKey(Fingerprint(row.fingerprint), row.revoked_at)
                for row in reversed(self.own_book(session).keys())
            )

    @property
    def data_key(self) -> DataKeyFile:
        """Give the file the data key lies in."""
        return data_key_file(self.home, self.keyring, self.settings)

    @property
    def checkpoints(self) -> "Checkpoints":
        """Give the chore that signs the audit trail's head."""
        from gateway.audit.checkpoints import Checkpoints

        return Checkpoints(self.database, self.lasting_notary, self.clocks.machine)

    def retain(self, *own: "Eraser") -> "Retain":
        """Give retention, with the erasers of what only this end keeps; those come first, and the trail last."""
        from gateway.contacts.erasing import EraseChanges
        from gateway.liveness.erasing import EraseTests
        from gateway.retention.erasers import at_either_end
        from gateway.retention.run import Retain

        terms, clocks = self.settings.retention, self.clocks
        erasers = (*own, EraseTests(), EraseChanges(), *at_either_end(self.lasting_notary))
        return Retain(self.database, terms, erasers, clocks.rules, clocks.machine)

    def people(self, session: Session) -> People:
        """Give the staff, in one session."""
        return People(session, self.vault)

    def deliver(self) -> "Deliver":
        """Give the way out."""
        from gateway.adapters.smtp_out import SmtpRelay
        from gateway.exchange.deliver import Deliver

        relay = SmtpRelay(self.settings.relay)
        return Deliver(self.database, self.own, self.keyring, self.vault, relay, self.clocks.machine)

    def notify(self) -> "Notify":
        """Give the way out of mail without content."""
        from gateway.adapters.notify import NotifyByRelay
        from gateway.adapters.smtp_out import SmtpRelay

        return NotifyByRelay(SmtpRelay(self.settings.relay))

    def receive(self, handlers: "Mapping[Kind, Handler]", take_reply: "TakeReply | None" = None) -> "Receive":
        """Give the way in."""
        from gateway.exchange.receive import Receive

        clock = self.clocks.machine
        return Receive(self.database, self.own, self.keyring, self.vault, self.post, handlers, clock, take_reply)

    def pin(self, party: str, certificate: bytes, fingerprint: Fingerprint, person: Person) -> KeyInfo:
        """Pin a party's key after it was compared; raises ImportRefused, or KeyTaken when it is ours or another's."""
        from directory.errors import KeyTaken
        from gateway.access.act import act
        from gateway.access.actions import Action
        from gateway.exchange import arrivals

        now = self.clocks.machine()
        with act(self.database, person, Action.PIN_KEY, now, party) as deed:
            own = self.own_book(deed.session)
            if fingerprint in {row.fingerprint for row in own.keys()}:  # noqa: SIM118 - no mapping
                raise KeyTaken
            deed.detail["key"] = str(fingerprint)
            info = self.keyring.import_public(certificate, expected=fingerprint, now=now)
            AddressBook(deed.session).pin(PinnedKey(party, fingerprint, certificate, now, None, person.id))
            own.known(party, own.current(now), now, person.id)
            arrivals.look_again(deed.session)
        return info

    def refill_keyring(self) -> tuple[Fingerprint, ...]:
        """Put pinned keys back that the key ring has lost (it is a cache of the book); tell which cannot be used."""
        with self.database.reading() as session:
            pins = AddressBook(session).believed(self.clocks.machine())
        return tuple(pin.fingerprint for pin in pins if not self._in_ring(pin))

    def _in_ring(self, pin: PinnedKey) -> bool:
        from keys.errors import ImportRefused

        try:
            self.keyring.import_public(pin.certificate, expected=pin.fingerprint, now=self.clocks.machine())
        except ImportRefused:
            return False
        return True


Opener = Callable[[Home], AbstractContextManager[Station]]
"""Opens a site of one kind."""


@contextmanager
def open_station(home: Home, clocks: Clocks | None = None, *branches: Branch) -> Iterator[Station]:
    """Open a site.

    Raises HomeMissing, SettingsUnreadable, KeyringError, VaultDamaged (no sound data key), SchemaOlder, SchemaNewer or
    SchemaUnknown.
    """
    home.settings()  # where there is no site, nothing is made
    home.unfinished_file.unlink(missing_ok=True)  # had the making stopped just before it did so itself
    with _opened(home, home.settings, clocks or Clocks(), branches) as station:
        yield station


@contextmanager
def open_as(home: Home, settings: Settings, clocks: Clocks, *branches: Branch) -> Iterator[Station]:
    """Open a site whose settings are not in their place yet; raises what `open_station` does."""
    with _opened(home, lambda: settings, clocks, branches) as station:
        yield station


@contextmanager
def _opened(
    home: Home, read_settings: Callable[[], Settings], clocks: Clocks, branches: Sequence[Branch]
) -> Iterator[Station]:
    from keys import passphrase

    with home.in_use() as last_one:
        settings = read_settings()  # not before: who had the site to themselves may have moved its database
        keyring = Keyring(home.gnupg, passphrase.read(home.passphrase_file))
        database = Database(home.database_url(settings))
        try:
            version.require_current(database, (SHARED, *branches))
            vault = Vault(data_key_file(home, keyring, settings).read(clocks.machine()))
            tables = (*every_table((SHARED, *branches)), version.VERSIONS.metadata)
            yield Station(home, settings, database, keyring, vault, clocks, tables, lambda: bool(last_one))
        finally:
            database.close()
            if last_one:
                keyring.close()


def data_key_file(home: Home, keyring: Keyring, settings: Settings) -> DataKeyFile:
    """Give the file the data key lies in."""
    return DataKeyFile(home.data_key_file, keyring, Fingerprint.parse(settings.fingerprint))
