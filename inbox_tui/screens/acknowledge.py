"""Before a referral is acknowledged: exactly what goes back to Præhospitalet."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from directory.model import Contact
from gateway.language import gettext as _
from gateway.site.people import Person
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.letter_view import Fact
from gateway.terminal.plain import one_line
from inbox_tui import commands, presentation
from inbox_tui.casework.case import Case


class AcknowledgeScreen(ModalScreen[bool]):
    """Answers True when the person goes through with it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.CONFIRM, commands.CANCEL)

    def __init__(self, case: Case, person: Person, unit: Contact) -> None:
        super().__init__()
        self._case = case
        self._person = person
        self._unit = unit

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(_("Acknowledge")).markup
            yield Static(Content(self._question()), markup=False, classes="paragraph")
            yield Static(Content(_("This goes back to Præhospitalet, signed:")), markup=False, classes="heading")
            yield Fact(_("Name"), one_line(self._person.name))
            yield Fact(_("Unit"), one_line(self._unit.unit_name))
            yield Fact(_("Phone"), dates.phone(self._unit.phone))
            yield Static(Content(_("Nothing about the citizen goes back.")), markup=False, classes="aside")
        yield CommandBar((commands.CONFIRM, commands.CANCEL))

    def action_confirm(self) -> None:
        """Go through with it."""
        self.dismiss(result=True)

    def action_back(self) -> None:
        """Leave the referral as it is."""
        self.dismiss(result=False)

    def _question(self) -> str:
        case = self._case
        who = presentation.citizen(case.referral.citizen.name)
        return _("You take referral {number} about {citizen}.").format(
            number=presentation.number(case.number),
            citizen=who,
        )
