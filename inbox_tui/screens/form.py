"""A small form: a question, something to choose, a line or two to write. What is asked is a value; see `forms`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.letter_view import Fact
from gateway.terminal.once import Dialog
from gateway.terminal.plain import plain
from gateway.terminal.settling import settled
from inbox_tui import commands

LONGEST: Final = 500
"""Characters of one box: a line or two, not a record."""

BETWEEN: Final[list[BindingType]] = [
    Binding("enter", "go_on", show=False, priority=True),
    Binding("tab", "app.focus_next", show=False, priority=True),
    Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    Binding("down", "down", show=False, priority=True),
    Binding("up", "up", show=False, priority=True),
    Binding("home", "first", show=False, priority=True),
    Binding("end", "last", show=False, priority=True),
    Binding("space", "mark", show=False, priority=True),
]
"""Taken at once, before what is typed next is handed to a field: on a slow line many keys come in one burst."""

OF_A_LIST: Final = frozenset({"first", "last", "mark"})
"""What these keys do in a list; in a box they are the box's own."""


@dataclass(frozen=True)
class Box:
    """A line to write. `needed` is what is said when it is left empty; "" lets it be."""

    name: str
    label: str
    value: str = ""
    needed: str = ""


@dataclass(frozen=True)
class Form:
    """What is asked: `choices` as code and label, of which `several` may hold; `aside` is said below the question.

    `leave` is what Escape is called: not every form leaves everything as it was.

    `facts` are shown as they will be sent. With `open_choice` nothing is chosen beforehand: a judgement, or an answer
    that leaves the house, is the person's own.
    """

    title: str
    question: str
    choices: tuple[tuple[str, str], ...] = ()
    boxes: tuple[Box, ...] = ()
    aside: str = ""
    several: bool = False
    command: Command = commands.SAVE
    leave: Command = commands.CANCEL
    facts: tuple[tuple[str, str], ...] = ()
    open_choice: bool = False


@dataclass(frozen=True)
class Filled:
    """What was answered: the codes chosen, and the words by the box's name."""

    chosen: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict, repr=False)


class Unclear(Exception):
    """What was typed cannot be read; the text tells the person how to write it."""


Save = Callable[[Filled], Awaitable[str | None]]
"""Carries out what was filled in. Gives what is to be mended, in words, or None when the form has done its work."""


