"""The list of cases, drawn line by line: it holds only the rows near what is seen, whatever the inbox holds.

It knows no store. When it comes upon rows it has not been given it asks with `PageWanted`, and is given them by `show`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Click, Key, Resize
from textual.geometry import Offset, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from gateway.language import gettext as _
from inbox_tui.casework.case import CaseLine
from inbox_tui.casework.reader import Reader
from inbox_tui.messages import CaseChosen, PageWanted
from inbox_tui.widgets.case_row import Columns, Part, first_line, heading, second_line

STEPS = {"up": -1, "down": 1}
HEADER = 1
TALL = 2
"""Lines a case takes."""
MARGIN = 20
"""Rows asked for on either side of what is seen, so that scrolling meets them ready."""
NEAR = MARGIN // 2
"""How near to what is seen a row may be that is not here, before it is asked for."""
EIGHTHS = 8
"""How finely Textual draws the thumb of a scroll bar."""


@dataclass(frozen=True)
class Page:
    """Some rows of the list, and how many there are in all. `cursor` moves the cursor when it is given."""

    total: int
    offset: int
    lines: tuple[CaseLine, ...]
    reader: Reader
    cursor: int | None = None


class CaseList(ScrollView, can_focus=True):
    """Two lines a case, under a header that stays. The cursor follows its case when the order changes.

    The terminal's own cursor stands on the chosen row, so that what reads a screen aloud begins there.
    """

    STYLES: ClassVar[tuple[str, ...]] = (
        "heading",
        "name",
        "quiet",
        "marks",
        "state-new",
        "state-acknowledged",
        "state-forwarded",
        "state-taken-over",
        "state-not-ours",
        "state-closed",
        "safety",
        "rank-acute",
        "rank-overdue",
        "rank-new",
        "rank-waiting",
        "rank-on_its_way",
        "rank-handed_over",
        "rank-ended",
        "selected",
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"case--{name}" for name in STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "jump(0)", show=False),
        Binding("end", "jump(-1)", show=False),
    ]

    cursor = reactive(0, repaint=False)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._total = 0
        self._reader = Reader(date.min)
        self._rows: dict[int, CaseLine] = {}
        self._drawn: dict[tuple[int, int, Columns, bool], Strip] = {}

    # What it is told

    def show(self, page: Page) -> None:
        """Take a fresh page: everything known before is forgotten."""
        self._rows = dict(enumerate(page.lines, page.offset))
        self._drawn.clear()
        self._total, self._reader = page.total, page.reader
        self.virtual_size = Size(self.size.width, HEADER + TALL * page.total)
        self.cursor = max(0, min(self.cursor if page.cursor is None else page.cursor, page.total - 1))
        self._reveal()
        self.refresh()

    def add(self, page: Page) -> None:
        """Take rows that were asked for, beside those it has; what is not seen needs no drawing."""
        seen = self._seen()
        before = [self._rows.get(row) for row in seen]
        self._rows.update(enumerate(page.lines, page.offset))
        self._drawn.clear()
        if before != [self._rows.get(row) for row in seen]:
            self.refresh()

    @property
    def selected(self) -> CaseLine | None:
        """The case the cursor is on, when its row is here."""
        return self._rows.get(self.cursor)

    def window(self) -> tuple[int, int]:
        """Tell which rows are wanted: offset and number, with a margin on both sides."""
        first = max(0, self._top() - MARGIN)
        return first, self._visible() + 2 * MARGIN

    # What it draws

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        columns = Columns.of(self.size.width)
        if y < HEADER:
            return self._strip(heading(columns, (_("State"), _("Citizen"), _("With"), _("Target"))))
        index, below = divmod(y - HEADER + self.scroll_offset.y, TALL)
        if index not in self._rows:
            return self._strip([("   …" if index < self._total and not below else "", "quiet")])
        return self._row(index, below, columns, here=index == self.cursor)

    def _row(self, index: int, below: int, columns: Columns, *, here: bool) -> Strip:
        """Draw a line of a case, once: it looks the same wherever it has been scrolled to."""
        place = (index, below, columns, here)
        if place not in self._drawn:
            draw = second_line if below else first_line
            parts = draw(self._rows[index], columns, self._reader)
            self._drawn[place] = self._strip(parts, selected=here, edge=here)
        return self._drawn[place]

    def notify_style_update(self) -> None:
        """Draw everything anew in the colours of another ground."""
        self._drawn.clear()
        super().notify_style_update()

    def _strip(self, parts: Iterable[Part], *, selected: bool = False, edge: bool = False) -> Strip:
        ground = self.get_component_rich_style("case--selected") if selected else self.rich_style
        segments = []
        for text, name in parts:
            style = self.get_component_rich_style(f"case--{name}", partial=selected)
            segments.append(Segment(text, ground + style if selected else style))
        if edge and segments:
            first = segments[0]
            segments[0] = Segment("▌" + first.text[1:], first.style)
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    # What it does

    def action_move(self, step: int) -> None:
        """Move the cursor some rows."""
        self._go(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Move the cursor a screenful."""
        self._go(self.cursor + step * max(1, self._visible() - 1))

    def action_jump(self, row: int) -> None:
        """Move the cursor to a row, counted from the end when negative."""
        self._go(row if row >= 0 else self._total + row)

    def on_key(self, event: Key) -> None:
        """Move at once: a key that is bound is looked up at every level above first, and a hand waits for this one."""
        if event.key in STEPS:
            event.stop()
            event.prevent_default()
            self.action_move(STEPS[event.key])

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse is; a second click opens."""
        row = (event.y - HEADER + self.scroll_offset.y) // TALL
        if event.y < HEADER or row >= self._total:
            return
        if row == self.cursor and self.selected:
            self.post_message(CaseChosen(self.selected.id))
        self._go(row)

    def on_resize(self, _event: Resize) -> None:
        """Fit the new size, and keep the cursor in sight."""
        self.virtual_size = Size(self.size.width, HEADER + TALL * self._total)
        self._reveal()
        self._ask()

    def on_focus(self) -> None:
        """Let what reads aloud begin at the chosen row."""
        self.point()

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw anew the two cases that look otherwise now, and nothing else: this is what a key waits for."""
        for row in (old, new):
            self.refresh_lines(HEADER + TALL * row, TALL)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what has come into sight, and ask for what lies behind it."""
        if self._thumb_at(old_value) != self._thumb_at(new_value):
            super().watch_scroll_y(old_value, new_value)
        else:  # a thumb that stands still is not drawn: that would be a second paint, which the key would wait for
            self.refresh(self.size.region)
        self._ask()
        self.point()

    def _go(self, row: int) -> None:
        self.cursor = max(0, min(row, self._total - 1))
        self._reveal()
        self._ask()

    def point(self) -> None:
        """Put the terminal's own cursor on the chosen row."""
        if self.has_focus and self.screen.is_current:
            below = max(0, HEADER + TALL * self.cursor - self.scroll_offset.y)
            self.app.cursor_position = self.content_region.offset + Offset(0, below)

    def _reveal(self) -> None:
        """Scroll so that the cursor's case is seen whole, below the header, with a whole case on top."""
        whole = max(1, (self.size.height - HEADER) // TALL)
        top = self._top()
        if not top <= self.cursor < top + whole:
            first = self.cursor if self.cursor < top else self.cursor - whole + 1
            self.scroll_to(y=TALL * first, animate=False, immediate=True)
        self.point()

    def _ask(self) -> None:
        """Ask for rows before they come into sight."""
        if any(row not in self._rows for row in self._seen(beyond=NEAR)):
            self.post_message(PageWanted(*self.window()))

    def _seen(self, beyond: int = 0) -> Sequence[int]:
        return range(max(0, self._top() - beyond), min(self._total, self._top() + self._visible() + beyond))

    def _thumb_at(self, scrolled: float) -> int:
        """Tell where the thumb of the scroll bar is drawn, in eighths of a line."""
        height, whole = self.size.height, self.virtual_size.height
        way = height - height * height / max(1, whole)
        return int(scrolled / max(1, whole - height) * way * EIGHTHS)

    def _top(self) -> int:
        return self.scroll_offset.y // TALL

    def _visible(self) -> int:
        return (self.size.height - HEADER) // TALL + 1
