"""Something to read before going on: what was done and what comes next, or why a colleague must do it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from gateway.contacts.model import Change
from gateway.keeping import words
from gateway.keeping.commands import GO_ON
from gateway.keeping.ports import Keeper
from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.once import Dialog


class SaidDialog(Dialog[None]):
    """A title, what is said first, and what else."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(GO_ON)

    def __init__(self, title: str, first: str, *paragraphs: str) -> None:
        super().__init__()
        self._title, self._first, self._paragraphs = title, first, paragraphs

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = Content(self._title).markup
            yield Static(Content(self._first), markup=False, classes="lead")
            for paragraph in self._paragraphs:
                yield Static(Content(paragraph), markup=False, classes="paragraph")
        yield CommandBar((GO_ON,))

    def action_back(self) -> None:
        """Go on."""
        self.dismiss()


def a_colleague(change: Change) -> SaidDialog:
    """Tell whoever entered a change why a colleague confirms it."""
    return SaidDialog(
        _("A colleague does this"),
        _("You entered this change yourself, so somebody else rings and confirms it."),
        _(
            "Four eyes protect the citizens' letters: one person alone can be deceived, or in a hurry. Ask a colleague "
            "who is an administrator here to sign in and open {party}."
        ).format(party=words.party(change.party)),
        _("Is there nobody else? Then the site can say so openly in its settings (keeping.alone); the log marks it."),
    )


def proposed(change: Change, keeper: Keeper) -> SaidDialog:
    """Tell what comes after a change was entered."""
    nobody = _("Nothing holds yet, and letters go on as before.")
    if keeper.alone:
        then = _("You are alone here, so you ring them yourself: press B. The log will show that one person did both.")
    else:
        then = _("A colleague now rings them on the number that was known before, and confirms it: B on this page.")
    return SaidDialog(_("Entered"), "✓ " + words.what(change), nobody, then)


def confirmed(change: Change) -> SaidDialog:
    """Tell what comes after a change was confirmed."""
    if change.awaits_code:
        then = _("A TEST with a code was sent to the new address. Ask them to read the code to you: C on this page.")
    elif change.needs_proof:
        then = _("A TEST was sent. The address is used once the signed answer has come, and not before its day.")
    elif change.is_open:
        then = _("It holds from {day} by itself.").format(day=dates.day(change.valid_from))
    else:
        then = _("It holds now.")
    key = (_("Their key holds from now on, and letters that waited for it leave by themselves."),)
    return SaidDialog(_("Confirmed"), "✓ " + words.what(change), *(key if change.fingerprint else ()), then)
