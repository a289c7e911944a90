"""A public key as somebody handed it to us, read without touching the key ring, and judged before it may enter."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

import pysequoia
from pysequoia.packet import Packet as PgpPacket
from pysequoia.packet import PacketPile, SignatureType

from keys.errors import NotAKey, NotOneKey, SecretMaterial, UnprintableUserId, UnusableKey
from keys.fingerprint import Fingerprint
from keys.packets import MalformedPackets, Packet, Tag, dearmor, walk
from keys.second_opinion import contained

LARGEST_KEY: Final = 64 * 1024
"""The largest key, in bytes, that is looked at. Ours are under one kilobyte; an RSA key with a history is ten."""
_LONGEST_USER_ID: Final = 256
_VERSION: Final = b"\x04"
"""What the fingerprint of forty digits belongs to; GnuPG 2.2 cannot use a key of version 6 (RFC 9580)."""
_ARMOR_START: Final = b"-----BEGIN PGP "
_PRIVATE: Final = _ARMOR_START + b"PRIVATE KEY BLOCK-----"
_SECRET: Final = {Tag.SECRET_KEY, Tag.SECRET_SUBKEY}
_ALLOWED: Final = {Tag.PUBLIC_KEY, Tag.PUBLIC_SUBKEY, Tag.USER_ID, Tag.SIGNATURE}
_USER_ATTRIBUTE: Final = 17


class Unusable(Enum):
    """Why a key cannot be used at a moment."""

    REVOKED = "Its owner has withdrawn it, for ever."
    EXPIRED = "Its last day has passed; its owner may still prolong it."
    NOT_YET_MADE = "The clock is earlier than its creation: one of two clocks is wrong."


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a public key says about itself. Times are aware UTC; `expires` is None for a key without a last day.

    After `expires` nothing can be sealed to it: mail programs prolong a key and forget the part of it that encrypts.
    """

    fingerprint: Fingerprint
    user_id: str
    created: datetime
    expires: datetime | None
    revoked: bool

    def unusable_at(self, now: datetime) -> Unusable | None:
        """Tell why the key cannot be used now, or None when it can."""
        if self.revoked:
            return Unusable.REVOKED
        if self.expires is not None and self.expires <= now:
            return Unusable.EXPIRED
        return Unusable.NOT_YET_MADE if now < self.created else None


@dataclass(frozen=True, slots=True)
class Certificate:
    """One public key, read: what it says, its binary form, and the ids of the keys in it that may encrypt."""

    info: KeyInfo
    binary: bytes
    sequoia: pysequoia.Cert
    encryption_key_ids: frozenset[str]


def inspect_public(blob: bytes) -> KeyInfo:
    """Read a public key without importing it, to show its fingerprint before it is pinned. Raises as `read` does."""
    return read(blob).info


def read(blob: bytes) -> Certificate:
    """Read the one public key in the blob.

    Raise UnusableKey (too large, of another version, or no user id), NotAKey, NotOneKey, SecretMaterial or
    UnprintableUserId.
    """
    binary = _one_block(blob)
    _check_packets(walk_or_refuse(binary))
    with contained(NotAKey):
        cert = pysequoia.Cert.from_bytes(binary)
        ends = _encryption_ends(binary)
        return Certificate(_info(cert, binary, ends.values()), binary, cert, frozenset(ends))


def check_user_id(user_id: str) -> None:
    """Raise UnprintableUserId unless the user id is short and every character prints: no control, separator, bidi."""
    if not user_id.isprintable() or not 0 < len(user_id.strip()) <= _LONGEST_USER_ID:
        raise UnprintableUserId


def walk_or_refuse(binary: bytes) -> list[Packet]:
    """List the packets of a key. Raise NotAKey."""
    try:
        return walk(binary)
    except MalformedPackets:
        raise NotAKey from None


def _one_block(blob: bytes) -> bytes:
    if len(blob) > LARGEST_KEY:
        raise UnusableKey("larger than any key we know")
    if _PRIVATE in blob:
        raise SecretMaterial
    if blob.count(_ARMOR_START) > 1:
        raise NotOneKey
    try:
        return dearmor(blob, kind=b"PUBLIC KEY BLOCK")
    except MalformedPackets:
        raise NotAKey from None


def _check_packets(packets: list[Packet]) -> None:
    tags = [packet.tag for packet in packets]
    if _SECRET.intersection(tags):
        raise SecretMaterial
    if tags.count(Tag.PUBLIC_KEY) > 1:
        raise NotOneKey
    if _USER_ATTRIBUTE in tags:
        raise UnprintableUserId("a user id is a picture")
    if tags[:1] != [Tag.PUBLIC_KEY] or not _ALLOWED.issuperset(tags):
        raise NotAKey
    if packets[0].body[:1] != _VERSION:
        raise UnusableKey("a key of another version than 4")
    if Tag.USER_ID not in tags:
        raise UnusableKey("it has no user id")
    for packet in packets:
        if packet.tag == Tag.USER_ID:
            check_user_id(_decoded(packet.body))


def _decoded(user_id: bytes) -> str:
    try:
        return user_id.decode()
    except UnicodeDecodeError:
        raise UnprintableUserId from None


def _info(cert: pysequoia.Cert, binary: bytes, ends: Collection[datetime | None]) -> KeyInfo:
    packets = list(PacketPile.from_bytes(binary))
    written = [packet.user_id for packet in packets if packet.user_id is not None]
    created: datetime = packets[0].key_created
    try:
        in_force, expires = [str(user_id) for user_id in cert.user_ids], cert.expiration
    except RuntimeError:  # nothing on the key is in force yet, or Sequoia will not rely on it: tell what is written
        lifetimes = [packet.key_validity_period for packet in packets if packet.key_validity_period is not None]
        in_force, expires = [], created + max(lifetimes) if lifetimes else None
    to_encrypt = None if None in ends else max(filter(None, ends), default=None)
    expires = min(filter(None, (expires, to_encrypt)), default=None)
    return KeyInfo(Fingerprint.parse(cert.fingerprint), (in_force or written)[0], created, expires, cert.is_revoked)


def _encryption_ends(binary: bytes) -> dict[str, datetime | None]:
    """Tell the ids of the keys in it that may encrypt, and the last moment of each by the newest word on it."""
    newest: dict[str, tuple[datetime, datetime | None]] = {}
    for key_id, created, word in _words_on_encryption(binary):
        said, lasts = word.signature_created or created, word.key_validity_period
        if said >= newest.get(key_id, (said, None))[0]:
            newest[key_id] = said, created + lasts if lasts else None
    return {key_id: end for key_id, (_said, end) in newest.items()}


def _words_on_encryption(binary: bytes) -> Iterator[tuple[str, datetime, PgpPacket]]:
    """List each signature that lets a key encrypt, with the id of that key and when it was made."""
    key_id, created = "", None
    for packet in PacketPile.from_bytes(binary):
        if packet.key_id and packet.key_created:
            key_id, created = packet.key_id.upper(), packet.key_created
        flags = packet.key_flags
        if created is None or flags is None or packet.signature_type == SignatureType.SubkeyRevocation:
            continue
        if flags.transport_encryption or flags.storage_encryption:
            yield key_id, created, packet
