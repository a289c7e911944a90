"""A mail server between the ends that goes wrong in every way a mail server can, as it is told to.

It stores and forwards. What it does to one mail is a `Fault`; mail it kept back goes on when `let_go` is called, and
what it could not bring to a door that is shut goes on when the door is open again.
"""

import asyncio
import enum
import threading
from collections import Counter, deque
from contextlib import contextmanager

from gateway.adapters.certificates import self_signed
from gateway.adapters.smtp_in import NOT_NOW, STORED, open_door
from gateway.adapters.smtp_out import SmtpRelay
from gateway.adapters.tls import server_context
from gateway.exchange.ports import Passage
from gateway.site.settings import RelaySettings
from gateway.station import utc_now

LOOPBACK = "127.0.0.1"
PATIENCE = 60.0


class Fault(enum.StrEnum):
    """What goes wrong with one mail."""

    REFUSES_NOW = "refuses for now (4xx)"
    REFUSES = "refuses (5xx)"
    HANGS = "hangs"
    DROPS_AND_LOSES = "hangs up after DATA, has nothing"
    DROPS_AND_KEEPS = "hangs up after DATA, has it all"
    LIES = "says 250 and throws it away"
    DELIVERS_AND_DENIES = "delivers it and says 4xx"
    DOUBLES = "delivers two copies at the same moment"
    REORDERS = "lets the next mail overtake it"
    DELAYS = "keeps it back for days"


AFTERWARDS = frozenset({Fault.DROPS_AND_KEEPS, Fault.DELIVERS_AND_DENIES, Fault.DOUBLES})
"""What happens to a mail that does arrive."""


class CrookedRelay:
    """Runs on a thread of its own. `choose` names the fault for the next mail to an address, or None."""

    def __init__(self, folder):
        self.certificate, self._key = folder / "relay.pem", folder / "relay.key"
        for file, content in zip((self.certificate, self._key), self_signed(LOOPBACK, utc_now()), strict=True):
            file.write_bytes(content)
        self.injected, self.carried = Counter(), 0
        self.choose = self._planned
        self._plans, self._doors = {}, {}
        self._to_bring, self._held, self._overtaken = deque(), [], []
        self._tasks, self._bringing, self._workers = set(), 0, []

    def plan(self, recipient, *faults):
        """Let the next mails to `recipient` meet these faults, one each."""
        self._plans.setdefault(recipient, deque()).extend(faults)

    def _planned(self, recipient):
        planned = self._plans.get(recipient)
        return planned.popleft() if planned else None

    @contextmanager
    def running(self):
        ready = threading.Event()
        thread = threading.Thread(target=asyncio.run, args=[self._run(ready)])
        thread.start()
        assert ready.wait(PATIENCE)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._leave.set)
            thread.join()

    async def _run(self, ready):
        self._loop, self._leave, self._again = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        context = server_context(self.certificate, self._key)
        server = await open_door(self, LOOPBACK, 0, context, hostname=LOOPBACK)
        self.port = server.port
        self._workers = bringing = [asyncio.create_task(self._bring()) for _worker in range(4)]
        ready.set()
        await self._leave.wait()
        await server.close()
        for task in (*bringing, *self._tasks):
            task.cancel()
        await asyncio.gather(*bringing, *self._tasks, return_exceptions=True)

    # What a test says

    def knows(self, address, port, certificate):
        """Learn where a door is now."""
        self._doors[address] = SmtpRelay(RelaySettings(host=LOOPBACK, port=port, ca_file=certificate))
        self._loop.call_soon_threadsafe(self._again.set)

    def forget(self, address):
        """Learn that a door is shut."""
        self._doors.pop(address, None)

    def let_go(self):
        """Bring what was kept back."""
        self._loop.call_soon_threadsafe(self._release)

    @property
    def still(self):
        """Tell whether nothing is on its way; what is kept back is not."""
        return not self._to_bring and not self._bringing

    @property
    def stands(self):
        """Tell what is on its way, and whether anybody still brings it."""
        return {"to bring": len(self._to_bring), "bringing": self._bringing, "by": [str(one) for one in self._workers]}

    @property
    def holds(self):
        return bool(self._held or self._overtaken)

    # What it does

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        fault = self.choose(address)
        if fault is not None:
            self.injected[fault] += 1
        envelope.fault = fault
        if fault is Fault.REFUSES_NOW:
            return NOT_NOW
        if fault is Fault.REFUSES:
            return "550 5.7.1 no"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        fault, mail = envelope.fault, (envelope.original_content, envelope.mail_from, envelope.rcpt_tos[0])
        if fault is Fault.HANGS:
            await asyncio.sleep(PATIENCE)
        if fault is Fault.LIES:
            return STORED
        if fault is not Fault.DROPS_AND_LOSES:
            self._take(mail, fault)
        if fault in {Fault.DROPS_AND_LOSES, Fault.DROPS_AND_KEEPS}:
            server.transport.abort()
        return NOT_NOW if fault is Fault.DELIVERS_AND_DENIES else STORED

    def _take(self, mail, fault):
        if fault is Fault.DELAYS:
            self._held.append(mail)
        elif fault is Fault.REORDERS:
            self._overtaken.append(mail)
        else:
            copies = 2 if fault is Fault.DOUBLES else 1
            self._to_bring.extend([mail] * copies + self._overtaken)
            self._overtaken.clear()
        self._again.set()

    def _release(self):
        self._to_bring.extend([*self._held, *self._overtaken])
        self._held.clear()
        self._overtaken.clear()
        self._again.set()

    async def _bring(self):
        """Bring mail to its door, several at a time; what a door does not take comes again."""
        while True:
            if not self._to_bring:
                self._again.clear()
                await self._again.wait()
                continue
            mail = self._to_bring.popleft()
            content, sender, recipient = mail
            self._bringing += 1
            try:
                door = self._doors.get(recipient)
                attempt = await door.send(content, sender, recipient) if door else None
                if attempt is not None and attempt.passage is Passage.ACCEPTED:
                    self.carried += 1
                else:
                    await asyncio.sleep(0.05)
                    self._to_bring.append(mail)
            finally:
                self._bringing -= 1
