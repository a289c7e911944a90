"""One GnuPG home: generate, import, export, describe, revoke. What was agreed lives elsewhere; this is its cache."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final, Self

import pysequoia

from keys import certificate, second_opinion
from keys.certificate import Certificate, KeyInfo, Unusable, inspect_public
from keys.errors import (
    GpgFailed,
    HomePathTooLong,
    KeyNotFound,
    PassphraseMissing,
    UnusableKey,
    WrongFingerprint,
)
from keys.fingerprint import Fingerprint
from keys.gpg import HardenedGPG, Reply, complaints, values
from keys.packets import MalformedPackets, Packet, dearmor, walk
from keys.revocation import ANSWERS, SUPERSEDED, Revocation, reason_given

__all__ = ["KeyInfo", "Keyring", "Revocation", "Unusable", "inspect_public"]

LONGEST_HOME: Final = 86
"""The longest home path in bytes; beyond it the agent's socket has no room and key generation fails without a word."""
_PREFERENCES: Final = "AES256 AES192 AES SHA512 SHA384 SHA256 Uncompressed"
# Our passphrase has 256 random bits, so stretching it adds nothing; left alone the agent spends 0.4 s on every letter.
_AGENT_SETTINGS: Final = "s2k-count 65536\ndisable-scdaemon\nno-allow-external-cache\n"
_CAPABILITIES, _FINGERPRINT = 11, 9

_Stamp = tuple[int, int, int]


