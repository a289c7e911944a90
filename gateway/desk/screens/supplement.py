"""Add something to a referral that was sent: a CPR number that came later, more calls, a correction (G1, G9, O23)."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content as Drawn
from textual.events import DescendantFocus
from textual.widgets import Static

from gateway.desk import commands, form, words
from gateway.desk.content import Content, get, put, text
from gateway.desk.pad import Pad
from gateway.desk.ports import Seat
from gateway.desk.screens.page import DeskPage
from gateway.desk.widgets.fields import ChoiceField, Edited, Field, Spec, all_edited, line_field, prose_field
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.follow import Progress
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.question import QuestionScreen

CORRECTION: Final = Spec("correction", mark("It is"), mark("The first letter stands; what you write comes after it."))
CORRECTIONS: Final = (("correction", mark("a correction of something that was wrong")),)
FIELDS: Final = (
    form.CPR,
    form.NAME,
    form.PHONE,
    form.ADDRESS,
    form.REACH,
    form.SAFETY,
    form.CALLS_TODAY,
    form.CALLS_MONTH,
)
KEYS = (commands.NEXT_FIELD, commands.POST, commands.BACK, commands.HELP)


class SupplementScreen(DeskPage[None]):
    """The same fields as the referral has, empty; or what stood on a pad, when that is to be added instead."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.POST, commands.BACK, commands.HELP)
    AUTO_FOCUS = "Field Input"

    def __init__(self, seat: Seat, progress: Progress, pad: Pad | None = None) -> None:
        super().__init__(seat)
        self._progress = progress
        self._pad = pad
        self._content: Content = dict(pad.content) if pad else {}
        self._untouched = self._content

    def compose(self) -> ComposeResult:
        """Lay the fields out."""
        yield from self.above()
        yield Static(Drawn(self._about()), id="reach", markup=False)
        with VerticalScroll(id="form", can_focus=False):
            for spec in FIELDS:
                yield line_field(spec, text(self._content, spec.path))
            yield prose_field(form.TEXT, text(self._content, form.TEXT.path))
            yield ChoiceField(CORRECTION, CORRECTIONS, (), several=True)
        yield Static("", id="hint", markup=False)
        yield CommandBar(KEYS)

    def on_edited(self, event: Edited) -> None:
        """Keep what is typed."""
        value = bool(event.value) if event.path == CORRECTION.path else event.value
        edited = form.edited if event.path in form.COUNTS else put
        self._content = edited(self._content, event.path, value)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what helps with the field one is in."""
        field = next((one for one in event.widget.ancestors_with_self if isinstance(one, Field)), None)
        if field:
            self.query_one("#hint", Static).update(Drawn(_(field.spec.hint)))

    def action_save(self) -> None:
        """Send it."""
        for event in all_edited(self):
            self.on_edited(event)
        self.begin(self._send, "send")

    def action_back(self) -> None:
        """Leave; what was typed is not thrown away without asking, for it is no draft."""
        if self._content == self._untouched:
            self.dismiss()
        else:
            self.begin(self._leave, "send")

    async def _leave(self) -> None:
        question = QuestionScreen(
            _("Leave without sending?"), _("What you have written here has not been sent, and is not kept.")
        )
        if await self.app.push_screen_wait(question):
            self.dismiss()

    async def _send(self) -> None:
        if not await self.ask(
            self.ports.correspond.supplement, self._progress.referral_id, said(self._content), self.seat.person
        ):
            return
        if self._pad and self._pad.draft:
            await self.ask(self.ports.drafts.drop, self._pad.draft.id, self.seat.person)
        self.app.notify(_("In the queue: it goes to {number}.").format(number=self._progress.number), markup=False)
        self.dismiss()

    def _about(self) -> str:
        one = self._progress
        return words.SEPARATOR.join(
            (
                _("Add to {number}").format(number=one.number),
                words.municipality(one.municipality),
                words.citizen(one.citizen),
            )
        )


def said(content: Content) -> Mapping[str, Any]:
    """Give what a supplement takes of it: what says something."""
    paths = {spec.path.rpartition(".")[2]: spec.path for spec in (*FIELDS, form.TEXT, CORRECTION)}
    return {name: value for name, path in paths.items() if (value := get(content, path)) not in (None, "", False)}
