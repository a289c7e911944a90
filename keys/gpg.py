"""GnuPG as a child process that cannot hang, prompt, take a terminal, or be talked into saying what it did not say.

python-gnupg finds the program and builds most commands; how the child is started and how its answer is read is ours:
the status stream has the error channel to itself, is split at LF only and never decoded strictly, since user ids and
notations in it are bytes a stranger chose. The library's own verdicts (`ok`, `valid`) are left unset on purpose:
`keys.verdict` reads the status lines instead.
"""

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, Protocol

import gnupg

from keys.errors import GpgFailed, GpgMissing, GpgStalled, GpgTooOld, PassphraseMissing

StatusLine = tuple[str, str]
OLDEST = (2, 2)
"""The oldest GnuPG we know the status lines of."""

_PREFIX = b"[GNUPG:] "
_PIPE = subprocess.PIPE
_SHORT = 10.0
"""Seconds: nothing but a program that hangs takes so long to say who it is."""
_VERSION = re.compile(rb"gpg \(GnuPG[^)]*\) (\d+(?:\.\d+)+)")
_KEPT_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
_ALWAYS = (
    *("--no-options", "--batch", "--no-tty", "--no-verbose", "--no-greeting"),
    *("--status-fd", "2", "--log-file", os.devnull, "--with-colons", "--fixed-list-mode"),
    *("--display-charset", "utf-8", "--utf8-strings"),
    *("--disable-dirmngr", "--no-auto-key-retrieve", "--no-auto-key-locate", "--no-auto-check-trustdb"),
    *("--trust-model", "always", "--weak-digest", "SHA1", "--no-random-seed-file"),
)


class Reply(Protocol):
    """What one run of gpg gave: its output, its status lines in order, and its exit code."""

    data: bytes
    status_lines: list[StatusLine]
    returncode: int
    stderr: str


def installed(program: str = "gpg") -> tuple[int, ...]:
    """Tell which version of GnuPG there is; raises GpgMissing, GpgStalled, or GpgFailed when it does not say."""
    said = _VERSION.match(_told([program, "--version"]).stdout)
    if said is None:
        raise GpgFailed
    return tuple(int(part) for part in said[1].split(b"."))


def agent_answers(home: Path) -> bool:
    """Ask for the agent of a GnuPG home, and start it if need be; whoever asks lets `stop_agent` end it."""
    try:
        told = _told(["gpg-connect-agent", "--homedir", str(home), "GETINFO version", "/bye"])
    except (GpgMissing, GpgStalled):
        return False
    return told.returncode == 0 and b"OK" in told.stdout


def stop_agent(home: Path, *, deadline_seconds: float = _SHORT) -> None:
    """End every GnuPG daemon of a home; they outlive the program otherwise. Raises GpgMissing, GpgStalled."""
    _told(["gpgconf", "--homedir", str(home), "--kill", "all"], deadline_seconds)


def _told(command: list[str], deadline_seconds: float = _SHORT) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a fixed command and our own path
            command,
            env=_environment(),
            timeout=deadline_seconds,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=_PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        raise GpgMissing from None
    except subprocess.TimeoutExpired:
        raise GpgStalled from None


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, "LC_ALL": "C"}


def read_status(stream: bytes) -> list[StatusLine]:
    """Split gpg's status stream into (keyword, value) pairs at LF, and at nothing else a stranger can put in."""
    lines = (line[len(_PREFIX) :] for line in stream.split(b"\n") if line.startswith(_PREFIX))
    parted = (line.decode("utf-8", "replace").partition(" ") for line in lines)
    return [(keyword, value) for keyword, _, value in parted]


def values(reply: Reply, keyword: str) -> list[list[str]]:
    """Give the fields of every status line with this keyword, split at spaces."""
    return [value.split(" ") for name, value in reply.status_lines if name == keyword]


def complaints(reply: Reply) -> str:
    """Give gpg's own error codes, which name places and numbers and no person, for a developer to look up."""
    told = [f"{name} {value}" for name, value in reply.status_lines if name in {"ERROR", "FAILURE"}]
    return f"gpg exit {reply.returncode}: {', '.join(told) or 'no error code'}"


@contextmanager
def _one_line(text: str) -> Iterator[int]:
    """Give a descriptor from which a child reads this line, which thus is in no argument, file or environment."""
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as end:
            end.write(text.encode() + b"\n")  # a line fits in the pipe, so this does not wait for a reader
        yield reading
    finally:
        os.close(reading)


class _Child(subprocess.Popen[bytes]):
    """A child whose end the kernel tells: under a deadline subprocess looks for it, and sleeps between its looks."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait at most `timeout` seconds for the end; raises TimeoutExpired."""
        if timeout is None or self.poll() is not None:
            return super().wait(timeout)
        until = time.monotonic() + timeout
        _await_end(self.pid, max(0, timeout))
        return super().wait(max(0, until - time.monotonic()))


