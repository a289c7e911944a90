"""A real Debian Postfix for a test: its own settings, queue and log in a folder of its own, on a free loopback port.

    with postfix_folder() as folder, Postfix(folder / "region").running() as region:
        region.set("relay_domains=randers.example")        # postconf -e, and reload
        region.script("partner.sh", DOMAIN="randers.example", HOST=f"[{HERE}]:{other.port}")  # deploy/postfix
        region.port, region.log, region.queue(), region.flush()

Several may run side by side. It needs root, as Postfix does. It ends with the test whatever
happens, with everything it started. `make()` first, when settings come before the start.
`-c` is always an absolute path: with a relative one Postfix stops another master, or none.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HERE = "127.0.0.1"
PATIENCE = 60.0
DEPLOY = Path(__file__).parents[2] / "deploy" / "postfix"
DISTRIBUTED = Path("/usr/share/postfix/master.cf.dist")
GIVEN: set[int] = set()
OTHERS_MAY_READ = 0o022
"""The umask for Postfix's files: it reads them as another user."""

BASE = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_host_lookup = native
smtp_tls_loglevel = 1
smtpd_tls_loglevel = 1
myhostname = {name}.example
mydestination =
mynetworks = 192.0.2.0/24
alias_maps =
alias_database =
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
transport_retry_time = 1s
"""
"""What every instance here has: everything in its own folder, nobody privileged for being near, and quick to retry."""


def until(happened: Callable[[], object], told: Callable[[], object] = lambda: ""):
    """Wait for a server, and give what `happened` gave."""
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()):
        assert time.monotonic() < deadline, f"still waiting after {PATIENCE} s; {told()}"
        time.sleep(0.02)
    return found


def free_port() -> int:
    """Ask the kernel for a port nobody uses, and that was given to nobody here before."""
    with socket.socket() as asked:
        asked.bind((HERE, 0))
        port = asked.getsockname()[1]
    if port in GIVEN:
        return free_port()
    GIVEN.add(port)
    return port


def alive(group: int) -> list[int]:
    """List the processes of a group that run; one that has ended, and that nobody has asked about, does not."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, pgrp = stat.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
            if int(pgrp) == group and state != "Z":
                found.append(int(stat.parent.name))
    return found


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


@contextmanager
def postfix_folder() -> Iterator[Path]:
    """A short folder that Postfix's own user may enter, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Postfix:
    """One instance in `folder`, whose name is the server's. `port` is where it takes mail, as port 25 elsewhere."""

    folder: Path
    port: int = field(default_factory=free_port)
    _starter: subprocess.Popen[bytes] | None = None

    @property
    def conf(self) -> Path:
        return self.folder / "conf"

    @property
    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def make(self) -> None:
        """Write what an installed Postfix has, with everything in the folder and the port our own."""
        assert os.geteuid() == 0, "a real Postfix can only be started by root"
        assert DISTRIBUTED.exists(), "Postfix is not installed: apt-get install postfix"
        for name in ("conf", "queue", "data"):
            (self.folder / name).mkdir(parents=True)
        for place in (self.folder, *self.folder.iterdir()):
            place.chmod(0o755)
        shutil.chown(self.folder / "data", "postfix")
        (self.conf / "main.cf").write_text(BASE.format(folder=self.folder, name=self.folder.name))
        (self.conf / "master.cf").write_bytes(DISTRIBUTED.read_bytes())
        for file in self.conf.iterdir():
            file.chmod(0o644)
        self.command("postconf", "-F", "*/*/chroot=n")
        self.command("postconf", "-MX", "smtp/inet")
        self.command("postconf", "-Me", f"{self.port}/inet={self.port} inet n - n - - smtpd")

    def command(self, program: str, *words: object, **environment: object) -> str:
        """Run one of Postfix's own programs on this instance; gives what it said."""
        line = [program, "-c", self.conf, *words]
        return self._run(line, environment)

    def script(self, name: str, **environment: object) -> str:
        """Run a script of deploy/postfix, as an administrator would, and let the server read its settings again."""
        said = self._run(["sh", DEPLOY / name], {"CONF": self.conf, **environment})
        self.reload()
        return said

    def _run(self, line: list[object], environment: dict[str, object]) -> str:
        done = subprocess.run(
            list(map(str, line)),
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | {name: str(told) for name, told in environment.items()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            umask=OTHERS_MAY_READ,
            check=False,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        os.utime(self.conf / "main.cf", (0, 0))  # Postfix waits two seconds before it reads what was just written
        return done.stdout

    def set(self, *settings: str) -> None:
        """Set `name=value`, each."""
        self.command("postconf", "-e", *settings)
        self.reload()

    def reload(self) -> None:
        """Let a server that runs read its settings, and where it listens, again."""
        if self._starter:
            self.command("postfix", "reload")

    def table(self, name: str, *lines: str) -> str:
        """Write a look-up table; gives its name for a setting."""
        (self.conf / name).write_text("".join(f"{line}\n" for line in lines))
        (self.conf / name).chmod(0o644)
        return f"texthash:{self.conf / name}"

    def queue(self) -> list[dict[str, object]]:
        """Tell what waits here: of each mail its queue, sender, recipients and why."""
        return [json.loads(line) for line in self.command("postqueue", "-j").splitlines()]

    def flush(self) -> None:
        """Try everything that waits now."""
        self.command("postqueue", "-f")

    def logged(self, text: str) -> None:
        """Wait until the log says something."""
        until(lambda: text in self.log, lambda: self.log[-3000:])

    def start(self) -> None:
        """Start it, and wait until it greets."""
        self.command("postconf", "-e", f"maillog_file={self.folder}/log")  # where nobody keeps it, every program waits
        with (self.folder / "stderr").open("wb") as stderr:
            self._starter = subprocess.Popen(
                ["postfix", "-c", str(self.conf), "start-fg"],
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                umask=OTHERS_MAY_READ,
                start_new_session=True,
            )
        until(self._greets, lambda: (self.log, (self.folder / "stderr").read_text()))

    def _greets(self) -> bool:
        assert self._starter.poll() is None, (self.log, (self.folder / "stderr").read_text())
        with suppress(OSError), socket.create_connection((HERE, self.port), 10) as connection:
            return connection.recv(3) == b"220"
        return False

    def stop(self) -> None:
        """End the master in order, and then whoever is left: the script that started it, and all it began."""
        if self._starter is None:
            return
        starter, self._starter = self._starter, None
        groups = (*self._master_group(), starter.pid)
        for group in groups:
            _signal(group, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            starter.wait(5)
        for group in groups:
            _signal(group, signal.SIGKILL)
        starter.wait(PATIENCE)
        until(lambda: not any(map(alive, groups)))

    def _master_group(self) -> list[int]:
        """The master leads a session of its own; the file it keeps locked says which."""
        file = self.folder / "queue" / "pid" / "master.pid"
        group = int(file.read_text()) if file.exists() else 0
        return [group] if group and alive(group) else []

    @contextmanager
    def running(self) -> Iterator["Postfix"]:
        """Make it, unless it was made before, and let it run until the end of the block."""
        if not self.conf.exists():
            self.make()
        try:
            self.start()
            yield self
        finally:
            self.stop()
