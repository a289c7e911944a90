"""A small form: a question, something to choose, a line or two to write. What is asked is a value; see `forms`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings
from inbox_tui import commands

LONGEST: Final = 500
"""Characters of one box: a line or two, not a record."""


@dataclass(frozen=True)
class Box:
    """A line to write. `needed` is what is said when it is left empty; "" lets it be."""

    name: str
    label: str
    value: str = ""
    needed: str = ""


@dataclass(frozen=True)
class Form:
    """What is asked: `choices` as code and label, of which `several` may hold; `aside` is said below."""

    title: str
    question: str
    choices: tuple[tuple[str, str], ...] = ()
    boxes: tuple[Box, ...] = ()
    aside: str = ""
    several: bool = False
    command: Command = commands.SAVE


@dataclass(frozen=True)
class Filled:
    """What was answered: the codes chosen, and the words by the box's name."""

    chosen: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict, repr=False)


class FormScreen(ModalScreen[Filled | None]):
    """Answers with what was filled in, or None when the person leaves."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.SAVE, commands.MARK, commands.CANCEL)

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form
        self._marked: set[str] = set()

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        form = self._form
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(form.title).markup
            yield Static(Content(form.question), markup=False, classes="heading")
            if form.aside:
                yield Static(Content(form.aside), markup=False, classes="aside")
            if form.choices:
                yield OptionList(*(self._option(*choice) for choice in form.choices), markup=False)
            for box in form.boxes:
                yield Static(Content(box.label), markup=False, classes="heading")
                yield Input(box.value, id=box.name, max_length=LONGEST, compact=True)
        yield CommandBar((form.command, commands.CANCEL))

    def on_mount(self) -> None:
        """Begin at the first thing to answer."""
        for widget in (*self.query(OptionList), *self.query(Input)):
            widget.focus()
            return

    def on_option_list_option_selected(self, _event: OptionList.OptionSelected) -> None:
        """Go on from the choice; of several, mark it or take the mark off."""
        if self._form.several:
            self.action_mark()
        else:
            self._go_on(after=None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next box, or finish."""
        self._go_on(after=event.input)

    def action_mark(self) -> None:
        """Mark the choice the cursor is on, or take its mark off, where several may hold."""
        options = self.query_one(OptionList) if self._form.several else None
        if options is None or options.highlighted is None or not options.has_focus:
            return
        code, label = self._form.choices[options.highlighted]
        self._marked ^= {code}
        options.replace_option_prompt_at_index(options.highlighted, self._option(code, label).prompt)

    def action_send(self) -> None:
        """Finish, unless something is still missing."""
        filled = Filled(self._chosen(), {box.name: self._written(box) for box in self._form.boxes})
        missing = next((box for box in self._form.boxes if box.needed and not filled.words[box.name]), None)
        if self._form.choices and not filled.chosen:
            self.query_one(OptionList).focus()
            self.notify(_("Choose at least one."), severity="warning", markup=False)
        elif missing:
            self.query_one(f"#{missing.name}", Input).focus()
            self.notify(missing.needed, severity="warning", markup=False)
        else:
            self.dismiss(filled)

    def action_back(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    def _option(self, code: str, label: str) -> Option:
        sign = ("[x] " if code in self._marked else "[ ] ") if self._form.several else ""
        return Option(Content(sign + label), code)

    def _go_on(self, after: Input | None) -> None:
        boxes = list(self.query(Input))
        rest = boxes[boxes.index(after) + 1 :] if after else boxes
        if rest:
            rest[0].focus()
        else:
            self.action_send()

    def _chosen(self) -> tuple[str, ...]:
        if self._form.several:
            return tuple(code for code, _label in self._form.choices if code in self._marked)
        if not self._form.choices:
            return ()
        row = self.query_one(OptionList).highlighted
        return () if row is None else (self._form.choices[row][0],)

    def _written(self, box: Box) -> str:
        return self.query_one(f"#{box.name}", Input).value.strip()
