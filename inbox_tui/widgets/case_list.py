"""The list of cases, drawn line by line: it holds only the rows near what is seen, whatever the inbox holds.

It knows no store. When it comes upon rows it has not been given it asks with `PageWanted`, and is given them by `show`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Key, Resize
from textual.geometry import Offset, Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from gateway.language import gettext as _
from inbox_tui.casework.case import CaseLine
from inbox_tui.casework.reader import Reader
from inbox_tui.messages import CaseChosen, PageWanted
from inbox_tui.widgets.case_row import Columns, Part, first_line, heading, second_line

STEPS = {"up": -1, "down": 1}
HEADER = 1
HEADING = -1
"""Stands for the header where rows are counted."""
TALL = 2
"""Lines a case takes."""
MARGIN = 50
"""Rows asked for on either side of what is seen, so that scrolling meets them ready."""
NEAR = MARGIN // 2
"""How near to what is seen a row may be that is not here, before it is asked for."""

Place = tuple[int, int, Columns, bool]
"""A case's row in the list, which of its lines, how wide it is drawn, and whether it is chosen."""


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
        self._drawn: dict[Place, Strip] = {}
        self._styled: dict[tuple[str, bool], Style] = {}

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
        news = {row: line for row, line in enumerate(page.lines, page.offset) if self._rows.get(row) != line}
        self._rows.update(news)
        first, number = self.window()
        near = range(first, first + number)
        self._drawn = {at: strip for at, strip in self._drawn.items() if at[0] in near and at[0] not in news}
        if not news.keys().isdisjoint(self._seen()):
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

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the lines as they were drawn: Textual's own cache knows one by its place, and a scroll moves all."""
        top, columns, (left, right) = self.scroll_offset.y, Columns.of(self.size.width), crop.column_span
        return [self._line(y, top, columns).crop(left, right) for y in crop.line_range]

    def _line(self, y: int, top: int, columns: Columns) -> Strip:
        """Give one line of the screen, when `top` lines are scrolled out of sight above it."""
        index, below = divmod(y - HEADER + top, TALL) if y >= HEADER else (HEADING, 0)
        if index not in self._rows and index != HEADING:
            return self._strip([("   …" if index < self._total and not below else "", "quiet")])
        place = index, below, columns, index == self.cursor
        if place not in self._drawn:
            self._drawn[place] = self._strip(self._words(index, below, columns), selected=index == self.cursor)
        return self._drawn[place]

    def _words(self, index: int, below: int, columns: Columns) -> list[Part]:
        if index == HEADING:
            return heading(columns, (_("State"), _("Citizen"), _("With"), _("Target")))
        draw = second_line if below else first_line
        return draw(self._rows[index], columns, self._reader)

    def _strip(self, parts: Iterable[Part], *, selected: bool = False) -> Strip:
        segments = [Segment(text, self._style(name, selected=selected)) for text, name in parts]
        if selected:
            segments[0] = Segment("▌" + segments[0].text[1:], segments[0].style)
        strip = Strip(segments).adjust_cell_length(self.size.width, self._style("", selected=selected))
        for each in self.get_line_filters():
            strip = strip.apply_filter(each, self.background_colors[1])
        return strip

    def _style(self, name: str, *, selected: bool) -> Style:
        """Look a style up, once: Textual forgets them all whenever anything is drawn anew."""
        if (name, selected) not in self._styled:
            ground = self.get_component_rich_style("case--selected") if selected else self.rich_style
            own = self.get_component_rich_style(f"case--{name}", partial=selected) if name else ground
            self._styled[name, selected] = ground + own if selected else own
        return self._styled[name, selected]

    def notify_style_update(self) -> None:
        """Draw everything anew in the colours of another ground."""
        self._drawn.clear()
        self._styled.clear()
        super().notify_style_update()

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
        if not self._reveal():
            self.refresh(*filter(None, map(self._region_of, (old, new))))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what has come into sight, and ask for what lies behind it."""
        if self._thumb_at(old_value) != self._thumb_at(new_value):
            super().watch_scroll_y(old_value, new_value)
        else:  # a thumb that stands still is not drawn: that would be a second paint, which the key would wait for
            self.vertical_scrollbar.set_reactive(ScrollBar.position, new_value)
            self.refresh(self.size.region)
        self._ask()
        self.point()

    def _region_of(self, row: int) -> Region:
        """Tell where a row is in sight; what lies beyond it is drawn by others, who would draw it anew."""
        top = HEADER + TALL * row - self.scroll_offset.y
        return Region(0, top, self.size.width, TALL).intersection(self.size.region)

    def _go(self, row: int) -> None:
        self.cursor = max(0, min(row, self._total - 1))
        self._ask()

    def point(self) -> None:
        """Put the terminal's own cursor on the chosen row."""
        if self.has_focus and self.screen.is_current:
            below = max(0, HEADER + TALL * self.cursor - self.scroll_offset.y)
            self.app.cursor_position = self.content_region.offset + Offset(0, below)

    def _reveal(self) -> bool:
        """Scroll so that the cursor's case is seen whole, below the header; tell whether that draws the whole list."""
        whole = max(1, (self.size.height - HEADER) // TALL)
        top, before = self._top(), self.scroll_y
        if not top <= self.cursor < top + whole:
            first = self.cursor if self.cursor < top else self.cursor - whole + 1
            self.scroll_to(y=TALL * first, animate=False, immediate=True)
        self.point()
        return self.scroll_y != before

    def _ask(self) -> None:
        """Ask for rows before they come into sight."""
        if any(row not in self._rows for row in self._seen(beyond=NEAR)):
            self.post_message(PageWanted(*self.window()))

    def _seen(self, beyond: int = 0) -> Sequence[int]:
        return range(max(0, self._top() - beyond), min(self._total, self._top() + self._visible() + beyond))

    def _thumb_at(self, scrolled: float) -> int:
        """Tell on which line the thumb of the scroll bar begins."""
        height, whole = self.size.height, self.virtual_size.height
        way = height - height * height / max(1, whole)
        return int(scrolled / max(1, whole - height) * way)

    def _top(self) -> int:
        return self.scroll_offset.y // TALL

    def _visible(self) -> int:
        return (self.size.height - HEADER) // TALL + 1
