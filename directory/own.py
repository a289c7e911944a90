"""What we are ourselves to the others: our keys and addresses, old and new, and what each party is known to use.

A letter is signed with the newest key its reader is known to use: one that was told by phone, or by which the reader
has sealed a letter to us. So an announcement that is lost or late costs nothing, and there is no moment of switching.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Field, Session, col, select

from directory.book import AddressBook
from directory.columns import UtcDateTime
from directory.departments import is_department
from directory.tables import DirectoryTable
from keys.fingerprint import Fingerprint

BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When the key a site began with is taken to have been made, until it has a row."""


class OwnKeyRow(DirectoryTable, table=True):
    """A key of ours. `replaces` names the one before it; the first has none, and everybody knows it.

    It opens what arrives before `ends_at` (None: no end is planned). `retired_at`: it was revoked as superseded.
    `revoked_at`: it was lost or stolen.
    """

    __tablename__ = "own_key"

    fingerprint: str = Field(primary_key=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    replaces: str | None = None
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def opens_at(self, at: datetime) -> bool:
        """Tell whether what arrived `at` may be opened by it."""
        return self.revoked_at is None and (self.ends_at is None or at < self.ends_at)


class OwnContactRow(DirectoryTable, table=True):
    """How our own unit is reached from `valid_from` on; mail for it is taken in until `ends_at`."""

    __tablename__ = "own_contact"

    id: int | None = Field(default=None, primary_key=True)
    unit_name: str
    email: str
    phone: str
    hours: str
    kind: str
    valid_from: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    entered_by: str


class KnownThereRow(DirectoryTable, table=True):
    """A party is known to use a key or an address of ours since `at`; `told_by` did so by phone, or nobody."""

    __tablename__ = "known_there"

    party: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    told_by: str = ""


@dataclass(frozen=True)
class OwnBook:
    """Ourselves, in one session; `fingerprint` and `address` are what the site began with."""

    session: Session
    fingerprint: Fingerprint
    address: str

    def keys(self) -> Sequence[OwnKeyRow]:
        """List our keys, oldest first; before the first rotation there is no row, and one key."""
        follows = {row.replaces: row for row in self.session.exec(select(OwnKeyRow))}
        rows, last = list[OwnKeyRow](), None
        while last in follows:
            rows.append(follows.pop(last))
            last = rows[-1].fingerprint
        return rows or [OwnKeyRow(fingerprint=self.fingerprint, made_at=BEFORE_ALL)]

    def newest(self) -> OwnKeyRow:
        """Give the newest of our keys, which all others shall use."""
        return self.keys()[-1]

    def before(self, row: OwnKeyRow) -> OwnKeyRow | None:
        """Give the key that another followed; None for the first."""
        return next((one for one in self.keys() if one.fingerprint == row.replaces), None)

    def succeed(self, new: Fingerprint, now: datetime, old_ends_at: datetime) -> None:
        """Let a new key follow the newest, which opens what arrives before `old_ends_at`."""
        old = self.newest()
        old.ends_at = old_ends_at
        old.made_at = min(old.made_at, now)
        self.session.add_all([old, OwnKeyRow(fingerprint=new, made_at=now, replaces=old.fingerprint)])
        self.session.flush()

    def lose(self, now: datetime) -> None:
        """End every key of ours but the newest for good: whoever took one of them may have taken all."""
        for row in self.keys()[:-1]:
            row.revoked_at = row.revoked_at or now
            row.ends_at = min(row.ends_at or now, now)
            self.session.add(row)
        self.session.flush()

    def stragglers(self, now: datetime) -> tuple[str, ...]:
        """List the parties that are not known to use our newest key; before the first rotation there are none."""
        newest = self.newest()
        if newest.replaces is None:
            return ()
        parties = sorted({pin.party for pin in AddressBook(self.session).believed(now)})
        return tuple(party for party in parties if not self.knows(party, newest.fingerprint))

    def opening(self, at: datetime) -> tuple[Fingerprint, ...]:
        """Give the keys that may open what arrived `at`, newest first."""
        return tuple(Fingerprint(row.fingerprint) for row in reversed(self.keys()) if row.opens_at(at))

    def current(self, now: datetime) -> Fingerprint:
        """Give the newest of our keys: what is sealed for ourselves is sealed to it."""
        newest = self.opening(now)
        return newest[0] if newest else Fingerprint(self.newest().fingerprint)

    def former(self, at: datetime) -> tuple[Fingerprint, ...]:
        """Give the keys that no longer open what arrived `at`."""
        return tuple(Fingerprint(row.fingerprint) for row in self.keys() if not row.opens_at(at))

    def signer_for(self, party: str, now: datetime) -> Fingerprint | None:
        """Give the newest key that `party` is known to use; None when it must be told of ours by phone first."""
        living = [row for row in reversed(self.keys()) if row.opens_at(now)]
        known = (row for row in living if row.replaces is None or self.knows(party, row.fingerprint))
        return next((Fingerprint(row.fingerprint) for row in known), None)

    def contacts(self) -> Sequence[OwnContactRow]:
        """List how our unit was, is and will be reached; before the first change there is no row."""
        return self.session.exec(select(OwnContactRow).order_by(col(OwnContactRow.id))).all()

    def contact(self, now: datetime) -> OwnContactRow | None:
        """Give how our unit is reached now; None: as the settings say."""
        begun = [row for row in self.contacts() if row.valid_from <= now]
        return begun[-1] if begun else None

    def addresses(self, at: datetime) -> frozenset[str]:
        """Give the addresses that mail is taken in for: the present one, the last and the next."""
        open_ones = {row.email for row in self.contacts() if row.ends_at is None or at < row.ends_at}
        return frozenset(open_ones or {self.address})

    def address_for(self, party: str, now: datetime) -> str:
        """Give the address we write to `party` from: the newest of ours that it writes to, else the one it was told.

        That is the one which was ours when people here last compared its key, or had it announced. A department is not
        told of a change, and is written to from the present one.
        """
        begun = [row for row in self.contacts() if row.valid_from <= now]
        if begun and is_department(party):
            return begun[-1].email
        used = next((row.email for row in reversed(begun) if self.knows(party, row.email)), None)
        if used or not begun:
            return used or self.address
        pins = AddressBook(self.session).keys(party)
        told = [row.email for row in begun if pins and row.valid_from < pins[-1].valid_from]
        return told[-1] if told else begun[0].email

    def knows(self, party: str, what: str) -> bool:
        """Tell whether a party is known to use a key or an address of ours."""
        return self.session.get(KnownThereRow, (party, what)) is not None

    def known(self, party: str, what: str, now: datetime, told_by: str = "") -> None:
        """Note that a party uses a key or address of ours; the first time counts."""
        if not self.knows(party, what):
            self.session.add(KnownThereRow(party=party, what=what, at=now, told_by=told_by))
            self.session.flush()
