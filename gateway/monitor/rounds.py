"""How the daemon's ways go round: when each last came round well. In memory, and the same to every thread."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

SLOW: Final = 15 * 60.0
"""Seconds one round may take: the longest delivery to a slow mail server."""
FAILING: Final = 2 * 60.0
"""Seconds a way may fail before it counts as not going round; it is tried again every few."""


@dataclass
class Way:
    """One way: when it last came round well (by a clock that only goes on), how often it failed, and how it stands.

    `rest` is how long it waits in seconds when there is nothing to do.
    """

    well_at: float
    rest: float = 0.0
    failures: int = 0
    fails: bool = False

    def age(self, now: float) -> float:
        """Tell the seconds since it came round well, or since the daemon began."""
        return max(0.0, now - self.well_at)

    def goes_round(self, now: float) -> bool:
        """Tell whether it does what it is there for."""
        return self.age(now) <= self.rest + (FAILING if self.fails else SLOW)


@dataclass
class Rounds:
    """Every way of one daemon, and whether its door is open."""

    clock: Callable[[], float] = time.monotonic
    door_is_open: bool = False
    _ways: dict[str, Way] = field(default_factory=dict)

    def expect(self, name: str, rest: float) -> None:
        """Begin to watch a way."""
        self._ways[name] = Way(self.clock(), rest)

    def came_round(self, name: str) -> None:
        """Note that a way came round."""
        way = self._ways[name]
        way.well_at, way.fails = self.clock(), False

    def failed(self, name: str) -> None:
        """Note that a round of a way ended in trouble."""
        way = self._ways[name]
        way.failures, way.fails = way.failures + 1, True

    @property
    def ways(self) -> Mapping[str, Way]:
        """Give the ways by their names."""
        return dict(self._ways)
