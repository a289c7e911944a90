"""Who can be seen: every process that works in a folder, by its arguments and environment, and every file it leaves."""

import os
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

EVERY_SECONDS = 0.05
FORGET_SECONDS = 1.0
"""How long a process that is none of ours is passed over; then its number may be another's."""


class Watch:
    """Looks at the processes and the temporary files of one folder again and again.

    `processes` is everything that could be read of each process: its arguments, and its environment; `left` what stood
    in a temporary file, by its name.
    """

    def __init__(self, folder: Path):
        self.folder, self.temporary = os.fsencode(folder), folder / "tmp"
        self.temporary.mkdir(mode=0o700)
        self.processes, self.left = {}, {}
        self._over, self._others, self._forget_at = threading.Event(), set(), 0.0

    @contextmanager
    def running(self):
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        try:
            yield self
        finally:
            self._over.set()
            watcher.join()

    def _watch(self):
        while not self._over.is_set():
            self.look()
            time.sleep(EVERY_SECONDS)

    def look(self):
        if time.monotonic() > self._forget_at:
            self._others, self._forget_at = set(), time.monotonic() + FORGET_SECONDS
        for number in {path.name for path in Path("/proc").glob("[0-9]*")} - self._others:
            with suppress(OSError):
                self._look_at(number)
        for path in self.temporary.rglob("*"):
            with suppress(OSError):
                self.left[path.name] = self.left.get(path.name, b"") + (path.read_bytes() if path.is_file() else b"")

    def _look_at(self, number):
        """A process changes its arguments when it becomes another program, so each pair is kept."""
        seen = tuple(Path("/proc", number, what).read_bytes() for what in ("cmdline", "environ"))
        if self.folder in b"".join(seen):
            self.processes.setdefault(seen[0].partition(b"\0")[0], set()).add(b"\0".join(seen))
        else:
            self._others.add(number)

    @property
    def everything(self):
        return b"\0".join(text for seen in self.processes.values() for text in seen)
