"""The inbox in a browser: for whom it opens, what a page may fetch, and that nothing is left when it closes."""

import asyncio
import os
import re
import signal
import socket
import sys
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError
from aiohttp.web import AppRunner, SockSite
from browser_site import PATIENCE, Served, children, ended, listening
from inbox_commands import WORKER

from gateway.commands.console import Subcommand
from gateway.language import use
from inbox_tui import program as inbox_command
from inbox_tui.browser import session
from inbox_tui.browser.origins import Origins, public_origin
from inbox_tui.browser.server import BrowserServer
from inbox_tui.browser.session import HEIGHTS, NOT_FOR_THE_INBOX, WIDTHS, within

PUBLIC = "https://indbakke.randers.example"
LOOPBACK = "0100007F"
QUIT = '["stdin", "\\u0011"]'
ENDS_WHEN_TOLD = "exec head -c 1 >/dev/null"
UNIT = "Den sociale indgang, Randers Kommune"


class Page(HTMLParser):
    """What a page says of itself and has a browser fetch."""

    def __init__(self, html):
        super().__init__()
        self.fetched, self.language, self.inline = [], "", []
        self.feed(html)

    def handle_starttag(self, _tag, attrs):
        told = dict(attrs)
        self.fetched += [told[name] for name in ("src", "href") if name in told]
        self.inline += [name for name in told if name.startswith("on") or name == "style"]
        self.language = told.get("lang", self.language)


@asynccontextmanager
async def serving(home, most=20):
    """Answer in this process; gives the address and a client, which asks as a page of ours does."""
    with socket.create_server(("127.0.0.1", 0)) as listening_at:
        origins = Origins(listening_at.getsockname()[1], PUBLIC)
        runner = AppRunner(await BrowserServer(home, origins, most)._make_app(), shutdown_timeout=PATIENCE)
        await runner.setup()
        await SockSite(runner, listening_at).start()
        own = f"http://127.0.0.1:{origins.port}"
        try:
            async with ClientSession(own, headers={"Origin": own}) as client:
                yield client
        finally:
            await runner.cleanup()


async def seen(websocket, words):
    """Read what is drawn until the words are."""
    drawn = b""
    async with asyncio.timeout(PATIENCE):
        while words.encode() not in drawn:
            message = await websocket.receive()
            assert message.type is WSMsgType.BINARY, (message, drawn)
            drawn += message.data


