"""What a terminal needs to know of its door: who is let in, who is still here, and what is said there.

Nothing here draws, so that whoever joins an end without a terminal may know it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from gateway.language import gettext as _


class Named(Protocol):
    """Somebody with a name."""

    @property
    def name(self) -> str:
        """Give the name."""


Somebody = TypeVar("Somebody", bound=Named)


class NotLetInError(Exception):
    """Somebody is not let in; the text says why, in words."""


class MustChangeError(Exception):
    """The password was right, and must be changed before it opens anything."""


class OutOfReachError(Exception):
    """What the door asks did not answer just now; `code` is the trouble's own."""

    def __init__(self, code: str | None = None) -> None:
        super().__init__(code)
        self.code = code


class Door(Protocol[Somebody]):
    """Lets people in. Every call may take its time; none is made from the application's own thread.

    Each may raise OutOfReachError.
    """

    def names(self) -> Sequence[str]:
        """Name those who work at this screen."""

    def sign_in(self, name: str, password: str) -> Somebody:
        """Let somebody in; raises NotLetInError or MustChangeError."""

    def change(self, name: str, password: str, new: str) -> Somebody:
        """Let somebody in and give them another password; raises NotLetInError."""

    def unlock(self, person: Somebody, password: str) -> None:
        """Let the same person in again; raises NotLetInError."""

    def locked(self, person: Somebody) -> None:
        """Note that the screen was locked."""

    def left(self, person: Somebody) -> None:
        """Note that somebody signed out."""

    def gone(self, person: Somebody) -> str | None:
        """Say why somebody may not go on sitting here; None while they may."""


@dataclass(frozen=True)
class Question:
    """What is said at the door: why one signs in, and what to do when nobody can."""

    why: str
    nobody: str
    what_to_do: str
    command: str


def database_trouble(error: Exception | None = None) -> str:
    """Say that the database did not answer, or holds something that cannot be opened; or that nobody knows what is."""
    if getattr(error, "code", "") == "COMMIT_UNKNOWN":
        return _(
            "The database was lost in the very moment it took this down. Look whether it was done before you do it "
            "again, and tell your administrator."
        )
    return _(
        "The database could not be read just now. Nothing has been changed. Try again, and tell your administrator."
    )


def since_start() -> float:
    """Tell the seconds since the machine started, also while it slept; no change of the clock touches them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class Watch:
    """How the terminal watches over itself: it locks after `idle_seconds` without a key, and looks every so often."""

    idle_seconds: float = 600
    every_seconds: float = 2.0
    ticks: Callable[[], float] = since_start


WATCH: Final = Watch()
