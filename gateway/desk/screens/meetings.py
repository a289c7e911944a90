"""The joint meetings about one referral: propose, say whether we come, call off (F5)."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gateway.desk import commands, meeting_form, words
from gateway.desk.meeting_form import Typed
from gateway.desk.ports import Seat
from gateway.desk.referral_page import meeting_line
from gateway.desk.screens.page import DeskPage
from gateway.desk.widgets.fields import ChoiceField, Edited, Field, all_edited, field_id, line_field
from gateway.language import gettext as _
from gateway.meetings.book import MeetingState
from gateway.meetings.errors import MeetingIncomplete
from gateway.referring.follow import Progress
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.question import QuestionScreen
from gateway.wire.meeting import Attendance

LIST_KEYS = (commands.PROPOSE, commands.COMING, commands.NOT_COMING, commands.CALL_OFF, commands.BACK)
FORM_KEYS = (commands.NEXT_FIELD, commands.POST, commands.BACK)


class MeetingsScreen(DeskPage[None]):
    """Lists them; the keys act on the one the cursor is on."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*LIST_KEYS, commands.HELP)

    def __init__(self, seat: Seat, progress: Progress) -> None:
        super().__init__(seat)
        self._progress = progress
        self._meetings: tuple[MeetingState, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        yield from self.above()
        about = (
            _("Joint meetings about {number}").format(number=self._progress.number),
            words.citizen(self._progress.citizen),
        )
        yield Static(Content(words.SEPARATOR.join(about)), id="reach", markup=False)
        with VerticalScroll(id="step", can_focus=False):
            yield OptionList(markup=False)
            yield Static(Content(_none()), id="none", markup=False, classes="quiet")
        yield CommandBar(LIST_KEYS)

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self.begin(self._load, "list")

    def action_propose(self) -> None:
        """Propose a meeting."""
        self.app.push_screen(ProposeScreen(self.seat, self._progress))

    def action_answer(self, attendance: str) -> None:
        """Say whether we come to the municipality's meeting."""
        correspond, person = self.ports.correspond, self.seat.person
        self._act(lambda one: correspond.answer_meeting(one.id, Attendance(attendance), person))

    def action_call_off(self) -> None:
        """Call off a meeting of ours, after asking."""
        self.begin(self._call_off, "act")

    async def _call_off(self) -> None:
        if self._chosen is None:
            return
        question = QuestionScreen(_("Call the meeting off"), meeting_line(self._chosen))
        if await self.app.push_screen_wait(question):
            correspond, person = self.ports.correspond, self.seat.person
            await self._done(lambda one: correspond.cancel_meeting(one.id, person))

    def _act(self, act: Callable[[MeetingState], MeetingState]) -> None:
        self.begin(partial(self._done, act), "act")

    async def _done(self, act: Callable[[MeetingState], MeetingState]) -> None:
        if self._chosen and await self.ask(act, self._chosen):
            self.say(_("In the queue: the municipality is told."))
        await self._load()

    @property
    def _chosen(self) -> MeetingState | None:
        at = self.query_one(OptionList).highlighted
        return None if at is None else self._meetings[at]

    async def _load(self) -> None:
        progress = await self.ask(self.ports.look.named, self._progress.referral_id, self.seat.person)
        if progress is None:
            return
        self._meetings = progress.meetings
        listed = self.query_one(OptionList)
        held = listed.highlighted or 0
        listed.clear_options()
        listed.add_options([Option(Content(meeting_line(one))) for one in self._meetings])
        listed.highlighted = min(held, len(self._meetings) - 1) if self._meetings else None
        listed.display, self.query_one("#none").display = bool(self._meetings), not self._meetings


class ProposeScreen(DeskPage[None]):
    """When, where, who, and that the citizen has said yes to it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.POST, commands.BACK, commands.HELP)
    AUTO_FOCUS = "Field Input"

    def __init__(self, seat: Seat, progress: Progress) -> None:
        super().__init__(seat)
        self._progress = progress
        self._typed = Typed()

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        yield from self.above()
        about = _("Propose a joint meeting about {number}").format(number=self._progress.number)
        yield Static(Content(about), id="reach", markup=False)
        with VerticalScroll(id="form", can_focus=False):
            for spec in meeting_form.LINES:
                yield line_field(spec, "")
            yield ChoiceField(meeting_form.PARTIES, meeting_form.ROLES, (), several=True)
            yield line_field(meeting_form.OTHERS, "")
            yield ChoiceField(meeting_form.CONSENT, meeting_form.FORMS, ())
        yield Static("", id="hint", markup=False)
        yield CommandBar(FORM_KEYS)

    def on_edited(self, event: Edited) -> None:
        """Keep what is typed."""
        self._typed = self._typed.with_(event.path, event.value)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what helps with the field one is in."""
        field = next((one for one in event.widget.ancestors_with_self if isinstance(one, Field)), None)
        if field:
            self.query_one("#hint", Static).update(Content(_(field.spec.hint)))

    def action_save(self) -> None:
        """Send the proposal."""
        for event in all_edited(self):
            self.on_edited(event)
        self.begin(self._send, "send")

    async def _send(self) -> None:
        person, now = self.seat.person, self.ports.now()
        try:
            proposal, yes = self._typed.proposal(), self._typed.consent(person.name, now)
        except MeetingIncomplete as lacking:
            field = self.query_one(f"#{field_id(lacking.field)}", Field)
            field.inner.focus()
            self.say(_("This is missing, or cannot be read: {field}.").format(field=_(field.spec.label)), "warning")
            return
        propose = self.ports.correspond.propose_meeting
        if await self.ask(propose, self._progress.referral_id, proposal, person, yes):
            self.app.notify(_("In the queue: the municipality is told."), markup=False)
            self.dismiss()


def _none() -> str:
    return _("No joint meeting yet. P proposes one, when the citizen has said yes to it and to everybody who comes.")
