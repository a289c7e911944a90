"""Refer again: which of the two signs is it? The person decides (F2, F3)."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from gateway.desk import commands
from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import CANCEL, bindings
from gateway.terminal.once import Dialog
from gateway.wire.referral import ReReferralKind

KEYS = (commands.ONGOING, commands.RELAPSE, CANCEL)


class AgainScreen(Dialog[ReReferralKind | None]):
    """Answers with the kind of re-referral."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*KEYS)

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(_("Refer again")).markup
            yield Static(Content(_kinds()), markup=False, classes="paragraph")
            yield Static(Content(_asked()), markup=False, classes="aside")
        yield CommandBar(KEYS)

    def action_ongoing(self) -> None:
        """Answer that the citizen went on calling."""
        self.dismiss(ReReferralKind.ONGOING)

    def action_relapse(self) -> None:
        """Answer that they had stopped, and began again."""
        self.dismiss(ReReferralKind.RELAPSE)

    def action_back(self) -> None:
        """Leave it."""
        self.dismiss(None)


def _kinds() -> str:
    return _("F: the citizen has gone on calling 1-1-2. B: they had stopped, and have begun again.")


def _asked() -> str:
    return _("Who the citizen is is taken over. Screening and consent are asked again, as every time.")
