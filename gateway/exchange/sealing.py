"""Turn a letter into an envelope, and an envelope into an opened letter: the one place where wire and keys meet."""

from dataclasses import dataclass, field
from datetime import datetime

from directory.book import AddressBook
from directory.model import Contact, PinnedKey
from gateway.exchange.identity import Identity
from gateway.language import danish as _
from gateway.wire import envelope as mail
from gateway.wire import payload as wire
from gateway.wire.errors import LetterUnreadable, NotForThisUnit, SenderDiffers
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import ABOUT_MEETINGS, HEADINGS, Kind, Letter, new_id
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring
from keys.sealing import open_sealed, seal


@dataclass(frozen=True)
class SealedLetter:
    """An envelope ready for the relay, and what is remembered of it."""

    envelope_id: str
    content: bytes = field(repr=False)
    recipient: str
    digest: str
    signed_by: Fingerprint
    sealed_to: Fingerprint


@dataclass(frozen=True)
class OpenedLetter:
    """What came out of a good seal. `payload` is None when the right party signed something we cannot read."""

    payload: wire.Payload | None
    automatic: bool
    digest: str
    envelope_id: str
    party: str
    signed_by: Fingerprint
    signed_at: datetime


def seal_letter(  # noqa: PLR0913 - a letter, from whom, to whom, when, and what is told beside it
    letter: Letter,
    *,
    own: Identity,
    contact: Contact,
    key: PinnedKey,
    keyring: Keyring,
    now: datetime,
    trail: wire.Trail | None = None,
) -> SealedLetter:
    """Write, fill, sign and encrypt `letter` for `contact`; raises SealRefused or KeyringError.

    `trail` is how far the audit trails have come, for the reader to witness.
    """
    outside = mail.Outside(own.address, contact.email, new_id(), now)
    reader = wire.address(letter.to_party, contact.email, key.fingerprint)
    payload = wire.written(letter, sender=own.on_the_wire, reader=reader, now=now, trail=trail)
    words = mail.Words(
        f"{_(HEADINGS[letter.kind])} {letter.number}",
        letter_text(letter),
        _calendar(letter, own.address, contact.email),
    )
    padding = mail.padding_for(outside, words, payload.encoded())
    encoded = payload.model_copy(update={"padding": "x" * padding}).encoded()
    content = mail.level(mail.fill(outside, words, encoded, automatic=letter.kind is Kind.RECEIPT))
    sealed = seal(keyring, content, signer=own.fingerprint, reader=key.fingerprint)
    return SealedLetter(
        envelope_id=outside.envelope_id,
        content=mail.wrap(sealed.ciphertext, outside),
        recipient=contact.email,
        digest=wire.digest(encoded),
        signed_by=sealed.signed_by,
        sealed_to=sealed.sealed_to,
    )


def _calendar(letter: Letter, sender: str, reader: str) -> mail.CalendarPart | None:
    if letter.kind not in ABOUT_MEETINGS:
        return None
    from gateway.wire.calendar_part import calendar_part  # noqa: PLC0415 - few letters need the library, and it is slow

    return calendar_part(letter, sender=sender, reader=reader)


def open_letter(raw: bytes, *, own: Identity, book: AddressBook, keyring: Keyring, now: datetime) -> OpenedLetter:
    """Open a mail and believe it only when every guard holds (DESIGN: the wire).

    Raises NotAnEnvelope, OpenRefused, EnvelopeDisagrees, SenderDiffers or NotForThisUnit: each means quarantine.
    """
    envelope = mail.unwrap(raw)
    opened = open_sealed(keyring, envelope.ciphertext, reader=own.fingerprint, signers=book.trusted(), now=now)
    party = book.owner_of(opened.signed_by)
    if party is None or envelope.sender not in {known.casefold() for known in book.addresses(party)}:
        raise SenderDiffers
    inside = mail.look_inside(opened.content, envelope)
    payload = _payload_in(inside)
    if payload is not None:
        _require_names(payload, envelope, own, party, opened.signed_by)
    return OpenedLetter(
        payload=payload,
        automatic=inside.automatic,
        digest=wire.digest(inside.payload),
        envelope_id=envelope.message_id.strip("<>").partition("@")[0],
        party=party,
        signed_by=opened.signed_by,
        signed_at=opened.signed_at,
    )


def _payload_in(inside: mail.Inside) -> wire.Payload | None:
    try:
        return wire.read(inside.payload)
    except LetterUnreadable:
        return None


def _require_names(
    payload: wire.Payload, envelope: mail.Envelope, own: Identity, party: str, signed_by: Fingerprint
) -> None:
    """Hold the letter's own words against its seal: no one else's letter, and none passed on to us."""
    if payload.from_ != wire.address(party, payload.from_.address, signed_by):
        raise SenderDiffers
    if payload.from_.address.casefold() != envelope.sender:
        raise SenderDiffers
    if (
        payload.to != wire.address(own.party, own.address, own.fingerprint)
        or envelope.recipient != own.address.casefold()
    ):
        raise NotForThisUnit
