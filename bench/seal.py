"""Seal and open 4 KiB: ours beside raw gpg and pysequoia, alone and in parallel, with and without a passphrase."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Final
from unittest import mock

from figures import Aim, Chapter, Finding, ratio, samples
from pysequoia import PyDecryptor, Tsk, decrypt, encrypt
from stopwatch import Tell, Work, in_turn

from gateway.station import utc_now
from keys import passphrase
from keys.fingerprint import Fingerprint
from keys.gpg import HardenedGPG, Reply
from keys.keyring import Keyring
from keys.sealing import open_sealed, seal

CONTENT: Final = os.urandom(3072).hex().encode()[:4096]
OTHERS: Final = 19
"""As many keys as a region has pinned."""
ROUNDS, ROUNDS_AT_ONCE, EACH = 150, 12, 4
AT_ONCE: Final = (2, 4)
GPG: Final = ("gpg", "--batch", "--no-tty", "--no-options", "--status-fd", "2", "--trust-model", "always", "--homedir")
BY_LOOPBACK: Final = ("--pinentry-mode", "loopback", "--passphrase-fd", "0")
SEALING: Final = ("--compress-algo", "none", "--digest-algo", "SHA512", "--cipher-algo", "AES256", "--armor")
OURS, RAW, UNLOCKED, SEQUOIA = "ours", "raw gpg", "ours, without a passphrase", "pysequoia, in this process"


@dataclass(frozen=True)
class Ring:
    """A key ring with one key of our own and those of the 19."""

    keyring: Keyring
    own: Fingerprint

    def seal(self) -> bytes:
        """Seal as the product does, to ourselves."""
        return seal(self.keyring, CONTENT, signer=self.own, reader=self.own).ciphertext

    def open(self, sealed: bytes) -> None:
        """Open as the product does."""
        open_sealed(self.keyring, sealed, reader=self.own, signers={self.own}, now=utc_now())

    def raw_seal(self) -> bytes:
        """Seal by the plainest command line that does the same."""
        who = ("--local-user", f"{self.own}!", "--recipient", self.own)
        return self._raw(*SEALING, *who, "--sign", "--encrypt", data=CONTENT)

    def raw_open(self, sealed: bytes) -> None:
        """Open by the plainest command line; its answer is taken as it is."""
        self._raw("--decrypt", data=sealed)

    def _raw(self, *what: str, data: bytes) -> bytes:
        line = [*GPG, str(self.keyring.home), *BY_LOOPBACK, *what]
        said = self.keyring.passphrase.encode() + b"\n"
        return subprocess.run(line, input=said + data, capture_output=True, check=True).stdout


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Measure on two rings, one of them without a passphrase."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        with _ring(folder / "k") as ring, _unlocked_ring(folder / "u") as unlocked:
            sealed, sealed_there = ring.seal(), unlocked.seal()
            seals: dict[str, Callable[[], object]] = {OURS: ring.seal, RAW: ring.raw_seal, UNLOCKED: unlocked.seal}
            opens: dict[str, Callable[[], object]] = {
                OURS: lambda: ring.open(sealed),
                RAW: lambda: ring.raw_open(sealed),
                UNLOCKED: lambda: unlocked.open(sealed_there),
            }
            seals[SEQUOIA], opens[SEQUOIA] = _sequoia(ring, sealed)
            rounds, at_once = (2, 1) if small else (ROUNDS, ROUNDS_AT_ONCE)
            tell("one at a time")
            one = {what: _alone(rounds, works) for what, works in (("seal", seals), ("open", opens))}
            tell("several at a time")
            many = {what: _saturated(at_once, works) for what, works in (("seal", seals), ("open", opens))}
    finally:
        shutil.rmtree(folder)
    return _chapter(one, many)


def _chapter(one: Mapping[str, Mapping[str, list[float]]], many: Mapping[str, Mapping[str, list[float]]]) -> Chapter:
    seals, opens, alone = one["seal"], one["open"], one["seal"][RAW]
    raw_rate = [1000 / each for each in alone]
    best = max((many["seal"][_several(OURS, threads)] for threads in AT_ONCE), key=lambda rates: ratio(rates, raw_rate))
    return Chapter(
        "Seal and open, 4 KiB",
        "On a ring with the keys of all 19. Raw gpg is one command line a letter, whose answer nobody looks at; ours "
        "also inspects what was sealed, and asks Sequoia for a second opinion of what was opened. Several at a time "
        "are threads. Raw gpg seals so slowly beside itself as each run locks and rewrites `random_seed`; ours is told "
        "not to.",
        tuple(
            sample
            for what in one
            for sample in (
                *samples("ms", {f"{what}: {name}": times for name, times in one[what].items()}),
                *samples("per s", {f"{what}: {name}": rates for name, rates in many[what].items()}),
            )
        ),
        (
            Finding("one seal: raw gpg's time / ours", ratio(alone, seals[OURS]), Aim.AT_LEAST, 0.75),
            Finding("seals, saturated: ours per s / one raw gpg at a time", ratio(best, raw_rate), Aim.AT_LEAST, 1.2),
            Finding("seal: without a passphrase / with", ratio(seals[UNLOCKED], seals[OURS]), Aim.AT_LEAST, 0.9),
            Finding("open: without a passphrase / with", ratio(opens[UNLOCKED], opens[OURS]), Aim.AT_LEAST, 0.9),
            Finding("one open: raw gpg's time / ours", ratio(opens[RAW], opens[OURS])),
        ),
    )


@contextmanager
def _ring(home: Path) -> Iterator[Ring]:
    with Keyring(home, passphrase.make()) as keyring:
        own = keyring.generate("Own <own@party.example>")
        with Keyring(home.with_name(home.name + "o"), passphrase.make()) as others:
            for nth in range(OTHERS):
                other = others.generate(f"Party {nth} <party{nth}@party.example>")
                keyring.import_public(others.export_public(other), expected=other, now=utc_now())
        yield Ring(keyring, own)


class _Unlocked(HardenedGPG):
    """GnuPG as the product never runs it: it makes keys without a passphrase, and is given none."""

    def make_args(self, args: list[str], _passphrase: object) -> list[str]:
        """Build the command line."""
        return self._command(("loopback", "--passphrase", ""), args)

    def _handle_io(
        self, args: list[str], source: IO[bytes], result: Reply, passphrase: str | None = None, **binary: bool
    ) -> Reply:
        del passphrase
        return super()._handle_io(args, source, result, None, **binary)


@contextmanager
def _unlocked_ring(home: Path) -> Iterator[Ring]:
    """Make a ring whose secret key has no passphrase."""
    without = mock.patch("keys.keyring.HardenedGPG", _Unlocked)
    with without, mock.patch("keys.second_opinion.make_decryptor", _decryptor), _ring(home) as ring:
        yield ring


def _decryptor(secret: bytes, passphrase: str) -> PyDecryptor:
    """Unlock a key of either ring."""
    try:
        return Tsk.from_bytes(secret).decryptor(passphrase)
    except RuntimeError:
        return Tsk.from_bytes(secret).decryptor()


def _sequoia(ring: Ring, sealed: bytes) -> tuple[Work, Work]:
    """Give the same by the library alone, its keys unlocked and read before."""
    certificate = ring.keyring.certificate(ring.own).sequoia
    secret = ring.keyring.gpg.export_keys(ring.own, secret=True, armor=False, passphrase=ring.keyring.passphrase)
    signer = Tsk.from_bytes(secret).signer(ring.keyring.passphrase)
    decryptor = ring.keyring.decryptor(ring.own)
    return (
        lambda: encrypt(CONTENT, [certificate], signer=signer),
        lambda: decrypt(sealed, decryptor=decryptor, store=lambda _ids: [certificate]),
    )


def _alone(rounds: int, works: Mapping[str, Work]) -> dict[str, list[float]]:
    """Time one at a time; what starts no program apart, since whoever comes right after it is slower by a tenth."""
    programs = {name: work for name, work in works.items() if name != SEQUOIA}
    return in_turn(rounds, programs, _quietly) | in_turn(rounds, {SEQUOIA: works[SEQUOIA]}, _quietly)


def _saturated(rounds: int, works: Mapping[str, Work]) -> dict[str, list[float]]:
    """Tell how many a second come out of threads that each do some, one after another."""
    rates: dict[str, list[float]] = {}
    for threads in AT_ONCE:
        asked = {_several(name, threads): partial(_side_by_side, work, threads) for name, work in works.items()}
        for name, times in in_turn(rounds, asked, _quietly).items():
            rates[name] = [threads * EACH * 1000 / each for each in times]
    return rates


def _side_by_side(work: Work, threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(lambda: [work() for _nth in range(EACH)]) for _thread in range(threads)]:
            done.result()


def _several(name: str, threads: int) -> str:
    return f"{name}, {threads} at a time"


def _quietly(_round: str) -> None:
    """Say nothing."""
