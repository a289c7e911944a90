"""The address book: who is reached where, and by which key, now and before.

The database itself keeps each party to one active contact and one active key, and each active address and key to one
party (D1, D5); the checks here only say so more kindly. Past rows are never changed but for the moment they ended.
"""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Index, column, func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, col, select

from directory.columns import UtcDateTime
from directory.errors import AddressTaken, BookRefused, KeyTaken
from directory.model import Contact, PinnedKey, UnitKind
from keys.fingerprint import Fingerprint


class DirectoryTable(SQLModel, registry=registry()):
    """The family of the directory's tables: `DirectoryTable.metadata` creates them and nothing else."""


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

    def value(self) -> Contact:
        """Read the row as a value."""
        return Contact(
            party=self.party,
            unit_name=self.unit_name,
            email=self.email,
            phone=self.phone,
            hours=self.hours,
            kind=UnitKind(self.kind),
            valid_from=self.valid_from,
            entered_by=self.entered_by,
        )


class PinnedKeyRow(DirectoryTable, table=True):
    """A pinned key and, once another took its place, when it ended."""

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

    def value(self) -> PinnedKey:
        """Read the row as a value."""
        return PinnedKey(
            party=self.party,
            fingerprint=Fingerprint.parse(self.fingerprint),
            certificate=self.certificate,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            pinned_by=self.pinned_by,
        )


Row = TypeVar("Row", ContactRow, PinnedKeyRow)


class AddressBook:
    """Look up the parties and record their changes in `session`; committing is the caller's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def contact(self, party: str) -> Contact | None:
        """Find how a party is reached now."""
        row = self._active(ContactRow, party)
        return row.value() if row else None

    def contacts(self) -> tuple[Contact, ...]:
        """List every party's active contact, by party."""
        active = select(ContactRow).where(col(ContactRow.valid_to).is_(None)).order_by(ContactRow.party)
        return tuple(row.value() for row in self._session.exec(active))

    def history(self, party: str) -> tuple[Contact, ...]:
        """List every contact a party has had, oldest first, the active one last (D5)."""
        every = select(ContactRow).where(ContactRow.party == party).order_by(col(ContactRow.id))
        return tuple(row.value() for row in self._session.exec(every))

    def addresses(self, party: str) -> frozenset[str]:
        """Give the addresses a party may write from now."""
        contact = self.contact(party)
        return frozenset({contact.email} if contact else ())

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

    def owner_of(self, fingerprint: str) -> str | None:
        """Tell which party's active key this is."""
        active = select(PinnedKeyRow).where(col(PinnedKeyRow.valid_to).is_(None))
        row = self._session.exec(active.where(PinnedKeyRow.fingerprint == fingerprint)).first()
        return row.party if row else None

    def trusted(self) -> frozenset[Fingerprint]:
        """Give every active pinned key."""
        active = select(PinnedKeyRow.fingerprint).where(col(PinnedKeyRow.valid_to).is_(None))
        return frozenset(Fingerprint.parse(text) for text in self._session.exec(active))

    def pin(self, key: PinnedKey) -> None:
        """Let `key` take the place of the party's active one, if there is one. Raises KeyTaken."""
        active = self._active(PinnedKeyRow, key.party)
        if active and (active.fingerprint, active.certificate) == (key.fingerprint, key.certificate):
            return
        if self.owner_of(key.fingerprint) not in (None, key.party):
            raise KeyTaken
        fields = {name: getattr(key, name) for name in PinnedKey.__dataclass_fields__}
        fields["fingerprint"] = str(key.fingerprint)
        self._replace(active, PinnedKeyRow(**fields), KeyTaken)

    def forget(self, party: str, at: datetime) -> bool:
        """End a party's active key, entered for the wrong one; letters to it then wait. Tells whether there was one."""
        active = self._active(PinnedKeyRow, party)
        if active is None:
            return False
        active.valid_to = max(active.valid_from, at)
        self._session.flush()
        return True

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
