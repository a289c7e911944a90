"""What a CareCommunication says of a referral: thread, segments with their authors, the citizen, both parties.

Each letter is one segment of text, in its own plain Danish: the referral first, then every supplement. The thread's id
is the conversation's and the message's is its newest letter's, so that both ends name the same message alike, and it is
the same message however often it is made; one more letter makes another message (MedCom, reliable messaging).
"""

import enum
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Self

from directory.model import Contact
from gateway.language import danish as _
from gateway.medcom.errors import CprNeeded, CprUnusable
from gateway.site.settings import MedComSettings
from gateway.terminal.plain import one_line, plain
from gateway.wire.cpr import CitizenNumber, IdentifierKind, InvalidCpr, identify
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import HEADINGS, Kind, Letter
from gateway.wire.referral import Citizen, Referral, Sender, says_something
from gateway.wire.supplement import Supplement, in_force

RANDOM: Final = 4
"""The version of the UUIDs that MedCom asks for."""


class Lack(enum.StrEnum):
    """What must be seen to before the message may be sent on MedCom's network."""

    SENDER_SOR = "sender-sor"
    """MedCom asks for the SOR code of who sends it."""
    SENDER_EAN = "sender-ean"
    """Likewise the EAN/GLN location number."""
    RECEIVER_SOR = "receiver-sor"
    """MedCom asks for the SOR code of who receives it."""
    RECEIVER_EAN = "receiver-ean"
    """Likewise the EAN/GLN location number."""
    AUTHOR_ROLE = "author-role"
    """MedCom asks for the role of everybody who wrote a segment."""
    AUTHOR_PHONE = "author-phone"
    """Likewise a phone number."""
    NUMBER_OF_NO_REGISTER = "number-of-no-register"
    """The substitute number is one that two places may have given to two people."""
    REMARK_ON_URGENCY = "remark-on-urgency"
    """The sender remarked on urgency, and nothing acute may be sent this way."""
    NOT_ASSESSED = "not-assessed"
    """Nobody has assessed yet whether it is acute, and nothing acute may be sent this way."""


@dataclass(frozen=True)
class Party:
    """One of the two organisations, and what it is known by."""

    name: str
    phone: str = ""
    sor: str = ""
    ean: str = ""

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """Name a party as the address book knows it (D16)."""
        return cls(one_line(contact.unit_name), contact.phone, contact.sor, contact.gln)

    @classmethod
    def known_as(cls, unit: Contact, known: MedComSettings) -> Self:
        """Name our own unit, with what its settings say that MedCom knows it by."""
        return cls(one_line(unit.unit_name), unit.phone, known.sor or "", known.ean or "")


@dataclass(frozen=True)
class Author:
    """Who wrote a segment. What is not known is empty."""

    name: str
    role: str
    phone: str


@dataclass(frozen=True)
class Segment:
    """One letter, as it was written; `id` is the segment's own."""

    id: str
    author: Author
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True)
class Message:
    """A referral with what was added to it. Everything in it is harmless text."""

    id: str
    thread: str
    topic: str
    sent_at: datetime
    number: CitizenNumber = field(repr=False)
    citizen: Citizen = field(repr=False)
    segments: tuple[Segment, ...]
    sender: Party
    receiver: Party
    urgency_remarked: bool = False

    def part(self, *names: str) -> str:
        """Give a part of the message an id of its own, the same every time."""
        return lasting_id(self.id, *names)

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """Tell what must be seen to before it may be sent."""
        return tuple(self._lacks())

    def _lacks(self) -> Iterator[Lack]:
        known = {
            Lack.SENDER_SOR: self.sender.sor,
            Lack.SENDER_EAN: self.sender.ean,
            Lack.RECEIVER_SOR: self.receiver.sor,
            Lack.RECEIVER_EAN: self.receiver.ean,
            Lack.AUTHOR_ROLE: all(one.author.role for one in self.segments),
            Lack.AUTHOR_PHONE: all(one.author.phone for one in self.segments),
            Lack.NUMBER_OF_NO_REGISTER: self.number.names_one_person,
            Lack.REMARK_ON_URGENCY: not self.urgency_remarked,
        }
        yield from (lack for lack, there in known.items() if not there)


def message(letters: Sequence[Letter], sender: Party, receiver: Party, sent_at: datetime, today: date) -> Message:
    """Read a message out of a referral's letter and the supplements that followed it, oldest first.

    `sent_at` is when the referral was sealed. Raises CprNeeded or CprUnusable, and as a letter of another shape does.
    """
    first, *later = letters
    referral, supplements = Referral.parse(first.body["referral"]), [Supplement.read(one.body) for one in later]
    now = in_force(referral, supplements)
    wrote = (referral.sender, referral.submitted_at or sent_at)
    written = (wrote, *(_told(one, referral.sender) for one in supplements))
    last = max((sent_at, *(one.written_at for one in supplements)))
    return Message(
        id=version_4(letters[-1].letter_id),
        thread=version_4(first.conversation_id),
        topic=_(HEADINGS[Kind.REFERRAL]),
        sent_at=last,
        number=_number(now.citizen, today),
        citizen=now.citizen,
        segments=tuple(_segment(letter, sender, *told) for letter, told in zip(letters, written, strict=True)),
        sender=sender,
        receiver=receiver,
        urgency_remarked=says_something(referral.urgency_remark),
    )


def version_4(text: str) -> str:
    """Keep an id that has the form MedCom asks for; one that another program made otherwise becomes one that has."""
    return text if uuid.UUID(text).version == RANDOM else lasting_id(text)


def lasting_id(*names: str) -> str:
    """Make an id of the form MedCom asks for that is the same whenever it is made from the same names."""
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=RANDOM))


def _number(citizen: Citizen, today: date) -> CitizenNumber:
    try:
        number = identify(citizen.cpr, today=today)
    except InvalidCpr:
        raise CprUnusable from None
    if number.kind is IdentifierKind.MISSING:
        raise CprNeeded
    return number


def _told(said: Supplement, sender: Sender) -> tuple[Sender, datetime]:
    """Tell who wrote a supplement, and when; their role is known only when they wrote the referral too."""
    role = sender.role if said.written_by == sender.name else None
    return Sender(name=said.written_by, role=role, phone=said.sender_phone), said.written_at


def _segment(letter: Letter, party: Party, who: Sender, at: datetime) -> Segment:
    """Write a letter as its author's words; who gave no number is reached at the unit's own."""
    author = Author(*map(one_line, (who.name, who.role or "", who.phone or party.phone)))
    return Segment(lasting_id(letter.letter_id, "segment"), author, at, plain(letter_text(letter)))
