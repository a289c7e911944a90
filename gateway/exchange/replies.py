"""What people sign by hand: opened by the guards a letter is opened by, and never taken for a letter.

A department, or a municipality's unit without a gateway, answers from a mail program. What comes from its address goes
this way and no other, and is believed by its key alone. So nothing signed by hand can pass for a letter of the
agreement, and no letter for such an answer. Nobody is answered, whatever becomes of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from directory.book import AddressBook
from gateway.exchange.identity import Reader
from gateway.exchange.sealing import opened_by
from gateway.wire import reply
from gateway.wire.errors import NotForThisUnit, SenderDiffers, WireError
from gateway.wire.reply import Reply
from keys.errors import OpenRefused
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring


@dataclass(frozen=True)
class When:
    """When a mail is looked at, and when it came: by the machine's clock, and by the rules'."""

    now: datetime
    arrived_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class Answered:
    """An answer that was opened and proved: whose it is, what it says, and by which of our keys it was read."""

    party: str
    said: Reply = field(repr=False)
    signed_at: datetime
    opened_with: Fingerprint
    when: When


TakeReply = Callable[[Session, Answered], bool]
"""Acts on an answer in the caller's transaction; False: it changes nothing. Raises a WireError when it fits nothing."""


def open_reply(raw: bytes, party: str, *, own: Reader, book: AddressBook, keyring: Keyring, when: When) -> Answered:
    """Open a mail from an address where `party` writes by hand; raises OpenRefused or WireError: it is kept apart."""
    signers = book.trusted_of(party, when.arrived_at)
    opened_with, opened = opened_by(own, reply.unwrap(raw), signers, keyring, when.now, by_mail_program=True)
    said = reply.read(opened.content)
    if said.sender and said.sender not in {one.casefold() for one in book.addresses(party, when.arrived_at)}:
        raise SenderDiffers
    if said.recipients and not any(map(own.has, said.recipients)):
        raise NotForThisUnit
    return Answered(party, said, opened.signed_at, opened_with, when)


def is_reply(raw: bytes, party: str, *, own: Reader, book: AddressBook, keyring: Keyring, when: When) -> bool:
    """Tell whether a mail from the address of a gateway is what a person there has signed by hand, and no letter."""
    try:
        open_reply(raw, party, own=own, book=book, keyring=keyring, when=when)
    except (OpenRefused, WireError):
        return False
    return True
