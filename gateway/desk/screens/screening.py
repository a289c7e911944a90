"""The first step: is it acute? Asked every time, answered by one key each, never filled in beforehand (B3–B5)."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from gateway.desk import commands
from gateway.desk.content import Answer, Place, Question, answer, answered, cleared, put, questions, stopped, to_correct
from gateway.desk.screens.step import StepPage
from gateway.desk.screens.stop import After, StopScreen
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.refusals import Reason
from gateway.terminal.commands import bindings
from gateway.wire.referral import Origin

ORIGIN: Final = "origin"
ASKED: Final = {
    Question.ACUTE: (
        mark("Is there anything acute in the body now?"),
        mark(
            "Chest pain, trouble breathing, unconsciousness, severe pain, poisoning … That an ambulance has been there "
            "does not matter in itself: what counts is now."
        ),
    ),
    Question.SUICIDAL: (mark("Does the citizen have thoughts of suicide?"), mark("Ask straight out, every time.")),
    Question.DISTANCE: (
        mark("Can the citizen distance themselves from these thoughts?"),
        mark("Only a clear yes counts."),
    ),
    ORIGIN: (
        mark("How did you come to know of it?"),
        mark("It is about social problems: a call to 1-1-2, or an ambulance crew on the scene that found so."),
    ),
}
SAID: Final = {Answer.YES: mark("yes"), Answer.NO: mark("no"), Answer.UNKNOWN: mark("don't know")}
ORIGINS: Final = {"1": Origin.AMK_CALL, "2": Origin.AMBULANCE_ON_SCENE}
ORIGIN_WORDS: Final = {
    Origin.AMK_CALL: mark("a call to 1-1-2"),
    Origin.AMBULANCE_ON_SCENE: mark("found by an ambulance crew on the scene"),
}
JNV: Final = (commands.YES, commands.NO, commands.UNKNOWN)


class QuestionView(Vertical):
    """One question, what to think of, and the answer once there is one."""

    def __init__(self, question: str, said: str, *, now: bool) -> None:
        super().__init__(classes="now" if now else "")
        self._question = question
        self._said = said
        self._now = now

    def compose(self) -> ComposeResult:
        """Lay the question out; what to think of stands where one is."""
        asked, aside = ASKED[self._question]
        answer = Content.assemble((f"   ✓ {self._said}", "bold $success")) if self._said else Content("")
        yield Static(Content(_(asked)) + answer, markup=False, classes="asked" if self._now else "")
        if self._now:
            yield Static(Content(_(aside)), markup=False, classes="aside")
            yield Static(Content(_keys(self._question)), markup=False, classes="quiet")


class ScreeningScreen(StepPage):
    """Asks one question after the other; the last clears answer leads on by itself."""

    PLACE = Place.SCREENING
    KEYS = (*JNV, commands.CALLED, commands.ON_SCENE, commands.BACK, commands.HELP)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*KEYS, commands.MOVE)
    AUTO_FOCUS = ""

    def body(self) -> Iterable[Widget]:
        """Lay the questions out."""
        yield VerticalScroll(id="step", can_focus=False)

    async def on_mount(self) -> None:  # type: ignore[override] # Textual awaits either
        """Begin at the first question without an answer."""
        super().on_mount()
        self._at = self._open_question()
        await self._show()

    async def action_move(self) -> None:
        """Go back to a question that was answered."""
        asked = self._asked()
        self._at = asked[max(0, asked.index(self._at) - 1)]
        await self._show()

    async def action_say(self, said: str) -> None:
        """Take an answer, if the key is one of this question's; the last one leads on by itself."""
        if self._at == ORIGIN:
            if said not in ORIGINS:
                return
            self.write(put(self.pad.content, ORIGIN, ORIGINS[said].value))
        elif said in ORIGINS:
            return
        else:
            self.write(answer(self.pad.content, Question(self._at), Answer(said)))
        reason = stopped(self.pad.content)
        if reason is not None:
            await self._show()
            self.begin(partial(self._stop, reason), "stop")
            return
        self._at = self._open_question()
        if cleared(self.pad.content):
            self.go(Place.MUNICIPALITY)
        else:
            await self._show()

    async def _stop(self, reason: Reason) -> None:
        """Show what to do instead; nothing is sent, and the draft is kept only by choice (B3)."""
        after = await self.app.push_screen_wait(StopScreen(reason))
        if after is After.CORRECT:
            self._at = to_correct(self.pad.content)
            await self._show()
            return
        if after is After.DROP and self.pad.draft:
            await self.pad.save()
            await self.ask(self.ports.decline, self.seat.person, self.pad.draft.id, reason)
            self.app.notify(_("The draft was deleted."), markup=False)
        self.dismiss()

    def _asked(self) -> tuple[str, ...]:
        return (*questions(self.pad.content), ORIGIN)

    def _open_question(self) -> str:
        if stopped(self.pad.content):
            return to_correct(self.pad.content)
        return next((one for one in self._asked() if not self._said(one)), ORIGIN)

    def _said(self, name: str) -> str:
        if name == ORIGIN:
            origin = self.pad.content.get(ORIGIN)
            return _(ORIGIN_WORDS[Origin(origin)]) if origin else ""
        said = answered(self.pad.content, Question(name))
        return _(SAID[said]) if said else ""

    async def _show(self) -> None:
        step = self.query_one("#step", VerticalScroll)
        async with step.batch():
            await step.remove_children()
            await step.mount_all([QuestionView(one, self._said(one), now=one == self._at) for one in self._asked()])


def _keys(name: str) -> str:
    keys = (commands.CALLED, commands.ON_SCENE) if name == ORIGIN else JNV
    return "   ".join(f"{key.shown} {_(key.label)}" for key in keys)
