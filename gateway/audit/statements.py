"""What a site signs about its own trail: that it had come so far, and that it begins there since older entries went.

Whoever holds the site's secret key can sign anything anew. Against them stand the heads other parties have witnessed.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.audit.chain import Head
from gateway.audit.last_signed import LastSigned
from keys import signing
from keys.errors import KeyNotFound, OpenRefused, WrongSigner
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

VERSION: Final = 1


class Statement(enum.StrEnum):
    """What is stated of an entry."""

    CHECKPOINT = "checkpoint"
    """The trail has come so far."""
    START = "start"
    """The trail begins after this entry: it and all older ones have been erased, as retention says (O18)."""
    RESTORE = "restore"
    """The trail was put back to a backup that held it up to this entry."""


@dataclass(frozen=True)
class SigningKey:
    """A key of the site's own; `lost_at` is when it was found lost or stolen."""

    fingerprint: Fingerprint
    lost_at: datetime | None = None


@dataclass(frozen=True)
class Notary:
    """Signs and proves a site's statements about its own trail, by its own keys, and keeps its last one apart.

    `keys` gives them, newest first: the newest signs, and what an older one has signed still holds. By a key that was
    lost nothing is proved that is dated later. What its finder may date back stands against the checkpoint that the
    next key signs at once, which covers all before it, and against the heads that others have witnessed.
    """

    keyring: Keyring
    keys: Callable[[], Sequence[SigningKey]]
    party: str
    last_signed: LastSigned

    @property
    def own(self) -> Fingerprint:
        """Tell by which key statements are signed now."""
        return self.keys()[0].fingerprint

    def sign(self, what: Statement, head: Head, at: datetime) -> bytes:
        """Sign a statement made at `at`; raises SealRefused or KeyringError."""
        return signing.sign(self.keyring, self._text(what, head, at), signer=self.own)

    def require(self, what: Statement, head: Head, at: datetime, signature: bytes, now: datetime) -> None:
        """Prove a statement by both implementations; raises OpenRefused or KeyringError."""
        text = self._text(what, head, at)
        self._proved(at, lambda key: signing.require_signature(self.keyring, text, signature, signer=key, now=now))

    def confirm(self, what: Statement, head: Head, at: datetime, signature: bytes) -> None:
        """Prove one statement of many by the quick implementation alone; raises OpenRefused or KeyringError."""
        text = self._text(what, head, at)
        self._proved(at, lambda key: signing.confirm(self.keyring, text, signature, signer=key))

    def _proved(self, at: datetime, prove: Callable[[Fingerprint], object]) -> None:
        """Let one of our keys that was not lost by then have signed it; raises why the newest of them did not."""
        refused: OpenRefused | KeyNotFound | None = None
        for key in self.keys():
            if key.lost_at is None or at < key.lost_at:
                try:
                    prove(key.fingerprint)
                except (OpenRefused, KeyNotFound) as error:
                    refused = refused or error
                else:
                    return
        raise refused or WrongSigner

    def _text(self, what: Statement, head: Head, at: datetime) -> bytes:
        said = (f"stafet-audit-{what}", VERSION, self.party, head.seq, head.hash, at.astimezone(UTC).isoformat())
        return "".join(f"{line}\n" for line in said).encode()
