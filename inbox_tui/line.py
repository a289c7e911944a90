"""The line to Præhospitalet as it stands: when it was last heard, how either end is reached, the keys, the backup."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from directory.book import AddressBook
from directory.model import REGION, Contact, UnitKind
from directory.own import OwnBook, OwnContactRow, OwnKeyRow
from gateway.access.act import act, looking
from gateway.access.actions import Action
from gateway.backup.last import last_backup
from gateway.contacts.model import Change
from gateway.contacts.rows import Shown
from gateway.liveness.board import Row
from gateway.liveness.look import Board
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from keys.errors import KeyNotFound
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring


@dataclass(frozen=True)
class OwnKey:
    """A key of ours that opens letters still. `expires` is its last day; `ends_at`: another has taken its place.

    `used_there`: Præhospitalet is known to use it.
    """

    fingerprint: Fingerprint
    expires: datetime | None
    ends_at: datetime | None
    used_there: bool


@dataclass(frozen=True)
class TheirKey:
    """A key Præhospitalet seals with, since when it holds here, and until when where another has taken its place."""

    fingerprint: Fingerprint
    since: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class Line:
    """The line as it was read `at` one moment of the machine's clock; `row` is Præhospitalet's on the board.

    `ahead` is how our unit will be reached, and `change` what Præhospitalet will have changed.
    """

    at: datetime
    row: Row
    unit: Contact
    ahead: tuple[Contact, ...]
    own_keys: tuple[OwnKey, ...]
    their_keys: tuple[TheirKey, ...]
    change: Change | None
    backed_up_at: datetime | None

    @property
    def phone(self) -> str:
        """Give Præhospitalet's phone; empty when none is registered."""
        return self.row.facts.phone

    @property
    def is_enrolled(self) -> bool:
        """Tell whether letters can go there: a contact and a key are in the book."""
        return self.row.facts.contact is not None and bool(self.their_keys)


@dataclass(frozen=True)
class Pulse:
    """Whether the line is alive, `at` one moment of the machine's clock; `row` is Præhospitalet's on the board."""

    at: datetime
    row: Row


@dataclass(frozen=True)
class LookAtLine:
    """Reads it. `unit` is how we are reached now, `last_day` a key of ours' last day; `clock` is the machine's."""

    sessions: Sessions
    vault: Vault
    board: Board
    unit: Callable[[], Contact]
    last_day: Callable[[Fingerprint], datetime | None]
    clock: Clock

    def open(self, person: Person) -> Line:
        """Show it to `person`, which is noted; raises MayNot and PersonGone."""
        unit, now = self.unit(), self.clock()
        with act(self.sessions, person, Action.SEE_BOARD, now, REGION) as deed:
            return self._line(deed.session, unit, now)

    def look(self, person: Person) -> Line:
        """Show it anew, as a screen does; only a refusal is noted. Raises MayNot and PersonGone."""
        unit, now = self.unit(), self.clock()
        with looking(self.sessions, person, Action.SEE_BOARD, now) as session:
            return self._line(session, unit, now)

    def pulse(self, person: Person) -> Pulse:
        """Tell `person` whether it is alive, as a screen does; raises MayNot and PersonGone."""
        now = self.clock()
        with looking(self.sessions, person, Action.SEE_BOARD, now) as session:
            (row,) = self.board.rows(session, now)
            return Pulse(now, row)

    def _line(self, session: Session, unit: Contact, now: datetime) -> Line:
        own, pins = self.board.own_book(session), AddressBook(session).believed(now)
        backup, changed = last_backup(session), own.contact(now)
        (row,) = self.board.rows(session, now)
        return Line(
            at=now,
            row=row,
            unit=_contact(changed) if changed else unit,
            ahead=tuple(_contact(one) for one in own.contacts() if one.valid_from > now),
            own_keys=tuple(self._own_key(own, one) for one in reversed(own.keys()) if one.opens_at(now)),
            their_keys=tuple(
                TheirKey(pin.fingerprint, pin.valid_from, pin.valid_to) for pin in reversed(pins) if pin.party == REGION
            ),
            change=next((one for one in Shown(session, self.vault).every(REGION) if one.is_open), None),
            backed_up_at=backup.made_at if backup else None,
        )

    def _own_key(self, own: OwnBook, row: OwnKeyRow) -> OwnKey:
        fingerprint = Fingerprint(row.fingerprint)
        known = row.replaces is None or own.knows(REGION, fingerprint)
        return OwnKey(fingerprint, self.last_day(fingerprint), row.ends_at, known)


def last_day(keyring: Keyring, fingerprint: Fingerprint) -> datetime | None:
    """Tell a key's last day; None when it has none, or is not in the ring (the doctor says so)."""
    try:
        return keyring.describe(fingerprint).expires
    except KeyNotFound:
        return None


def _contact(row: OwnContactRow) -> Contact:
    return Contact(
        party="",
        unit_name=row.unit_name,
        email=row.email,
        phone=row.phone,
        hours=row.hours,
        kind=UnitKind(row.kind),
        valid_from=row.valid_from,
        entered_by=row.entered_by,
    )
