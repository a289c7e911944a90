"""The outer frame of OpenPGP data: armour off, packets counted, nothing decompressed and nothing decrypted.

Both OpenPGP implementations get the bytes read here, so that they cannot disagree about where armour ends. Sequoia's
own packet reader unpacks compressed packets as it goes, so it sees nothing that has not passed here.
"""

import base64
import binascii
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO, Final

_HEADER: Final = re.compile(rb"[A-Za-z]{1,20}: .{0,400}")
_CHECKSUM: Final = re.compile(rb"=[A-Za-z0-9+/]{4}")
_MOST_PACKETS: Final = 500
_ALWAYS_SET, _NEW_FORMAT, _NEW_TAG, _OLD_TAG = 0x80, 0x40, 0x3F, 0x0F
_INDETERMINATE: Final = 3
_TWO_OCTETS, _PARTIAL, _FIVE_OCTETS = 192, 224, 255
_LONGEST_LENGTH: Final = 5


class MalformedPackets(ValueError):
    """The bytes are not whole OpenPGP packets in at most one armour."""


class CutShort(MalformedPackets):
    """The bytes end in the middle of a packet."""


class Tag(IntEnum):
    """The packet kinds we decide on (RFC 4880 section 4.3)."""

    PKESK = 1
    SIGNATURE = 2
    SKESK = 3
    SECRET_KEY = 5
    PUBLIC_KEY = 6
    SECRET_SUBKEY = 7
    COMPRESSED = 8
    SED = 9
    USER_ID = 13
    PUBLIC_SUBKEY = 14
    SEIP = 18


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its tag (a number, maybe none of ours) and its body."""

    tag: int
    body: bytes


def dearmor(data: bytes, *, kind: bytes) -> bytes:
    """Give the bytes inside the one armour of this kind, or binary data as it is (RFC 4880 6.2). May raise."""
    if data[:1] and data[0] & _ALWAYS_SET:
        return data
    text, begin, end = data.strip(), b"-----BEGIN PGP %b-----" % kind, b"-----END PGP %b-----" % kind
    if not text.startswith(begin) or not text.endswith(end):
        raise MalformedPackets
    lines = [line.rstrip() for line in text[len(begin) : -len(end)].split(b"\n")]
    try:
        return base64.b64decode(b"".join(_armored_lines(lines)), validate=True)
    except binascii.Error:
        raise MalformedPackets from None


def walk(data: bytes) -> list[Packet]:
    """List the packets one after another (RFC 4880 section 4.2). Raise MalformedPackets."""
    packets: list[Packet] = []
    at = 0
    while at < len(data):
        packet, at = _next(data, at)
        packets.append(packet)
        if len(packets) > _MOST_PACKETS:
            raise MalformedPackets
    return packets


def kinds(file: BinaryIO) -> Iterator[int]:
    """Tell the kind of each packet of a file that is too large to hold; leave it at its end. Raise MalformedPackets."""
    size = file.seek(0, os.SEEK_END)
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(1)
        tag = first_tag(head)
        if tag is None:
            raise MalformedPackets
        at = _end_of_new(file, at + 1) if head[0] & _NEW_FORMAT else _end_of_old(file, at + 1, head[0] & 3)
        if at > size:
            raise CutShort
        yield tag


def first_tag(data: bytes) -> int | None:
    """Tell the kind of the first packet from its first octet, or None where there is none."""
    if not data or not data[0] & _ALWAYS_SET:
        return None
    return data[0] & _NEW_TAG if data[0] & _NEW_FORMAT else data[0] >> 2 & _OLD_TAG


def _armored_lines(lines: list[bytes]) -> list[bytes]:
    blank = next((at for at, line in enumerate(lines) if at and not line), 0)
    if lines[0] or not blank or not all(_HEADER.fullmatch(line) for line in lines[1:blank]):
        raise MalformedPackets
    body = [line for line in lines[blank:] if line]
    return body[:-1] if body and _CHECKSUM.fullmatch(body[-1]) else body


def _next(data: bytes, at: int) -> tuple[Packet, int]:
    tag = first_tag(data[at : at + 1])
    if tag is None:
        raise MalformedPackets
    body, end = _new_body(data, at + 1) if data[at] & _NEW_FORMAT else _old_body(data, at + 1, data[at] & 3)
    return Packet(tag, body), end


def _old_body(data: bytes, at: int, length_type: int) -> tuple[bytes, int]:
    if length_type == _INDETERMINATE:
        return data[at:], len(data)
    octets = 1 << length_type
    length = int.from_bytes(_take(data, at, octets))
    return _take(data, at + octets, length), at + octets + length


def _new_body(data: bytes, at: int) -> tuple[bytes, int]:
    parts: list[bytes] = []
    more = True
    while more:
        length, octets, more = _new_length(data, at)
        parts.append(_take(data, at + octets, length))
        at += octets + length
    return b"".join(parts), at


def _new_length(data: bytes, at: int) -> tuple[int, int, bool]:
    first = _take(data, at, 1)[0]
    if first < _TWO_OCTETS:
        return first, 1, False
    if first < _PARTIAL:
        return (first - _TWO_OCTETS << 8) + _take(data, at + 1, 1)[0] + _TWO_OCTETS, 2, False
    if first < _FIVE_OCTETS:
        return 1 << (first & 0x1F), 1, True
    return int.from_bytes(_take(data, at + 1, 4)), 5, False


def _end_of_old(file: BinaryIO, at: int, length_type: int) -> int:
    if length_type == _INDETERMINATE:
        raise MalformedPackets  # where it should have ended nobody can tell
    octets = 1 << length_type
    return at + octets + int.from_bytes(_take(file.read(octets), 0, octets))


def _end_of_new(file: BinaryIO, at: int) -> int:
    more = True
    while more:
        file.seek(at)
        length, octets, more = _new_length(file.read(_LONGEST_LENGTH), 0)
        at += octets + length
    return at


def _take(data: bytes, at: int, length: int) -> bytes:
    part = data[at : at + length]
    if len(part) != length:
        raise CutShort
    return part
