"""Screens that are left once: keys of one burst may still reach a screen that has answered already.

Textual closes whatever is on top when a screen is dismissed, also the second time, and then that is another screen.
"""

from typing import Any, ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

Result = TypeVar("Result")


class LeftOnce(Screen[Result]):
    """A screen whose first answer counts, and closes it alone."""

    _left_once = False

    def dismiss(self, result: Any = None) -> AwaitComplete:  # noqa: ANN401 - Textual's own
        """Answer and close, the first time."""
        if self._left_once:
            return AwaitComplete()
        self._left_once = True
        return super().dismiss(result)


class Dialog(LeftOnce[Result], ModalScreen[Result]):
    """A question over the work, in the middle, with the work to be seen behind it.

    It is styled by a class: of several things that a screen is, Textual styles it by the first alone.
    """

    DEFAULT_CLASSES: ClassVar[str] = "over"
