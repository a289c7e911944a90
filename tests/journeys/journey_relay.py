"""A mail server between two sites: it stores and forwards, and stops where a test tells it to."""

import asyncio
import enum
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

from journey_sites import PATIENCE

from gateway.adapters.certificates import self_signed
from gateway.adapters.smtp_in import NOT_NOW, STORED, open_door
from gateway.adapters.smtp_out import SmtpRelay
from gateway.adapters.tls import server_context
from gateway.exchange.ports import Passage
from gateway.site.settings import RelaySettings
from gateway.station import utc_now

LOOPBACK = "127.0.0.1"


class Moment(enum.Enum):
    """Where on a mail's way the relay can be stopped."""

    ADDRESSED = enum.auto()
    """The recipient was named; no content has come."""
    COME = enum.auto()
    """The whole content has come; it is nowhere else, and nothing was answered."""
    PASSED_ON = enum.auto()
    """The recipient's door has answered; the sender has not been."""


@dataclass
class Stop:
    """One stop: `reached` when the relay stands there; it goes on after `go`. `lost`: the mail is dropped."""

    moment: Moment
    recipient: str
    lost: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


class Relay:
    """Runs on a thread of its own."""

    def __init__(self, folder):
        self.certificate, self._key = folder / "relay.pem", folder / "relay.key"
        self.handing_on = threading.Event()
        self._doors, self._kept, self._stops, self._tasks = {}, [], [], set()
        for file, content in zip((self.certificate, self._key), self_signed(LOOPBACK, utc_now()), strict=True):
            file.write_bytes(content)

    @contextmanager
    def running(self):
        ready = threading.Event()
        thread = threading.Thread(target=asyncio.run, args=[self._run(ready)])
        thread.start()
        try:
            assert ready.wait(PATIENCE)
            yield self
        finally:
            for stop in self._stops:
                stop.go.set()
            self._loop.call_soon_threadsafe(self._leave.set)
            thread.join()

    async def _run(self, ready):
        self._loop, self._leave, self._one = asyncio.get_running_loop(), asyncio.Event(), asyncio.Lock()
        context = server_context(self.certificate, self._key)
        server = await open_door(self, LOOPBACK, 0, context, hostname=LOOPBACK)
        self.port = server.port
        ready.set()
        await self._leave.wait()
        await server.close()

    def knows(self, address, port, certificate):
        """Learn where a door is now, and bring it what was kept for it."""
        self._doors[address] = SmtpRelay(RelaySettings(host=LOOPBACK, port=port, ca_file=certificate))
        asyncio.run_coroutine_threadsafe(self._forward(), self._loop)

    def stop_at(self, moment, recipient, *, lost=False):
        """Stop the next mail to `recipient` at `moment`."""
        stop = Stop(moment, recipient, lost)
        self._stops.append(stop)
        return stop

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        envelope.rcpt_tos.append(address)
        await self._stand(Moment.ADDRESSED, address)
        return "250 ok"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        mail = envelope.original_content, envelope.mail_from, envelope.rcpt_tos[0]
        taking = asyncio.create_task(self._take(mail))
        self._tasks.add(taking)  # goes on when the sender is gone
        return await asyncio.shield(taking)

    async def _take(self, mail):
        recipient = mail[2]
        if await self._stand(Moment.COME, recipient):
            return NOT_NOW
        self._kept.append(mail)
        await self._forward()
        await self._stand(Moment.PASSED_ON, recipient)
        return STORED

    async def _forward(self):
        async with self._one:
            for mail in list(self._kept):
                content, sender, recipient = mail
                self.handing_on.set()
                attempt = await self._doors[recipient].send(content, sender, recipient)
                if attempt.passage is Passage.ACCEPTED:
                    self._kept.remove(mail)

    async def _stand(self, moment, recipient):
        for stop in self._stops:
            if (stop.moment, stop.recipient) == (moment, recipient):
                self._stops.remove(stop)
                stop.reached.set()
                await asyncio.to_thread(stop.go.wait, PATIENCE)
                return stop.lost
        return False
