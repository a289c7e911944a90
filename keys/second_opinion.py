"""A second OpenPGP implementation, Sequoia, opens every letter again, in process: it must see what GnuPG saw.

One parser can be led astray, by a user id or a notation that looks like a status line; two of different make, by the
same bytes, hardly. Sequoia's errors carry stack traces and sometimes input, so their text never leaves this module.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pysequoia
from pysequoia.packet import PacketPile, SignatureType

from keys.errors import KeysError, SecondOpinionDiffers
from keys.fingerprint import Fingerprint

_PANIC = "PanicException"  # raised by Rust's panics; derives from BaseException and cannot be imported


@dataclass(frozen=True, slots=True)
class Opinion:
    """What Sequoia found: the content, and the primary keys whose signatures it verified."""

    content: bytes = field(repr=False)
    signers: tuple[Fingerprint, ...]


@contextmanager
def contained(refusal: type[KeysError]) -> Iterator[None]:
    """Turn whatever Sequoia raises inside into this refusal, and drop its text. Our own errors pass."""
    try:
        yield
    except KeysError:
        raise
    except Exception:  # noqa: BLE001 - Sequoia documents no error types, and none of its text may leave
        raise refusal from None
    except BaseException as caught:
        if type(caught).__name__ != _PANIC:
            raise
        raise refusal from None


def make_decryptor(secret_key: bytes, passphrase: str) -> pysequoia.PyDecryptor:
    """Unlock an exported secret key for `opinion`; worth keeping, since unlocking costs more than opening."""
    return pysequoia.Tsk.from_bytes(secret_key).decryptor(passphrase)


def opinion(ciphertext: bytes, *, decryptor: pysequoia.PyDecryptor, signers: Sequence[pysequoia.Cert]) -> Opinion:
    """Open the letter and verify it against these certificates only. Raise SecondOpinionDiffers when it cannot."""
    with contained(SecondOpinionDiffers):
        found = pysequoia.decrypt(ciphertext, decryptor=decryptor, store=lambda _key_ids: list(signers))
        verified = tuple(Fingerprint.parse(signature.certificate) for signature in found.valid_sigs)
        return Opinion(found.bytes or b"", verified)


def opinion_of_signed(signed: bytes, *, signers: Sequence[pysequoia.Cert]) -> Opinion:
    """Verify a signed message whose encryption is off already. Raise SecondOpinionDiffers when it cannot."""
    with contained(SecondOpinionDiffers):
        found = pysequoia.verify(signed, lambda _key_ids: list(signers))
        verified = tuple(Fingerprint.parse(signature.certificate) for signature in found.valid_sigs)
        return Opinion(found.bytes or b"", verified)


def opinion_of_detached(content: bytes, signature: bytes, *, signer: pysequoia.Cert) -> Opinion:
    """Verify one signature packet beside what it signs, by the key as it was when it signed.

    Raise SecondOpinionDiffers when it cannot.
    """
    with contained(SecondOpinionDiffers):
        packet = pysequoia.Sig.from_bytes(signature)
        found = pysequoia.verify(content, lambda _key_ids: [signer], signature=packet)
        verified = tuple(Fingerprint.parse(seen.certificate) for seen in found.valid_sigs)
        return Opinion(content, verified)


def before_revocation(binary: bytes) -> pysequoia.Cert:
    """Read a key as it was before it was revoked. Wrap it in `contained`."""
    packets = PacketPile.from_bytes(binary)
    kept = [packet for packet in packets if packet.signature_type != SignatureType.KeyRevocation]
    return pysequoia.Cert.from_packets(kept)


def probe(reader: pysequoia.Cert) -> bytes:
    """Encrypt nothing at all to a key, to learn whether it can be used. Wrap it in `contained`."""
    return pysequoia.encrypt(b"", [reader], armor=False)
