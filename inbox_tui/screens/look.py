"""Where one says what to look at: a line to search by, and below it which cases, of whom, in which order (E10)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.once import Dialog
from gateway.terminal.plain import one_line
from inbox_tui import commands, view_words
from inbox_tui.casework.departments import Department
from inbox_tui.casework.view import Only, Order, View

LONGEST: Final = 100
"""Characters that are searched by: a name, not a story."""


class LookScreen(Dialog[str | View | None]):
    """Answers with what to search by, or with what to show instead of `view`.

    `typing` begins in the search line, else in the list below it; whatever is typed lands in the line either way.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(commands.CHOOSE, commands.CANCEL),
        Binding("down", "to_list", show=False),
    ]

    def __init__(self, view: View, departments: Sequence[Department], *, typing: bool) -> None:
        super().__init__()
        self._view = view
        self._typing = typing
        self._views = {str(place): one for place, one in enumerate(_choices(view, departments))}

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(_("Find, show and sort")).markup
            asked = _("Search by CPR number, phone, number or a part of the name")
            yield Static(Content(asked), markup=False, classes="heading")
            yield Input(id="sought", max_length=LONGEST, compact=True)
            yield OptionList(*self._options(), markup=False)
        yield CommandBar((commands.CHOOSE, commands.LIST_BELOW, commands.CANCEL))

    def on_mount(self) -> None:
        """Begin where the key says."""
        options = self.query_one(OptionList)
        shown = next((place for place, (_group, _words, one) in self._views.items() if one == self._view), None)
        options.highlighted = options.get_option_index(shown) if shown else 1
        self.query_one(Input).focus() if self._typing else options.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with what was typed; nothing typed leads to the list."""
        if event.value.strip():
            self.dismiss(event.value)
        else:
            self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with what was chosen."""
        self.dismiss(self._views[str(event.option_id)][2])

    def on_key(self, event: Key) -> None:
        """Let what is typed land in the search line, wherever the cursor is."""
        line = self.query_one(Input)
        if event.character and event.is_printable and event.key != "space" and not line.has_focus:
            event.stop()
            line.focus()
            line.insert_text_at_cursor(event.character)

    def action_to_list(self) -> None:
        """Go on to the list."""
        self.query_one(OptionList).focus()

    def action_choose(self) -> None:
        """Take what the cursor is on."""
        focused = self.focused
        if isinstance(focused, OptionList):
            focused.action_select()
        elif isinstance(focused, Input):
            self.run_worker(focused.action_submit())

    def action_back(self) -> None:
        """Leave the list as it is."""
        self.dismiss(None)

    def _options(self) -> Iterator[Option]:
        before = ""
        for place, (group, words, one) in self._views.items():
            if group != before:
                yield Option(Content.styled(group, "bold"), disabled=True)
            yield Option(Content(f" {'✓' if one == self._view else ' '} {words}"), place)
            before = group


def _choices(view: View, departments: Sequence[Department]) -> Iterator[tuple[str, str, View]]:
    """List what can be shown instead: a heading, the words, and the view."""
    for only in Only:
        yield (
            _("Show"),
            view_words.cases(only),
            View(only, view.order if view.ids is None else Order.NEED, view.department),
        )
    for order in Order:
        yield _("Sort"), view_words.order(order), replace(view, order=order)
    if departments:
        yield _("Department"), _("all of them"), replace(view, department=None)
    for one in departments:
        yield _("Department"), one_line(one.name), replace(view, department=one.id)
