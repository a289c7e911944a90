"""Time several things in turn, so that whatever else the machine does falls on all of them alike."""

import gc
import time
from collections.abc import Callable, Mapping

Work = Callable[[], object]
Tell = Callable[[str], None]
"""Says how far the measuring has come."""


def milliseconds(work: Work) -> float:
    """Time one call."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def in_turn(rounds: int, works: Mapping[str, Work], tell: Tell) -> dict[str, list[float]]:
    """Time each once in every round, in milliseconds, another one first each time; one round before is not counted."""
    names = list(works)
    for name in names:
        works[name]()
    times: dict[str, list[float]] = {name: [] for name in names}
    for nth in range(rounds):
        tell(f"round {nth + 1} of {rounds}")
        first = nth % len(names)
        gc.collect()
        for name in names[first:] + names[:first]:
            times[name].append(milliseconds(works[name]))
    return times
