"""Our LMTP door in the test's own process, on a thread of its own, that keeps what a mail server brings it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from postfix import HERE, until

from gateway.adapters.smtp_in import Doorkeeper, open_lmtp


@dataclass
class Sink:
    """What came, byte for byte, and whether it came from nobody."""

    kept: list[tuple[bytes, bool]] = field(default_factory=list)

    def store(self, raw: bytes, *, from_nobody: bool) -> int:
        self.kept.append((raw, from_nobody))
        return len(self.kept)

    @property
    def mails(self) -> list[bytes]:
        return [raw for raw, _from_nobody in self.kept]

    def has(self, count: int, told=lambda: "") -> list[bytes]:
        """Wait until so many have come."""
        until(lambda: len(self.kept) >= count, lambda: (len(self.kept), told()))
        return self.mails


@contextmanager
def lmtp_sink(port: int, *addresses: str) -> Iterator[Sink]:
    """Open the door for these addresses at the port a mail server was told."""
    sink, ready, leave = Sink(), threading.Event(), []

    async def serve() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        leave.append(lambda: loop.call_soon_threadsafe(ended.set))
        keeper = Doorkeeper(frozenset(addresses), sink.store, lambda: None)
        door = await open_lmtp(keeper, HERE, port, hostname=HERE)
        ready.set()
        await ended.wait()
        await door.close()

    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    try:
        assert ready.wait(60)
        yield sink
    finally:
        for end in leave:
            end()
        thread.join()
