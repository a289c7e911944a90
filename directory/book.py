"""The address book: who is reached where, and by which key, now and before.

The database itself keeps each party to one active contact and one active key, and each active address and key to one
party (D1, D5); the checks here only say so more kindly. Past rows are never changed but for the moment they ended.
"""

from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Index, column, func, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, select

from directory.changes import expected_address, expected_at
from directory.columns import UtcDateTime
from directory.departments import PREFIX, is_department
from directory.errors import AddressTaken, BookRefused, KeyTaken
from directory.model import REGION, Contact, PinnedKey, UnitKind
from directory.tables import DirectoryTable
from keys.fingerprint import Fingerprint

FORMER_ADDRESS: Final = timedelta(days=90)
"""How long a party may still write from an address it has given up: its mail may be that late."""


def _one_active(name: str, *columns: str | ColumnElement[Any]) -> Index:
    """Allow one row without an end for each value of `columns`."""
    active = column("valid_to").is_(None)
    return Index(name, *columns, unique=True, sqlite_where=active, postgresql_where=active)


class ContactRow(DirectoryTable, table=True):
    """A contact and, once another took its place, when it ended."""

    __tablename__ = "contact"
    __table_args__ = (
        _one_active("contact_one_per_party", "party"),
        _one_active("contact_one_party_per_address", func.lower(column("email"))),
    )

    id: int | None = Field(default=None, primary_key=True)
    party: str
    unit_name: str
    email: str
    phone: str
    hours: str
    kind: str
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
    entered_by: str
    gln: str = ""
    sor: str = ""
    postal: str = ""
    confirmed_by: str = ""
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def value(self) -> Contact:
        """Read the row as a value."""
        fields = {name: getattr(self, name) for name in Contact.__dataclass_fields__}
        return Contact(**{**fields, "kind": UnitKind(self.kind)})


class PinnedKeyRow(DirectoryTable, table=True):
    """A pinned key and, once another took its place, when it ended. Its change tells whom we compared it with."""

    __tablename__ = "pinned_key"
    __table_args__ = (
        _one_active("pinned_key_one_per_party", "party"),
        _one_active("pinned_key_one_party_per_key", "fingerprint"),
    )

    id: int | None = Field(default=None, primary_key=True)
    party: str
    fingerprint: str
    certificate: bytes
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
    pinned_by: str
    confirmed_by: str = ""
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def value(self) -> PinnedKey:
        """Read the row as a value."""
        fields = {name: getattr(self, name) for name in PinnedKey.__dataclass_fields__}
        return PinnedKey(**{**fields, "fingerprint": Fingerprint.parse(self.fingerprint)})


Row = TypeVar("Row", ContactRow, PinnedKeyRow)


def _holds(at: datetime) -> ColumnElement[bool]:
    """Find the pins that count for what arrived `at`."""
    not_ended = or_(col(PinnedKeyRow.valid_to).is_(None), col(PinnedKeyRow.valid_to) > at)
    return not_ended & col(PinnedKeyRow.revoked_at).is_(None)


def _held(at: datetime) -> ColumnElement[bool]:
    """Find the contacts whose address may still be written from in what arrives `at`."""
    return or_(col(ContactRow.valid_to).is_(None), col(ContactRow.valid_to) > at - FORMER_ADDRESS)


def _of_departments(table: type[ContactRow | PinnedKeyRow]) -> ColumnElement[bool]:
    """Find the rows of our own departments; every other row is of a party of the agreement."""
    return col(table.party).startswith(PREFIX, autoescape=True)


def _goes_on(row: PinnedKeyRow, at: datetime) -> bool:
    return row.valid_to is None or row.valid_to > at


