"""Who are you? Every act names its person, so the inbox asks first."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gateway.language import gettext as _
from gateway.site.people import Person
from gateway.terminal.plain import one_line
from inbox_tui import commands
from inbox_tui.casework.actions import INTAKE_ROLES
from inbox_tui.widgets.bars import CommandBar

ADD_STAFF = 'stafet-inbox staff add "NAVN" --role intake'


class WhoScreen(Screen[Person]):
    """Answers with the person who was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = commands.bindings(commands.QUIT)

    def __init__(self, people: Sequence[Person], unit_name: str) -> None:
        super().__init__()
        self._people = [person for person in people if person.role in INTAKE_ROLES]
        self._unit_name = unit_name

    def compose(self) -> ComposeResult:
        """Lay the question out, or explain what to do when there is nobody to choose."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._unit_name).markup
            if self._people:
                yield Static(Content(_("Who are you?")), markup=False, classes="heading")
                yield OptionList(*(Option(Content(one_line(one.name))) for one in self._people), markup=False)
                yield Static(Content(_why()), markup=False, classes="aside")
            else:
                yield Static(Content(_("Nobody can work in this inbox yet.")), markup=False, classes="heading")
                yield Static(Content(_nobody()), markup=False, classes="paragraph")
                yield Static(Content(ADD_STAFF), markup=False, classes="command")
        yield CommandBar((commands.CHOOSE, commands.QUIT) if self._people else (commands.QUIT,))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(self._people[event.option_index])

    def action_choose(self) -> None:
        """Choose the one the cursor is on."""
        self.query_one(OptionList).action_select()


def _why() -> str:
    return _("Your name goes back to Præhospitalet when you acknowledge, and is noted with what you do.")


def _nobody() -> str:
    return _("Ask your administrator to add you with this command, and start the inbox again:")
