"""What somebody who can act should know, in a band above either end's first page: the worst first, and whom to ring.

The text is made by whoever knows what a notice is; here it is only drawn, and never more than a few lines of it.
"""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from gateway.language import ngettext
from gateway.terminal.cells import fit
from gateway.terminal.plain import one_line

MOST: Final = 3
"""Lines shown; what is more is counted."""


class NoticeBand(Static):
    """Takes no room while there is nothing to tell."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("", markup=False, id=id)
        self._notices: tuple[str, ...] = ()
        self.display = False

    def show(self, notices: Sequence[str]) -> None:
        """Tell these, each on a line."""
        self._notices = tuple(map(one_line, notices))
        self.display = bool(notices)
        self._draw()

    def on_resize(self, _event: Resize) -> None:
        """Fit the new width."""
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width or self.app.size.width
        shown = self._notices[: MOST if len(self._notices) <= MOST else MOST - 1]
        lines = [fit(text, width) if cell_len(text) > width else text for text in shown]
        if rest := len(self._notices) - len(shown):
            lines.append(ngettext("and {count} more", "and {count} more", rest).format(count=rest))
        self.update(Content("\n".join(lines)))
