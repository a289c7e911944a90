"""What a site signs about its own trail: that it had come so far, and that it begins there since older entries went.

Whoever holds the site's secret key can sign anything anew. Against them stand the heads other parties have witnessed.
"""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.audit.chain import Head
from gateway.audit.last_signed import LastSigned
from keys import signing
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

VERSION: Final = 1


class Statement(enum.StrEnum):
    """What is stated of an entry."""

    CHECKPOINT = "checkpoint"
    """The trail has come so far."""
    START = "start"
    """The trail begins after this entry: it and all older ones have been erased, as retention says (O18)."""


@dataclass(frozen=True)
class Notary:
    """Signs and proves a site's statements about its own trail, by its own key, and keeps its last one apart."""

    keyring: Keyring
    own: Fingerprint
    party: str
    last_signed: LastSigned

    def sign(self, what: Statement, head: Head, at: datetime) -> bytes:
        """Sign a statement made at `at`; raises SealRefused or KeyringError."""
        return signing.sign(self.keyring, self._text(what, head, at), signer=self.own)

    def require(self, what: Statement, head: Head, at: datetime, signature: bytes, now: datetime) -> None:
        """Prove a statement by both implementations; raises OpenRefused or KeyringError."""
        signing.require_signature(self.keyring, self._text(what, head, at), signature, signer=self.own, now=now)

    def confirm(self, what: Statement, head: Head, at: datetime, signature: bytes) -> None:
        """Prove one statement of many by the quick implementation alone; raises OpenRefused or KeyringError."""
        signing.confirm(self.keyring, self._text(what, head, at), signature, signer=self.own)

    def _text(self, what: Statement, head: Head, at: datetime) -> bytes:
        said = (f"stafet-audit-{what}", VERSION, self.party, head.seq, head.hash, at.astimezone(UTC).isoformat())
        return "".join(f"{line}\n" for line in said).encode()
