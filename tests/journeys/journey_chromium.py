"""A real Chromium without a screen, steered by its own DevTools protocol: keys in, what is drawn and fetched out."""

import asyncio
import base64
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, WSMsgType
from journey_sites import PATIENCE

QUIETLY = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
KEYS = {"Enter": ("\r", 13), "Escape": ("\x1b", 27), "Tab": ("\t", 9)}
GRAVE = {"security", "network"}
"""What a browser complains of: something a page may not do, or could not fetch."""
CONTROL, BINARY = 2, 2
"""The DevTools' number for the Ctrl key, and RFC 6455's for a frame of bytes (5.2)."""


class Chromium:
    """One page in one browser."""

    def __init__(self, socket):
        self._socket, self._last, self._answers = socket, 0, {}
        self._drawn, self._news = b"", asyncio.Condition()
        self.asked_for, self.complaints = [], []

    async def listen(self):
        """Take in what the browser tells, until it ends."""
        async for message in self._socket:
            assert message.type is WSMsgType.TEXT
            told = message.json()
            async with self._news:
                self._take(told)
                self._news.notify_all()

    def _take(self, told):
        if "id" in told:
            self._answers[told["id"]] = told
            return
        what, how = told["method"], told["params"]
        if what == "Network.requestWillBeSent":
            self.asked_for.append(how["request"]["url"])
        elif what == "Network.webSocketCreated":
            self.asked_for.append(how["url"])
        elif what == "Network.webSocketFrameReceived" and how["response"]["opcode"] == BINARY:
            self._drawn += base64.b64decode(how["response"]["payloadData"])
        elif what == "Runtime.exceptionThrown" or (what == "Log.entryAdded" and how["entry"]["source"] in GRAVE):
            self.complaints.append(str(how))

    async def tell(self, what, **how):
        """Have the browser do something; gives its answer."""
        self._last += 1
        own = self._last
        await self._socket.send_json({"id": own, "method": what, "params": how})
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: own in self._answers)
        answer = self._answers.pop(own)
        assert "error" not in answer, (what, answer)
        return answer["result"]

    async def open(self, url):
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.tell(f"{domain}.enable")
        await self.tell("Page.navigate", url=url)

    async def see(self, words):
        """Wait until the words are drawn; what was drawn before is done with."""
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(lambda: words.encode() in self._drawn)
        except TimeoutError:
            raise AssertionError(f"never saw {words} in {self._drawn[-4000:].decode(errors='replace')}") from None
        self._drawn = b""

    async def ask(self, script):
        """Ask the page something."""
        return (await self.tell("Runtime.evaluate", expression=script, awaitPromise=True))["result"].get("value")

    async def becomes(self, script):
        """Wait until the page says so."""
        async with asyncio.timeout(PATIENCE):
            while not await self.ask(script):  # noqa: ASYNC110 - only the page knows
                await asyncio.sleep(0.02)

    async def type(self, text):
        """Press the keys of a text, each on its own as fingers do."""
        for sign in text:
            await self.tell("Input.dispatchKeyEvent", type="keyDown", text=sign, key=sign)
            await self.tell("Input.dispatchKeyEvent", type="keyUp", key=sign)

    async def press(self, key, modifiers=0):
        """Press a key that has a name, or one with Ctrl."""
        text, code = KEYS.get(key, ("", ord(key[0].upper())))
        how = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        await self.tell("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **how)
        await self.tell("Input.dispatchKeyEvent", type="keyUp", **how)

    async def picture(self, file):
        """Take a picture of the page."""
        shot = await self.tell("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))


@asynccontextmanager
async def chromium(program, size=(1200, 760)):
    """Start a browser that knows nothing, with one empty page; it ends with the test."""
    with tempfile.TemporaryDirectory(prefix="st-", ignore_cleanup_errors=True) as profile:
        browser = await asyncio.create_subprocess_exec(
            program,
            *QUIETLY,
            f"--window-size={size[0]},{size[1]}",
            f"--user-data-dir={profile}",
            "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            async with ClientSession(f"http://127.0.0.1:{port}") as client:
                async with client.get("/json/list") as pages:
                    [page] = [one for one in await pages.json() if one["type"] == "page"]
                async with client.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    shown = Chromium(socket)
                    listening = asyncio.create_task(shown.listen())
                    await shown.tell("Emulation.setDeviceMetricsOverride", **metrics(size))
                    yield shown
            await listening
        finally:
            if browser.returncode is None:
                browser.terminate()
            await browser.wait()


def metrics(size):
    return {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}


async def _port(file):
    async with asyncio.timeout(PATIENCE):
        while not (file.is_file() and (said := file.read_text()).count("\n")):  # noqa: ASYNC110 - a browser's own file
            await asyncio.sleep(0.02)
    return int(said.partition("\n")[0])
