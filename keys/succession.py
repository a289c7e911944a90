"""A key and its successor: the new one shows that its owner holds it, before anybody takes it into a key ring.

Whoever announces a key must be able to sign by it: otherwise a party could put another's key in place of its own, and
have letters meant for itself sealed so that only the other opens them (RFC 9580 5.2.1.9 binds subkeys for that reason).
"""

from datetime import datetime
from typing import Final

import pysequoia
from pysequoia.packet import HashAlgorithm, SignatureType

from keys import certificate, second_opinion
from keys.errors import BadSignature, Damaged, SignedInFuture, UnusableKey, WeakDigest, WrongFingerprint, WrongSigner
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring
from keys.signing import only_signature, sign
from keys.verdict import CLOCKS_MAY_DIFFER

_STRONG: Final = (HashAlgorithm.SHA256, HashAlgorithm.SHA384, HashAlgorithm.SHA512)


def prove(keyring: Keyring, statement: bytes, *, key: Fingerprint) -> str:
    """Sign the statement by the new key; give the proof in ASCII armour. Raise a SealRefused or a KeyringError."""
    return sign(keyring, statement, signer=key).decode("ascii")


def check(blob: bytes, statement: bytes, proof: bytes | str, *, expected: Fingerprint, now: datetime) -> None:
    """Return only when the one key in `blob` is the one expected, usable at `now`, and signed this statement.

    Nothing enters a key ring here. Raise an ImportRefused for the key's faults (as `Keyring.import_public` does, which
    asks besides whether it can encrypt), an OpenRefused for the proof's.
    """
    candidate = certificate.read(blob)
    if candidate.info.fingerprint != expected:
        raise WrongFingerprint
    cause = candidate.info.unusable_at(now)
    if cause is not None:
        raise UnusableKey(cause.value)
    packet = only_signature(proof.encode("utf-8", "replace") if isinstance(proof, str) else proof)
    _check_form(packet, now)
    opinion = second_opinion.opinion_of_detached(statement, packet, signer=candidate.sequoia)
    if opinion.signers != (expected,):
        raise WrongSigner


def _check_form(packet: bytes, now: datetime) -> None:
    with second_opinion.contained(Damaged):
        signature = pysequoia.Sig.from_bytes(packet)
        made, digest, kind = signature.created, signature.hash_algorithm, signature.signature_type
    if kind != SignatureType.Binary or made is None:
        raise BadSignature
    if digest not in _STRONG:
        raise WeakDigest
    if made > now + CLOCKS_MAY_DIFFER:
        raise SignedInFuture
