"""Calls to 1-1-2 per citizen and per week in each phase (H4, H9, H10).

What is counted, and nothing else: a letter may say how many times the citizen has called in the last 30 days and
today. Each such number tells of a window of time that ends when the letter was written. A window counts in a phase
when all of it lies there; where the 30 days reach across the border of a phase, or into a window already counted, the
number of today is used instead, for one day. No day is counted twice, and a day nobody told of is not counted at all.

So the calls are a lower bound: only calls somebody wrote down are there. The time counted is the time of those windows
alone, and letters are written when somebody has just called; the rate says how it was around a letter, and not how it
was on average.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.statistics.figures import Base, Coverage, Phase, PhaseCalls
from gateway.statistics.observed import Observed, Told

LONG: Final = timedelta(days=30)
SHORT: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Some time in one citizen's life, and how many calls were made in it."""

    citizen: str
    phase: Phase
    calls: int
    length: timedelta


@dataclass(frozen=True, slots=True)
class Stretch:
    """A citizen's time in one phase; an end that has not come is far ahead, a beginning nobody knows far back."""

    phase: Phase
    start: datetime | None
    end: datetime | None

    def holds(self, start: datetime, end: datetime) -> bool:
        """Tell whether all of a window lies in it."""
        return (self.start is None or start >= self.start) and (self.end is None or end <= self.end)


def calls_by_phase(every: Iterable[Observed], told_in: Iterable[Observed]) -> tuple[PhaseCalls, ...]:
    """Count the calls the letters in `told_in` tell of; `every` referral ever made says when each phase was."""
    lives = _by_citizen(every)
    windows = [
        window for citizen, letters in _by_citizen(told_in).items() for window in _windows(lives[citizen], letters)
    ]
    counted = {citizen for citizen, _letters in _by_citizen(told_in).items()}
    been = {
        phase: {citizen for citizen in counted if any(s.phase is phase for s in stretches(lives[citizen]))}
        for phase in Phase
    }
    return tuple(_summed(phase, [w for w in windows if w.phase is phase], len(been[phase])) for phase in Phase)


def stretches(referrals: Sequence[Observed]) -> tuple[Stretch, ...]:
    """Divide a citizen's time into phases by when each referral began and when all that had begun were closed."""
    ordered = sorted(referrals, key=lambda one: one.began)
    found = [Stretch(Phase.BEFORE, None, ordered[0].began)]
    began, closed = ordered[0].began, ordered[0].closed_at
    for following in ordered[1:]:
        if closed is not None and closed <= following.began:
            found += [Stretch(Phase.UNDER, began, closed), Stretch(Phase.AFTER, closed, following.began)]
            began, closed = following.began, following.closed_at
        elif closed is not None:
            closed = max(closed, following.closed_at) if following.closed_at else None
    found.append(Stretch(Phase.UNDER, began, closed))
    return (*found, Stretch(Phase.AFTER, closed, None)) if closed else tuple(found)


def _windows(life: Sequence[Observed], letters: Sequence[Observed]) -> Iterator[Window]:
    phases, taken_to = stretches(life), None
    told = sorted({told for letter in letters for told in letter.told}, key=lambda told: told.at)
    for one in told:
        window = next((w for w in _candidates(life[0].citizen, one, phases, taken_to)), None)
        if window is not None:
            taken_to = one.at
            yield window


def _candidates(citizen: str, told: Told, phases: Sequence[Stretch], taken_to: datetime | None) -> Iterator[Window]:
    """Offer the long window, then the short one, where all of it lies in one phase and in no window before."""
    for calls, length in ((told.last_30_days, LONG), (told.today, SHORT)):
        start = told.at - length
        if calls is None or (taken_to is not None and start < taken_to):
            continue
        phase = next((stretch.phase for stretch in phases if stretch.holds(start, told.at)), None)
        if phase is not None:
            yield Window(citizen, phase, calls, length)


def _summed(phase: Phase, windows: Sequence[Window], been: int) -> PhaseCalls:
    citizens = len({window.citizen for window in windows})
    calls = sum(window.calls for window in windows)
    weeks = sum((window.length for window in windows), timedelta()) / WEEK
    return PhaseCalls(
        phase=phase,
        calls=calls,
        weeks=weeks,
        per_citizen=calls / citizens if citizens else None,
        per_week=calls / weeks if weeks else None,
        coverage=Coverage.of(citizens, been, Base.CITIZENS),
    )


def _by_citizen(referrals: Iterable[Observed]) -> Mapping[str, list[Observed]]:
    ordered = sorted(referrals, key=lambda one: one.citizen)
    return {citizen: list(theirs) for citizen, theirs in itertools.groupby(ordered, key=lambda one: one.citizen)}
