"""Thunderbird without a screen, in a profile of its own: it is told what to do, and what it shows is read."""

import functools
import os
import signal
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path
from typing import Any

import sites
from mail_drop import MailDrop, mail_drop
from marionette import PATIENCE, Marionette

from keys.fingerprint import Fingerprint

COMMANDS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
SIZE = (1100, 800)
"""Of its window, in pixels."""
QUIET = {
    "app.donation.eoy.version.viewed": 999,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "marionette.port": 0,
    "network.proxy.type": 0,
    "services.settings.server": "data:,none",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
"""It asks nothing at its first start, and calls nobody."""
DRIVEN = ("--marionette", "-remote-allow-system-access")


@dataclass(frozen=True)
class Seen:
    """A mail as a person sees it. `encrypted` and `signed` name the icons; empty where none is shown.

    `listed` is its subject in the list of mails, `page` all that is written in the pane, what is out of sight too.
    """

    encrypted: str
    signed: str
    subject: str
    listed: str
    text: str = field(repr=False)
    page: str = field(repr=False)
    attachments: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Thunderbird:
    """The program of one unit; what it sends lies in `mail`."""

    line: Marionette
    mail: MailDrop

    def _do(self, command: str, *values: object) -> Any:
        return self.line.run(f"{COMMANDS}\nreturn await {command}(...arguments);", *values)

    def makes_key(self, name: str, address: str) -> tuple[Fingerprint, bytes]:
        """Make a key of one's own; gives its fingerprint, and the certificate one sends to others."""
        fingerprint, certificate = self._do("makeKey", name, address)
        return Fingerprint(fingerprint), certificate.encode()

    def uses(self, key: Fingerprint) -> None:
        """Sign by this key from now on, and encrypt unless somebody takes that off."""
        self._do("useKey", key)

    def brings(self, secret: bytes, key: Fingerprint) -> None:
        """Import a key of one's own, and use it."""
        self._do("bringKey", secret.decode("latin-1"), key)
        self.uses(key)

    def accepts(self, certificate: bytes) -> None:
        """Import somebody's key, whose fingerprint was compared."""
        self._do("acceptKey", certificate.decode("latin-1"))

    def opens(self, mail: bytes) -> Seen:
        """Let a mail come, and open it."""
        return Seen(**self._do("open", mail.decode("latin-1")))

    def picture(self) -> bytes:
        """Draw the window as it is, as PNG."""
        self._do("drawn")
        return b64decode(self.line("WebDriver:TakeScreenshot", full=False))

    def arranged(self, name: str, address: str) -> None:
        """Write somebody into the address book, and give the letter most of the window."""
        self._do("arrange", name, address)

    def answers(self, words: str, to: str) -> bytes:
        """Reply to the mail that is open; gives what crossed."""
        self._do("answer", words)
        return self.mail.next(to)


@contextmanager
def thunderbird(name: str, address: str, *, size: tuple[int, int] = SIZE) -> Iterator[Thunderbird]:
    """Start the program of a unit; end it, and all it has started."""
    with sites.short_folder() as home, mail_drop(home) as mail, _started(home, size) as port, Marionette(port) as line:
        program = Thunderbird(line, mail)
        program._do("setUp", name, address, mail.port)
        yield program


@functools.cache
def version() -> str:
    """Tell which Thunderbird this is."""
    told = subprocess.run(["thunderbird", "--version"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    return told.stdout.split()[-1]


@contextmanager
def _started(home: Path, size: tuple[int, int]) -> Iterator[int]:
    profile = home / "profile"
    profile.mkdir()
    lines = (f"user_pref({dumps(key)}, {dumps(value)});\n" for key, value in QUIET.items())
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            ["thunderbird", "--headless", "--no-remote", "--profile", profile, *DRIVEN],
            env=_environment(home, size),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield _port(profile / "MarionetteActivePort", process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment(home: Path, size: tuple[int, int]) -> dict[str, str]:
    width, height = map(str, size)
    screen = {"MOZ_HEADLESS_WIDTH": width, "MOZ_HEADLESS_HEIGHT": height, "MOZ_CRASHREPORTER_DISABLE": "1"}
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "TZ": "Europe/Copenhagen", **screen}


def _port(file: Path, process: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + PATIENCE
    while not (file.exists() and file.read_text().strip()):
        assert process.poll() is None, "Thunderbird has ended"
        assert time.monotonic() < deadline, "Thunderbird does not start"
        time.sleep(0.02)
    return int(file.read_text())
