"""One clear question: J goes through with it, Esc leaves everything as it is."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import CANCEL, CONFIRM, bindings
from gateway.terminal.once import Dialog


class QuestionScreen(Dialog[bool]):
    """Answers True when the person goes through with it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(CONFIRM, CANCEL)

    def __init__(self, title: str, *paragraphs: str) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = Content(self._title).markup
            for paragraph in self._paragraphs:
                yield Static(Content(paragraph), markup=False, classes="paragraph")
        yield CommandBar((CONFIRM, CANCEL))

    def action_confirm(self) -> None:
        """Go through with it."""
        self.dismiss(result=True)

    def action_back(self) -> None:
        """Leave everything as it is."""
        self.dismiss(result=False)
