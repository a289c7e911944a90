"""Sign a record and prove its signature, where nothing is encrypted, such as a trail's checkpoints (RFC 9580 10.4).

`sign` gives a signature by exactly the key asked for, or raises; `require_signature` tells when it was made, or raises.
Neither ever answers with a truth value that somebody could forget to look at.
"""

from datetime import UTC, datetime
from typing import Final

from keys import second_opinion
from keys.errors import (
    Damaged,
    GpgFailed,
    KeyNotFound,
    KeysError,
    OpenSignerRevoked,
    SealInspectionFailed,
    SecondOpinionDiffers,
    SeveralSignatures,
    SignerUnusable,
    TooLarge,
    Unsigned,
)
from keys.fingerprint import Fingerprint
from keys.gpg import Reply, complaints, values
from keys.keyring import Keyring
from keys.packets import MalformedPackets, Tag, dearmor, walk
from keys.sealing import AS_SIGNER
from keys.verdict import Story, judge_detached

LARGEST_SIGNATURE: Final = 16 * 1024
"""In bytes. Ours are 230; one by a large RSA key is a kilobyte."""
_LITERAL_HEAD: Final = b"b\x00\x00\x00\x00\x00"  # binary, no file name, no date (RFC 9580 5.9)
_NEW_LITERAL: Final = b"\xcb\xff"  # tag 11 in the new format, and a length of four octets


def sign(keyring: Keyring, content: bytes, *, signer: Fingerprint) -> bytes:
    """Sign `content` by exactly this key; give the signature in ASCII armour.

    Raise a SealRefused that names the cause, or a KeyringError.
    """
    who = ("--digest-algo", "SHA512", "--local-user", f"{signer}!")
    with keyring.reading():
        made = keyring.gpg.act(*who, "--armor", "--detach-sign", data=content, passphrase=keyring.passphrase)
    created = [fields[-1] for fields in values(made, "SIG_CREATED")]
    if made.returncode != 0 or not created:
        # GnuPG judged by the machine's clock, so its refusal is explained by that clock.
        raise _why_not_signed(keyring, made, signer, datetime.now(UTC))
    if created != [signer]:
        raise SealInspectionFailed("signed by another key")
    only_signature(made.data)
    return made.data


def require_signature(
    keyring: Keyring, content: bytes, signature: bytes, *, signer: Fingerprint, now: datetime
) -> datetime:
    """Tell when `signer` signed `content` (aware UTC), as GnuPG and Sequoia both see it.

    The key must have been valid then; that it has expired or was superseded since is no objection, but by a key that
    was compromised nothing is proved. Raise KeyNotFound for a key that is not in the ring, an OpenRefused for
    everything that is wrong with the signature.
    """
    packet = only_signature(signature)
    keyring.certificate(signer)
    # A signature before the literal packet is the oldest form of a signed message: gpg needs no second file for it.
    literal = _LITERAL_HEAD + content
    message = packet + _NEW_LITERAL + len(literal).to_bytes(4) + literal
    with keyring.reading():
        reply = keyring.gpg.act("--verify", data=message)
    story = Story(reply.status_lines, reply.returncode)
    signed = judge_detached(story, signer=signer, now=now)
    try:
        confirm(keyring, content, signature, signer=signer)
    except SecondOpinionDiffers:
        if story.has("REVKEYSIG"):
            raise OpenSignerRevoked from None
        raise
    return signed.at


def confirm(keyring: Keyring, content: bytes, signature: bytes, *, signer: Fingerprint) -> None:
    """Let Sequoia alone confirm a signature: two hundred times faster, for a long row of records.

    Raise what `require_signature` raises. The newest record of a row deserves both.
    """
    opinion = second_opinion.opinion_of_detached(
        content, only_signature(signature), signer=keyring.certificate(signer).sequoia
    )
    if opinion.signers != (signer,):
        raise SecondOpinionDiffers


def only_signature(signature: bytes) -> bytes:
    """Take the armour off; raise unless exactly one signature packet, and nothing else, is inside."""
    if len(signature) > LARGEST_SIGNATURE:
        raise TooLarge
    try:
        packet = dearmor(signature, kind=b"SIGNATURE")
        tags = [found.tag for found in walk(packet)]
    except MalformedPackets:
        raise Damaged from None
    if not tags:
        raise Unsigned
    if set(tags) != {Tag.SIGNATURE}:
        raise Damaged
    if len(tags) > 1:
        raise SeveralSignatures
    return packet


def _why_not_signed(keyring: Keyring, made: Reply, signer: Fingerprint, now: datetime) -> KeysError:
    try:
        cause = keyring.describe(signer).unusable_at(now)
    except KeyNotFound:
        return SignerUnusable()
    if cause is not None:
        return AS_SIGNER[cause]()
    return SignerUnusable() if values(made, "INV_SGNR") else GpgFailed(complaints(made))
