"""Pilots that lose no time: they wait as long as the application works, and not a moment longer.

A pilot's own way of waiting takes forty milliseconds for every key at the least, whatever the key does.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from textual import app, constants, pilot, screen
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

GLANCE: Final = 0.005
"""How many seconds the application must have been still."""

STILL: Final = 0.05
"""How much of a glance it may still have worked."""

THREADS: Final = 0.2
"""How many seconds work in threads is waited for: some of it never ends, because a test holds it."""

A_TICK: Final = 0.004
"""Seconds between two drawings: a glance must not fall between them."""


class AtWork:
    """Counts the work that goes on in threads: a database's, which needs no processor while it waits."""

    def __init__(self) -> None:
        self.now = 0
        self._really = asyncio.to_thread

    async def to_thread(self, work: Callable[..., Any], /, *of: Any, **more: Any) -> Any:
        """Do what asyncio's does."""
        self.now += 1
        try:
            return await self._really(work, *of, **more)
        finally:
            self.now -= 1

    async def wait(self, min_sleep: float = 0, max_sleep: float = 1) -> None:
        """Wait until nothing is worked at any more, in threads or out of them."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < max_sleep:
            used = time.process_time()
            await asyncio.sleep(GLANCE)
            threads = self.now and waited < THREADS
            if waited >= min_sleep and not threads and time.process_time() - used < STILL * GLANCE:
                return


def read_once() -> Callable[..., list[RuleSet]]:
    """Give a reader of stylesheets that reads each once for all applications, as one application does for itself."""
    really, known = Stylesheet._parse_rules, {}

    def read(sheet: Stylesheet, *of: Any, **more: Any) -> list[RuleSet]:
        key = (of, *more.items(), frozenset(sheet._variables.items()))
        if key not in known:
            known[key] = really(sheet, *of, **more)
        return known[key]

    return read


@contextmanager
def quick_pilots() -> Iterator[None]:
    """Let applications that run in this process be still, drawn and read sooner, and nothing in them move slowly."""
    at_work = AtWork()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "to_thread", at_work.to_thread)
        patch.setattr(app, "wait_for_idle", at_work.wait)
        patch.setattr(pilot, "wait_for_idle", at_work.wait)
        patch.setattr(screen, "UPDATE_PERIOD", A_TICK)
        patch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
        patch.setattr(Stylesheet, "_parse_rules", read_once())
        yield
