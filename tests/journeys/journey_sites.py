"""Installations as people run them: every command and every daemon a process of its own, nothing shared but mail."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import databases

PROGRAMS = Path(sys.executable).parent
PATIENCE = 45.0
"""How long anything may take on a busy machine before a test gives up on it."""

LIVE = ("stafet.db", "stafet.db-wal", "stafet.db-shm")


def until(happened, seconds=PATIENCE):
    """Wait for another process, and give what `happened` gave."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, f"still waiting after {seconds} s for {happened}"
        time.sleep(0.01)
    return found


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass
class Site:
    """One installation: its command, its home, and its daemon when it runs."""

    program: str
    home: Path
    path: str = f"{PROGRAMS}:/usr/bin:/bin"
    daemon: subprocess.Popen | None = None
    port: int | None = None
    seen: list[bytes] = field(default_factory=list)
    """The arguments and environments of its processes."""

    @property
    def database(self):
        return self.home / "stafet.db"

    @property
    def log(self):
        return self.home.with_suffix(".log")

    @property
    def environment(self):
        told = {"STAFET_PASSWORD_FILE": os.environ["STAFET_PASSWORD_FILE"], **databases.environment()}
        return {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": str(self.home.parent), "LANG": "C.UTF-8", **told}

    def line(self, *words):
        return [str(PROGRAMS / self.program), "--home", str(self.home), *map(str, words)]

    def __call__(self, *words, typed=None, code=0):
        """Type a command where no terminal is attached, and demand its exit code."""
        done = subprocess.run(
            self.line(*words),
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=PATIENCE,
            start_new_session=True,
            check=False,
        )
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def start(self):
        """Run the daemon, and learn where its door is."""
        with self.log.open("ab") as log:
            before = log.tell()
            self.daemon = subprocess.Popen(
                self.line("run"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment | {"PATH": self.path},
                start_new_session=True,
            )
        self.port = int(until(lambda: self._opened(before)))
        self.seen += looked_at(self.daemon.pid)

    def _opened(self, before):
        assert self.daemon.poll() is None, self.log.read_text()[before:]
        found = re.search(r"open on port (\d+)", self.log.read_bytes()[before:].decode())
        return found and found[1]

    def kill(self):
        """Take the daemon away in the middle of whatever it does."""
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def stop(self):
        """Ask the daemon to end, as a service manager does; it must leave no agent behind."""
        self.daemon.terminate()
        assert self.daemon.wait(PATIENCE) == 0, self.log.read_text()

    def ask(self, query, *values):
        """Look into the database while others use it."""
        return databases.ask(self.database, query, *values)

    def change(self, statement, *values):
        """Change the database behind the daemon's back, as when time has passed."""
        databases.change(self.database, statement, values=values)

    @contextmanager
    def frozen(self):
        """Keep everybody from writing to the database."""
        with databases.frozen(self.database):
            yield

    def end(self):
        """Leave nothing running, whatever happened."""
        if self.daemon is not None and self.daemon.poll() is None:
            self.kill()
        subprocess.run(["gpgconf", "--homedir", str(self.home / "gnupg"), "--kill", "all"], check=False)


def looked_at(pid):
    """Read what anyone on the machine, or its administrator, can see of a process."""
    return [Path(f"/proc/{pid}/{what}").read_bytes() for what in ("cmdline", "environ")]


def agents_of(site):
    """List the agents that serve a site's key ring."""
    wanted, found = os.fsencode(site.home / "gnupg"), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if line.startswith(b"gpg-agent") and wanted in line:
            found.append(int(process.name))
    return found


@contextmanager
def workplace():
    """Give a folder with a short path; GnuPG's sockets need one."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
