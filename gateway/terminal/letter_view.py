"""A letter to read: the page's sections one below the other, scrolled with the keyboard."""

from collections.abc import Iterable, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from gateway.terminal.sections import Section, Tone

SIGNS: Final = {Tone.ALERT: "▲ ", Tone.REMARK: "» "}
"""A section that asks for attention says so without its colour too."""


class Fact(Horizontal):
    """One fact: a label, and a value that wraps in its own column."""

    def __init__(self, label: str, value: str) -> None:
        super().__init__()
        self.label = label
        self._value = value

    def compose(self) -> ComposeResult:
        """Lay the two columns out."""
        yield Static(Content(self.label), markup=False, classes="label")
        yield Static(Content(self._value), markup=False, classes="value")


class SectionView(Vertical):
    """One section: its heading, its text, its facts."""

    def __init__(self, section: Section) -> None:
        super().__init__(classes=section.tone)
        self._section = section

    def compose(self) -> ComposeResult:
        """Lay the section out."""
        section = self._section
        yield Static(Content(SIGNS.get(section.tone, "") + section.heading), markup=False, classes="heading")
        if section.text:
            yield Static(Content(section.text), markup=False, classes="text")
        for label, value in section.facts:
            yield Fact(label, value)


class LetterView(VerticalScroll):
    """The scrolled page."""

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        """Lay the sections out."""
        yield from _views(self._sections)

    async def show(self, sections: Sequence[Section]) -> None:
        """Show a page in place of the one before, at the same place in it."""
        place = self.scroll_y
        async with self.batch():
            await self.remove_children()
            await self.mount_all(_views(sections))
        self.scroll_to(y=place, animate=False)

    def reveal(self, label: str) -> None:
        """Bring the last fact of that name into sight."""
        facts = [fact for fact in self.query(Fact) if fact.label == label]
        if facts:
            facts[-1].scroll_visible(animate=False)


def _views(sections: Sequence[Section]) -> Iterable[SectionView]:
    return map(SectionView, sections)
