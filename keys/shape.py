"""The shape of a sealed text from outside: to how many keys, to which, and protected how. Nothing is decrypted here."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pysequoia.packet import PacketPile

from keys.errors import Damaged, NotEncrypted, NotIntegrityProtected
from keys.packets import MalformedPackets, Packet, Tag, dearmor, walk
from keys.second_opinion import contained

_KEY_ID: Final = slice(1, 9)
_NOBODY: Final = "0" * 16
_MOST_RECIPIENTS: Final = 20
"""gpg tries each that names our key; hundreds would keep it busy for seconds."""


@dataclass(frozen=True, slots=True)
class Message:
    """One encrypted message: its binary form, and the id of every key it is encrypted to (sixteen zeros: not named)."""

    binary: bytes
    recipients: tuple[str, ...]

    @property
    def has_anonymous(self) -> bool:
        """Tell whether a recipient is not named, so that gpg tries keys in vain and may exit with 2."""
        return _NOBODY in self.recipients

    def may_be_for(self, key_ids: Collection[str]) -> bool:
        """Tell whether one of these encryption keys, or nobody by name, is a recipient."""
        return self.has_anonymous or not set(self.recipients).isdisjoint(key_ids)


def read_message(text: bytes) -> Message:
    """Read exactly one message encrypted to keys: session keys, then one integrity-protected packet, and no more.

    Raise NotEncrypted, NotIntegrityProtected or Damaged (RFC 4880 section 11.3).
    """
    binary = _without_armor(text)
    packets = _walked(binary)
    tags = [packet.tag for packet in packets]
    if Tag.PKESK not in tags:
        raise NotEncrypted
    if tags[-1] == Tag.SED:
        raise NotIntegrityProtected
    if tags != [Tag.PKESK] * (len(tags) - 1) + [Tag.SEIP] or len(tags) > _MOST_RECIPIENTS + 1:
        raise Damaged
    return Message(binary, _recipients(binary, packets))


def _recipients(binary: bytes, packets: list[Packet]) -> tuple[str, ...]:
    ours = tuple(packet.body[_KEY_ID].hex().upper() for packet in packets[:-1])
    with contained(Damaged):
        theirs = tuple(packet.body[_KEY_ID].hex().upper() for packet in list(PacketPile.from_bytes(binary))[:-1])
    if ours != theirs:
        raise Damaged
    return ours


def _without_armor(text: bytes) -> bytes:
    try:
        return dearmor(text, kind=b"MESSAGE")
    except MalformedPackets:
        if b"-----BEGIN PGP MESSAGE-----" in text:
            raise Damaged from None
        raise NotEncrypted from None


def _walked(binary: bytes) -> list[Packet]:
    try:
        return walk(binary)
    except MalformedPackets:
        raise Damaged from None
