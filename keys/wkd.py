"""A Web Key Directory: our public key where mail programs look for it (draft-koch-openpgp-webkey-service, section 3).

Pure: certificates in, files out. Each host gets a folder of its own, to be put at the root of its web server: the
advanced method asks `openpgpkey.DOMAIN` first, the direct one DOMAIN itself; one of the two hosts is enough.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import PurePosixPath
from typing import Final

from pysequoia.packet import PacketPile

from keys import certificate
from keys.certificate import Certificate
from keys.errors import AddressNotInKey, NotAKey, NotAnAddress
from keys.second_opinion import contained

_ALPHABET: Final = "ybndrfg8ejkmcpqxot1uwisza345h769"  # z-base-32 (RFC 6189 5.1.6)
_BITS: Final = 5
_LOCAL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
_WELL_KNOWN: Final = PurePosixPath(".well-known/openpgpkey")  # RFC 8615


class Method(Enum):
    """How a mail program asks for a key."""

    ADVANCED = "At the host openpgpkey.DOMAIN, which is asked first and may stand anywhere."
    DIRECT = "At the host DOMAIN itself, which is asked only where the other does not exist in the name system."


def path(address: str, method: Method = Method.ADVANCED) -> PurePosixPath:
    """Tell where the key for an address lies, below a folder named like the host. Raise NotAnAddress."""
    local, domain = _parts(address)
    return _root(domain, method) / "hu" / _zbase32(hashlib.sha1(local.encode("ascii"), usedforsecurity=False).digest())


def tree(certificates: Mapping[str, Sequence[bytes]]) -> Mapping[PurePosixPath, bytes]:
    """Give every file of the directory: for each address its keys, the one in use first, and for each host a policy.

    A key that has ended may follow its successor, to make its end known. Raise AddressNotInKey for a key that does not
    carry the address (section 3.1), NotAnAddress, or what `keys.certificate.read` raises.
    """
    files: dict[PurePosixPath, bytes] = {}
    for address, blobs in certificates.items():
        keys = b"".join(_carrying(address, blob).binary for blob in blobs)
        for method in Method:
            files[path(address, method)] = keys
            files[_root(_parts(address)[1], method) / "policy"] = b""
    return files


def _carrying(address: str, blob: bytes) -> Certificate:
    candidate = certificate.read(blob)
    with contained(NotAKey):
        emails = [packet.user_id_email for packet in PacketPile.from_bytes(candidate.binary) if packet.user_id]
    if address.lower() not in {email.lower() for email in emails if email}:
        raise AddressNotInKey
    return candidate


def _parts(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain.lower()):
        raise NotAnAddress
    return local.lower(), domain.lower()


def _root(domain: str, method: Method) -> PurePosixPath:
    if method is Method.DIRECT:
        return PurePosixPath(domain) / _WELL_KNOWN
    return PurePosixPath(f"openpgpkey.{domain}") / _WELL_KNOWN / domain


def _zbase32(digest: bytes) -> str:
    """Write 160 bits as 32 characters; no bits are left over."""
    bits = int.from_bytes(digest)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(len(digest) * 8 - _BITS, -1, -_BITS))
