"""What every flow needs from the world: the time, and a database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

Clock = Callable[[], datetime]
"""Tells the time, aware and in UTC."""


class Sessions(Protocol):
    """A database, as the flows see it."""

    def session(self) -> AbstractContextManager[Session]:
        """Open a session that commits at the end of the block."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """Open a session that only looks."""
        ...

    def forget(self) -> None:
        """Let what was erased be gone from the database's own journal too."""
        ...