def _await_end(pid: int, seconds: float) -> None:
    """Return when a child has ended or the time is over; at once where no kernel can tell, as before Linux 5.3."""
    with suppress(AttributeError, OSError), os.fdopen(os.pidfd_open(pid), "rb", buffering=0) as end:
        ended = select.poll()
        ended.register(end, select.POLLIN)
        ended.poll(seconds * 1000)


class HardenedGPG(gnupg.GPG):  # type: ignore[misc]  # python-gnupg is published without types
    """One GnuPG home. Threads may share it; every call ends within the deadline, or raises GpgStalled.

    Raise GpgMissing, GpgTooOld (older than 2.2) or GpgFailed when the program does not answer at all.
    """

    def __init__(self, home: Path, *, deadline_seconds: float, program: str = "gpg") -> None:
        self.deadline_seconds = deadline_seconds
        gnupg.logger.disabled = True  # it would log commands, and with them user ids
        try:
            super().__init__(program, gnupghome=str(home), env=_environment(), encoding="utf-8")
        except OSError:
            raise GpgMissing from None
        except ValueError:
            raise GpgFailed from None
        if (self.version or (0,)) < OLDEST:
            raise GpgTooOld

    def act(self, *args: str, data: bytes = b"", passphrase: str | None = None) -> Reply:
        """Run gpg for what the library has no method for."""
        reply: Reply = self.result_map["crypt"](self)
        return self._handle_io(list(args), BytesIO(data), reply, passphrase)

    def pour(self, *args: str, source: BinaryIO, target: BinaryIO, passphrase: str, deadline_seconds: float) -> Reply:
        """Run gpg from file to file, so that size does not matter. `passphrase` must be one line, and not empty."""
        reply: Reply = self.result_map["crypt"](self)
        if not passphrase or "\n" in passphrase:
            raise PassphraseMissing
        os.lseek(source.fileno(), source.tell(), os.SEEK_SET)  # Python may have read ahead of where it stands
        with _one_line(passphrase) as line:
            entry = ("loopback", "--passphrase-fd", str(line))
            command = self._command(entry, args)
            process = _Child(
                command,
                stdin=source,
                stdout=target,
                stderr=_PIPE,
                env=self.env,
                start_new_session=True,
                pass_fds=[line],
            )
            self._converse(process, b"", reply, deadline_seconds)
        return reply

    def stop_agent(self) -> None:
        """End every GnuPG daemon of this home; they outlive the program otherwise."""
        stop_agent(Path(self.gnupghome), deadline_seconds=self.deadline_seconds)

    def make_args(self, args: list[str], passphrase: object) -> list[str]:
        """Build the command line: the passphrase comes by loopback or not at all, never from a prompt."""
        entry = ("loopback", "--passphrase-fd", "0") if passphrase else ("error",)
        return self._command(entry, args)

    def _command(self, entry: Sequence[str], args: Sequence[str]) -> list[str]:
        return [self.gpgbinary, *_ALWAYS, "--homedir", str(self.gnupghome), "--pinentry-mode", *entry, *args]

    def _open_subprocess(self, args: list[str], passphrase: object = None) -> subprocess.Popen[bytes]:
        command = [part.encode("utf-8", "surrogateescape") for part in self.make_args(args, passphrase)]
        # A session of its own: no controlling terminal to prompt on, and one group to kill.
        return _Child(command, stdin=_PIPE, stdout=_PIPE, stderr=_PIPE, env=self.env, start_new_session=True)

    def _handle_io(
        self, args: list[str], source: IO[bytes], result: Reply, passphrase: str | None = None, **_binary: bool
    ) -> Reply:
        if passphrase == "":
            raise PassphraseMissing  # gpg would take the first line of the content for the passphrase
        first_line = b"" if passphrase is None else passphrase.encode() + b"\n"
        self._converse(self._open_subprocess(args, passphrase), first_line + source.read(), result)
        return result

    def _collect_output(
        self, process: subprocess.Popen[bytes], result: Reply, *_writer: object, **_stdin: object
    ) -> int:
        return self._converse(process, b"", result)

    def _converse(
        self, process: subprocess.Popen[bytes], data: bytes, result: Reply, deadline_seconds: float | None = None
    ) -> int:
        with process:
            try:
                result.data, status = process.communicate(data, timeout=deadline_seconds or self.deadline_seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise GpgStalled from None
        result.status_lines = read_status(status)
        result.stderr = ""
        result.returncode = process.returncode
        return process.returncode
