"""Whether what is proposed can be right: the address, the day, the key; each has a plain reason if not (D8, D11)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session, col, select

from directory import domains, phone
from directory.book import AddressBook
from directory.changes import ChangeRow
from directory.days import check_beginning
from directory.errors import AddressTaken, KeyTaken, NotAParty, PersonalAddress, WrongDomain
from directory.model import Contact, PinnedKey, checked_party, looks_personal
from directory.own import OwnBook
from gateway.contacts.errors import NobodyNamed, NothingChanges, WrongNumber
from gateway.contacts.model import Call, Wanted
from keys.errors import UnusableKey, WrongFingerprint
from keys.fingerprint import Fingerprint
from keys.keyring import inspect_public


@dataclass(frozen=True)
class Judge:
    """Judges proposals in one session. `allowed` are mail domains that an administrator has let in."""

    session: Session
    own: OwnBook
    own_party: str
    allowed: Sequence[str]
    now: datetime = field(repr=False)

    def wanted(self, wanted: Wanted) -> Wanted:
        """Give what would really change.

        Raises what can be wrong with a record (RecordRefused), AddressTaken, KeyTaken, ImportRefused for the key, and
        NothingChanges.
        """
        party = checked_party(wanted.party)
        if party == self.own_party or (wanted.contact and wanted.contact.party != party):
            raise NotAParty
        key = self._key(party, wanted)
        contact = self.contact(wanted.contact, personal_ok=wanted.personal_ok) if wanted.contact else None
        if contact is None and key is None:
            raise NothingChanges
        return replace(wanted, party=party, contact=contact, fingerprint=key)

    def contact(self, contact: Contact, *, personal_ok: bool) -> Contact | None:
        """Hold a contact against the book; None when the party is reached like that already.

        Raises BadDay, WrongDomain, PersonalAddress or AddressTaken.
        """
        check_beginning(contact.valid_from, self.now)
        active = self.active(contact.party)
        if active and active.same_as(contact):
            return None
        if active and active.email.casefold() == contact.email.casefold():
            return contact
        known = (domains.domain_of(active.email),) if active else ()
        if not domains.fits(contact.party, contact.email, (*self.allowed, *known)):
            raise WrongDomain
        if looks_personal(contact.email) and not personal_ok:
            raise PersonalAddress
        self._refuse_taken(contact)
        return contact

    def active(self, party: str) -> Contact | None:
        """Give how a party is reached now."""
        return AddressBook(self.session).contact(party)

    def _refuse_taken(self, contact: Contact) -> None:
        others = select(ChangeRow.email).where(
            ChangeRow.party != contact.party, col(ChangeRow.ended_at).is_(None), col(ChangeRow.email).is_not(None)
        )
        taken = {one.email for one in AddressBook(self.session).everybody() if one.party != contact.party}
        taken |= set(filter(None, self.session.exec(others))) | self.own.addresses(self.now)
        if contact.email.casefold() in {email.casefold() for email in taken}:
            raise AddressTaken

    def _key(self, party: str, wanted: Wanted) -> Fingerprint | None:
        """Read and judge a key that is not in the ring yet; None where the party has just that one."""
        if wanted.certificate is None:
            return None
        info = inspect_public(wanted.certificate)
        if info.fingerprint != wanted.fingerprint:
            raise WrongFingerprint
        if cause := info.unusable_at(self.now):
            raise UnusableKey(cause.value)
        book = AddressBook(self.session)
        candidate = PinnedKey(party, info.fingerprint, wanted.certificate, self.now, None, "")
        ours = {row.fingerprint for row in self.own.keys()}  # noqa: SIM118 - a book, not a mapping
        if info.fingerprint in ours or book.is_spent(candidate):
            raise KeyTaken
        pinned = book.pinned(party)
        same = pinned and (pinned.fingerprint, pinned.certificate) == (info.fingerprint, wanted.certificate)
        return None if same else info.fingerprint


def rung(call: Call, active: Contact | None, new_phone: str | None) -> str:
    """Give the number that was rung, in its normal form: the one we knew, or said to be the switchboard's (D11).

    A switchboard is no number that only the proposal names. Raises BadPhone, WrongNumber or NobodyNamed.
    """
    if not call.spoken_with.strip() or not call.spoken_with.isprintable():
        raise NobodyNamed
    number = phone.normalise(call.number)
    if active and number == active.phone:
        return number
    if not call.switchboard or (active and number == new_phone):
        raise WrongNumber
    return number
