"""The third step: the text to read aloud, and the citizen's own yes or no (C1–C4, C9)."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from directory import municipalities
from gateway.consents.model import Form
from gateway.desk import commands, words
from gateway.desk.content import Place, consented, get, put, referred_before, says_anything, text
from gateway.desk.screens.step import ReachLine, StepPage, reach_line
from gateway.desk.widgets.fields import Edited, Spec, line_field
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring import writing
from gateway.referring.disclosure import why_not_in_writing
from gateway.referring.read_aloud import read_aloud
from gateway.terminal.commands import bindings
from gateway.terminal.plain import one_line
from gateway.terminal.question import QuestionScreen
from gateway.wire.referral import Origin

REMARK: Final = Spec("desk.remark", mark("Remark"), "", mark("how the consent was given, if somebody should know"))
WAIVED: Final = Spec("desk.waived", mark("Why not in writing"), "")
DELETE_ALL: Final = mark("Delete everything that was written about the citizen?")
NOTHING_KEPT: Final = mark("That is quite all right. Nothing about the citizen is kept, and nothing was sent.")
DELETE_DRAFT: Final = mark("Delete this draft? The earlier referral stays as it is.")
NOTHING_NEW: Final = mark(
    "That is quite all right. The draft is deleted, and nothing new was sent. The earlier referral stays as it is."
)


class ConsentScreen(StepPage):
    """One key for a spoken yes, one for a written one, one for a no. Nothing is ticked beforehand."""

    PLACE = Place.CONSENT
    KEYS = (
        commands.SPOKEN,
        commands.WRITTEN,
        commands.REFUSED,
        commands.INTOXICATED,
        commands.REMARK,
        commands.BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*KEYS, commands.CONTINUE),
        Binding("up,pageup", "look(-3)", show=False),
        Binding("down,pagedown", "look(3)", show=False),
    ]
    AUTO_FOCUS = ""

    def body(self) -> Iterable[Widget]:
        """Lay out whom it goes to, the text, and what to think of."""
        yield ReachLine(reach_line(self, None))
        with VerticalScroll(id="step", can_focus=False):
            yield Static("", id="cleared", markup=False, classes="reminder")
            yield Static(
                Content(_("Read aloud to the citizen. Only the citizen can say yes.")), markup=False, classes="lead"
            )
            yield Static(Content(read_aloud(self._municipality).spoken), markup=False, classes="spoken")
            yield Static("", id="said", markup=False)
            yield Static(Content(consent_reminder()), id="intoxicated", markup=False, classes="reminder")
            yield Static(Content(self._waived()), id="waived", markup=False, classes="quiet")
            yield line_field(REMARK, text(self.pad.content, REMARK.path))
            yield line_field(WAIVED, text(self.pad.content, WAIVED.path) or why_not_in_writing(self._origin))

    def on_mount(self) -> None:
        """Show what is said already."""
        super().on_mount()
        for field in self.query("Field"):
            field.display = False
        self._show()
        self.begin(self._reach, "reach")

    def on_edited(self, event: Edited) -> None:
        """Keep a remark, or why the consent was not written down."""
        content = put(self.pad.content, event.path, event.value)
        if consented(content) and event.path == REMARK.path:
            content = put(content, "consent.remark", event.value)
        if consented(content) and event.path == WAIVED.path and get(content, "consent.writing_waived_because"):
            content = put(content, "consent.writing_waived_because", event.value)
        self.write(content)
        if self.is_shown:
            self.query_one("#waived", Static).update(Content(self._waived()))

    def action_spoken(self) -> None:
        """Note a spoken yes."""
        self._yes(Form.SPOKEN)

    def action_written(self) -> None:
        """Note a written yes."""
        self._yes(Form.WRITTEN)

    def action_next(self) -> None:
        """Go on, when there is a yes."""
        if self.focused is not None:
            self.set_focus(None)
        elif consented(self.pad.content):
            self.go(Place.DETAILS)
        else:
            self.say(_("J when the citizen says yes, N when they say no."))

    def action_next_field(self) -> None:
        """Go from the remark to the reason, and from there back to the keys."""
        inputs = list(self.query("Field Input"))
        if self.focused in inputs[:-1]:
            self.focus_next()
        else:
            self.set_focus(None)

    def action_intoxicated(self) -> None:
        """Note that the citizen seems under the influence, or that they do not; it never blocks (A8)."""
        self.write(put(self.pad.content, "intoxicated", not self.pad.content.get("intoxicated")))
        self._show()

    def action_look(self, lines: int) -> None:
        """Look further up or down, where the terminal is small."""
        self.query_one("#step").scroll_relative(y=lines, animate=False)

    def action_remark(self) -> None:
        """Write a remark, or why the consent is not in writing."""
        for field in self.query("Field"):
            field.display = True
        self.query("Field Input").first().focus()

    def action_refused(self) -> None:
        """Take the citizen's no."""
        self.begin(self._no, "no")

    def _yes(self, form: Form) -> None:
        content = self.pad.content
        told = writing.with_consent(
            content,
            municipality=self._municipality,
            taken_by=self.seat.person.name,
            at=self.ports.now(),
            form=form,
            waived_because=text(content, WAIVED.path),
            remark=text(content, REMARK.path),
        )
        self.write(put(told, "desk.consent_was_for", None))
        self.go(Place.DETAILS)

    async def _no(self) -> None:
        """Delete everything about the citizen, and count one (C9); ask first when more than a name was written."""
        sent_before = referred_before(self.pad.content)
        question = QuestionScreen(_("The citizen says no"), _(DELETE_DRAFT if sent_before else DELETE_ALL))
        if says_anything(self.pad.content) and not await self.app.push_screen_wait(question):
            return
        await self.pad.save()
        await self.ask(self.ports.decline, self.seat.person, self.pad.draft.id if self.pad.draft else None)
        self.app.notify(_(NOTHING_NEW if sent_before else NOTHING_KEPT), markup=False, timeout=8)
        self.dismiss()

    def _show(self) -> None:
        content = self.pad.content
        before = str(get(content, "desk.consent_was_for") or "")
        cleared = self.query_one("#cleared", Static)
        cleared.display = bool(before)
        cleared.update(Content("▲ " + _cleared(before)))
        reminder = self.query_one("#intoxicated")
        reminder.display = bool(content.get("intoxicated"))
        if reminder.display:
            self.call_after_refresh(reminder.scroll_visible, animate=False)
        said = self.query_one("#said", Static)
        said.display = consented(content)
        said.update(Content(self._consented()))

    def _waived(self) -> str:
        """Say why a spoken yes is not in writing, as it will be written down (sundhedsloven § 44(1))."""
        reason = text(self.pad.content, WAIVED.path) or why_not_in_writing(self._origin)
        return _("J: not in writing, because: {reason} B changes it.").format(reason=one_line(reason))

    def _consented(self) -> str:
        if not consented(self.pad.content):
            return ""
        form = text(self.pad.content, "consent.form")
        by, when = text(self.pad.content, "consent.obtained_by"), text(self.pad.content, "consent.obtained_at")
        return _("✓ The citizen has said yes ({form}), to {person} {when}. Enter goes on.").format(
            form=form, person=by, when=words.moment(datetime.fromisoformat(when), self.ports.now())
        )

    async def _reach(self) -> None:
        reach = await self.ask(self.ports.reach, self._municipality.code)
        if reach:
            self.query_one(ReachLine).update(Content(reach_line(self, reach)))

    @property
    def _municipality(self) -> municipalities.Municipality:
        found = municipalities.by_code(text(self.pad.content, "citizen.home_municipality_code"))
        if found is None:
            raise LookupError("the consent comes after the municipality")
        return found

    @property
    def _origin(self) -> Origin:
        return Origin(self.pad.content.get("origin") or Origin.AMK_CALL)


def _cleared(code: str) -> str:
    if not code:
        return ""
    return _("The consent was given for {municipality} and has been deleted. Ask the citizen again.").format(
        municipality=words.municipality(code)
    )


def consent_reminder() -> str:
    """Remind of what makes a consent one, when the citizen seems under the influence (A8, O12)."""
    return _(
        "The citizen seems under the influence. A consent counts only when the citizen understands what they say yes "
        "to: that is for you to judge. B writes a remark about it."
    )
