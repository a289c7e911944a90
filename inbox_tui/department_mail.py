"""Which departments are reached by sealed mail: the municipality's admin alone pins their address and key (D14, E7).

The key is compared before it is pinned: the fingerprint is typed as the department read it aloud. No letter proves it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, select

from directory.book import AddressBook
from directory.departments import department_of, department_party
from directory.errors import AddressTaken, KeyTaken
from directory.model import Contact, PinnedKey, UnitKind, normal_address
from gateway.access.act import act, looking
from gateway.access.actions import Action
from gateway.exchange import arrivals, outbox
from gateway.exchange.identity import Identity
from gateway.rotation.rotate import Rotation
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from inbox_tui.casework.errors import DepartmentUnknown, NotByMail
from inbox_tui.tables import DepartmentRow
from keys.errors import KeyNotFound
from keys.fingerprint import Fingerprint
from keys.keyring import KeyInfo, Keyring


@dataclass(frozen=True)
class ByMail:
    """A department that is reached by mail, at which address and by which key; `key` is None once it is forgotten."""

    department_id: str
    name: str
    address: str
    fingerprint: Fingerprint | None
    key: KeyInfo | None


@dataclass(frozen=True)
class DepartmentMail:
    """Reaches departments by mail; each is `named` by its id or its name. `clock` is the machine's.

    `rotation` gives the change of our own key.
    """

    sessions: Sessions
    keyring: Keyring
    own: Identity
    rotation: Callable[[], Rotation]
    clock: Clock

    def reach(self, named: str, address: str, certificate: bytes, fingerprint: Fingerprint, person: Person) -> ByMail:
        """From now on forward to this department by mail, sealed for just this key; the same once more renews the key.

        The department has been given our key then, and what waited for its key leaves. Raises DepartmentUnknown,
        BadAddress, AddressTaken, KeyTaken, an ImportRefused for the key, MayNot, PersonGone or KeyringError.
        """
        now = self.clock()
        with act(self.sessions, person, Action.SET_DEPARTMENT, now) as deed:
            session, own, book = deed.session, self.own.book(deed.session), AddressBook(deed.session)
            row = _named(session, named)
            party, deed.about = department_party(row.id), row.id
            email = normal_address(address)
            if email.casefold() in {ours.casefold() for ours in own.addresses(now)}:
                raise AddressTaken
            if fingerprint in {row.fingerprint for row in own.keys()}:  # noqa: SIM118 - a book, not a mapping
                raise KeyTaken
            info = self.keyring.import_public(certificate, expected=fingerprint, now=now)
            book.set_contact(Contact(party, row.name, email, "", "", UnitKind.MAIL_CLIENT, now, person.id))
            book.pin_instead(PinnedKey(party, fingerprint, certificate, now, None, person.id))
            own.known(party, own.current(now), now, person.id)
            outbox.look_now(session, party, now)
            arrivals.look_again(session)
            deed.detail.update({"change": "mail", "key": str(fingerprint)})
            return ByMail(row.id, row.name, email, fingerprint, info)

    def unreach(self, named: str, person: Person) -> None:
        """Mail this department no more; it works in the inbox again. What has left cannot be called back.

        Raises DepartmentUnknown, NotByMail, MayNot or PersonGone.
        """
        now = self.clock()
        with act(self.sessions, person, Action.SET_DEPARTMENT, now) as deed:
            deed.about = _named(deed.session, named).id
            if not AddressBook(deed.session).leave(department_party(deed.about), now):
                raise NotByMail
            deed.detail["change"] = "no-mail"

    def told(self, named: str, person: Person) -> None:
        """Note that a department's mail program has our newest key: what waited for that leaves.

        Raises DepartmentUnknown, NotByMail, NotToBeTold, MayNot or PersonGone.
        """
        with looking(self.sessions, person, Action.SET_DEPARTMENT, self.clock()) as session:
            party = department_party(_named(session, named).id)
            if AddressBook(session).contact(party) is None:
                raise NotByMail
        self.rotation().told(party, person)

    def listed(self, person: Person) -> tuple[ByMail, ...]:
        """List the departments that are reached by mail; raises MayNot or PersonGone."""
        with act(self.sessions, person, Action.LIST_DEPARTMENTS, self.clock()) as deed:
            book = AddressBook(deed.session)
            return tuple(self._by_mail(book, contact) for contact in book.departments())

    def _by_mail(self, book: AddressBook, contact: Contact) -> ByMail:
        pin = book.pinned(contact.party)
        info = self._described(pin.fingerprint) if pin else None
        key = pin.fingerprint if pin else None
        return ByMail(department_of(contact.party), contact.unit_name, contact.email, key, info)

    def _described(self, fingerprint: Fingerprint) -> KeyInfo | None:
        try:
            return self.keyring.describe(fingerprint)
        except KeyNotFound:
            return None


def _named(session: Session, text: str) -> DepartmentRow:
    """Find a department by its id or its name, however it is capitalised."""
    wanted = text.strip().casefold()
    for row in session.exec(select(DepartmentRow)):
        if wanted in {row.id, row.name.casefold()}:
            return row
    raise DepartmentUnknown
