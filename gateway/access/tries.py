"""How long somebody waits after wrong passwords: three are free, then 5 seconds, doubling up to 15 minutes. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

FREE: Final = 3
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=15)
DOUBLINGS: Final = 8
"""Enough to come past the longest wait."""


@dataclass(frozen=True)
class Tries:
    """Wrong passwords in a row, and when the last was.

    Only a right password takes the count back, never time: a clock that jumps ahead lets one more guess in, and the
    next wait is as long as it would have been. For a clock that jumps back see `at`.
    """

    wrong: int
    last_at: datetime

    def at(self, now: datetime) -> Self:
        """See the tries from `now`: when the last lies ahead the clock was put back, and the wait begins anew."""
        return replace(self, last_at=min(self.last_at, now))

    def and_one(self, now: datetime) -> Self:
        """Count one more."""
        return replace(self, wrong=self.wrong + 1, last_at=now)

    @property
    def wait(self) -> timedelta:
        """Tell how long after the last one nobody is let in."""
        if self.wrong < FREE:
            return timedelta()
        doubled: int = 1 << min(self.wrong - FREE, DOUBLINGS)
        return min(FIRST_WAIT * doubled, LONGEST_WAIT)

    def until(self, now: datetime) -> datetime | None:
        """Tell until when nobody is let in; None when somebody may try."""
        end = self.last_at + self.wait
        return end if now < end else None
