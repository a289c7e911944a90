"""One referral that was sent: where it is, who has it, and what can be done about it. Never municipal content (L4)."""

import asyncio
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from gateway.desk import commands, referral_page, words
from gateway.desk.content import Place
from gateway.desk.messages import StepWanted
from gateway.desk.pad import Pad
from gateway.desk.ports import Seat
from gateway.desk.screens.acting import ActingPage
from gateway.desk.screens.again import AgainScreen
from gateway.desk.screens.meetings import MeetingsScreen
from gateway.desk.screens.supplement import SupplementScreen
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring import writing
from gateway.referring.correspond import Ended
from gateway.referring.follow import Progress
from gateway.referring.words import STATES
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.letter_view import LetterView
from gateway.terminal.question import QuestionScreen

STUCK: Final = frozenset({"refused", "given-up"})
TOLD: Final = {
    Ended.CANCELLED: mark("It had not left: it was taken back, and nothing about the citizen is kept of it."),
    Ended.WITHDRAWN: mark("The municipality is told now. Tell the citizen so."),
}


class ReferralScreen(ActingPage):
    """Reads itself again and again; what is done here shows here."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*commands.REFERRAL, commands.ANEW)

    def __init__(self, seat: Seat, progress: Progress) -> None:
        super().__init__(seat)
        self._progress = progress
        self._one_at_a_time = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        yield Static(self._subject(), id="subject", markup=False)
        yield LetterView(referral_page.sections(self._progress, self.ports.now()))
        yield CommandBar(self._keys)

    def on_mount(self) -> None:
        """Go on looking how it goes."""
        self.query_one(LetterView).focus()
        self.set_interval(self.ports.poll_seconds, self._look)

    def chosen(self) -> str:
        """Act on the referral that is shown."""
        return self._progress.referral_id

    async def changed(self) -> None:
        """Show what has become of it."""
        async with self._one_at_a_time:
            progress = await self.ask(self.ports.look.named, self.chosen(), self.seat.person)
            if progress and progress != self._progress:
                self._progress = progress
                self.query_one("#subject", Static).update(self._subject())
                await self.query_one(CommandBar).show(self._keys)
                await self.query_one(LetterView).show(referral_page.sections(progress, self.ports.now()))

    def action_supplement(self) -> None:
        """Add something."""
        self.app.push_screen(SupplementScreen(self.seat, self._progress))

    def action_meeting(self) -> None:
        """Show the joint meetings."""
        self.app.push_screen(MeetingsScreen(self.seat, self._progress))

    def action_again(self) -> None:
        """Refer the citizen again."""
        self.begin(self._again, "act")

    def action_anew(self) -> None:
        """Send it to the right municipality, or once more to the same after trouble."""
        self.begin(self._anew if self._progress.anew else self._resend, "act")

    def action_withdraw(self) -> None:
        """Pass on that the citizen has withdrawn the consent."""
        self.begin(self._withdraw, "act")

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self._look()

    def _look(self) -> None:
        if self.is_current:
            self.look(self.changed, "look")

    async def _again(self) -> None:
        referral = await self.ask(self.ports.look.sent, self.chosen(), self.seat.person)
        if referral is None:
            self.say(_("Nothing is kept of what was sent, so it cannot be taken over. Begin a new one with N."))
            return
        kind = await self.app.push_screen_wait(AgainScreen())
        if kind:
            self._write(writing.again(referral, previous_id=self.chosen(), kind=kind))

    async def _anew(self) -> None:
        referral = await self.ask(self.ports.correspond.content_for_anew, self.chosen(), self.seat.person)
        if referral:
            self._write(writing.anew(referral, first_id=self.chosen()))

    async def _resend(self) -> None:
        if not self._is_stuck:
            self.say(_("There is nothing to send again: it is on its way, or has arrived."))
            return
        if await self.ask(self.ports.correspond.send_again, self.chosen(), self.seat.person):
            self.say(_("In the queue again."))
            await self.changed()

    async def _withdraw(self) -> None:
        question = QuestionScreen(
            _("The consent is withdrawn"),
            _("Has the citizen said that they no longer consent to {number}?").format(number=self._progress.number),
            _(
                "If it has not left, it is taken back and deleted here. If it has, the municipality is told, and uses "
                "it no further on the ground of the consent. Nothing more can be sent about it."
            ),
        )
        if not await self.app.push_screen_wait(question):
            return
        ended = await self.ask(self.ports.correspond.withdraw, self.chosen(), self.seat.person)
        if ended:
            self.say(_(TOLD[ended]))
            await self.changed()

    @property
    def _keys(self) -> tuple[Command, ...]:
        if self._progress.withdrawn_at:
            return commands.WITHDRAWN
        return commands.STUCK if self._is_stuck else commands.REFERRAL

    @property
    def _is_stuck(self) -> bool:
        return self._progress.anew or self._progress.state in STUCK

    def _write(self, content: dict[str, Any]) -> None:
        pad = Pad(self.ports.drafts, self.seat.person, content)
        self.app.run_worker(pad.save(), group="save")
        self.post_message(StepWanted(pad, Place.SCREENING))

    def _subject(self) -> Content:
        one = self._progress
        standing = f"{words.sign(one)} {_(STATES[one.state])}"
        where = words.SEPARATOR.join((one.number, words.municipality(one.municipality), standing))
        return Content.assemble((words.citizen(one.citizen), "bold"), ("  " + where, "$stafet-quiet"))
