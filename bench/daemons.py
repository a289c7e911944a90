"""Daemons as processes of their own, the way a service manager runs them."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

PATIENCE: Final = 30.0
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Running:
    """A daemon that runs; its door is open on `port`."""

    process: "subprocess.Popen[bytes]"
    port: int

    def seconds_used(self) -> float:
        """Tell how much processor time it has taken so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def running(program: str, home: Path) -> Iterator[Running]:
    """Run the daemon of a site until the end of the block."""
    line = [str(Path(sys.executable).with_name(program)), "--home", str(home), "run"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            yield Running(process, _port(process, log))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def idle_percent(daemon: Running, seconds: float) -> float:
    """Tell how much of one processor a daemon takes that has nothing to do."""
    before = daemon.seconds_used()
    time.sleep(seconds)
    return (daemon.seconds_used() - before) / seconds * 100


def _port(process: "subprocess.Popen[bytes]", log: IO[bytes]) -> int:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        told = os.pread(log.fileno(), 1 << 16, 0)
        if found := re.search(rb"open on port (\d+)", told):
            return int(found[1])
        time.sleep(0.01)
    raise RuntimeError(told.decode("utf-8", "replace"))
