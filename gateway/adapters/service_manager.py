"""What the service manager that started us is told: ready, stopping, alive (sd_notify(3)). Without one, nothing.

It listens at the socket NOTIFY_SOCKET names, and may say in WATCHDOG_USEC how often it wants to hear that we are alive.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"
ALIVE: Final = "WATCHDOG=1"
BEATS: Final = 3
"""How often we say that we live in the time in which it wants to hear it once."""

WAIT_SECONDS: Final = 1.0
"""How long it may take to hear what is said; one that does not listen must hold up no letter."""


def tell(*lines: str) -> None:
    """Say something; what it does not hear in time is not said again."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours:
        ours.settimeout(WAIT_SECONDS)
        ours.sendto("\n".join(lines).encode(), name)


def patience() -> float | None:
    """Tell for how many seconds it waits to hear from us before it ends us; None: it does not ask."""
    told, meant_for = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", str(os.getpid()))
    ours = told.isascii() and told.isdigit() and meant_for == str(os.getpid())
    return int(told) / 1_000_000 or None if ours else None


@dataclass
class Pulse:
    """Says that we live, for as long as no way has been at one thing longer than the service manager has patience.

    A way that rests hangs at nothing. `seconds`: that patience; None: nobody asks.
    """

    seconds: float | None = field(default_factory=patience)
    clock: Callable[[], float] = time.monotonic
    _since: dict[str, float] = field(default_factory=dict)

    def works(self, way: str) -> None:
        """Note that a way begins with its next thing."""
        self._since[way] = self.clock()

    def rests(self, way: str) -> None:
        """Note that a way has nothing to do."""
        self._since.pop(way, None)

    def beat(self) -> None:
        """Say once that we live, if we do."""
        if self.seconds and all(self.clock() - since < self.seconds for since in self._since.values()):
            tell(ALIVE)

    async def go_on(self) -> None:
        """Say it again and again, until cancelled."""
        while self.seconds:
            self.beat()
            await asyncio.sleep(self.seconds / BEATS)
