"""Terminals as people sit at them: tmux, 80 by 24, a server of the test's own."""

import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass

PATIENCE = 30.0
"""Seconds anything may take to show on a busy machine."""
ENTER, ESC, SPACE, TAB, DOWN, UP, BACKSPACE = "Enter", "Escape", "Space", "Tab", "Down", "Up", "BSpace"
SAVE, LEAVE = "C-s", "C-q"


@dataclass(frozen=True)
class Typed:
    """Text that is typed, letter by letter, as against a key with a name."""

    text: str


@dataclass(frozen=True)
class Desk:
    """One terminal: fingers and eyes."""

    socket: str
    name: str

    def press(self, *keys):
        """Press keys, all at once: on a slow line they come so."""
        line = []
        for key in keys:
            sent = ("-l", key.text) if isinstance(key, Typed) else (key,)
            line += ["send-keys", "-t", self.name, *sent, ";"]
        self._tmux(*line[:-1])

    def see(self, *words):
        """Wait until all the words are on the screen, however the lines were broken; gives the screen."""
        deadline = time.monotonic() + PATIENCE
        while not all(word in " ".join(self.seen.split()) for word in words):
            assert time.monotonic() < deadline, f"never saw {words} in:\n{self.seen}"
            time.sleep(0.03)
        return self.seen

    @property
    def seen(self):
        """The screen as it is now."""
        return self._tmux("capture-pane", "-p", "-t", self.name)

    @property
    def cursor_row(self):
        """The line of the screen the terminal's own cursor stands on: what is read aloud begins there."""
        row = int(self._tmux("display-message", "-p", "-t", self.name, "#{cursor_y}"))
        return self.seen.splitlines()[row]

    def _tmux(self, *words):
        return tmux(self.socket, *words)


@dataclass(frozen=True)
class Room:
    """Several terminals."""

    socket: str
    environment: dict[str, str]

    def desk(self, name, line, size=(80, 24)):
        """Start a program in a terminal of its own."""
        width, height = map(str, size)
        told = [f"{key}={value}" for key, value in self.environment.items()]
        tmux(self.socket, "new-session", "-d", "-s", name, "-x", width, "-y", height, "env", "-i", *told, *line)
        return Desk(self.socket, name)

    def empty(self):
        """Tell whether everybody has gone home: the server ends with its last terminal."""
        return tmux(self.socket, "list-sessions", fails=True) == ""


@contextmanager
def room(folder, environment):
    """Give a tmux server that nobody else uses, and end it with everything in it."""
    socket = str(folder / "tmux")
    told = {**environment, "TERM": "tmux-256color", "LANG": "C.UTF-8"}
    try:
        yield Room(socket, told)
    finally:
        tmux(socket, "kill-server", fails=True)


def tmux(socket, *words, fails=False):
    """Ask the server something; gives what it says. It reads nobody's settings."""
    done = subprocess.run(
        ["tmux", "-u", "-f", "/dev/null", "-S", socket, *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert fails or done.returncode == 0, (words[:4], done.stderr)
    return done.stdout
