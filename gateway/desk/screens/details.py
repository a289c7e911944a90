"""The last step: the rest of the referral, and sending it (B7–B10, G1–G10)."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content as Drawn
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Static

from directory.calendar import local_day
from gateway.desk import commands, form
from gateway.desk.content import Content, Place, get, text
from gateway.desk.form import edited
from gateway.desk.messages import Sent, SupplementWanted
from gateway.desk.screens.consent import consent_reminder
from gateway.desk.screens.question import SaidScreen
from gateway.desk.screens.seen import SeenScreen, banner
from gateway.desk.screens.step import ReachLine, StepPage, reach_line
from gateway.desk.widgets.fields import ChoiceField, Edited, Field, Spec, all_edited, field_id, line_field, prose_field
from gateway.language import gettext as _
from gateway.referring.refusals import Reason, Refused
from gateway.referring.submit import Submitted
from gateway.terminal.commands import bindings

if TYPE_CHECKING:
    from gateway.referring.recognise import Seen

PAUSE: Final = 0.2
"""Seconds without a key before an earlier referral is looked for."""
MAIN: Final = (form.CPR, form.NAME, form.PHONE, form.REACH)
MORE: Final = (
    form.ADDRESS,
    form.AGE,
    form.SEEN_BY,
    form.CALLED_FROM,
    form.SAFETY,
    form.INTERPRETER,
    form.URGENCY,
    form.CALLS_TODAY,
    form.CALLS_MONTH,
    form.KNOWN_BY,
    form.JOURNAL,
)
LOOKED_FOR: Final = frozenset({form.CPR.path, form.PHONE.path})
BACK_TO: Final = {
    Reason.ACUTE_SOMATIC: Place.SCREENING,
    Reason.ELEVATED_SUICIDE_RISK: Place.SCREENING,
    Reason.SCREENING_UNANSWERED: Place.SCREENING,
    Reason.UNKNOWN_MUNICIPALITY: Place.MUNICIPALITY,
    Reason.MUNICIPALITY_NAME_DIFFERS: Place.MUNICIPALITY,
    Reason.OUTSIDE_REGION: Place.MUNICIPALITY,
}


class DetailsScreen(StepPage):
    """The form: one line a field, what helps below, and the send key."""

    PLACE = Place.DETAILS
    KEYS = (commands.NEXT_FIELD, commands.MORE, commands.KNOWN, commands.SEND, commands.BACK, commands.HELP)
    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.MORE, commands.KNOWN, commands.SEND)
    AUTO_FOCUS = "#field-citizen-cpr Input"

    def body(self) -> Iterable[Widget]:
        """Lay out whom it goes to, whether the citizen was seen before, and the fields."""
        content = self.pad.content
        self._seen: tuple[Seen, ...] = ()
        yield ReachLine(reach_line(self, None))
        with VerticalScroll(id="form", can_focus=False):
            yield Static("", id="seen", markup=False, classes="reminder")
            yield Static(Drawn(consent_reminder()), id="intoxicated", markup=False, classes="reminder")
            yield self._line(form.AGAIN)
            for spec in MAIN:
                yield self._line(spec)
            yield prose_field(form.TEXT, text(content, form.TEXT.path))
            yield ChoiceField(form.PROBLEMS, form.PROBLEM_TYPES, form.problems(content), several=True)
            yield line_field(form.OTHER, form.other(content))
            yield Static(Drawn(_more()), id="more-heading", markup=False, classes="section")
            yield self._more()
        yield Static("", id="hint", markup=False)

    def on_mount(self) -> None:
        """Show what is known already."""
        super().on_mount()
        content = self.pad.content
        self.query_one("#more").display = any(get(content, spec.path) for spec in MORE)
        self._show_conditional()
        self.begin(self._reach, "reach")
        self.begin(self._recognise, "recognise")

    def on_edited(self, event: Edited) -> None:
        """Keep what is typed, look whether the citizen was here before, and say what is wrong."""
        before = self.pad.content
        self.write(edited(before, event.path, event.value))
        if not self.is_shown:
            return
        self._hint(event.path)
        if event.path in LOOKED_FOR:
            self.begin(self._recognise, "recognise")
        if event.path in (form.PROBLEMS.path, form.FLAGS.path):
            self._show_conditional()
        if form.OTHER_CODE in set(form.problems(self.pad.content)) - set(form.problems(before)):
            self._focus(form.OTHER.path)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what helps with the field one is in."""
        field = next((one for one in event.widget.ancestors_with_self if isinstance(one, Field)), None)
        if field:
            self._hint(field.spec.path)

    def action_more(self) -> None:
        """Open the further fields and go there, or back to the first."""
        more = self.query_one("#more")
        if more.display and self.focused and more in self.focused.ancestors:
            self._focus(form.CPR.path)
            return
        more.display = True
        self.call_after_refresh(self._focus, form.ADDRESS.path)

    def action_known(self) -> None:
        """Look at the earlier referrals, and decide."""
        self.begin(self._decide, "decide")

    def action_send(self) -> None:
        """Hand it in."""
        for event in all_edited(self):
            self.on_edited(event)
        self.begin(self._send, "send")

    async def _send(self) -> None:
        """Queue the referral; it never waits on the mail (B10)."""
        await self.pad.save()
        if self.pad.lost or self.pad.failing:
            self._tell()
            return
        unit = self.ports.unit
        raw = form.to_send(self.pad.content, {"name": self.seat.person.name, "unit": unit.name, "phone": unit.phone})
        draft_id = self.pad.draft.id if self.pad.draft else None
        outcome = await self.ask(self._hand_in, raw, draft_id)
        if isinstance(outcome, Refused):
            await self.app.push_screen_wait(SaidScreen(_("Not sent yet"), outcome.what(), outcome.next_step()))
            self._go_back_to(outcome.reason)
        elif outcome:
            self.post_message(Sent(outcome))

    def _hand_in(self, raw: Mapping[str, Any], draft_id: str | None) -> Submitted | Refused:
        """Submit; a refusal is an answer here, with a place in the form to go to."""
        try:
            return self.ports.submit(raw, self.seat.person, draft_id)
        except Refused as refused:
            return refused

    def _go_back_to(self, reason: Reason) -> None:
        if reason in form.FIELD_OF:
            self._focus(form.FIELD_OF[reason])
        elif reason in BACK_TO or reason.name.startswith("CONSENT"):
            self.go(BACK_TO.get(reason, Place.CONSENT))

    async def _recognise(self) -> None:
        """Look for earlier referrals of this CPR or phone, once nobody types (F1, G2)."""
        await asyncio.sleep(PAUSE)
        content = self.pad.content
        numbers = (get(content, form.CPR.path), get(content, form.PHONE.path))
        seen = await self.ask(self.ports.recognise, *numbers, self.seat.person, self.pad.looked_up)
        if seen is None:
            return
        self._seen = tuple(one for one in seen if one.referral_id != content.get("anew_of"))
        self._show_conditional()

    async def _decide(self) -> None:
        if not self._seen:
            self.say(_("Nobody with this CPR number or phone has been referred before."))
            return
        choice = await self.app.push_screen_wait(SeenScreen(self._seen, self.ports.now()))
        if choice is None:
            return
        if choice.add:
            self.post_message(SupplementWanted(choice.seen.referral_id, self.pad))
            return
        self.write(choice.applied(self.pad.content))
        self._show_conditional()

    def _show_conditional(self) -> None:
        """Show what belongs to what was chosen."""
        content = self.pad.content
        seen = self.query_one("#seen", Static)
        said = banner(self._seen, content, self.ports.now())
        seen.display = bool(said)
        seen.update(Drawn(said))
        self.query_one("#intoxicated").display = bool(content.get("intoxicated"))
        self.query_one(f"#{field_id(form.AGAIN.path)}").display = bool(content.get("re_referral"))
        self.query_one(f"#{field_id(form.OTHER.path)}").display = form.OTHER_CODE in form.problems(content)

    def _hint(self, path: str) -> None:
        if not self.is_shown:
            return
        spec = next((field.spec for field in self.query(Field) if field.spec.path == path), None)
        if spec is None:
            return
        field = self.query_one(f"#{field_id(path)}", Field)
        fault = form.wrong(path, str(getattr(field.inner, "value", "")), local_day(self.ports.now()))
        hint = self.query_one("#hint", Static)
        hint.set_class(bool(fault), "wrong")
        hint.update(Drawn("! " + fault if fault else _(spec.hint)))

    def _focus(self, path: str) -> None:
        self.query_one(f"#{field_id(path)}", Field).inner.focus()

    async def _reach(self) -> None:
        reach = await self.ask(self.ports.reach, text(self.pad.content, "citizen.home_municipality_code"))
        if reach:
            self.query_one(ReachLine).update(Drawn(reach_line(self, reach)))

    def _line(self, spec: Spec) -> Field:
        return line_field(spec, text(self.pad.content, spec.path))

    def _more(self) -> Vertical:
        content = self.pad.content
        choice = (
            ChoiceField(form.RESIDENCE, form.RESIDENCES, _one(content, form.RESIDENCE)),
            ChoiceField(form.CALLER, form.CALLERS, _one(content, form.CALLER)),
            ChoiceField(form.FLAGS, form.FLAG_WORDS, form.flags(content), several=True),
        )
        first, *rest = map(self._line, MORE)
        return Vertical(first, *choice, *rest, id="more")


def _one(content: Content, spec: Spec) -> tuple[str, ...]:
    value = get(content, spec.path)
    return (str(value),) if value else ()


def _more() -> str:
    return _("F3 more: address, who called, staff safety, urgency …")
