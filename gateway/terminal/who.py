"""Who are you? Every act names its person, so a terminal asks first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command
from gateway.terminal.plain import one_line


class Named(Protocol):
    """Somebody with a name."""

    @property
    def name(self) -> str:
        """Give the name."""


Somebody = TypeVar("Somebody", bound=Named)


@dataclass(frozen=True)
class Question:
    """What is said around the question: why it is asked, and what to do when there is nobody to choose."""

    why: str
    nobody: str
    what_to_do: str
    command: str


class WhoScreen(Screen[Somebody]):
    """Answers with the person who was chosen among `people`."""

    def __init__(
        self, people: Sequence[Somebody], unit_name: str, question: Question, *, choose: Command, leave: Command
    ) -> None:
        super().__init__()
        self._people = people
        self._unit_name = unit_name
        self._question = question
        self._commands = (choose, leave) if people else (leave,)

    def compose(self) -> ComposeResult:
        """Lay the question out, or explain what to do when there is nobody to choose."""
        question = self._question
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._unit_name).markup
            if self._people:
                yield Static(Content(_("Who are you?")), markup=False, classes="heading")
                yield OptionList(*(Option(Content(one_line(one.name))) for one in self._people), markup=False)
                yield Static(Content(question.why), markup=False, classes="aside")
            else:
                yield Static(Content(question.nobody), markup=False, classes="heading")
                yield Static(Content(question.what_to_do), markup=False, classes="paragraph")
                yield Static(Content(question.command), markup=False, classes="command")
        yield CommandBar(self._commands)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(self._people[event.option_index])

    def action_choose(self) -> None:
        """Choose the one the cursor is on."""
        self.query_one(OptionList).action_select()
