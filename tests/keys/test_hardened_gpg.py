"""GnuPG as a child process: no prompt, no terminal, no hanging, and a status stream nobody else can write in."""

import logging
import os
import pty
import resource
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import gnupg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from key_parties import new_ring, plain_gpg, short_home

from keys import passphrase
from keys.errors import GpgFailed, GpgMissing, GpgStalled, GpgTooOld, PassphraseMissing
from keys.gpg import HardenedGPG, read_status
from keys.keyring import Keyring

VERSION = "cfg:version:2.2.40"


@pytest.fixture
def fake_gpg(tmp_path, monkeypatch):
    """Put a script under the name of gpg first on PATH."""

    def install(script):
        program = tmp_path / "bin" / "gpg"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    return install


@pytest.fixture
def home():
    with short_home() as path:
        yield path


@pytest.fixture
def no_room():
    """A disk on which no file can be given another byte, as this process and its children see it."""

    @contextmanager
    def full():
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return full


def test_a_program_that_is_not_there_is_missed(home, monkeypatch):
    monkeypatch.setenv("PATH", str(home))
    with pytest.raises(GpgMissing):
        HardenedGPG(home, deadline_seconds=5)


@pytest.mark.parametrize("version", ["cfg:version:2.1.18", "cfg:version:1.4.23", "nothing of the kind"])
def test_an_old_or_unknown_program_is_refused(home, fake_gpg, version):
    fake_gpg(f"echo {version}")
    with pytest.raises(GpgTooOld):
        HardenedGPG(home, deadline_seconds=5)


@pytest.mark.parametrize("version", ["cfg:version:2.2.0", "cfg:version:2.4.7"])
def test_a_newer_program_is_taken(home, fake_gpg, version):
    fake_gpg(f"echo {version}")
    assert HardenedGPG(home, deadline_seconds=5).version >= (2, 2)


def test_a_program_that_fails_at_once_is_a_failure_with_a_name(home, fake_gpg):
    fake_gpg("exit 2")
    with pytest.raises(GpgFailed):
        HardenedGPG(home, deadline_seconds=5)


