"""«Har kommunen fået det?»: a CPR number, a phone or a referral's number, and the answer to read aloud (L6)."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from gateway.desk import commands, words
from gateway.desk.messages import ReferralWanted
from gateway.desk.screens.page import DeskPage
from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings

if TYPE_CHECKING:
    from gateway.referring.follow import Progress

KEYS = (commands.ASK, commands.SHOW, commands.BACK, commands.HELP)


class FindScreen(DeskPage[None]):
    """Nothing that is typed here is kept."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.SHOW, commands.BACK, commands.HELP)
    AUTO_FOCUS = "Input"

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        with VerticalScroll(id="step", can_focus=False):
            yield Static(Content(_("Has the municipality got it?")), markup=False, classes="lead")
            yield Input(placeholder=_("CPR number, phone, or the referral's number"), max_length=100)
            yield VerticalScroll(id="answer", can_focus=False)
        yield CommandBar(KEYS)

    def on_mount(self) -> None:
        """Nothing is found yet."""
        self._found: tuple[Progress, ...] = ()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look it up."""
        self.begin(partial(self._look, event.value), "look")

    def action_show(self) -> None:
        """Open the newest that was found."""
        if self._found:
            self.post_message(ReferralWanted(self._found[0].referral_id))

    async def _look(self, typed: str) -> None:
        found = await self.ask(self.ports.look.about, typed, self.seat.person) if typed.strip() else ()
        if found is None:
            return
        self._found = tuple(found)
        now = self.ports.now()
        shown = []
        for number, one in enumerate(self._found):
            shown.append(Static(Content(words.answer(one, now)), markup=False, classes="spoken" if number == 0 else ""))
            about = (
                one.number,
                words.citizen(one.citizen),
                _("sent {when}").format(when=words.moment(one.submitted_at, now)),
            )
            shown.append(Static(Content(words.SEPARATOR.join(about)), markup=False, classes="quiet paragraph"))
        if not self._found:
            shown.append(Static(Content(_nobody(typed)), markup=False))
        answer = self.query_one("#answer")
        async with answer.batch():
            await answer.remove_children()
            await answer.mount_all(shown)


def _nobody(typed: str) -> str:
    if not typed.strip():
        return _("Type a CPR number, a phone number or a referral's number, and press Enter.")
    return _("Nothing was sent about that number. Try the phone if you used the CPR number, or the other way round.")
