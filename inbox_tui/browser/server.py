"""The server behind the organisation's own proxy: textual-serve, with what it leaves out.

It answers on loopback alone and to its own names alone, tells browsers to fetch nothing from elsewhere, lets no other
page in, and ends what it started. Who may work here is asked by the inbox itself, as in a terminal (O2, D14).
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from socket import socket
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web
from textual_serve.server import Server, to_int

from gateway.language import gettext as _
from gateway.language import in_use
from gateway.site.log import Event, Log
from inbox_tui.browser.origins import Origins
from inbox_tui.browser.session import SECONDS_TO_END, Session, within

log = Log("stafet.browser")
HERE: Final = Path(__file__).parent
SESSIONS: Final = 20
"""How many may have the inbox open at once; each is a process of some 90 MB."""
HEARTBEAT_SECONDS: Final = 15
LARGEST_MESSAGE: Final = 256 * 1024
"""Bytes a page may send at once: a long text that is pasted."""
SIDES: Final = (("width", 80), ("height", 24))
"""Which sides of itself a page tells, in cells, and what they are when it does not."""
FONT_SIZES: Final = (10, 40)
ORDINARY_FONT: Final = 16
POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""What a browser may load and do. The terminal (xterm.js) writes its own styles into the page."""
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "Stafet",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BrowserServer(Server):
    """Serves the inbox of one site."""

    def __init__(self, home: Path, origins: Origins, most: int = SESSIONS) -> None:
        super().__init__("", title="Stafet", public_url="", templates_path=HERE / "templates")
        self._home, self._origins, self._most = home, origins, most
        self._sessions: set[Session] = set()

    async def answer(self, listening: socket, ready: Callable[[], None]) -> None:
        """Answer until a signal asks us to stop; then end every inbox that is open."""
        stopped, loop = asyncio.Event(), asyncio.get_running_loop()
        for asked in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(asked, stopped.set)
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=SECONDS_TO_END)
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            ready()
            await stopped.wait()
        finally:
            await runner.cleanup()

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the command says when we are ready."""

    async def on_shutdown(self, app: web.Application) -> None:  # noqa: ARG002 - aiohttp's own
        """End every inbox that is open."""
        await asyncio.gather(*(session.stop() for session in self._sessions))

    @aiohttp_jinja2.template("inbox.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """Give the page, or say that there is no room."""
        if self._is_full:
            raise web.HTTPServiceUnavailable(text=_full())
        asked = to_int(request.query.get("fontsize", ""), ORDINARY_FONT)
        return {"language": in_use(), "font_size": within(asked, FONT_SIZES), "words": _words()}

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Open an inbox for a page of ours, and for no other."""
        if not self._origins.is_ours(request.headers.get("Origin")):
            log(Event.PAGE_FOREIGN)
            raise web.HTTPForbidden(text=_("Stafet does not answer pages from elsewhere."))
        if self._is_full:
            raise web.HTTPServiceUnavailable(text=_full())
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_MESSAGE)
        session = Session(self._home, websocket, self.download_manager)
        self._sessions.add(session)
        try:
            await websocket.prepare(request)
            await session.start(*(_asked(request, *side) for side in SIDES))
            await self._process_messages(websocket, session)
        except (ArithmeticError, AssertionError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
            log(Event.PAGE_CLOSED, error=error)
        finally:
            await session.stop()
            self._sessions.discard(session)
            await websocket.close()
        return websocket

    @property
    def _is_full(self) -> bool:
        return len(self._sessions) >= self._most

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.router.add_static("/page", HERE / "page")
        app.middlewares.append(self._guard)
        app.on_response_prepare.append(_head)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._origins.answers_to(request.headers.get("Host")):
            raise web.HTTPMisdirectedRequest(
                text=_("Stafet is not reached by that name. Use the address you were given.")
            )
        return await handler(request)


async def _head(request: web.Request, response: web.StreamResponse) -> None:
    """Say with every answer how a browser must treat it; a file that is handed over may do nothing at all."""
    handed_over = request.path.startswith("/download/")
    policy = {**POLICY, "sandbox": ""} if handed_over else POLICY
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}".strip() for name, value in policy.items())


def _asked(request: web.Request, name: str, ordinary: int) -> int:
    return to_int(request.query.get(name, ""), ordinary)


def _full() -> str:
    return _("There is no room for one more open inbox. Close one that is not in use, and reload this page.")


def _words() -> dict[str, str]:
    return {
        "opening": _("The inbox opens …"),
        "closed": _("The inbox is closed here"),
        "kept": _("What you have saved or sent is safe. Something half written is not kept."),
        "again": _("Open it again"),
        "help": _("If it closes again at once, ask the person who runs Stafet."),
        "script": _("The inbox needs JavaScript. Ask the person who looks after your browser to allow it here."),
    }
