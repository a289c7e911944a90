"""A party in the tests: a key ring with a key of its own, and plain gpg on the same home for hostile material."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from keys import passphrase
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring
from keys.sealing import Opened, Sealed, open_sealed, seal


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Party:
    """A key ring with one key of its own, and plain gpg on the same home for what the key ring would never do."""

    ring: Keyring
    key: Fingerprint

    def gpg(self, *args: str, data: bytes = b"", check: bool = True) -> bytes:
        return plain_gpg(self.ring, *args, data=data, check=check)

    def meet(self, other: "Party") -> "Party":
        self.ring.import_public(other.public, expected=other.key, now=utc_now())
        return self

    def take_in(self, blob: bytes) -> "Party":
        """Import behind the back of the key ring, as if its guards were gone."""
        self.gpg("--import", data=blob)
        return self

    def sealed_by_gpg(self, reader: "Party", *options: str, content: bytes, signers: list[str] | None = None) -> bytes:
        """Seal with plain gpg, for what the key ring would never do."""
        who = [part for key in (signers or [self.key]) for part in ("--local-user", f"{key}!")]
        plain = ("--compress-algo", "none", "--armor", "--recipient", reader.key)
        return self.gpg(*plain, *who, *options, "--sign", "--encrypt", data=content)

    @property
    def public(self) -> bytes:
        return self.ring.export_public(self.key)

    def seal(self, content: bytes, reader: "Party | None" = None) -> Sealed:
        return seal(self.ring, content, signer=self.key, reader=(reader or self).key)

    def open(self, ciphertext: bytes, *signers: Fingerprint, **rest) -> Opened:
        return open_sealed(self.ring, ciphertext, **{"reader": self.key, "signers": signers, "now": utc_now()} | rest)


def plain_gpg(ring: Keyring, *args: str, data: bytes = b"", check: bool = True) -> bytes:
    secret = Path(ring.home / "test-passphrase")
    secret.write_text(ring.passphrase)
    fixed = ("--no-options", "--batch", "--yes", "--quiet", "--trust-model", "always", "--pinentry-mode", "loopback")
    where = ("--homedir", str(ring.home), "--passphrase-file", str(secret))
    done = subprocess.run(["gpg", *fixed, *where, *args], input=data, capture_output=True, timeout=30, check=False)
    if check and done.returncode != 0:
        raise AssertionError(done.stderr.decode(errors="replace"))
    return done.stdout


@contextmanager
def short_home() -> Iterator[Path]:
    """A folder whose path leaves room for the agent's sockets."""
    home = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def new_ring() -> Iterator[Keyring]:
    with short_home() as home, Keyring(home, passphrase.make()) as ring:
        yield ring


def first_fingerprint(ring: Keyring) -> Fingerprint:
    listed = plain_gpg(ring, "--with-colons", "--list-keys").decode(errors="replace").split("\n")
    return next(Fingerprint(line.split(":")[9]) for line in listed if line.startswith("fpr:"))
