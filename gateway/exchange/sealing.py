"""Turn a letter into an envelope, and an envelope into an opened letter: the one place where wire and keys meet."""

from dataclasses import dataclass, field
from datetime import datetime

from directory.book import AddressBook
from directory.model import PinnedKey
from gateway.exchange.identity import Identity, Reader
from gateway.language import danish as _
from gateway.wire import envelope as mail
from gateway.wire import payload as wire
from gateway.wire.errors import ForFormerKey, LetterUnreadable, NotForThisUnit, SenderDiffers
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import ABOUT_MEETINGS, HEADINGS, Kind, Letter, new_id
from keys.errors import NotForUs
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring
from keys.sealing import Opened, is_sealed_to, open_sealed, seal


@dataclass(frozen=True)
class SealedLetter:
    """An envelope ready for the relay, and what is remembered of it."""

    envelope_id: str
    content: bytes = field(repr=False)
    sender: str
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
    opened_with: Fingerprint


def seal_letter(  # noqa: PLR0913 - a letter, from whom, to whom, when, and what is told beside it
    letter: Letter,
    *,
    own: Identity,
    recipient: str,
    key: PinnedKey,
    keyring: Keyring,
    now: datetime,
    trail: wire.Trail | None = None,
) -> SealedLetter:
    """Write, fill, sign and encrypt `letter` for the address `recipient`; raises SealRefused or KeyringError.

    `trail` is how far the audit trails have come, for the reader to witness.
    """
    outside = mail.Outside(own.address, recipient, new_id(), now)
    reader = wire.address(letter.to_party, recipient, key.fingerprint)
    payload = wire.written(letter, sender=own.on_the_wire, reader=reader, now=now, trail=trail)
    words = mail.Words(
        f"{_(HEADINGS[letter.kind])} {letter.number}",
        letter_text(letter),
        _calendar(letter, own.address, recipient),
    )
    padding = mail.padding_for(outside, words, payload.encoded())
    encoded = payload.model_copy(update={"padding": "x" * padding}).encoded()
    content = mail.level(mail.fill(outside, words, encoded, automatic=letter.kind is Kind.RECEIPT))
    sealed = seal(keyring, content, signer=own.fingerprint, reader=key.fingerprint)
    return SealedLetter(
        envelope_id=outside.envelope_id,
        content=mail.wrap(sealed.ciphertext, outside),
        sender=own.address,
        recipient=recipient,
        digest=wire.digest(encoded),
        signed_by=sealed.signed_by,
        sealed_to=sealed.sealed_to,
    )


def _calendar(letter: Letter, sender: str, reader: str) -> mail.CalendarPart | None:
    if letter.kind not in ABOUT_MEETINGS:
        return None
    from gateway.wire.calendar_part import calendar_part  # noqa: PLC0415 - few letters need the library, and it is slow

    return calendar_part(letter, sender=sender, reader=reader)


def open_letter(
    raw: bytes, *, own: Reader, book: AddressBook, keyring: Keyring, now: datetime, arrived_at: datetime | None = None
) -> OpenedLetter:
    """Open a mail and believe it only when every guard holds (DESIGN: the wire).

    Whose key it was is judged by the moment it arrived (None: now): what it says of its own date proves nothing. Raises
    NotAnEnvelope, OpenRefused, EnvelopeDisagrees, SenderDiffers or NotForThisUnit: each means quarantine.
    """
    arrived_at = arrived_at or now
    envelope = mail.unwrap(raw)
    opened_with, opened = opened_by(own, envelope.ciphertext, book.trusted(arrived_at), keyring, now)
    party = book.owner_of(opened.signed_by, arrived_at)
    if party is None or envelope.sender not in {known.casefold() for known in book.addresses(party, arrived_at)}:
        raise SenderDiffers
    inside = mail.look_inside(opened.content, envelope)
    payload = _payload_in(inside)
    if payload is not None:
        _require_sender(payload, envelope, party, opened.signed_by)
        _require_recipient(payload, envelope, own, opened_with)
    return OpenedLetter(
        payload=payload,
        automatic=inside.automatic,
        digest=wire.digest(inside.payload),
        envelope_id=envelope.message_id.strip("<>").partition("@")[0],
        party=party,
        signed_by=opened.signed_by,
        signed_at=opened.signed_at,
        opened_with=opened_with,
    )


def opened_by(
    own: Reader,
    ciphertext: bytes,
    signers: frozenset[Fingerprint],
    keyring: Keyring,
    now: datetime,
    *,
    by_mail_program: bool = False,
) -> tuple[Fingerprint, Opened]:
    """Open by the one of our keys it was sealed to; raises ForFormerKey, and what `open_sealed` does."""
    for key in own.keys:
        try:
            opened = open_sealed(
                keyring, ciphertext, reader=key, signers=signers, now=now, by_mail_program=by_mail_program
            )
        except NotForUs:
            continue
        return key, opened
    if any(is_sealed_to(keyring, ciphertext, key) for key in own.former):
        raise ForFormerKey
    raise NotForUs


def _payload_in(inside: mail.Inside) -> wire.Payload | None:
    try:
        return wire.read(inside.payload)
    except LetterUnreadable:
        return None


def _require_sender(payload: wire.Payload, envelope: mail.Envelope, party: str, signed_by: Fingerprint) -> None:
    """Hold the letter's own words against its seal: it is no one else's letter."""
    if payload.from_ != wire.address(party, payload.from_.address, signed_by):
        raise SenderDiffers
    if payload.from_.address.casefold() != envelope.sender:
        raise SenderDiffers


def _require_recipient(payload: wire.Payload, envelope: mail.Envelope, own: Reader, opened_with: Fingerprint) -> None:
    """Hold the letter's own words against where it came and what opened it: nobody passed it on to us."""
    if payload.to != wire.address(own.party, payload.to.address, opened_with) or not own.has(payload.to.address):
        raise NotForThisUnit
    if payload.to.address.casefold() != envelope.recipient:
        raise NotForThisUnit
