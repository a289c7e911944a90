"""Seal and open: sign-and-encrypt in one act, decrypt-and-verify in one act. There is no half of either.

`seal` gives a sealed text that was inspected, or raises; `open_sealed` gives content that is proved, or raises.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import pysequoia

from keys import second_opinion, shape
from keys.certificate import Unusable
from keys.errors import (
    BadSignature,
    ClockBehindKey,
    Compressed,
    Damaged,
    GpgFailed,
    KeyNotFound,
    KeysError,
    NotForUs,
    OpenRefused,
    OpenSignerExpired,
    OpenSignerRevoked,
    ReaderExpired,
    ReaderRevoked,
    ReaderUnusable,
    SealInspectionFailed,
    SealRefused,
    SealSignerExpired,
    SealSignerRevoked,
    SecondOpinionDiffers,
    SignerUnusable,
    TooLarge,
    WrongSigner,
)
from keys.fingerprint import Fingerprint
from keys.gpg import Reply, complaints, values
from keys.keyring import Keyring
from keys.packets import Tag, first_tag
from keys.verdict import OF_BYTES, OF_TEXT, Signed, Story, judge

LIMIT_BYTES: Final = 4 * 1024 * 1024
"""The largest letter, sealed or opened, in bytes."""
AS_SIGNER: Final[dict[Unusable, type[SealRefused]]] = {
    Unusable.REVOKED: SealSignerRevoked,
    Unusable.EXPIRED: SealSignerExpired,
    Unusable.NOT_YET_MADE: ClockBehindKey,
}
"""Why a key cannot sign now."""
_AS_READER: Final[dict[Unusable, type[SealRefused]]] = {
    Unusable.REVOKED: ReaderRevoked,
    Unusable.EXPIRED: ReaderExpired,
    Unusable.NOT_YET_MADE: ClockBehindKey,
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text, in ASCII armour, and the primary keys it was signed by and sealed to."""

    ciphertext: bytes = field(repr=False)
    signed_by: Fingerprint
    sealed_to: Fingerprint


@dataclass(frozen=True, slots=True)
class Opened:
    """What a sealed text held, the primary key that signed it, and when it says it was signed (aware UTC)."""

    content: bytes = field(repr=False)
    signed_by: Fingerprint
    signed_at: datetime


def seal(keyring: Keyring, content: bytes, *, signer: Fingerprint, reader: Fingerprint) -> Sealed:
    """Sign by exactly this key and encrypt to exactly this key, uncompressed; a site may seal to itself.

    Raise a SealRefused that names the cause, or a KeyringError. Nothing else ever comes out.
    """
    how = ("-z", "0", "--compress-algo", "none", "--digest-algo", "SHA512", "--cipher-algo", "AES256")
    # With the size known the packets have definite lengths, which the other side's parsers read eight times faster.
    who = ("--local-user", f"{signer}!", "--set-filesize", str(len(content)))
    with keyring.reading():
        made = keyring.gpg.encrypt(content, [reader], sign=True, passphrase=keyring.passphrase, extra_args=[*how, *who])
    if made.returncode != 0 or not values(made, "END_ENCRYPTION"):
        # GnuPG judged by the machine's clock, so its refusal is explained by that clock.
        raise _why_not_sealed(keyring, made, signer, reader, datetime.now(UTC))
    _inspect(keyring, made, signer, reader)
    return Sealed(made.data, signer, reader)


def open_sealed(  # noqa: PLR0913 - a text, whose keys, when, and how it may have been made
    keyring: Keyring,
    ciphertext: bytes,
    *,
    reader: Fingerprint,
    signers: Collection[Fingerprint],
    now: datetime,
    limit_bytes: int = LIMIT_BYTES,
    by_mail_program: bool = False,
) -> Opened:
    """Decrypt with `reader` and verify by one of `signers`; content comes out only when everything holds.

    `ciphertext` is one OpenPGP message, armoured or binary, of at most `limit_bytes`, as is its content. What is made
    `by_mail_program` may be compressed, and signed as text; its lines then end as they may. Raise an OpenRefused for
    the text's own faults, a KeyringError (KeyNotFound, GpgStalled, GpgFailed) for ours.
    """
    if len(ciphertext) > limit_bytes:
        raise TooLarge
    if not signers:
        raise WrongSigner("no key is pinned for this sender")
    message = shape.read_message(ciphertext)
    if not message.may_be_for(keyring.certificate(reader).encryption_key_ids):
        raise NotForUs
    reply = _decrypt(keyring, message, reader, limit_bytes)
    story = Story(reply.status_lines, reply.returncode, exit_code_explained=message.has_anonymous)
    try:
        classes = OF_TEXT if by_mail_program else OF_BYTES
        signed = judge(story, reader=reader, signers=signers, now=now, classes=classes)
    except Damaged:
        _require_sound(keyring, reader, limit_bytes)
        raise
    except BadSignature:
        if not values(_unwrapped(keyring, message), "DECRYPTION_OKAY"):
            raise Damaged from None
        raise
    confirm = _confirm_of_mail_program if by_mail_program else _confirm
    confirm(keyring, message, reply, reader, signed)
    return Opened(reply.data, signed.by, signed.at)


def is_sealed_to(keyring: Keyring, ciphertext: bytes, key: Fingerprint) -> bool:
    """Tell whether a sealed text names this key of the ring as its reader. Raise an OpenRefused for other text."""
    recipients = shape.read_message(ciphertext).recipients
    try:
        return not keyring.certificate(key).encryption_key_ids.isdisjoint(recipients)
    except KeyNotFound:
        return False


