"""Who a site is when it writes and reads letters."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from directory.own import OwnBook
from gateway.wire.payload import Address, address
from keys.fingerprint import Fingerprint


@dataclass(frozen=True)
class Identity:
    """This site as others know it: its party code, its one mail address and its key."""

    party: str
    address: str
    fingerprint: Fingerprint

    @property
    def on_the_wire(self) -> Address:
        """Give the name a letter carries."""
        return address(self.party, self.address, self.fingerprint)

    @property
    def reader(self) -> "Reader":
        """Give this one identity as a reader."""
        return Reader(self.party, frozenset({self.address}), (self.fingerprint,))

    def book(self, session: Session) -> OwnBook:
        """Open the book about ourselves."""
        return OwnBook(session, self.fingerprint, self.address)

    def writing_to(self, session: Session, party: str, now: datetime) -> "Identity | None":
        """Give who we are to `party`; None while it knows none of our keys."""
        book = self.book(session)
        signer = book.signer_for(party, now)
        return Identity(self.party, book.address_for(party, now), signer) if signer else None

    def reading(self, session: Session, at: datetime) -> "Reader":
        """Give who we are to what arrived `at`."""
        book = self.book(session)
        return Reader(self.party, book.addresses(at), book.opening(at), book.former(at))


@dataclass(frozen=True)
class Reader:
    """This site as it reads: while a key or an address follows another, letters for either are its own.

    What is sealed to a `former` key stays shut: its time is over, or somebody else has it.
    """

    party: str
    addresses: frozenset[str]
    keys: tuple[Fingerprint, ...]
    former: tuple[Fingerprint, ...] = ()

    def has(self, mail: str) -> bool:
        """Tell whether an address is ours, however it is capitalised."""
        return mail.casefold() in {own.casefold() for own in self.addresses}
