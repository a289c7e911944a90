"""What lies in the database is locked: AES-256-GCM under the site's data key, and look-up by keyed hash.

The data key is made once, and kept on disk sealed to the site's own OpenPGP key (DESIGN: at rest). The `context` binds
a locked value to its place, so that a row's content cannot be moved to another row unseen.
"""

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.site.errors import VaultDamaged

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12  # NIST SP 800-38D, 8.2


class Vault:
    """Locks and opens personal data with one data key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._content = AESGCM(_derived(key, b"stafet content"))
        self._index = _derived(key, b"stafet index")

    @classmethod
    def random(cls) -> "Vault":
        """Make a vault with a key of its own, for a site that keeps nothing."""
        return cls(new_key())

    def lock(self, data: bytes, context: str) -> bytes:
        """Lock `data` for the place named by `context`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._content.encrypt(nonce, data, context.encode())

    def open(self, blob: bytes, context: str) -> bytes:
        """Open what `lock` made for the same place; raises VaultDamaged when it was altered, moved or another key's."""
        try:
            return self._content.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):  # too short to hold even a nonce
            raise VaultDamaged from None

    def index(self, text: str) -> str:
        """Hash `text` under the key, so that equal values are found without being readable."""
        return hmac.new(self._index, text.encode(), hashlib.sha256).hexdigest()


def new_key() -> bytes:
    """Make a data key."""
    return secrets.token_bytes(KEY_BYTES)


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()
