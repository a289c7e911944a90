"""After sending: it is in the queue, nobody waits for the mail, and what there is left to do (B10, O4)."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from gateway.desk import commands, words
from gateway.desk.messages import BoardWanted
from gateway.desk.ports import Reach, Seat
from gateway.desk.screens.acting import ActingPage
from gateway.language import gettext as _
from gateway.referring.submit import Submitted
from gateway.referring.words import NOTICES
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.letter_view import Fact
from gateway.wire.warnings import Notice

KEYS = (commands.JOURNAL, commands.CALL, commands.TO_BOARD, commands.HELP)


class SentScreen(ActingPage):
    """Says so, and gives the unit's phone and what to notice."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*KEYS)

    def __init__(self, seat: Seat, submitted: Submitted, reach: Reach | None) -> None:
        super().__init__(seat)
        self._submitted = submitted
        self._reach = reach

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        sent = self._submitted
        queued = _("✓ In the queue: {number} to {municipality}").format(
            number=sent.number, municipality=sent.recipient.official_name
        )
        yield from self.above()
        with VerticalScroll(id="step"):
            yield Static(Content(queued), markup=False, classes="lead")
            yield Static(Content(_told()), markup=False, classes="paragraph")
            if Notice.PHONE_FOLLOW_UP in sent.notices:
                yield Static(Content(self._phone_too()), markup=False, classes="band")
            for label, value in words.facts(self._reach, self.ports.now()) if self._reach else ():
                yield Fact(label, value)
            waits = words.waits(self._reach) if self._reach else ""
            if waits:
                yield Static(Content("▲ " + waits), markup=False, classes="reminder")
            for notice in sent.notices:
                yield Static(Content(_(NOTICES[notice])), markup=False, classes="notice")
        yield CommandBar(KEYS)

    def chosen(self) -> str:
        """Act on what was just sent."""
        return self._submitted.referral_id

    async def changed(self) -> None:
        """Nothing here tells how it goes on."""

    def action_back(self) -> None:
        """Go to the board, wherever one came from."""
        self.post_message(BoardWanted())

    def _phone_too(self) -> str:
        phone = words.phone(self._reach.contact if self._reach else None)
        return _("☎ Phone the unit as well, now: {phone}. R logs the call.").format(phone=phone)


def _told() -> str:
    return _(
        "You need not wait here. It is sealed and sent by itself, and stands on the board until a person there has "
        "taken over. J makes the note for your journal."
    )
