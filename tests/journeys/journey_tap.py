"""A wire tap: passes every byte on between a sender and a door, and keeps a copy of both directions."""

import asyncio
import contextlib
import socket
import threading
from contextlib import contextmanager

from journey_sites import PATIENCE

LOOPBACK = "127.0.0.1"


class Tap:
    """Listens on a port of its own; where the door is may be said later, as long as nobody has called."""

    def __init__(self):
        self._socket = socket.create_server((LOOPBACK, 0))
        self.port = self._socket.getsockname()[1]
        self.door = None
        self.heard = bytearray()

    @property
    def server(self):
        """Give HOST:PORT, as `relay` takes it."""
        return f"{LOOPBACK}:{self.port}"

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
        self._loop, self._leave = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._call, sock=self._socket):
            ready.set()
            await self._leave.wait()

    async def _call(self, reader, writer):
        with contextlib.suppress(OSError):
            door_reader, door_writer = await asyncio.open_connection(LOOPBACK, self.door)
            await asyncio.gather(self._copy(reader, door_writer), self._copy(door_reader, writer))
        writer.close()

    async def _copy(self, reader, writer):
        while some := await reader.read(65536):
            self.heard += some
            writer.write(some)
            await writer.drain()
        writer.close()
