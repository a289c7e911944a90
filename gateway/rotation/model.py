"""How the change of our own key stands, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from directory.book import AddressBook
from directory.own import OwnBook
from keys.fingerprint import Fingerprint


@dataclass(frozen=True)
class Rotating:
    """How the change of our key stands. Without one (`new` is None) `old` is simply our key, and nobody is missing.

    `heard` are known to use the new key, `stragglers` are not; `phones` gives each its number, where one is known.
    While `runs`, the old key holds beside the new one, until `old_ends_at`. After that stragglers are told by phone,
    which is all there is to do when the old one was `lost`.
    """

    old: Fingerprint
    new: Fingerprint | None = None
    begun_at: datetime | None = None
    old_ends_at: datetime | None = None
    heard: tuple[str, ...] = ()
    stragglers: tuple[str, ...] = ()
    phones: Mapping[str, str] = field(default_factory=dict)
    runs: bool = False
    lost: bool = False

    @property
    def present(self) -> Fingerprint:
        """Give the newest key."""
        return self.new or self.old


def rotating(own: OwnBook, now: datetime) -> Rotating:
    """Read how the change of our key stands in the book."""
    newest, stragglers = own.newest(), own.stragglers(now)
    old, present = own.before(newest), Fingerprint(newest.fingerprint)
    runs = old is not None and old.opens_at(now)
    if old is None or not (runs or stragglers):
        return Rotating(present)
    book = AddressBook(own.session)
    contacts = {contact.party: contact for contact in book.contacts()}
    parties = sorted({pin.party for pin in book.believed(now)})
    return Rotating(
        old=Fingerprint(old.fingerprint),
        new=present,
        begun_at=newest.made_at,
        old_ends_at=old.ends_at,
        heard=tuple(party for party in parties if party not in stragglers),
        stragglers=stragglers,
        phones={party: contacts[party].phone for party in parties if party in contacts},
        runs=runs,
        lost=old.revoked_at is not None,
    )