class AddressBook:
    """Look up the parties and record their changes in `session`; committing is the caller's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def contact(self, party: str) -> Contact | None:
        """Find how a party is reached now."""
        row = self._active(ContactRow, party)
        return row.value() if row else None

    def contacts(self) -> tuple[Contact, ...]:
        """List every party's active contact, by party; departments are none of them."""
        return tuple(one for one in self.everybody() if not is_department(one.party))

    def departments(self) -> tuple[Contact, ...]:
        """List the active contacts of our own departments that are reached by mail."""
        return tuple(one for one in self.everybody() if is_department(one.party))

    def mail_client_at(self, address: str, at: datetime) -> str | None:
        """Tell who writes by hand from an address in what arrives `at`: one of our departments, or a unit without us.

        Whoever has the address now comes first, then whoever had it last, each as what stood there: where a gateway
        stands nobody writes by hand, whatever stood there before.
        """
        holder = self._holder(address, at)
        if holder is not None:
            return holder.party if holder.by_hand else None
        change = expected_at(self._session, address)
        return change.party if change and self.by_hand(change.party, address) else None

    def gateway_at(self, address: str, at: datetime) -> str | None:
        """Tell whose gateway writes from an address in what arrives `at`."""
        holder = self._holder(address, at)
        return holder.party if holder and not holder.by_hand else None

    def _holder(self, address: str, at: datetime) -> Contact | None:
        same = func.lower(ContactRow.email) == address.lower()
        held = select(ContactRow).where(same, _held(at))
        ended = col(ContactRow.valid_to).is_not(None)
        row = self._session.exec(held.order_by(ended, col(ContactRow.id).desc())).first()
        return row.value() if row else None

    def by_hand(self, party: str, to_address: str = "") -> bool:
        """Tell whether only people read what is sent to a party now, or to an address it is about to have."""
        contact = self.contact(party)
        change = expected_at(self._session, to_address) if to_address else None
        if change is not None and change.party == party and change.kind:
            return UnitKind(change.kind) is UnitKind.MAIL_CLIENT and party != REGION
        return contact is not None and contact.by_hand

    def everybody(self) -> tuple[Contact, ...]:
        """List every active contact there is, by party: whose addresses nobody else can have."""
        active = select(ContactRow).where(col(ContactRow.valid_to).is_(None)).order_by(ContactRow.party)
        return tuple(row.value() for row in self._session.exec(active))

    def history(self, party: str) -> tuple[Contact, ...]:
        """List every contact a party has had, oldest first, the active one last (D5)."""
        every = select(ContactRow).where(ContactRow.party == party).order_by(col(ContactRow.id))
        return tuple(row.value() for row in self._session.exec(every))

    def addresses(self, party: str, at: datetime) -> frozenset[str]:
        """Give the addresses a party may write from in what arrives `at`: its own, the last ones, and the next one."""
        found = set(self._session.exec(select(ContactRow.email).where(ContactRow.party == party, _held(at))))
        return frozenset(found) | self.expected(party)

    def expected(self, party: str) -> frozenset[str]:
        """Give the address a party is about to have, once a person has confirmed it; no address when there is none."""
        return frozenset(expected_address(self._session, party))

    def verified(self, party: str, at: datetime) -> None:
        """Note that a signed answer came from the party's active address (D4)."""
        active = self._active(ContactRow, party)
        if active:
            active.verified_at = at

    def set_contact(self, contact: Contact) -> None:
        """Let `contact` take the active one's place; the same details again change nothing. Raises AddressTaken."""
        active = self._active(ContactRow, contact.party)
        if active and active.value().same_as(contact):
            return
        if self._address_owner(contact.email) not in (None, contact.party):
            raise AddressTaken
        fields = {name: getattr(contact, name) for name in Contact.__dataclass_fields__}
        self._replace(active, ContactRow(**fields), AddressTaken)

    def pinned(self, party: str) -> PinnedKey | None:
        """Find the key a party seals with now."""
        row = self._active(PinnedKeyRow, party)
        return row.value() if row else None

    def owner_of(self, fingerprint: str, at: datetime) -> str | None:
        """Tell whose key this was for what arrived `at`; a key that was pinned since counts, a revoked one never."""
        row = self._session.exec(
            select(PinnedKeyRow).where(_holds(at), PinnedKeyRow.fingerprint == fingerprint)
        ).first()
        return row.party if row else None

    def trusted(self, at: datetime) -> frozenset[Fingerprint]:
        """Give every key that is believed in a letter that arrived `at`: a department's never is."""
        held = select(PinnedKeyRow.fingerprint).where(_holds(at), ~_of_departments(PinnedKeyRow))
        return frozenset(Fingerprint.parse(text) for text in self._session.exec(held))

    def trusted_of(self, party: str, at: datetime) -> frozenset[Fingerprint]:
        """Give the keys that are believed in what arrived `at` from one party."""
        held = select(PinnedKeyRow.fingerprint).where(_holds(at), PinnedKeyRow.party == party)
        return frozenset(Fingerprint.parse(text) for text in self._session.exec(held))

    def believed(self, at: datetime) -> tuple[PinnedKey, ...]:
        """List the pins that count for what arrives `at`, by party; those of departments too."""
        rows = self._session.exec(select(PinnedKeyRow).where(_holds(at)).order_by(PinnedKeyRow.party))
        return tuple(row.value() for row in rows)

    def keys(self, party: str) -> tuple[PinnedKey, ...]:
        """List every key a party has had, oldest first."""
        every = select(PinnedKeyRow).where(PinnedKeyRow.party == party).order_by(col(PinnedKeyRow.id))
        return tuple(row.value() for row in self._session.exec(every))

    def succeed(self, key: PinnedKey, old_ends_at: datetime) -> None:
        """Pin `key` beside the party's active one, which then holds until `old_ends_at`. Raises KeyTaken."""
        active = self._active(PinnedKeyRow, key.party)
        self.pin(key)
        if active and active.fingerprint != key.fingerprint:
            active.valid_to = max(active.valid_from, old_ends_at)

    def revoke(self, party: str, at: datetime) -> tuple[Fingerprint, ...]:
        """End every key of a party for good, for one was lost or stolen and may have announced another; tell which."""
        rows = select(PinnedKeyRow).where(PinnedKeyRow.party == party, col(PinnedKeyRow.revoked_at).is_(None))
        ended = self._session.exec(rows).all()
        for row in ended:
            row.revoked_at = at
            row.valid_to = min(row.valid_to or at, max(row.valid_from, at))
        self._session.flush()
        return tuple(Fingerprint.parse(row.fingerprint) for row in ended)

    def pin(self, key: PinnedKey) -> None:
        """Let `key` take the place of the party's active one, if there is one. Raises KeyTaken."""
        active = self._active(PinnedKeyRow, key.party)
        if active and (active.fingerprint, active.certificate) == (key.fingerprint, key.certificate):
            return
        if self.is_spent(key):
            raise KeyTaken
        fields = {name: getattr(key, name) for name in PinnedKey.__dataclass_fields__}
        fields["fingerprint"] = str(key.fingerprint)
        self._replace(active, PinnedKeyRow(**fields), KeyTaken)

    def pin_instead(self, key: PinnedKey) -> None:
        """Pin `key` after people compared it: each other key of the party ends with it. Raises KeyTaken."""
        self.pin(key)
        others = select(PinnedKeyRow).where(
            PinnedKeyRow.party == key.party,
            PinnedKeyRow.fingerprint != key.fingerprint,
            col(PinnedKeyRow.valid_to) > key.valid_from,
        )
        for row in self._session.exec(others):
            row.valid_to = max(row.valid_from, key.valid_from)
        self._session.flush()

    def leave(self, party: str, at: datetime) -> bool:
        """End how a party is reached, contact and key, for nothing is sent there any more. Tells whether it was."""
        contact = self._active(ContactRow, party)
        if contact:
            contact.valid_to = max(contact.valid_from, at)
        return self.forget(party, at) or contact is not None

    def forget(self, party: str, at: datetime) -> bool:
        """End a party's active key, entered for the wrong one; letters to it then wait. Tells whether there was one."""
        active = self._active(PinnedKeyRow, party)
        if active is None:
            return False
        active.valid_to = max(active.valid_from, at)
        self._session.flush()
        return True

    def is_spent(self, key: PinnedKey) -> bool:
        """Tell whether a key is another's, also in its last days, or was revoked: neither is ever pinned."""
        same = self._session.exec(select(PinnedKeyRow).where(PinnedKeyRow.fingerprint == key.fingerprint))
        return any(row.revoked_at or (row.party != key.party and _goes_on(row, key.valid_from)) for row in same)

    def _address_owner(self, email: str) -> str | None:
        active = select(ContactRow).where(col(ContactRow.valid_to).is_(None))
        row = self._session.exec(active.where(func.lower(ContactRow.email) == email.lower())).first()
        return row.party if row else None

    def _active(self, table: type[Row], party: str) -> Row | None:
        return self._session.exec(select(table).where(table.party == party, col(table.valid_to).is_(None))).first()

    def _replace(
        self, active: ContactRow | PinnedKeyRow | None, row: ContactRow | PinnedKeyRow, clash: type[BookRefused]
    ) -> None:
        """End the active row and add the new one. If the database refuses, the transaction is lost with it."""
        try:
            if active:
                active.valid_to = max(active.valid_from, row.valid_from)
                self._session.flush()
            self._session.add(row)
            self._session.flush()
        except IntegrityError:
            raise clash from None
