"""The file that holds the data key, sealed to the site's own OpenPGP key: read by whichever of ours opens it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.site.errors import VaultDamaged
from gateway.site.home import write_anew
from keys.errors import OpenRefused
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring
from keys.sealing import is_sealed_to, open_own, seal


@dataclass(frozen=True)
class DataKeyFile:
    """The file. `first` is the key the site began with, which is tried before the others in the ring."""

    file: Path
    keyring: Keyring
    first: Fingerprint

    def read(self, now: datetime) -> bytes:
        """Open it; raises VaultDamaged when it is gone, damaged or sealed to no key of ours, and KeyringError."""
        try:
            sealed = self.file.read_bytes()
            return open_own(self.keyring, sealed, own=self._reader(sealed), now=now)
        except (FileNotFoundError, OpenRefused):
            raise VaultDamaged from None

    def keep_for(self, key: Fingerprint, now: datetime) -> None:
        """See that it is sealed to `key`, which lies in the ring: a crash leaves it sealed to the old one or the new.

        Raises what `read` raises, and SealRefused.
        """
        if not is_sealed_to(self.keyring, self.file.read_bytes(), key):
            write_anew(self.file, seal(self.keyring, self.read(now), signer=key, reader=key).ciphertext)

    def _reader(self, sealed: bytes) -> Fingerprint:
        """Find the key it is sealed to; the first one when none is, which then says so."""
        return next((key for key in self._own_keys() if is_sealed_to(self.keyring, sealed, key)), self.first)

    def _own_keys(self) -> Iterator[Fingerprint]:
        """List our own keys; what is seldom needed is asked of GnuPG last."""
        yield self.first
        yield from self.keyring.secret_keys()
