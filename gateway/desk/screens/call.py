"""Log a call to a unit: its number in front, how it went by one key, and a remark (O4, E13)."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from gateway.desk import commands, words
from gateway.desk.ports import Seat
from gateway.desk.screens.page import DeskPage
from gateway.desk.widgets.fields import ChoiceField, Choices, Edited, Spec, all_edited, line_field
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.follow import Progress
from gateway.referring.promise import CallOutcome
from gateway.referring.words import OUTCOMES, outcomes, why_due
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import CANCEL, bindings
from gateway.terminal.once import Dialog
from gateway.terminal.plain import one_line

OUTCOME: Final = Spec("outcome", mark("How did it go?"), "")
REMARK: Final = Spec("remark", mark("Remark"), "", mark("whom you talked with; may stay empty"))
KEYS = (commands.SAVE, CANCEL)


class CallScreen(DeskPage[bool], Dialog[bool]):
    """Answers True when a call was logged."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*KEYS)
    AUTO_FOCUS = "Choices"

    def __init__(self, seat: Seat, progress: Progress) -> None:
        super().__init__(seat)
        self._progress = progress
        self._outcome = ""
        self._remark = ""

    def compose(self) -> ComposeResult:
        """Lay the number and the questions out."""
        one, now = self._progress, self.ports.now()
        with Vertical(classes="dialog wide") as dialog:
            about = (_("Call about {number}").format(number=one.number), words.citizen(one.citizen))
            dialog.border_title = Content(words.SEPARATOR.join(about)).markup
            yield Static(Content("☎ " + words.phone(one.contact)), markup=False, classes="lead")
            if one.contact:
                unit = words.SEPARATOR.join((one_line(one.contact.unit_name), words.opening(one.contact, now)))
                yield Static(Content(unit), markup=False)
            yield Static(Content(" ".join(why_due(one.due)) if one.due else ""), markup=False, classes="paragraph")
            possible = outcomes(by_hand=one.by_hand)
            yield ChoiceField(OUTCOME, [(outcome.value, OUTCOMES[outcome]) for outcome in possible], ())
            yield line_field(REMARK, "")
            yield Static(
                Content(_("The number keys choose; Enter goes on, Ctrl+S saves.")), markup=False, classes="aside"
            )
        yield CommandBar(KEYS)

    def on_edited(self, event: Edited) -> None:
        """Keep what is chosen and typed."""
        if event.path == OUTCOME.path:
            self._outcome = event.value[0] if isinstance(event.value, tuple) and event.value else ""
        else:
            self._remark = str(event.value)

    def action_next_field(self) -> None:
        """Go on to the remark, and from there save."""
        if isinstance(self.focused, Choices):
            self.focus_next()
        else:
            self.action_save()

    def action_save(self) -> None:
        """Log it."""
        for event in all_edited(self):
            self.on_edited(event)
        if not self._outcome:
            self.query_one(Choices).focus()
            self.say(_("How did the call go? Choose with a number key."), "warning")
            return
        self.begin(self._save, "save")

    def action_back(self) -> None:
        """Log nothing."""
        self.dismiss(result=False)

    async def _save(self) -> None:
        if await self.ask(self._log):
            self.app.notify(_("The call is logged."), markup=False)
            self.dismiss(result=True)

    def _log(self) -> bool:
        outcome = CallOutcome(self._outcome)
        self.ports.duty.log_call(self._progress.referral_id, outcome, self._remark.strip(), self.seat.person)
        return True
