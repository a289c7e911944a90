"""How far our new key has come, drawn: a brick for each party, and the time both keys hold with today on it.

██ ██ ██ ██ ██ ██ ░░ ░░          ●━━━━━━━━━◆────────────○
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from textual.content import Content
from textual.widget import Widget

from gateway.language import gettext as _
from gateway.terminal import dates

DONE, OPEN, GAP = "██", "░░", " "
WIDEST: Final = 76


class Bricks(Widget):
    """One brick for each party: those that use the new key first. The words stand beside it, never the colour alone."""

    def __init__(self, heard: int, everybody: int) -> None:
        super().__init__(classes="drawn")
        self._heard, self._everybody = heard, everybody

    def show(self, heard: int, everybody: int) -> None:
        """Draw other numbers."""
        if (heard, everybody) != (self._heard, self._everybody):
            self._heard, self._everybody = heard, everybody
            self.refresh(layout=True)

    def render(self) -> Content:
        """Draw the bricks."""
        return Content.assemble(
            ((DONE + GAP) * self._heard, "$success"), ((OPEN + GAP) * (self._everybody - self._heard), "$stafet-quiet")
        )


class Overlap(Widget):
    """The time both keys hold, from the day it was begun to the day the old one ends."""

    def __init__(self, begun: datetime, ends: datetime, now: datetime) -> None:
        super().__init__(classes="drawn")
        self._begun, self._ends, self._now = begun, ends, now

    def render(self) -> Content:
        """Draw the line, and the days below it."""
        width = max(24, min(WIDEST, self.size.width))
        return Content("\n").join([line(width, self._place(width)), *self._days(width)])

    def get_content_height(self, _container: object, _viewport: object, _width: int) -> int:
        """Take three lines."""
        return 3

    def _place(self, width: int) -> int:
        return place(self._begun, self._ends, self._now, width)

    def _days(self, width: int) -> Sequence[Content]:
        first = ends(dates.day(self._begun), dates.day(self._ends), width)
        said = _("today")
        at = max(0, min(self._place(width) - len(said) // 2, width - len(said)))
        second = ends(_("both hold"), _("the old one ends"), width)
        free = first[max(0, at - 2) : at + len(said) + 2].strip() == ""
        marked = first[:at] + said + first[at + len(said) :] if free else first
        head = Content.assemble((marked, "$foreground"))
        return (head, Content.assemble((second, "$stafet-quiet")))


def place(begun: datetime, until: datetime, now: datetime, width: int) -> int:
    """Tell in which cell of the line today is."""
    whole = (until - begun).total_seconds()
    part = (now - begun).total_seconds() / whole if whole > 0 else 1
    return round(max(0.0, min(1.0, part)) * (width - 1))


def line(width: int, today: int) -> Content:
    """Draw the line with today on it."""
    cells = ["━" if cell < today else "─" for cell in range(width)]
    cells[0], cells[-1] = "●", "○"
    before, after = "".join(cells[:today]), "".join(cells[today + 1 :])
    return Content.assemble((before, "$success"), ("◆", "bold $accent"), (after, "$stafet-quiet"))


def ends(left: str, right: str, width: int) -> str:
    """Set one text to the left and one to the right of a line."""
    return left + " " * max(1, width - len(left) - len(right)) + right
