"""OpenPGP programs that are not ours, each made to open, to make and to own a key by its own command line."""

import json
import re
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pysequoia

from keys.fingerprint import Fingerprint

ROOT = Path(__file__).parents[2]
JAVASCRIPT = ROOT / ".venv" / "peers"
NAME, ADDRESS = "Modtagelsen, Ny Kommune", "sikkerpost@ny.example"
SAFE, RSA = "ed25519", "rsa3072"


class Refused(Exception):
    """The program gave no content, or did not say that the signature is good."""


@dataclass(frozen=True)
class Pair:
    """A key with its secret part, as the program wrote it."""

    secret: bytes

    @property
    def certificate(self) -> bytes:
        """Give the public part, in binary."""
        return bytes(pysequoia.Tsk.from_bytes(self.secret).extract_certificate())

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint.parse(pysequoia.Tsk.from_bytes(self.secret).extract_certificate().fingerprint)


@dataclass(frozen=True)
class Program(ABC):
    """One program. `folder` is its own, and empty."""

    folder: Path
    name: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = (SAFE, RSA)
    """The keys it makes of those that municipalities have."""

    @property
    @abstractmethod
    def version(self) -> str: ...

    @abstractmethod
    def opens(self, sealed: bytes, *, secret: bytes, signer: bytes) -> bytes:
        """Decrypt, and verify by this signer; raises Refused."""

    @abstractmethod
    def makes(self, content: bytes, *, secret: bytes, reader: bytes) -> bytes:
        """Sign and encrypt in one, in ASCII armour."""

    @abstractmethod
    def key(self, kind: str) -> Pair:
        """Make a key that signs and encrypts."""

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run(self, *line: str, typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run the program with its home in its own folder."""
        where = {"HOME": str(self.folder), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        return subprocess.run(line, input=typed, capture_output=True, env=where, timeout=120, check=False)

    def did(self, *line: str, typed: bytes = b"") -> bytes:
        done = self.run(*line, typed=typed)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    def opened(self, *line: str, typed: bytes = b"") -> bytes:
        done = self.run(*line, typed=typed)
        if done.returncode != 0:
            raise Refused(done.stderr.decode(errors="replace"))
        return done.stdout


def number_in(text: bytes) -> str:
    """Find the version in what a program says of itself."""
    found = re.search(rb"[0-9]+(\.[0-9]+)+", text)
    assert found, text
    return found[0].decode()


class Sequoia(Program):
    """The `sq` program: the Sequoia library's own."""

    name = "Sequoia (sq)"

    @property
    def version(self) -> str:
        return number_in(self.did("sq", "--version"))

    def opens(self, sealed: bytes, *, secret: bytes, signer: bytes) -> bytes:
        keys = ("--recipient-key", self.file("own", secret), "--signer-cert", self.file("signer", signer))
        return self.opened("sq", "decrypt", *keys, typed=sealed)

    def makes(self, content: bytes, *, secret: bytes, reader: bytes) -> bytes:
        keys = ("--recipient-cert", self.file("reader", reader), "--signer-key", self.file("own", secret))
        return self.did("sq", "encrypt", *keys, typed=content)

    def key(self, kind: str) -> Pair:
        suite, made = {SAFE: "cv25519", RSA: "rsa3k"}[kind], self.folder / f"{kind}.key"
        how = ("--userid", f"{NAME} <{ADDRESS}>", "--cipher-suite", suite)
        self.did("sq", "key", "generate", *how, "--export", str(made), "--rev-cert", f"{made}.rev")
        return Pair(made.read_bytes())


class Sqop(Program):
    """Sequoia behind the Stateless OpenPGP interface, which other implementations have too."""

    name = "Sequoia (sqop)"
    kinds = (SAFE,)

    @property
    def version(self) -> str:
        return number_in(self.did("sqop", "version"))

    def opens(self, sealed: bytes, *, secret: bytes, signer: bytes) -> bytes:
        told = self.folder / "verified"
        told.unlink(missing_ok=True)
        proof = ("--verify-with", self.file("signer", signer), "--verifications-out", str(told))
        return self.opened("sqop", "decrypt", *proof, "--", self.file("own", secret), typed=sealed)

    def makes(self, content: bytes, *, secret: bytes, reader: bytes) -> bytes:
        line = ("--sign-with", self.file("own", secret), "--", self.file("reader", reader))
        return self.did("sqop", "encrypt", *line, typed=content)

    def key(self, kind: str) -> Pair:
        assert kind == SAFE
        return Pair(self.did("sqop", "generate-key", f"{NAME} <{ADDRESS}>"))


class Rnp(Program):
    """Thunderbird's library, as a program. It hands out what it could not verify: what it says is half the answer."""

    name = "RNP"

    @property
    def version(self) -> str:
        return number_in(self.did("rnp", "--version"))

    def opens(self, sealed: bytes, *, secret: bytes, signer: bytes) -> bytes:
        home, content = self._home(secret, signer), self.folder / "content"
        content.unlink(missing_ok=True)
        line = ("rnp", "--homedir", home, "--password", "", "--decrypt", self.file("sealed.asc", sealed))
        done = self.run(*line, "--output", str(content))
        good = f"using EdDSA key {pysequoia.Cert.from_bytes(signer).fingerprint[-16:]}".encode()
        if done.returncode != 0 or b"Signature(s) verified successfully" not in done.stderr or good not in done.stderr:
            raise Refused(done.stderr.decode(errors="replace"))
        return content.read_bytes()

    def makes(self, content: bytes, *, secret: bytes, reader: bytes, how: tuple[str, ...] = ()) -> bytes:
        home, sealed = self._home(secret, reader), self.folder / "sealed"
        own = pysequoia.Tsk.from_bytes(secret).extract_certificate().fingerprint
        to = pysequoia.Cert.from_bytes(reader).fingerprint
        line = ("rnp", "--homedir", home, "--password", "", "--armor", "--sign", "-u", own, "--encrypt", "-r", to, *how)
        self.did(*line, self.file("plain", content), "--overwrite", "--output", str(sealed))
        return sealed.read_bytes()

    def key(self, kind: str) -> Pair:
        home = self._home()
        line = ("rnpkeys", "--homedir", home, "--password", "", "--userid", f"{NAME} <{ADDRESS}>", "--generate-key")
        self.did(*line, *{SAFE: ("--expert",), RSA: ("--numbits", "3072")}[kind], typed=b"22\n")
        return Pair(self.did("rnpkeys", "--homedir", home, "--export-key", "--secret", ADDRESS))

    def _home(self, *keys: bytes) -> str:
        home = self.folder / f"home-{len(list(self.folder.glob('home-*')))}"
        home.mkdir()
        for number, key in enumerate(keys):
            self.did("rnpkeys", "--homedir", str(home), "--import", self.file(f"key-{number}", key))
        return str(home)


class OpenPGPjs(Program):
    """What web mail uses."""

    name = "OpenPGP.js"

    @property
    def version(self) -> str:
        package = JAVASCRIPT / "node_modules" / "openpgp" / "package.json"
        return json.loads(package.read_text("utf-8"))["version"]

    @property
    def line(self) -> tuple[str, ...]:
        return ("node", str(Path(__file__).with_name("pgpjs.cjs")), str(JAVASCRIPT))

    def opens(self, sealed: bytes, *, secret: bytes, signer: bytes) -> bytes:
        return self.opened(*self.line, "open", self.file("own", secret), self.file("signer", signer), typed=sealed)

    def makes(self, content: bytes, *, secret: bytes, reader: bytes) -> bytes:
        return self.did(*self.line, "make", self.file("own", secret), self.file("reader", reader), typed=content)

    def key(self, kind: str) -> Pair:
        return Pair(self.did(*self.line, "key", kind, NAME, ADDRESS))


PROGRAMS = (Sequoia, Sqop, Rnp, OpenPGPjs)
