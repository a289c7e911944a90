"""The one way to name a key: its full fingerprint, forty hexadecimal digits (RFC 4880 section 12.2)."""

import re
from typing import Self

from keys.errors import InvalidFingerprint

_GROUPS, _GROUP = 10, 4
_FORTY_HEX = re.compile(r"[0-9A-F]{40}")
_ASCII_PRINTABLE = re.compile(r"[ -~]{1,80}")


class Fingerprint(str):
    """Forty upper-case hexadecimal digits. Build it with `parse`; shorter key ids can be forged and are refused."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take forty upper-case digits as they are; raise InvalidFingerprint for anything else."""
        if not _FORTY_HEX.fullmatch(text):
            raise InvalidFingerprint
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it as people write it: spaces, lower case and a leading 0x allowed. Raise InvalidFingerprint."""
        if not _ASCII_PRINTABLE.fullmatch(text):
            raise InvalidFingerprint
        return cls(text.replace(" ", "").upper().removeprefix("0X"))

    @property
    def grouped(self) -> str:
        """Ten groups of four, wider in the middle, to read aloud over the phone."""
        groups = [self[start : start + _GROUP] for start in range(0, len(self), _GROUP)]
        return " ".join(groups[: _GROUPS // 2]) + "  " + " ".join(groups[_GROUPS // 2 :])