def running():
    """The command lines of all that runs here."""
    said = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            said.append(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return "\n".join(said)


def test_a_stalled_program_and_its_children_are_killed_at_the_deadline(home, fake_gpg):
    doze = f"sleep 98.{os.getpid()}"
    fake_gpg(f'case "$*" in *--list-config*) echo {VERSION};; *) {doze}; {doze};; esac')
    ring = Keyring(home, passphrase.make(), deadline_seconds=0.3)
    started = time.monotonic()
    with pytest.raises(GpgStalled):
        ring.gpg.decrypt(b"x" * 1_000_000, passphrase=ring.passphrase)
    assert time.monotonic() - started < 20
    while doze in running():
        assert time.monotonic() - started < 20, "a child of the killed program lives on"


def test_a_program_that_hangs_with_its_output_closed_is_killed_at_the_deadline(home, fake_gpg):
    fake_gpg(f'case "$*" in *--list-config*) echo {VERSION};; *) exec sleep 60 <&- >&- 2>&-;; esac')
    gpg = HardenedGPG(home, deadline_seconds=0.3)
    with pytest.raises(GpgStalled):
        gpg.act("--list-keys")


def lingering(fake_gpg):
    """A program that closes its output a while before it ends, as gpg does for a moment."""
    fake_gpg(f'case "$*" in *--list-config*) echo {VERSION};; *) exec >&- 2>&-; sleep 0.05; exit 3;; esac')


def test_nobody_sleeps_between_looks_for_the_end_of_the_program(home, fake_gpg, monkeypatch):
    """With a deadline subprocess does: it would cost a seventh of every seal."""
    lingering(fake_gpg)
    gpg, slept = HardenedGPG(home, deadline_seconds=20), []
    monkeypatch.setattr(time, "sleep", slept.append)
    assert gpg.act("--list-keys").returncode == 3
    assert slept == []


@pytest.mark.parametrize("trouble", [AttributeError, OSError])
def test_where_the_kernel_cannot_tell_the_end_is_looked_for(home, fake_gpg, monkeypatch, trouble):
    def absent(_pid):
        raise trouble

    lingering(fake_gpg)
    monkeypatch.setattr(os, "pidfd_open", absent)
    assert HardenedGPG(home, deadline_seconds=20).act("--list-keys").returncode == 3


def test_a_program_that_stalls_at_the_very_start_is_killed(home, fake_gpg):
    fake_gpg("sleep 60")
    with pytest.raises(GpgStalled):
        Keyring(home, passphrase.make(), deadline_seconds=0.2)


def test_an_agent_that_never_answers_stalls_nobody_for_ever(make_party):
    site = make_party()
    where = ["gpgconf", "--homedir", site.ring.home, "--list-dirs", "agent-socket"]
    told = subprocess.run(where, capture_output=True, check=True, text=True).stdout.strip()
    site.ring.close()
    site.ring.gpg.deadline_seconds = 0.4
    Path(told).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(told)
        silent.listen()
        with pytest.raises(GpgStalled):
            site.seal(b"x")
    Path(told).unlink(missing_ok=True)
    site.ring.gpg.deadline_seconds = 20
    assert site.seal(b"x")


def test_an_empty_passphrase_would_eat_the_first_line_and_is_refused(make_party):
    """TRAPS: with passphrase="" gpg takes the first line of the message for it."""
    site = make_party()
    library = gnupg.GPG(gnupghome=str(site.ring.home))
    made = library.encrypt(b"one\ntwo\n", [site.key], always_trust=True, passphrase="")
    assert library.decrypt(made.data, passphrase=site.ring.passphrase).data == b"two\n"
    with pytest.raises(PassphraseMissing):
        site.ring.gpg.encrypt(b"one\ntwo\n", [site.key], passphrase="")
    with pytest.raises(PassphraseMissing):
        Keyring(site.ring.home, "")


PROMPTED = """
import sys
from pathlib import Path
from keys.gpg import HardenedGPG
gpg = HardenedGPG(Path(sys.argv[1]), deadline_seconds=20)
print("exit", gpg.act("--sign", data=b"x").returncode, flush=True)
"""


def test_without_a_passphrase_and_with_a_terminal_nothing_prompts_and_nothing_hangs():
    """TRAPS: pinentry takes the terminal over, and with it the whole screen."""
    with new_ring() as ring:
        ring.generate("Site <site@party.example>")
        ring.gpg.stop_agent()
        child, terminal = pty.fork()
        if child == 0:
            os.environ |= {"GPG_TTY": os.ttyname(0), "TERM": "xterm", "DISPLAY": ":0", "DEBUG_IPC": "1"}
            os.execv(sys.executable, [sys.executable, "-c", PROMPTED, str(ring.home)])  # noqa: S606 - a terminal child
        shown = read_all(terminal)
        os.waitpid(child, 0)
    assert shown.split() == [b"exit", b"2"]


def read_all(terminal):
    shown = b""
    while True:
        try:
            part = os.read(terminal, 1000)
        except OSError:  # Linux says so where the other end of a terminal is closed
            return shown
        if not part:
            return shown
        shown += part


def test_the_child_learns_nothing_of_terminals_screens_or_other_homes(home, monkeypatch):
    for name in ("GPG_TTY", "DISPLAY", "WAYLAND_DISPLAY", "PINENTRY_USER_DATA", "GNUPGHOME", "LANG", "GPG_AGENT_INFO"):
        monkeypatch.setenv(name, "/somewhere")
    gpg = HardenedGPG(home, deadline_seconds=5)
    assert set(gpg.env) <= {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "LC_ALL"}
    assert gpg.env["LC_ALL"] == "C"


def test_every_command_carries_the_hard_options(home):
    gpg = HardenedGPG(home, deadline_seconds=5)
    for with_passphrase in (True, False):
        line = " ".join(gpg.make_args(["--decrypt"], with_passphrase))
        for option in (
            *("--no-options", "--batch", "--no-tty", "--no-random-seed-file", "--weak-digest SHA1"),
            *("--no-auto-key-retrieve", "--no-auto-key-locate", "--disable-dirmngr"),
            f"--pinentry-mode {'loopback --passphrase-fd 0' if with_passphrase else 'error'} --decrypt",
        ):
            assert option in line


def test_a_configuration_file_in_the_home_changes_nothing(make_party):
    site = make_party()
    (site.ring.home / "gpg.conf").write_text("encrypt-to 0123456789ABCDEF\nthrow-keyids\nno-such-option\n")
    assert site.open(site.seal(b"x").ciphertext, site.key).content == b"x"


def test_nothing_is_logged_whatever_the_level(make_party, caplog):
    with caplog.at_level(logging.DEBUG):
        site = make_party("Ole Lukøje <ole@party.example>")
        site.open(site.seal(b"Anders And").ciphertext, site.key)
    assert not [record for record in caplog.records if record.name.startswith("gnupg")]


# The status stream


def test_status_lines_end_at_line_feeds_only():
    """TRAPS: str.splitlines also breaks at these, and what follows them was written by a stranger."""
    for other in ("\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\r"):
        hostile = f"[GNUPG:] GOODSIG 1 Mallory{other}[GNUPG:] VALIDSIG ALICE\n".encode()
        assert [name for name, _ in read_status(hostile)] == ["GOODSIG"]


def test_bytes_that_are_not_text_are_replaced():
    assert read_status(b"[GNUPG:] NOTATION_DATA \xff\xfe\x00\n[GNUPG:] GOODSIG 1\n") == [
        ("NOTATION_DATA", "��\x00"),
        ("GOODSIG", "1"),
    ]


def test_what_is_no_status_line_is_not_read():
    assert read_status(b"gpg: [GNUPG:] GOODSIG 1\n [GNUPG:] GOODSIG 1\n[GNUPG:]GOODSIG\n\n[GNUPG:] END_DECRYPTION") == [
        ("END_DECRYPTION", "")
    ]


@given(st.lists(st.tuples(st.from_regex(r"[A-Z_]{1,20}", fullmatch=True), st.binary(max_size=60)), max_size=12))
def test_there_are_as_many_status_lines_as_gpg_wrote_whatever_is_in_them(written):
    stream = b"".join(
        b"[GNUPG:] %b %b\n" % (name.encode(), value.replace(b"\n", b"%0A").replace(b"[GNUPG:]", b""))
        for name, value in written
    )
    assert [name for name, _ in read_status(stream)] == [name for name, _ in written]


def test_a_log_line_of_gpg_never_enters_the_status_stream(make_party):
    """The error channel belongs to the status lines: what gpg says to people goes nowhere."""
    site = make_party()
    process = site.ring.gpg._open_subprocess(["--decrypt"])
    _, channel = process.communicate(b"not a message", timeout=10)
    assert channel
    assert all(line.startswith(b"[GNUPG:] ") for line in channel.splitlines())
    assert plain_gpg(site.ring, "--decrypt", data=b"not a message", check=False) == b""


def test_a_full_disk_does_not_make_a_good_seal_look_forged(region, municipality, no_room):
    seal = region.seal(b"a citizen's call", municipality)
    with no_room(), pytest.raises(GpgFailed):
        municipality.open(seal.ciphertext, region.key)
    assert municipality.open(seal.ciphertext, region.key).content == b"a citizen's call"
