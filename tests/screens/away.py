"""A database that does not answer, for screens: it is away for everybody while a block lasts."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import OperationalError
from textual.pilot import Pilot

from gateway.adapters.database import Database
from gateway.terminal.commands import Command
from gateway.terminal.door import database_trouble

LEAVING = {"ctrl+q", "ctrl+l"}


def no_answer() -> Exception:
    """Give what a server that is not there says."""
    return OperationalError("SELECT", None, ConnectionError())


@contextmanager
def away(error: Callable[[], Exception] = no_answer) -> Iterator[None]:
    """Let no database answer."""

    def lost(_database: Database) -> None:
        raise error()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "session", lost)
        patch.setattr(Database, "reading", lost)
        yield


async def told(pilot: Pilot, words: str = "") -> int:
    """Wait until the trouble is said; gives how often it stands there."""
    words = words or database_trouble()
    await when(pilot, lambda: words in said(pilot))
    return said(pilot).count(words)


def said(pilot: Pilot) -> list[str]:
    """List what stands in the corner."""
    return [one.message for one in pilot.app._notifications]


async def when(pilot: Pilot, happened: Callable[[], object]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(30):
        while not happened():
            await pilot.pause(0.01)


async def press_all(pilot: Pilot, *commands: Command, below: int) -> None:
    """Press the keys of all these commands, and close whatever opens over the `below` screens that were there."""
    keys = dict.fromkeys(key for one in commands for key in one.keys.split(","))
    for key in keys.keys() - LEAVING:
        await pilot.press(key)
        assert pilot.app.is_running, key
        while len(pilot.app.screen_stack) > below:
            pilot.app.screen.dismiss()
            await pilot.pause()