async def closed(websocket):
    """Wait until the server closes the page."""
    while (await websocket.receive(timeout=PATIENCE)).type not in {WSMsgType.CLOSE, WSMsgType.CLOSED}:
        pass
    return True


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Let a few words of the shell stand for the inbox from now on: they start sooner."""

    def stands(script):
        file = tmp_path / "inbox"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(file))

    return stands


@pytest.fixture(params=["da", "en"])
def language(request, monkeypatch):
    monkeypatch.setattr("gateway.language._in_use", "da")
    monkeypatch.setenv("LANGUAGE", "")
    use(request.param)
    return request.param


async def test_a_page_and_all_it_names_come_from_here_and_may_do_little(language, tmp_path):
    async with serving(tmp_path) as client, client.get("/") as answer:
        html = await answer.text()
        page = Page(html)
        assert (answer.status, page.language, page.inline) == (200, language, [])
        assert "<title>Stafet</title>" in html
        fetched, own = {"/"}, str(answer.url)
        wanted = {urljoin(own, name) for name in page.fetched}
        assert len(wanted) == 5
        while wanted:
            address = wanted.pop()
            assert address.startswith(own), address
            fetched.add(address)
            async with client.get(address) as asset:
                told = await asset.text(errors="replace")
                assert asset.status == 200
                assert_guarded(asset.headers)
            if asset.content_type == "text/css":
                wanted |= {
                    urljoin(address, name.strip("\"'")) for name in re.findall(r"url\(([^)]*)\)", told)
                } - fetched
            assert not re.search(r"@import|fonts\.google", told)


def assert_guarded(headers):
    """No other page frames it or reads it, nothing is stored, and where one was is not told."""
    policy = dict(rule.partition(" ")[::2] for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert {policy[name] for name in ("script-src", "connect-src", "font-src", "img-src")} == {"'self'"}
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Server"] == "Stafet"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "[::1]", ""])
async def test_who_asks_for_another_name_is_not_answered(host, tmp_path):
    """DNS rebinding: a page elsewhere whose name leads here."""
    async with serving(tmp_path) as client:
        for path in ("/", "/ws", "/page/page.js", "/download/abc"):
            async with client.get(path, headers={"Host": host}) as answer:
                assert answer.status in {400, 421}
                assert "<" not in await answer.text()


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "LOCALHOST:{port}", "127.0.0.1:{port}", "indbakke.randers.example"]
)
async def test_it_answers_to_its_own_names(host, tmp_path):
    async with serving(tmp_path) as client:
        port = client._base_url.port
        async with client.get("/", headers={"Host": host.format(port=port)}) as answer:
            assert answer.status == 200
            assert_guarded(answer.headers)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "https://127.0.0.1",
        "http://localhost:1",
        f"{PUBLIC}.evil.example",
        f"{PUBLIC}:8443",
    ],
)
async def test_no_page_from_elsewhere_opens_an_inbox(origin, tmp_path):
    async with serving(tmp_path) as client:
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect("/ws", headers={"Origin": origin})
        assert refused.value.status == 403
        assert children(os.getpid()) == []


async def test_a_page_opens_the_door_of_one_inbox_and_closing_either_closes_both(site_made, monkeypatch, stand_in):
    """One process for each page, which knows nothing of who sits there; a reload is another."""
    for name in NOT_FOR_THE_INBOX:
        monkeypatch.setenv(name, WORKER)
    before = set(children(os.getpid()))
    async with serving(site_made, most=1) as client:
        async with client.ws_connect("/ws?width=90&height=25") as page:
            await seen(page, UNIT)
            [inbox] = set(children(os.getpid())) - before
            assert WORKER not in shown_of(inbox)
            async with client.get("/") as another:
                assert another.status == 503
            with pytest.raises(WSServerHandshakeError):
                await client.ws_connect("/ws")
            await page.send_str(QUIT)
            assert await closed(page)
        assert await asyncio.to_thread(ended, inbox)
        await room(client)
        stand_in(ENDS_WHEN_TOLD)
        async with client.ws_connect("/ws") as page:
            [inbox] = set(children(os.getpid())) - before
        assert await asyncio.to_thread(ended, inbox)


def shown_of(pid):
    """Read what anyone on the machine, or its administrator, can see of a process."""
    return "".join(Path(f"/proc/{pid}/{what}").read_text() for what in ("cmdline", "environ"))


async def room(client):
    """Wait until there is room for another page."""
    while True:
        async with client.get("/") as answer:
            if answer.status == 200:
                return
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("sent", ["", "[]", "{}", "7", '["resize", {}]', '["stdin"]', '["stdin", 7]', '["resize", 3]'])
async def test_what_is_no_message_of_a_page_closes_it_and_is_not_written_down(sent, tmp_path, stand_in, caplog):
    """What was sent could be a password."""
    stand_in(ENDS_WHEN_TOLD)
    async with serving(tmp_path) as client, client.ws_connect("/ws") as page:
        await page.send_str(sent)
        assert await closed(page)
    assert [record.event for record in caplog.records if record.name == "stafet.browser"] == ["page-closed"]
    assert "Traceback" not in caplog.text


async def test_an_inbox_that_cannot_open_closes_its_page(tmp_path, stand_in, caplog):
    stand_in("exit 4")
    async with serving(tmp_path) as client, client.ws_connect("/ws") as page:
        assert await closed(page)
    assert "an inbox ended with code 4" in caplog.text


async def test_an_inbox_that_does_not_end_when_it_is_told_to_is_ended(tmp_path, stand_in, monkeypatch):
    monkeypatch.setattr(session, "SECONDS_TO_END", 0.1)
    stand_in("trap '' TERM; while :; do read -r line; done")
    before = set(children(os.getpid()))
    async with serving(tmp_path) as client:
        async with client.ws_connect("/ws"):
            [inbox] = set(children(os.getpid())) - before
        assert await asyncio.to_thread(ended, inbox)


async def test_a_download_is_only_for_who_knows_its_key(tmp_path):
    async with serving(tmp_path) as client:
        for key in ("0" * 32, "..%2F..%2Fetc%2Fpasswd"):
            async with client.get(f"/download/{key}") as answer:
                assert answer.status == 404
                assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_no_inbox_outlives_the_server(how, site_made, tmp_path):
    """textual-serve 1.1.3 alone leaves them running."""
    served = Served.start(site_made, tmp_path / "log")
    try:
        assert listening(served.port) == {LOOPBACK}
        async with ClientSession() as client:
            with pytest.raises(WSServerHandshakeError):
                await client.ws_connect(f"{served.url}/ws")
            async with client.ws_connect(f"{served.url}/ws", headers={"Origin": served.url}) as page:
                await seen(page, UNIT)
                [inbox] = served.inboxes()
                assert await asyncio.to_thread(served.end, how) == (0 if how != signal.SIGKILL else -signal.SIGKILL)
        assert ended(inbox)
    finally:
        served.end(signal.SIGKILL)
    assert served.log.read_text().splitlines()[0].endswith("stafet.browser a page of somebody else's was refused")
    assert len(served.log.read_text().splitlines()) == 1


def test_a_port_that_is_taken_is_told_in_plain_words(inbox):
    with socket.create_server(("127.0.0.1", 0)) as other:
        told = inbox("serve", "--port", other.getsockname()[1], code=4)
    assert told["error"] == "BROWSER_PORT"


@pytest.mark.parametrize(
    "words",
    [
        ("--host", "0.0.0.0"),  # noqa: S104 - it is refused
        ("--port", "0.0.0.0:80"),
        ("--port", "65536"),
        ("--public-url", "http://indbakke.example"),
        ("--public-url", "https://indbakke.example/stafet"),
    ],
)
def test_there_is_no_way_to_serve_the_network(words, capsys):
    with pytest.raises(SystemExit) as refused:
        inbox_command.build(Subcommand(prog="stafet-inbox")).parse_args(["serve", *words])
    assert refused.value.code == 2
    assert words[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://Indbakke.Randers.example", "https://indbakke.randers.example"),
        ("https://indbakke.randers.example/", "https://indbakke.randers.example"),
        ("https://indbakke.randers.example:443", "https://indbakke.randers.example"),
        ("https://indbakke.randers.example:8443/", "https://indbakke.randers.example:8443"),
    ],
)
def test_the_public_address_is_read_as_a_browser_writes_it(typed, origin):
    assert public_origin(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "indbakke.example",
        "https://",
        "https://a@b.example",
        "https://b.example?x",
        "https://b.example:x",
        "https://å.example",
    ],
)
def test_what_is_no_public_address_is_refused(typed):
    with pytest.raises(ValueError):  # noqa: PT011 - argparse asks for no more
        public_origin(typed)


@pytest.mark.parametrize(("asked", "given"), [(-5, 20), (0, 20), (80, 80), (10**9, 500)])
def test_a_page_is_never_larger_than_a_screen_can_be(asked, given):
    assert within(asked, WIDTHS) == given
    assert HEIGHTS[0] <= within(asked, HEIGHTS) <= HEIGHTS[1]
