"""What a person sees on the screen, and waiting until they see it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from inbox_tui.app import InboxApp
from inbox_tui.ports import InboxPorts

PATIENCE = 30.0
"""Seconds a screen may take on a busy machine."""


def seen(pilot: Pilot) -> str:
    """Read the top screen as text, line by line."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def until(pilot: Pilot, *words: str) -> str:
    """Wait until all of `words` are on the screen; gives what is seen then."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        await pilot.pause(0.01)
        text = seen(pilot)
        if all(word in text for word in words):
            return text
    raise AssertionError(f"never saw {words} in:\n{text}")


@asynccontextmanager
async def opened(ports: InboxPorts, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot]:
    """Run the inbox on a pretended terminal."""
    async with InboxApp(ports).run_test(size=size, notifications=True) as pilot:
        yield pilot
