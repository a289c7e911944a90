"""Before the first enrolment: what to have at hand, in which order it goes, and our own key to read aloud."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from gateway.keeping.fingerprint import FingerprintView
from gateway.keeping.guide import aside, lead
from gateway.keeping.page import KeepingPage
from gateway.keeping.ports import Keeper
from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.letter_view import Fact
from inbox_tui import commands
from keys.fingerprint import Fingerprint


class EnrolScreen(KeepingPage[bool]):
    """Answers True when the person goes on to Præhospitalet's page."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.GO_ON, commands.BACK, commands.HELP)

    def __init__(self, keeper: Keeper, ours: Fingerprint) -> None:
        super().__init__(keeper)
        self._ours = ours

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        yield Static(Content(_("Enrolment: five minutes on the phone")), id="subject", markup=False)
        with VerticalScroll(id="guide"):
            yield lead(_people(alone=self.keeper.alone))
            for label, said in _steps(alone=self.keeper.alone):
                yield Fact(label, said)
            yield aside(_("Your own key, to be read to them:"))
            yield FingerprintView(self._ours)
        yield CommandBar((commands.GO_ON, commands.BACK, commands.HELP))

    def on_mount(self) -> None:
        """Let the keyboard scroll."""
        self.query_one(VerticalScroll).focus()

    def action_confirm(self) -> None:
        """Go on."""
        self.dismiss(result=True)

    def action_back(self) -> None:
        """Leave it for another day."""
        self.dismiss(result=False)


def _people(*, alone: bool) -> str:
    if alone:
        return _("It takes five minutes on the phone. You are alone here, and the log will show it.")
    return _("It takes two administrators here, and five minutes on the phone.")


def _steps(*, alone: bool) -> tuple[tuple[str, str], ...]:
    second = _("2 You too") if alone else _("2 A colleague")
    return (
        (_("Have at hand"), _("their address, phone and key file, as they sent it")),
        (_("Send them"), _("your own key file: stafet-inbox keys export")),
        (_("1 You"), _("enter contact (K) and key (N) on the next page")),
        (second, _("on the phone with them: confirm it on that page (B)")),
        (_("3 By itself"), _("a TEST goes there, and its answer comes back")),
    )
