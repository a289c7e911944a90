"""Which numbers of a table must be hidden, so that no small one can be worked out from what is shown (H7).

A table with sums is a network of flows. Each row is a node into which its sum flows and from which its cells flow; each
column is a node into which its cells flow and from which its sum flows; the row of sums and the column of sums are
nodes too, and the sum of all flows back between them. At every node, what flows in flows out. So a hidden number can
be something else than it is when, and only when, there is a circle through it along which hidden numbers can go up or
down together by one (Gusfield, SIAM J. Comput. 17, 1988). A number that is shown stands still. Nothing goes below 1:
zeros are always shown (H3), so whoever reads the table knows that what is hidden is no zero.

For each small number, the cheapest such circle is found, and everything on it is hidden. One circle serves everybody on
it, and hiding more never opens what was safe.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SMALLEST: Final = 5
"""Fewer than this are not told of outside the unit."""

CELL, SUM, WHOLE = 1, 10**6, 10**9
"""What it costs to hide a number: cells first, then a row's or a column's sum, the sum of all last."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One number of a table, flowing from one node to another."""

    tail: str
    head: str
    value: int
    cost: int = CELL
    hide: bool = False

    @property
    def small(self) -> bool:
        """Tell whether it must be hidden for its own sake."""
        return self.hide or too_small(self.value)


@dataclass(frozen=True, slots=True)
class _Step:
    to: str
    flow: int
    cost: int


def too_small(value: int) -> bool:
    """Tell whether a count is one that may not leave the unit."""
    return 0 < value < SMALLEST


def hidden(flows: Sequence[Flow]) -> frozenset[int]:
    """Choose what to hide, by position in `flows`."""
    chosen = {at for at, flow in enumerate(flows) if flow.small and flow.value}
    for at in sorted(chosen, key=lambda at: flows[at].value):
        chosen |= _circle(flows, at, chosen)
    return frozenset(chosen)


def _circle(flows: Sequence[Flow], at: int, chosen: Iterable[int]) -> frozenset[int]:
    """Find the cheapest circle through one number: up along its own way, or down against it."""
    steps, flow = _steps(flows, frozenset(chosen), at), flows[at]
    ways = [_cheapest(steps, flow.head, flow.tail)]
    if flow.value > 1:
        ways.append(_cheapest(steps, flow.tail, flow.head))
    found = [way for way in ways if way is not None]
    return min(found)[1] if found else frozenset()


def _steps(flows: Sequence[Flow], chosen: frozenset[int], without: int) -> Mapping[str, list[_Step]]:
    """List, from each node, the numbers that could give way, and what hiding them would cost."""
    steps: dict[str, list[_Step]] = {}
    for at, flow in enumerate(flows):
        if at == without or not flow.value:
            continue
        cost = 0 if at in chosen else flow.cost + flow.value
        steps.setdefault(flow.tail, []).append(_Step(flow.head, at, cost))
        if flow.value > 1:
            steps.setdefault(flow.head, []).append(_Step(flow.tail, at, cost))
    return steps


def _cheapest(steps: Mapping[str, Sequence[_Step]], start: str, goal: str) -> tuple[int, frozenset[int]] | None:
    """Dijkstra's way from one node to another: its cost, and the numbers on it."""
    waiting: list[tuple[int, str, tuple[int, ...]]] = [(0, start, ())]
    seen: set[str] = set()
    while waiting:
        cost, node, way = heapq.heappop(waiting)
        if node == goal:
            return cost, frozenset(way)
        if node in seen:
            continue
        seen.add(node)
        for step in steps.get(node, ()):
            heapq.heappush(waiting, (cost + step.cost, step.to, (*way, step.flow)))
    return None
