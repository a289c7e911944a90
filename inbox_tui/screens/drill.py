"""The TEST referral: what it is, why a person is asked, and exactly what goes back to Præhospitalet (D13)."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from directory.model import Contact
from gateway.language import gettext as _
from gateway.site.people import Person
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.letter_view import Fact
from gateway.terminal.once import Dialog
from gateway.terminal.plain import one_line
from inbox_tui import commands
from inbox_tui.drills import OpenDrill


class DrillScreen(Dialog[bool]):
    """Answers True when the person acknowledges it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.ACKNOWLEDGE_DRILL, commands.CANCEL)

    def __init__(self, drill: OpenDrill, person: Person, unit: Contact) -> None:
        super().__init__()
        self._drill = drill
        self._person = person
        self._unit = unit

    def compose(self) -> ComposeResult:
        """Lay the TEST out."""
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(_("TEST from Præhospitalet")).markup
            for paragraph in _explained():
                yield Static(Content(paragraph), markup=False, classes="paragraph")
            yield Fact(_("Asked"), dates.day_and_clock(self._drill.asked_at))
            yield Fact(_("By"), one_line(self._drill.unit))
            yield Fact(_("Phone"), dates.phone(self._drill.phone))
            yield Static(Content(_("This goes back to Præhospitalet, signed:")), markup=False, classes="heading")
            yield Fact(_("Name"), one_line(self._person.name))
            yield Fact(_("Unit"), one_line(self._unit.unit_name))
            yield Fact(_("Phone"), dates.phone(self._unit.phone))
        yield CommandBar((commands.ACKNOWLEDGE_DRILL, commands.CANCEL))

    def action_confirm(self) -> None:
        """Acknowledge it."""
        self.dismiss(result=True)

    def action_back(self) -> None:
        """Leave it for later, or for a colleague."""
        self.dismiss(result=False)


def band() -> str:
    """Say above the list that a TEST waits."""
    return _("▲ TEST from Præhospitalet: please acknowledge it by hand (D).")


def _explained() -> tuple[str, ...]:
    return (
        _("This is a TEST. It is about no citizen, and nothing else needs to be done."),
        _(
            "Once a quarter Præhospitalet asks a person at each municipality to acknowledge by hand. The machines "
            "answer every night by themselves; you show that somebody reads what comes here."
        ),
    )
