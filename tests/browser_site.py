"""`stafet-inbox serve` as people run it: a process of its own, and what it has started since."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 30.0
PROGRAM = Path(sys.executable).with_name("stafet-inbox")


@dataclass
class Served:
    """A server on any free port."""

    process: subprocess.Popen
    url: str
    log: Path

    @classmethod
    def start(cls, home, log, *words, **environment):
        line = [PROGRAM, "--home", home, "--json", "serve", "--port", "0", *words]
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*map(str, line)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=file,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        said = process.stdout.readline()
        assert said, log.read_text()
        return cls(process, json.loads(said)["url"], log)

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    def inboxes(self):
        """List the processes it has started."""
        return children(self.process.pid)

    def end(self, how=signal.SIGTERM):
        """End the server; gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return code


def children(pid):
    """List the processes that a process has started and that run still."""
    return [int(one.name) for one in Path("/proc").glob("[0-9]*") if stands(one)[1:] == (str(pid),)]


def stands(process):
    """Tell in which state a process is, and who started it; nothing when it has ended."""
    try:
        state, parent, *_rest = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ()
    return () if state == "Z" else (state, parent)


def ended(*pids):
    """Wait until processes have ended, whoever started them."""
    deadline = time.monotonic() + PATIENCE
    while left := [pid for pid in pids if stands(Path(f"/proc/{pid}"))]:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.02)
    return True


def listening(port):
    """List the addresses a port is open on, as the kernel writes them."""
    lines = [line.split() for file in ("tcp", "tcp6") for line in Path(f"/proc/net/{file}").read_text().splitlines()]
    return {line[1].partition(":")[0] for line in lines if line[3] == "0A" and line[1].endswith(f":{port:04X}")}