class FormScreen(Dialog[Filled | None]):
    """Answers with what was filled in, or None when the person leaves.

    With `save` it stays until that is through: whatever was typed is there still when the act was refused, or the
    database did not answer.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*BETWEEN, *bindings(commands.SAVE, commands.CANCEL)]

    def __init__(self, form: Form, save: Save | None = None) -> None:
        super().__init__()
        self._form = form
        self._save = save
        self._marked: set[str] = set()
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        form = self._form
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(form.title).markup
            yield Static(Content(form.question), markup=False, classes="heading")
            if form.aside:
                yield Static(Content(form.aside), markup=False, classes="aside")
            for label, value in form.facts:
                yield Fact(label, value)
            if form.choices:
                yield OptionList(*(self._option(place) for place in range(len(form.choices))), markup=False)
            for box in form.boxes:
                yield Static(Content(box.label), markup=False, classes="heading")
                yield Input(box.value, id=box.name, max_length=LONGEST, compact=True)
            yield Static("", id="stopped", markup=False)
        choosing = (commands.MARK if form.several else commands.AMONG,) if form.choices else ()
        yield CommandBar((*choosing, form.command, form.leave))

    def on_mount(self) -> None:
        """Begin at the first thing to answer."""
        self.query_one("#stopped").display = False
        for options in self.query(OptionList):
            options.highlighted = None if self._form.open_choice else 0
        self.set_focus(next(iter(self._fields()), None))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave to a box what is typed in it."""
        if action in OF_A_LIST and self._list is None:
            return False
        return super().check_action(action, parameters)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say in the text too which one is chosen."""
        options = event.option_list
        for place in range(len(self._form.choices)):
            options.replace_option_prompt_at_index(place, self._option(place, options.highlighted).prompt)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go on from the choice; of several, what is clicked is marked, or its mark taken off."""
        if self._form.several:
            self._mark(event.option_index)
        else:
            self.action_go_on()

    def action_mark(self) -> None:
        """Mark the choice the cursor is on, or take its mark off, where several may hold; else go on, as Enter does."""
        if not self._form.several:
            self.action_go_on()
        elif self._list and self._list.highlighted is not None:
            self._mark(self._list.highlighted)

    def action_go_on(self) -> None:
        """Go on to the next box, or finish; of several choices, the one the cursor is on is taken when none is."""
        if self._form.several and self._list and not self._marked:
            self.action_mark()
        if not self._step(1):
            self.action_send()

    def action_down(self) -> None:
        """Go to the choice below, or to the next field."""
        if self._list:
            self._list.action_cursor_down()
        else:
            self._step(1)

    def action_up(self) -> None:
        """Go to the choice above, or to the field before."""
        if self._list:
            self._list.action_cursor_up()
        else:
            self._step(-1)

    def action_first(self) -> None:
        """Go to the first choice."""
        if self._list:
            self._list.action_first()

    def action_last(self) -> None:
        """Go to the last choice."""
        if self._list:
            self._list.action_last()

    def action_send(self) -> None:
        """Finish, unless something is still missing."""
        if not self._busy:
            self._busy = True
            self.run_worker(self._finish())

    def action_back(self) -> None:
        """Leave everything as it is; what is being carried out is waited for."""
        if not self._busy:
            self.dismiss(None)

    async def _finish(self) -> None:
        try:
            for one in self._fields():
                await settled(one)
            filled = Filled(self._chosen(), {box.name: self._written(box) for box in self._form.boxes})
            if self._is_complete(filled) and await self._is_through(filled):
                self.dismiss(filled)
        finally:
            self._busy = False

    async def _is_through(self, filled: Filled) -> bool:
        if self._save is None:
            return True
        self._say(_("Just a moment …"))
        stopped = await self._save(filled)
        self._stop(stopped or "")
        return stopped is None

    def _stop(self, why: str) -> None:
        self._say(f"! {why}" if why else "")

    def _say(self, words: str) -> None:
        said = self.query_one("#stopped", Static)
        said.update(Content(plain(words)))
        said.display = bool(words)
        said.scroll_visible(animate=False)

    def _is_complete(self, filled: Filled) -> bool:
        """Tell whether all is there; what is missing is pointed out."""
        missing = next((box for box in self._form.boxes if box.needed and not filled.words[box.name]), None)
        if self._form.choices and not filled.chosen:
            self.set_focus(self.query_one(OptionList))
            several = self._form.several
            said = _("Choose at least one.") if several else _("Choose one: the arrows move, Enter chooses.")
            self._stop(said)
        elif missing:
            self.set_focus(self.query_one(f"#{missing.name}", Input))
            self._stop(missing.needed)
        else:
            return True
        return False

    @property
    def _list(self) -> OptionList | None:
        """Give the choices while the person is at them."""
        return self.focused if isinstance(self.focused, OptionList) else None

    def _step(self, step: int) -> bool:
        """Go to the field so many further on; False when there is none."""
        fields = self._fields()
        place = fields.index(self.focused) + step if self.focused in fields else -1
        if not 0 <= place < len(fields):
            return False
        self.set_focus(fields[place])
        return True

    def _fields(self) -> tuple[Widget, ...]:
        return (*self.query(OptionList), *self.query(Input))

    def _mark(self, place: int) -> None:
        self._marked ^= {self._form.choices[place][0]}
        self._stop("")
        self.query_one(OptionList).replace_option_prompt_at_index(place, self._option(place).prompt)

    def _option(self, place: int, chosen: int | None = None) -> Option:
        """Draw a choice; that it is chosen stands in the text, and not in the colour alone."""
        code, label = self._form.choices[place]
        if self._form.several:
            sign = "[x] " if code in self._marked else "[ ] "
        else:
            sign = "(•) " if place == chosen else "( ) "
        return Option(Content(sign + label), code)

    def _chosen(self) -> tuple[str, ...]:
        if self._form.several:
            return tuple(code for code, _label in self._form.choices if code in self._marked)
        if not self._form.choices:
            return ()
        row = self.query_one(OptionList).highlighted
        return () if row is None else (self._form.choices[row][0],)

    def _written(self, box: Box) -> str:
        return self.query_one(f"#{box.name}", Input).value.strip()
