"""A list drawn line by line: headings that are passed over, and rows of two lines that can be chosen."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from gateway.terminal.cells import fit, fit_right

Part = tuple[str, str]
"""Text, and the name of the style it is drawn in."""

SIDE: Final = 26
"""Cells of the column at the right, where there is room for it."""


@dataclass(frozen=True)
class Line:
    """One line of an item: what stands to the left, in parts, and what stands to the right."""

    left: tuple[Part, ...]
    right: Part = ("", "quiet")


@dataclass(frozen=True)
class Item:
    """Something on the board. One without a `key` is a heading, which the cursor passes over."""

    lines: tuple[Line, ...]
    key: str = ""
    ground: str = ""


class RowList(ScrollView, can_focus=True):
    """Items one below the other. The cursor follows its item when the order changes."""

    STYLES: ClassVar[tuple[str, ...]] = (
        "heading",
        "name",
        "quiet",
        "state",
        "done",
        "alert",
        "plain",
        "accent",
        "selected",
        "band",
        "loud",
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"row--{name}" for name in STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-8)", show=False),
        Binding("pagedown", "move(8)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
    ]

    cursor = reactive(0)

    class Chosen(Message):
        """An item was clicked twice."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._items: tuple[Item, ...] = ()
        self._tops: tuple[int, ...] = (0,)
        self._choices: tuple[int, ...] = ()

    def show(self, items: Sequence[Item]) -> None:
        """Take what the board says now."""
        held = self.selected
        self._items = tuple(items)
        self._tops = (0, *accumulate(len(item.lines) for item in items))
        self._choices = tuple(at for at, item in enumerate(items) if item.key)
        keys = [self._items[at].key for at in self._choices]
        place = keys.index(held) if held in keys else min(self.cursor, len(keys) - 1)
        self.virtual_size = Size(self.size.width, self._tops[-1])
        self.cursor = max(0, place)
        self._reveal()
        self.refresh()

    @property
    def selected(self) -> str:
        """The key of the item the cursor is on; empty when there is none."""
        return self._items[self._choices[self.cursor]].key if self.cursor < len(self._choices) else ""

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        at = y + self.scroll_offset.y
        if at >= self._tops[-1]:
            return self._strip(Line(()), "")
        index = bisect_right(self._tops, at) - 1
        item = self._items[index]
        chosen = bool(item.key) and item.key == self.selected
        return self._strip(item.lines[at - self._tops[index]], "selected" if chosen else item.ground, edge=chosen)

    def action_move(self, step: int) -> None:
        """Move the cursor some items."""
        self.cursor = max(0, min(self.cursor + step, len(self._choices) - 1))
        self._reveal()

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse is; a second click opens."""
        index = bisect_right(self._tops, event.y + self.scroll_offset.y) - 1
        if index not in self._choices:
            return
        place = self._choices.index(index)
        if place == self.cursor:
            self.post_message(self.Chosen(self.selected))
        self.cursor = place

    def on_resize(self, _event: Resize) -> None:
        """Fit the new size, and keep the cursor in sight."""
        self.virtual_size = Size(self.size.width, self._tops[-1])
        self._reveal()

    def _reveal(self) -> None:
        """Scroll so that the cursor's item is seen whole, with the heading above it when it is the first."""
        if not self._choices:
            return
        index = self._choices[self.cursor]
        first = 0 if self.cursor == 0 else self._tops[index]
        top, room = self.scroll_offset.y, max(2, self.size.height)
        if first < top or self._tops[index + 1] > top + room:
            line = first if first < top else self._tops[index + 1] - room
            self.scroll_to(y=line, animate=False, immediate=True)

    def _strip(self, line: Line, ground: str, *, edge: bool = False) -> Strip:
        base = self.get_component_rich_style(f"row--{ground}") if ground else self.rich_style
        segments = [Segment("▌" if edge else " ", base + self.get_component_rich_style("row--state", partial=True))]
        width = self.size.width - 1
        side = min(SIDE, cell_len(line.right[0]))
        room = width - (side + 2 if side else 0)
        for text, name in line.left:
            piece = fit(text, min(room, cell_len(text)))
            segments.append(Segment(piece, base + self.get_component_rich_style(f"row--{name}", partial=True)))
            room -= cell_len(piece)
        end = (" " + fit_right(line.right[0], side) + " ") if side else ""
        segments.append(Segment(" " * max(0, room), base))
        segments.append(Segment(end, base + self.get_component_rich_style(f"row--{line.right[1]}", partial=True)))
        return Strip(segments).adjust_cell_length(self.size.width, base)
