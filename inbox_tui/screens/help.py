"""Help on one key: what the list shows and what the keys do, for somebody who was last here half a year ago (H6)."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from gateway.language import gettext as _
from inbox_tui import commands
from inbox_tui.widgets.bars import CommandBar


class HelpScreen(ModalScreen[None]):
    """A page over the others, made from the same commands as the footer."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(commands.BACK), Binding("f1", "back", show=False)]

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(classes="dialog wide") as dialog:
            dialog.border_title = Content(_("Help")).markup
            for paragraph in _paragraphs():
                yield Static(Content(paragraph), markup=False, classes="paragraph")
            yield Static(Content(_("Keys")), markup=False, classes="heading")
            for command in commands.EXPLAINED:
                with Horizontal(classes="key-row"):
                    yield Static(Content(command.shown), markup=False, classes="key")
                    yield Static(Content(_(command.help)), markup=False, classes="value")
        yield CommandBar((commands.BACK,))

    def action_back(self) -> None:
        """Close the page."""
        self.dismiss()


def _paragraphs() -> tuple[str, ...]:
    return (
        _(
            "Here are the referrals Præhospitalet has passed on, with the citizen's consent. New ones show up by "
            "themselves. What needs a person first stands at the top: overdue, then new, then waiting for a "
            "department.",
        ),
        _(
            "Acknowledge when you have taken a referral: Præhospitalet lets go only when it knows who has it. "
            "The target is an assessment, and contact if it is urgent, within five working days. It is a target: "
            "nothing is closed when it has passed.",
        ),
        _("What cannot wait is said by phone as well. A letter is never the only way."),
    )
