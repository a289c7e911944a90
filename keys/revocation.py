"""Why a key is withdrawn, which decides what becomes of the signatures it made before (RFC 9580 5.2.3.31)."""

from enum import Enum
from typing import Final

from keys.packets import Packet

ANSWERS: Final = b"y\n2\n\ny\n"
"""To gpg, which asks: a revocation? why (2 is superseded)? a remark? sure?"""
SUPERSEDED: Final = 1
"""The code of the reason in the packet."""
_VERSION, _KEY_REVOCATION, _REASON = 4, 0x20, 29
_HASHED_AT, _COUNT_AT = 6, 4
_CRITICAL: Final = 0x80
_TWO_OCTETS: Final = 192


class Revocation(Enum):
    """Why we withdraw a key of our own. A key is never given back, but what it signed before may hold."""

    SUPERSEDED = "It has a successor: nothing new is sealed to it or signed by it, and what it signed before holds."
    COMPROMISED = "Somebody else may have it: nothing it signed holds, whenever that says it was made."


def reason_given(packet: Packet) -> int | None:
    """Tell the reason a key revocation gives, by its code; None where the packet is none, or gives none."""
    body = packet.body
    if body[:2] != bytes((_VERSION, _KEY_REVOCATION)):
        return None
    at = _HASHED_AT
    end = min(at + int.from_bytes(body[_COUNT_AT:_HASHED_AT]), len(body))
    # One octet is enough for the length of all that comes before the reason in what gpg makes; else none is found.
    while at + 2 < end and body[at] < _TWO_OCTETS:
        if body[at + 1] & ~_CRITICAL == _REASON:
            return body[at + 2]
        at += 1 + body[at]
    return None
