"""A program in a pseudo-terminal, with fingers and a stopwatch: how soon it is there, how soon a key is seen."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

SIZE: Final = (24, 80)
QUIET: Final = 0.04
"""Seconds without a byte after which a paint is over."""
STILL: Final = 0.3
"""Seconds without a byte after which a program has come to rest."""
PATIENCE: Final = 30.0


class Program:
    """One program. Times are in milliseconds, from when a key was written to the last byte that it caused."""

    def __init__(self, line: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self._mine, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            line,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={**os.environ, "TERM": "xterm-256color", **environment},
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._mine)

    def opened(self, words: str) -> float:
        """Tell how long after its start the words were there."""
        return self._until(words, self._began)

    def entered(self, keys: str, words: str) -> float:
        """Tell how long after the keys the words were there."""
        return self._until(words, self._press(keys))

    def painted(self, keys: str) -> float:
        """Tell how long after the keys the terminal had all that they changed."""
        began = last = self._press(keys)
        wait = PATIENCE
        while select.select([self._mine], [], [], wait)[0]:
            os.read(self._mine, 1 << 16)
            last, wait = time.perf_counter(), QUIET
        if last == began:
            raise TimeoutError(keys, "nothing was painted")
        return (last - began) * 1000

    def press(self, keys: str) -> None:
        """Type, and wait for nothing."""
        self._press(keys)

    def settle(self) -> None:
        """Wait until nothing more is painted."""
        while select.select([self._mine], [], [], STILL)[0]:
            os.read(self._mine, 1 << 16)

    @property
    def megabytes(self) -> float:
        """Tell how much memory it has had at the most."""
        return self._status("VmHWM")

    @property
    def resident(self) -> float:
        """Tell how much memory it has now."""
        return self._status("VmRSS")

    def _status(self, name: str) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(status.partition(f"{name}:")[2].split()[0]) / 1024

    def _press(self, keys: str) -> float:
        began = time.perf_counter()
        os.write(self._mine, keys.encode())
        return began

    def _until(self, words: str, began: float) -> float:
        seen, end = b"", began + PATIENCE
        while words.encode() not in seen:
            if time.perf_counter() > end:
                raise TimeoutError(words, seen[-500:])
            if select.select([self._mine], [], [], 0.5)[0]:
                seen += os.read(self._mine, 1 << 16)
        return (time.perf_counter() - began) * 1000
