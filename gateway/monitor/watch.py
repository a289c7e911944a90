"""What a monitor is told that only one end knows; light, since every command of that end loads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from gateway.liveness.look import Board


@dataclass(frozen=True)
class Watch:
    """One end's board, and how many of its referrals or cases each of its clocks has run out for."""

    board: Board
    run_out: Callable[[Session], Mapping[str, int]]
