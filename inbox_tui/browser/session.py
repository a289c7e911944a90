"""One open page and the process behind it. When either ends, so does the other."""

import asyncio
import sys
from asyncio import subprocess
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path
from typing import Final

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from gateway.language import in_use
from gateway.site.log import Event, Log

log = Log("stafet.browser")
DRIVER: Final = "inbox_tui.browser.driver:BrowserDriver"
SECONDS_TO_END: Final = 5.0
"""How long the inbox may take to close what it holds before it is ended all the same."""
WIDTHS: Final = (20, 500)
HEIGHTS: Final = (5, 200)
"""What a terminal may measure in cells, least and most; a page that says otherwise would have us fill the memory."""
NOT_FOR_THE_INBOX: Final = frozenset({"STAFET_AS", "STAFET_PASSWORD_FILE", "TEXTUAL", "TEXTUAL_LOG"})
"""What the server may have been given for itself: who started it, and tools that write down what is typed."""


class Session(AppService):
    """An inbox for one page."""

    def __init__(self, home: Path, websocket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        super().__init__(
            "",
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=self._close,
            download_manager=downloads,
        )
        self._home, self._websocket, self._stopping = home, websocket, asyncio.Lock()

    async def start(self, width: int, height: int) -> None:
        """Start the inbox, as large as the page is."""
        await super().start(within(width, WIDTHS), within(height, HEIGHTS))

    async def set_terminal_size(self, width: int, height: int) -> None:
        """Make the inbox as large as the page is now."""
        await super().set_terminal_size(within(width, WIDTHS), within(height, HEIGHTS))

    async def run(self) -> None:
        """Carry what the inbox draws to the page, until it ends; then close the page."""
        with suppress(ConnectionError):  # the page has gone first
            await super().run()
        if self._process is not None and (code := await self._process.wait()):
            log(Event.INBOX_ENDED, status=code)
        await self._close()

    async def stop(self) -> None:
        """End the inbox, kindly at first. Both the page and the server may ask."""
        async with self._stopping:
            leaving = asyncio.create_task(super().stop())
            try:
                await asyncio.wait({leaving}, timeout=SECONDS_TO_END)
            finally:
                if self._process is not None and self._process.returncode is None:
                    self._process.kill()
                await leaving

    async def _close(self) -> None:
        with suppress(ConnectionError):
            await self._websocket.close()

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        told = super()._build_environment(width, height) | {"TEXTUAL_DRIVER": DRIVER}
        return {name: value for name, value in told.items() if name not in NOT_FOR_THE_INBOX}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Start it without a shell. Its errors go nowhere: a traceback can hold what was being read (O2)."""
        line = (sys.executable, "-P", "-m", "inbox_tui.browser", "--home", str(self._home), "--lang", in_use())
        self._process = process = await asyncio.create_subprocess_exec(
            *line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._build_environment(width, height),
        )
        self._stdin = process.stdin
        process.stderr = asyncio.StreamReader()
        process.stderr.feed_eof()
        return process


def within(size: int, bounds: tuple[int, int]) -> int:
    """Keep a measure between the least and the most it may be."""
    return max(bounds[0], min(size, bounds[1]))
