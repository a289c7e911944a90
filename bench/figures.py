"""What was measured, and what it amounts to: samples with median and spread, ratios held against an aim."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

QUARTERS: Final = 4
SIGNIFICANT: Final = 3


class Aim(Enum):
    """On which side of its bound a figure should be."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True)
class Sample:
    """One thing measured several times, in `unit`."""

    what: str
    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """Give the middle value."""
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """Give two of the values, between which the middle half lies."""
        ordered, cut = sorted(self.values), (len(self.values) - 1) // QUARTERS
        return ordered[cut], ordered[-1 - cut]


@dataclass(frozen=True)
class Finding:
    """A figure that answers a question; with an aim where one was set. A ratio has no unit."""

    what: str
    value: float
    aim: Aim | None = None
    bound: float = 0.0
    unit: str = ""

    @property
    def met(self) -> bool | None:
        """Tell whether the aim is reached; None where there is none."""
        if self.aim is None:
            return None
        return self.value >= self.bound if self.aim is Aim.AT_LEAST else self.value <= self.bound


@dataclass(frozen=True)
class Chapter:
    """Everything about one kind of work: how it was measured, in a sentence or two, and what came of it."""

    title: str
    how: str
    samples: tuple[Sample, ...] = ()
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = field(default=())


def samples(unit: str, measured: Mapping[str, Sequence[float]]) -> tuple[Sample, ...]:
    """Make samples of what was measured in turn, by name."""
    return tuple(Sample(what, unit, tuple(values)) for what, values in measured.items())


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """Divide one median by another's."""
    return statistics.median(these) / statistics.median(those)


def number(value: float) -> str:
    """Write a figure with three significant digits, and all those before the point."""
    if value == 0:
        return "0"
    before = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return f"{value:,.{max(0, SIGNIFICANT - max(before, 1))}f}"
