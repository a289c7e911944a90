"""Textual's driver for browsers, which also ends the application when the server is gone."""

import os
import signal
from functools import partial
from threading import Timer
from typing import Any, Final

from textual.drivers.web_driver import WebDriver

SECONDS_TO_END: Final = 5.0
"""How long the application may take to close what it holds before it is ended all the same."""


class BrowserDriver(WebDriver):
    """Reads from the server and writes to it. Without a server there is nobody to work for."""

    def __init__(self, *given: Any, **options: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(*given, **options)
        self._write = partial(self._tell)

    def run_input_thread(self) -> None:
        """Read until there is nothing to read from any more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            last = Timer(SECONDS_TO_END, os._exit, [1])  # also when the application waits for what never comes
            last.daemon = True
            last.start()
            os.kill(os.getpid(), signal.SIGTERM)  # which Textual takes as a wish to leave

    def _tell(self, data: bytes) -> int:
        try:
            return os.write(self.fileno, data)
        except BrokenPipeError:
            return 0  # the thread that reads notices too, and ends this
