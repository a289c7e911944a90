"""A fingerprint to read aloud and compare: ten groups of four, large enough for the phone, ticked off one by one.

   1          2          3          4          5
✓ A B C D  ✓ 1 2 3 4  ▸ E F 5 6    7 8 9 0    A B C D
"""

from typing import Final

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from gateway.language import gettext as _
from gateway.language import mark
from keys.fingerprint import Fingerprint

GROUPS: Final = 10
ROW: Final = 5
SIZE: Final = 4
WIDTH: Final = 11
SPELT: Final = {
    "A": mark("A as in Alfa"),
    "B": mark("B as in Bravo"),
    "C": mark("C as in Charlie"),
    "D": mark("D as in Delta"),
    "E": mark("E as in Echo"),
    "F": mark("F as in Foxtrot"),
}
"""How a letter of a fingerprint is said over a bad line."""


def groups(fingerprint: Fingerprint) -> tuple[str, ...]:
    """Cut a fingerprint into its ten groups."""
    return tuple(fingerprint[at : at + SIZE] for at in range(0, len(fingerprint), SIZE))


def spelt(group: str) -> str:
    """Say how the letters of a group are spelt; empty when it holds only digits."""
    letters = dict.fromkeys(one for one in group if one in SPELT)
    return ", ".join(_(SPELT[one]) for one in letters)


class FingerprintView(Widget):
    """The groups; with `step`, those before it are ticked and it is the one to read now."""

    step: reactive[int | None] = reactive(None)

    class Finished(Message):
        """Every group was compared."""

    def __init__(self, fingerprint: Fingerprint, step: int | None = None) -> None:
        super().__init__()
        self._groups = groups(fingerprint)
        self.set_reactive(FingerprintView.step, step)

    @property
    def now(self) -> str:
        """Give the group to read now; empty when none is, or all have been."""
        return self._groups[self.step] if self.step is not None and self.step < GROUPS else ""

    def tick(self) -> None:
        """Tick the group that was read."""
        if self.step is not None and self.step < GROUPS:
            self.step += 1
            if self.step == GROUPS:
                self.post_message(self.Finished())

    def back(self) -> None:
        """Take the last tick off."""
        if self.step:
            self.step -= 1

    def render(self) -> Content:
        """Draw two rows of five, each group under its number."""
        lines = [line for first in (0, ROW) for line in (self._numbers(first), self._row(first), Content(""))]
        return Content("\n").join(lines[:-1])

    def get_content_height(self, _container: object, _viewport: object, _width: int) -> int:
        """Take five lines."""
        return 5

    def _numbers(self, first: int) -> Content:
        cells = (f"{place + 1}".center(WIDTH) for place in range(first, first + ROW))
        return Content.assemble(("".join(cells), "$stafet-quiet"))

    def _row(self, first: int) -> Content:
        return Content("").join([self._cell(place) for place in range(first, first + ROW)])

    def _cell(self, place: int) -> Content:
        letters = " ".join(self._groups[place])
        if self.step is None:
            return Content.assemble("  ", (letters, "bold $primary"), "  ")
        if place < self.step:
            return Content.assemble(("✓ " + letters, "$success"), "  ")
        if place == self.step:
            return Content.assemble(("▸ ", "bold $accent"), (letters, "bold $foreground on $stafet-selected"), "  ")
        return Content.assemble("  ", (letters, "$stafet-quiet"), "  ")
