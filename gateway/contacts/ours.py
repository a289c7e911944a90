"""Our own unit gets another address, phone, name or hours: dated ahead, told to all, and the old goes on for a while.

People at each other end confirm it by ringing the number they know, and prove the address with a TEST (D5, D9, D10).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from directory import domains
from directory.book import AddressBook
from directory.days import check_beginning
from directory.departments import is_department
from directory.errors import AddressTaken, DirectoryError, PersonalAddress, WrongDomain
from directory.model import Contact, UnitKind, looks_personal
from directory.own import OwnBook, OwnContactRow
from gateway.access.act import Deed, act, looking, noted
from gateway.access.actions import Action
from gateway.contacts.errors import NothingChanges
from gateway.exchange import outbox
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Post
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import KeepingSettings
from gateway.wire.keeping import ContactChange
from gateway.wire.letters import Kind, Letter, new_id

LONGER: Final = timedelta(days=7)
"""How much longer an old address holds, each time, while somebody still writes there."""


@dataclass(frozen=True)
class OwnChange:
    """How our unit was, is or will be reached; `using` are the parties known to write there, `waiting` the others."""

    contact: Contact
    ends_at: datetime | None
    using: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class OurContact:
    """How our own unit is reached. `unit` tells how it is now, `clock` is the machine's."""

    sessions: Sessions
    post: Post
    own: Identity
    unit: Callable[[], Contact]
    keeping: KeepingSettings
    clock: Clock

    def propose(self, contact: Contact, person: Person, *, personal_ok: bool = False) -> None:
        """Let our unit be reached in another way from `contact.valid_from` on, and tell every party whose key we have.

        One that has not begun yet is replaced. Raises BadDay, WrongDomain, PersonalAddress, AddressTaken or
        NothingChanges.
        """
        with self._attempt(person) as deed:
            now, book = self.clock(), self.own.book(deed.session)
            self._judge(deed.session, contact, now, personal_ok=personal_ok)
            self._begin(book, contact, person, now)
            deed.detail["told"] = self._tell(deed.session, contact, person)

    def tell_again(self, person: Person) -> int:
        """Tell every party once more how we are last going to be reached; tell how many. Raises NothingChanges.

        For one that has refused the first letter, or lost it: whoever knows already takes no notice.
        """
        with self._attempt(person) as deed:
            rows = self.own.book(deed.session).contacts()
            if not rows:
                raise NothingChanges
            told = self._tell(deed.session, self._value(rows[-1]), person)
            deed.detail["told"] = told
            return told

    def listed(self, person: Person) -> tuple[OwnChange, ...]:
        """List how our unit was, is and will be reached, the newest first; empty before the first change."""
        with looking(self.sessions, person, Action.LIST_CONTACTS, self.clock()) as session:
            book = self.own.book(session)
            parties = sorted(one.party for one in AddressBook(session).contacts())
            return tuple(self._shown(book, row, parties) for row in reversed(book.contacts()))

    def tick(self) -> int:
        """Let mail to an old address of ours in for as long as somebody is not known to write to the new one (D10)."""
        now = self.clock()
        with self.sessions.reading() as session:
            late = self._still_needed(session, now)
        if late:
            with self.sessions.session() as session:
                for row in self._still_needed(session, now):
                    row.ends_at = now + LONGER
                    session.add(row)
        return 0

    def _still_needed(self, session: Session, now: datetime) -> list[OwnContactRow]:
        """List the old addresses that soon end, or ended while we were off, though somebody still writes there."""
        book = self.own.book(session)
        *old, latest = book.contacts() or [_row(self.unit(), "settings")]
        soon = now + LONGER - timedelta(days=1)
        ending = [row for row in old if row.ends_at and row.ends_at < soon and row.email != latest.email]
        parties = [one.party for one in AddressBook(session).contacts()] if ending else []
        used = {book.address_for(party, now) for party in parties}
        return [row for row in ending if row.email in used]

    def _shown(self, book: OwnBook, row: OwnContactRow, parties: list[str]) -> OwnChange:
        using = tuple(party for party in parties if book.knows(party, row.email))
        waiting = tuple(party for party in parties if party not in using)
        return OwnChange(self._value(row), row.ends_at, using, waiting)

    def _value(self, row: OwnContactRow) -> Contact:
        return Contact(
            party=self.own.party,
            unit_name=row.unit_name,
            email=row.email,
            phone=row.phone,
            hours=row.hours,
            kind=UnitKind(row.kind),
            valid_from=row.valid_from,
            entered_by=row.entered_by,
        )

    def _judge(self, session: Session, contact: Contact, now: datetime, *, personal_ok: bool) -> None:
        check_beginning(contact.valid_from, now)
        latest = self._latest(self.own.book(session))
        if latest.same_as(contact):
            raise NothingChanges
        if contact.email.casefold() == latest.email.casefold():
            return
        allowed = (*self.keeping.domains, domains.domain_of(latest.email))
        if not domains.fits(contact.party, contact.email, allowed):
            raise WrongDomain
        if looks_personal(contact.email) and not personal_ok:
            raise PersonalAddress
        if contact.email.casefold() in {one.email.casefold() for one in AddressBook(session).everybody()}:
            raise AddressTaken

    def _tell(self, session: Session, contact: Contact, person: Person) -> int:
        outbox.take_back(session, Kind.CONTACT_CHANGE, self.clock())
        keys = AddressBook(session).believed(self.clock())
        parties = sorted({pin.party for pin in keys if pin.valid_to is None and not is_department(pin.party)})
        for party in parties:
            self.post(session, _letter(party, contact, person))
        return len(parties)

    def _latest(self, book: OwnBook) -> Contact:
        rows = book.contacts()
        return self._value(rows[-1]) if rows else self.unit()

    def _begin(self, book: OwnBook, contact: Contact, person: Person, now: datetime) -> None:
        rows = list(book.contacts())
        if not rows:
            rows = [_row(self.unit(), "settings")]
            rows[0].valid_from = now
        while rows[-1].valid_from > now and len(rows) > 1:
            book.session.delete(rows.pop())
        rows[-1].ends_at = contact.valid_from + timedelta(days=self.keeping.overlap_days)
        book.session.add_all([rows[-1], _row(contact, person.id)])
        book.session.flush()

    @contextmanager
    def _attempt(self, person: Person) -> Iterator[Deed]:
        try:
            with act(self.sessions, person, Action.PROPOSE_CHANGE, self.clock(), self.own.party) as deed:
                yield deed
        except (DirectoryError, NothingChanges) as refusal:
            with self.sessions.session() as session:
                noted(session, person, Action.PROPOSE_CHANGE, self.clock(), self.own.party, refusal.code)
            raise


def _row(contact: Contact, by: str) -> OwnContactRow:
    return OwnContactRow(
        unit_name=contact.unit_name,
        email=contact.email,
        phone=contact.phone,
        hours=contact.hours,
        kind=contact.kind,
        valid_from=contact.valid_from,
        entered_by=by,
    )


def _letter(party: str, contact: Contact, person: Person) -> Letter:
    body = ContactChange(
        unit_name=contact.unit_name,
        email=contact.email,
        phone=contact.phone,
        hours=contact.hours,
        kind=contact.kind,
        valid_from=contact.valid_from,
        written_by=person.name,
    )
    return Letter(Kind.CONTACT_CHANGE, new_id(), party, "", body.written())