def open_own(keyring: Keyring, ciphertext: bytes, *, own: Fingerprint, now: datetime) -> bytes:
    """Open what the site sealed to itself, such as its data key: also after its key has expired or was revoked.

    A letter by such a key is refused; a site must not lose its own records on that day, not even when the key was
    compromised: whoever has it opens them as well, and to refuse would harm their owner alone. Seal them anew by the
    next key. Whether the signature was good when it was made is then for Sequoia alone to say, by the key as it was
    before it was revoked. Raise an OpenRefused or a KeyringError.
    """
    try:
        return open_sealed(keyring, ciphertext, reader=own, signers={own}, now=now).content
    except (OpenSignerExpired, OpenSignerRevoked):
        with second_opinion.contained(SecondOpinionDiffers):
            signer = second_opinion.before_revocation(keyring.certificate(own).binary)
        seen = _second(keyring, shape.read_message(ciphertext), own, signer)
        if seen.signers != (own,):
            raise SecondOpinionDiffers from None
        return seen.content


def _inspect(keyring: Keyring, made: Reply, signer: Fingerprint, reader: Fingerprint) -> None:
    try:
        message = shape.read_message(made.data)
    except OpenRefused:
        raise SealInspectionFailed from None
    if [fields[-1] for fields in values(made, "SIG_CREATED")] != [signer]:
        raise SealInspectionFailed("signed by another key")
    if not keyring.certificate(reader).encryption_key_ids.issuperset(message.recipients):
        raise SealInspectionFailed("encrypted to another key")


def _why_not_sealed(
    keyring: Keyring, made: Reply, signer: Fingerprint, reader: Fingerprint, now: datetime
) -> KeysError:
    for key, causes, absent in ((signer, AS_SIGNER, SignerUnusable), (reader, _AS_READER, ReaderUnusable)):
        try:
            cause = keyring.describe(key).unusable_at(now)
        except KeyNotFound:
            return absent()
        if cause is not None:
            return causes[cause]()
    if values(made, "INV_SGNR"):
        return SignerUnusable()
    return ReaderUnusable() if values(made, "INV_RECP") else GpgFailed(complaints(made))


def _decrypt(keyring: Keyring, message: shape.Message, reader: Fingerprint, limit_bytes: int) -> Reply:
    """Decrypt, and where GnuPG could not even begin, tell our own trouble (raise GpgFailed) from the letter's."""
    reply = _attempt(keyring, message.binary, limit_bytes)
    if values(reply, "DECRYPTION_INFO"):
        return reply
    _require_sound(keyring, reader, limit_bytes)
    # The agent may have come back only for the probe: the letter gets a second hearing.
    return _attempt(keyring, message.binary, limit_bytes)


def _attempt(keyring: Keyring, ciphertext: bytes, limit_bytes: int) -> Reply:
    with keyring.reading():
        reply: Reply = keyring.gpg.decrypt(
            ciphertext, passphrase=keyring.passphrase, extra_args=["--max-output", str(limit_bytes)]
        )
    return reply


def _require_sound(keyring: Keyring, reader: Fingerprint, limit_bytes: int) -> None:
    """Let GnuPG open a harmless text; raise GpgFailed when it cannot, or ends in error as it does on a full disk."""
    with second_opinion.contained(Damaged):
        harmless = second_opinion.probe(keyring.certificate(reader).sequoia)
    reply = _attempt(keyring, harmless, limit_bytes)
    if not values(reply, "DECRYPTION_OKAY") or reply.returncode != 0:
        raise GpgFailed("GnuPG cannot use our own secret key, or cannot write")


def _confirm(keyring: Keyring, message: shape.Message, reply: Reply, reader: Fingerprint, signed: Signed) -> None:
    try:
        seen = _second(keyring, message, reader, keyring.certificate(signed.by).sequoia)
    except SecondOpinionDiffers:
        if first_tag(_unwrapped(keyring, message).data) == Tag.COMPRESSED:
            raise Compressed from None
        raise
    if seen.content != reply.data or seen.signers != (signed.by,):
        raise SecondOpinionDiffers


def _confirm_of_mail_program(
    keyring: Keyring, message: shape.Message, reply: Reply, _reader: Fingerprint, signed: Signed
) -> None:
    """Ask Sequoia about the signature alone: it cannot see through compression as it decrypts."""
    seen = _of_unwrapped(keyring, message, keyring.certificate(signed.by).sequoia)
    if _lines(seen.content) != _lines(reply.data) or seen.signers != (signed.by,):
        raise SecondOpinionDiffers


def _lines(text: bytes) -> bytes:
    """GnuPG writes the lines of a text as its machine does, Sequoia as they were signed."""
    return text.replace(b"\r\n", b"\n")


def _second(
    keyring: Keyring, message: shape.Message, reader: Fingerprint, signer: pysequoia.Cert
) -> second_opinion.Opinion:
    """Ask Sequoia. It will not decrypt by a key that has ended, so then GnuPG takes the encryption off for it."""
    if keyring.describe(reader).unusable_at(datetime.now(UTC)) is None:
        return second_opinion.opinion(message.binary, decryptor=keyring.decryptor(reader), signers=[signer])
    return _of_unwrapped(keyring, message, signer)


def _of_unwrapped(keyring: Keyring, message: shape.Message, signer: pysequoia.Cert) -> second_opinion.Opinion:
    inner = _unwrapped(keyring, message)
    if not values(inner, "DECRYPTION_OKAY") or not values(inner, "GOODMDC"):
        raise SecondOpinionDiffers
    return second_opinion.opinion_of_signed(inner.data, signers=[signer])


def _unwrapped(keyring: Keyring, message: shape.Message) -> Reply:
    """Take only the encryption off, to find out what is wrong inside."""
    return keyring.gpg.act("--unwrap", "--decrypt", data=message.binary, passphrase=keyring.passphrase)
