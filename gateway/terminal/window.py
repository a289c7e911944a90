"""A terminal whose window may be closed under the program that draws in it.

Textual draws by a thread that ends with the first error, and whoever draws then waits for it for ever: a window that
was closed left a program behind that kept the site's keys open, and that nobody could end.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any, TextIO

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver


class Pane:
    """Where is drawn. Once nobody can see it, what is drawn goes nowhere, and the program is asked to leave."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> None:
        """Draw."""
        self._draw(self._file.write, text)

    def flush(self) -> None:
        """Show what was drawn."""
        self._draw(self._file.flush)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest is the file's own
        return getattr(self._file, name)

    def _draw(self, draw: Callable[..., Any], *what: str) -> None:
        if self._gone:
            return
        try:
            draw(*what)
        except OSError:
            self._gone = True
            os.kill(os.getpid(), signal.SIGHUP)  # as the system does where the terminal was ours alone


class WindowDriver(LinuxDriver):
    """Draws in a window that may be closed."""

    def __init__(self, *how: Any, **more: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(*how, **more)
        if sys.__stderr__ is not None:
            self._file = Pane(sys.__stderr__)  # type: ignore[assignment]


def driver_for(found: type[Driver]) -> type[Driver]:
    """Choose the driver that outlives its window, where Textual would draw in a terminal."""
    return WindowDriver if found is LinuxDriver else found