class Keyring:
    """The keys of one site. Threads may share it; use it as a context manager, or `close` it.

    `home` is made if need be (mode 0700); `passphrase` protects every secret key in it. Raise HomePathTooLong,
    PassphraseMissing (empty), GpgMissing, GpgTooOld, GpgStalled. Any method may raise GpgStalled after
    `deadline_seconds`, and GpgFailed.
    """

    def __init__(self, home: Path, passphrase: str, *, deadline_seconds: float = 30.0) -> None:
        if not passphrase:
            raise PassphraseMissing
        self.home = _prepared(home)
        self.passphrase = passphrase
        self.gpg = HardenedGPG(self.home, deadline_seconds=deadline_seconds)
        self._certificates: dict[Fingerprint, tuple[_Stamp, Certificate]] = {}
        self._decryptors: dict[Fingerprint, tuple[_Stamp, pysequoia.PyDecryptor]] = {}

    def generate(self, user_id: str, *, lifetime_days: int = 730) -> Fingerprint:
        """Make a key pair: Ed25519 to certify and sign, Curve25519 to encrypt, both expiring after `lifetime_days`.

        Raise UnprintableUserId. A user id may be used again: that is how a site gets its next key.
        """
        certificate.check_user_id(user_id)
        lifetime = f"{lifetime_days:d}d"
        key = ("--quick-generate-key", "--", user_id, "ed25519", "cert,sign", lifetime)
        with self._locked(fcntl.LOCK_EX):
            fingerprint = self._made(*key)
            subkey = ("--quick-add-key", fingerprint, "cv25519", "encr", lifetime)
            _fingerprint_made(self.gpg.act(*subkey, passphrase=self.passphrase))
            self._take_in_anew(fingerprint)
        return fingerprint

    def import_public(self, blob: bytes, *, expected: Fingerprint, now: datetime) -> KeyInfo:
        """Take in one public key, if it is the one expected and can both sign and encrypt at `now`.

        A newer copy of a key that is in the ring already prolongs it. One that revokes it is taken in, so that nothing
        is sealed to that key any more, and refused all the same as UnusableKey: who hands it to us gets no key pinned.
        Raise an ImportRefused: NotAKey, NotOneKey, WrongFingerprint, SecretMaterial, UnprintableUserId, UnusableKey.
        """
        candidate = certificate.read(blob)
        if candidate.info.fingerprint != expected:
            raise WrongFingerprint
        cause = candidate.info.unusable_at(now)
        if cause is Unusable.REVOKED:
            self._take_in_if_known(candidate)
        if cause is not None:
            raise UnusableKey(cause.value)
        with second_opinion.contained(UnusableKey):
            second_opinion.probe(candidate.sequoia)
        with self._locked(fcntl.LOCK_EX):
            self._check_capabilities(candidate)
            taken = self._taken_in(candidate)
        if [fields[1] for fields in values(taken, "IMPORT_OK")] != [expected]:
            raise UnusableKey("GnuPG did not take it in")
        info = self.describe(expected)
        if info.unusable_at(now):
            raise UnusableKey("our own copy of it is revoked")
        return info

    def export_public(self, fingerprint: Fingerprint) -> bytes:
        """Give a public key in ASCII armour, to hand to others. Raise KeyNotFound."""
        return pysequoia.armor(self.certificate(fingerprint).binary, pysequoia.ArmorKind.PublicKey).encode("ascii")

    def describe(self, fingerprint: Fingerprint) -> KeyInfo:
        """Tell what is known about a key in the ring. Raise KeyNotFound."""
        return self.certificate(fingerprint).info

    def secret_keys(self) -> tuple[Fingerprint, ...]:
        """List our own keys in the ring, those that have ended too."""
        with self.reading():
            listed = self.gpg.act("--list-secret-keys")
        records = [line.split(":") for line in listed.data.decode("utf-8", "replace").split("\n")]
        primary = [after for record, after in pairwise(records) if record[0] == "sec"]
        return tuple(Fingerprint.parse(record[_FINGERPRINT]) for record in primary)

    def revoke(self, fingerprint: Fingerprint, why: Revocation) -> None:
        """Revoke one of our own keys in this ring, for ever; export it afterwards to tell others.

        COMPROMISED takes the revocation that was prepared with the key, and so needs no secret key; SUPERSEDED waits
        for the next second to begin, since what was signed in the same one would count as signed after. A key that is
        superseded can still turn out to be compromised. Raise KeyNotFound for a key that is not ours.
        """
        made = self._superseded(fingerprint) if why is Revocation.SUPERSEDED else self._prepared_revocation(fingerprint)
        with self._locked(fcntl.LOCK_EX):
            self.gpg.import_keys(made)
        if not self.describe(fingerprint).revoked:
            raise GpgFailed

    def certificate(self, fingerprint: Fingerprint) -> Certificate:
        """Give a public key of the ring, read; kept until the ring changes on disk. Raise KeyNotFound."""
        with self.reading():
            stamp = self._stamp()
            kept = self._certificates.get(fingerprint)
            if kept is None or kept[0] != stamp:
                kept = stamp, self._read(fingerprint)
                self._certificates[fingerprint] = kept
        return kept[1]

    def decryptor(self, fingerprint: Fingerprint) -> pysequoia.PyDecryptor:
        """Give one of our own keys to the second opinion; kept until the ring changes on disk. Raise GpgFailed."""
        with self.reading():
            stamp = self._stamp()
            kept = self._decryptors.get(fingerprint)
            if kept is None or kept[0] != stamp:
                kept = stamp, self._unlock(fingerprint)
                self._decryptors[fingerprint] = kept
        return kept[1]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep writers out while gpg reads the ring: in the middle of an import it misses keys. Not to be nested."""
        with self._locked(fcntl.LOCK_SH):
            yield

    def close(self) -> None:
        """Forget unlocked keys and end this home's agent, which would outlive the program."""
        self._decryptors.clear()
        self.gpg.stop_agent()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Keyring({str(self.home)!r})"

    def _made(self, *key: str) -> Fingerprint:
        """Make a primary key. GnuPG waits five seconds for its agent; on a busy machine the second try finds it."""
        for last_try in (False, True):
            made = self.gpg.act("--yes", "--default-preference-list", _PREFERENCES, *key, passphrase=self.passphrase)
            if last_try or values(made, "KEY_CREATED"):
                break
        return _fingerprint_made(made)

    def _take_in_anew(self, fingerprint: Fingerprint) -> None:
        """Let GnuPG store that the signatures on a key of our own are good, or it looks at them six times a letter.

        It stores that as it takes in a key it does not have. `--expert`: only the public half is put away for it.
        """
        public = self.gpg.export_keys(fingerprint, armor=False)
        self.gpg.act("--yes", "--expert", "--delete-keys", fingerprint)
        taken = self.gpg.import_keys(public)
        if [fields[1] for fields in values(taken, "IMPORT_OK")] != [fingerprint]:
            raise GpgFailed(f"the key that was made is not in the ring; {complaints(taken)}")

    def _read(self, fingerprint: Fingerprint) -> Certificate:
        exported = self.gpg.export_keys(fingerprint, armor=False)
        if not exported:
            raise KeyNotFound
        return certificate.read(exported)

    def _prepared_revocation(self, fingerprint: Fingerprint) -> bytes:
        prepared = self.home / "openpgp-revocs.d" / f"{fingerprint}.rev"
        if not prepared.is_file():
            raise KeyNotFound("no revocation was prepared: not a key made here")
        # GnuPG keeps the prepared revocation from accidental import by a colon before its armour.
        _, _, armor = prepared.read_bytes().partition(b"\n:-----BEGIN")
        return b"-----BEGIN" + armor

    def _superseded(self, fingerprint: Fingerprint) -> bytes:
        if fingerprint not in self.secret_keys():
            raise KeyNotFound("no secret key here, so nothing to revoke by")
        time.sleep(1 - time.time() % 1)
        asked = ("--no-batch", "--command-fd", "0", "--gen-revoke", fingerprint)
        made = self.gpg.act(*asked, data=ANSWERS, passphrase=self.passphrase)
        if [reason_given(packet) for packet in _packets(made.data)] != [SUPERSEDED]:
            raise GpgFailed(f"no revocation was made; {complaints(made)}")
        return made.data

    def _unlock(self, fingerprint: Fingerprint) -> pysequoia.PyDecryptor:
        secret_key = self.gpg.export_keys(fingerprint, secret=True, armor=False, passphrase=self.passphrase)
        if not secret_key:
            raise GpgFailed("no secret key came out: absent, or another passphrase")
        with second_opinion.contained(GpgFailed):
            return second_opinion.make_decryptor(secret_key, self.passphrase)

    def _take_in_if_known(self, candidate: Certificate) -> None:
        with suppress(KeyNotFound):
            self.describe(candidate.info.fingerprint)
            with self._locked(fcntl.LOCK_EX):
                self._taken_in(candidate)

    def _taken_in(self, candidate: Certificate) -> Reply:
        reply: Reply = self.gpg.import_keys(candidate.binary, extra_args=["--import-options", "import-clean"])
        return reply

    def _check_capabilities(self, candidate: Certificate) -> None:
        shown = self.gpg.act("--import-options", "show-only", "--import", data=candidate.binary)
        records = [line.split(":") for line in shown.data.decode("utf-8", "replace").split("\n")]
        keys = [record[_CAPABILITIES] for record in records if record[0] == "pub"]
        prints = [record[_FINGERPRINT] for record in records if record[0] == "fpr"]
        # Capital letters: what the key as a whole can do now, by its valid subkeys.
        if len(keys) != 1 or prints[0] != candidate.info.fingerprint or not {"S", "E"} <= set(keys[0]):
            raise UnusableKey("it cannot both sign and encrypt")

    def _stamp(self) -> _Stamp:
        try:
            found = (self.home / "pubring.kbx").stat()
        except FileNotFoundError:
            return (0, 0, 0)
        return found.st_ino, found.st_size, found.st_mtime_ns

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self.home / "ring.lock").open("a") as lock:
            fcntl.flock(lock, how)  # among threads and among processes; let go by closing
            yield


def _prepared(home: Path) -> Path:
    home = home.resolve()
    if len(os.fsencode(home)) > LONGEST_HOME:
        raise HomePathTooLong(f"more than {LONGEST_HOME} bytes")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    settings = home / "gpg-agent.conf"
    if not settings.exists():
        settings.write_text(_AGENT_SETTINGS, encoding="ascii")
    return home


def _packets(revocation: bytes) -> list[Packet]:
    try:
        return walk(dearmor(revocation, kind=b"PUBLIC KEY BLOCK"))
    except MalformedPackets:
        return []


def _fingerprint_made(reply: Reply) -> Fingerprint:
    made = values(reply, "KEY_CREATED")
    if reply.returncode != 0 or len(made) != 1:
        raise GpgFailed(f"no key was made; {complaints(reply)}")
    return Fingerprint(made[0][1])
