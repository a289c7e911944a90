"""A site that is opened while somebody stands at its door: the door is seen at once, and knows names a moment later.

Whatever opens a site takes long to load and to unlock, and typing a password takes longer still.
"""

import gc
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from gateway.terminal.door import Door, OutOfReachError, Somebody

Opened = TypeVar("Opened")


class Opening(Generic[Opened]):
    """Opens something in a thread of its own, where it is closed again too. As a context it waits for that.

    It begins when it is told to, so that the door is drawn first.
    """

    def __init__(self, opener: Callable[[], AbstractContextManager[Opened]]) -> None:
        self._opener = opener
        self._opened: Future[Opened] = Future()
        self._trouble: Exception | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="opening")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def begin(self) -> None:
        """Begin to open it, once."""
        self._thread.start()

    def leave(self) -> None:
        """Let nobody wait for it any more, when it was never begun."""
        self._opened.cancel()

    def __call__(self) -> Opened:
        """Give what was opened, once it is; raises what stopped it from being opened."""
        return self._opened.result()

    @property
    def trouble(self) -> Exception | None:
        """Tell what stopped it from being opened, or from being closed, if anything has."""
        return self._trouble

    def _work(self) -> None:
        if not self._opened.set_running_or_notify_cancel():
            return
        try:
            with self._opener() as opened:
                _pass_over_what_stays()
                self._opened.set_result(opened)
                self._over.wait()
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever opened it says it
            self._trouble = error
            if not self._opened.done():
                self._opened.set_exception(error)
        finally:
            gc.enable()


def _pass_over_what_stays() -> None:
    """Let Python's collector look at nothing loaded so far again: a look takes a tenth of a second, and keys wait."""
    gc.freeze()
    gc.enable()


@dataclass(frozen=True)
class LaterDoor(Generic[Somebody]):
    """The door of a site that is being opened: each call waits for it. Raises OutOfReachError when it stays shut."""

    opened: Callable[[], Door[Somebody]]

    def names(self) -> Sequence[str]:
        """Name those who work at this screen."""
        return self._door.names()

    def sign_in(self, name: str, password: str) -> Somebody:
        """Let somebody in."""
        return self._door.sign_in(name, password)

    def change(self, name: str, password: str, new: str) -> Somebody:
        """Let somebody in and give them another password."""
        return self._door.change(name, password, new)

    def unlock(self, person: Somebody, password: str) -> None:
        """Let the same person in again."""
        self._door.unlock(person, password)

    def locked(self, person: Somebody) -> None:
        """Note that the screen was locked."""
        self._door.locked(person)

    def left(self, person: Somebody) -> None:
        """Note that somebody signed out."""
        self._door.left(person)

    def gone(self, person: Somebody) -> str | None:
        """Say why somebody may not go on sitting here."""
        return self._door.gone(person)

    @property
    def _door(self) -> Door[Somebody]:
        try:
            return self.opened()
        except Exception:  # noqa: BLE001 - whatever it is, the application ends by it and says it in words
            raise OutOfReachError from None
