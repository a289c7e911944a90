"""Answers a monitor on this machine: `/metrics` and `/health`, in threads of its own, whoever asks and however slowly.

Anybody with an account on the machine can ask, and is shown what stands in `figures`. Who asks too slowly is hung up
on, and at once when others wait: the one who has been asking longest makes room. A page in a browser that was led here
under another name is shown nothing.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from gateway.site.log import Event, Log
from gateway.site.settings import is_loopback

SECONDS: Final = 5.0
"""How long one question and its answer may take over the wire."""
ASKING: Final = 8
"""How many may be asking; the one who has been at it longest makes room for the next."""
MOST: Final = 16
"""How many there may be with those whose answer is being made; nobody else is let in."""
BEFORE_THE_DOOR: Final = 128
"""How many may wait to be let in."""
LONGEST: Final = 8192
"""Bytes of a question."""
ENOUGH: Final = b"\r\n\r\n"
AGAIN_SECONDS: Final = 0.1

log = Log("stafet.monitor")


@dataclass(frozen=True)
class Page:
    """An answer."""

    status: HTTPStatus
    kind: str
    content: bytes


Pages = Mapping[str, Callable[[], Page]]


@dataclass
class MonitorServer:
    """Listens from `start` until `stop`. `pages` are by their paths; each is made in the thread of who asked."""

    host: str
    port: int
    pages: Pages
    _listening: socket.socket | None = None
    _asked: dict[socket.socket, bool] = field(default_factory=dict)
    """Who is here, in the order they came, and whether they have asked."""
    _gone: threading.Condition = field(default_factory=threading.Condition)
    """Somebody has gone; its lock guards who is here."""
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> int:
        """Begin to listen; gives the port. Raises OSError."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listening = listening = socket.create_server(
            (self.host, self.port), family=family, backlog=BEFORE_THE_DOOR
        )
        threading.Thread(target=self._take, args=(listening,), name="monitor", daemon=True).start()
        return int(listening.getsockname()[1])

    def stop(self) -> None:
        """Listen no more, and hang up."""
        self._stopping.set()
        with self._gone:
            here = (*self._asked, self._listening)
        for one in filter(None, here):
            _hang_up(one)

    def _take(self, listening: socket.socket) -> None:
        with listening:
            while not self._stopping.is_set():
                try:
                    asking, _where = listening.accept()
                except OSError:
                    self._stopping.wait(AGAIN_SECONDS)  # no file handle is free: the daemon's own come first
                    continue
                if not self._is_let_in(asking):
                    asking.close()

    def _is_let_in(self, asking: socket.socket) -> bool:
        with self._gone:
            before = [one for one, has_asked in self._asked.items() if not has_asked]
            if len(before) >= ASKING:
                _hang_up(before[0])
            if not self._gone.wait_for(lambda: len(self._asked) < MOST, AGAIN_SECONDS):
                return False
            with suppress(RuntimeError):  # no thread is free: the daemon's own come first
                threading.Thread(target=self._serve, args=(asking,), name="monitor-answer", daemon=True).start()
                self._asked[asking] = False
            return asking in self._asked

    def _serve(self, asking: socket.socket) -> None:
        try:
            with asking, suppress(OSError, ValueError):
                heard = _heard(asking, time.monotonic() + SECONDS)
                with self._gone:
                    self._asked[asking] = True
                page = self._page(heard)
                asking.settimeout(SECONDS)
                asking.sendall(_answer(page, head_only=heard.startswith(b"HEAD ")))
        finally:
            with self._gone:
                self._asked.pop(asking, None)
                self._gone.notify()

    def _page(self, asked: bytes) -> Page:
        """Find what was asked for; raises ValueError for what is no question."""
        request, *fields = asked.partition(ENOUGH)[0].decode("latin-1").split("\r\n")
        method, path, _version = request.split(" ")
        if method not in {"GET", "HEAD"}:
            return _said(HTTPStatus.METHOD_NOT_ALLOWED)
        if not all(map(_is_us, fields)):
            return _said(HTTPStatus.FORBIDDEN)
        make = self.pages.get(path.partition("?")[0])
        if make is None:
            return _said(HTTPStatus.NOT_FOUND)
        try:
            return make()
        except Exception as error:  # noqa: BLE001 - the edge: a monitor is told no more than that it went wrong
            log(Event.MONITOR_FAILED, error=error)
            return _said(HTTPStatus.INTERNAL_SERVER_ERROR)


def as_json(facts: Mapping[str, object], *, well: bool) -> Page:
    """Give facts as a page; 503 when all is not well."""
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return Page(status, "application/json", json.dumps(facts).encode() + b"\n")


def _heard(asking: socket.socket, until: float) -> bytes:
    """Read a question; raises TimeoutError, ConnectionError, or ValueError for one that is too long."""
    heard = b""
    while ENOUGH not in heard:
        asking.settimeout(max(0.001, until - time.monotonic()))
        some = asking.recv(LONGEST)
        heard += some
        if not some or len(heard) > LONGEST:
            raise ValueError
    return heard


def _answer(page: Page, *, head_only: bool) -> bytes:
    head = (
        f"HTTP/1.1 {page.status.value} {page.status.phrase}\r\nContent-Type: {page.kind}\r\n"
        f"Content-Length: {len(page.content)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + (b"" if head_only else page.content)


def _is_us(field: str) -> bool:
    """Tell whether a header does not name another host than this machine."""
    name, _colon, value = field.partition(":")
    if name.strip().lower() != "host":
        return True
    host = value.strip().lower()
    return is_loopback(host.rpartition(":")[0].strip("[]") or host) or is_loopback(host.strip("[]"))


def _said(status: HTTPStatus) -> Page:
    return Page(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode())


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
