"""Forwarding with a note: one department is responsible, others may be brought in beside it (E7).

Outside the citizen's consent it warns and wants a reason (C4).
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.cells import fit
from gateway.terminal.commands import bindings
from gateway.terminal.once import Dialog
from gateway.terminal.plain import one_line, plain
from gateway.terminal.settling import settled
from inbox_tui import commands, presentation, refusals
from inbox_tui.casework.case import Case
from inbox_tui.casework.departments import Department, covered_by_consent
from inbox_tui.screens.form import BETWEEN, LONGEST

RESPONSIBLE, BESIDE, NEITHER = "● ", "+ ", "  "
"""Before each department's name; the colour says nothing alone."""


@dataclass(frozen=True)
class Order:
    """Where a case is to go, whom else it is brought in to, and the words that go along."""

    department: Department
    also: tuple[Department, ...]
    note: str
    reason: str | None


Send = Callable[[Order], Awaitable[str | None]]
"""Carries an order out. Gives why not, in words, or None when it is done."""


class ForwardScreen(Dialog[None]):
    """Stays until an order is carried out, or the person leaves: what was typed is there still when it was refused."""

    BINDINGS: ClassVar[list[BindingType]] = [*BETWEEN, *bindings(commands.SEND, commands.BESIDE, commands.CANCEL)]

    def __init__(self, case: Case, departments: Sequence[Department], by_mail: Collection[str], send: Send) -> None:
        super().__init__()
        self._case = case
        self._departments = departments
        self._by_mail = by_mail
        self._send = send
        self._beside = {place for place, one in enumerate(departments) if one in case.also}
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(_("Forward")).markup
            yield Static(Content(self._question()), markup=False, classes="heading")
            yield Static(Content(self._aside()), markup=False, classes="aside")
            yield OptionList(*(self._option(place) for place in range(len(self._departments))), markup=False)
            yield Static(Content(_("Note to the department (may be left empty)")), markup=False, classes="heading")
            yield Input(id="note", max_length=LONGEST, compact=True)
            yield Static("", id="warning", markup=False)
            yield Input(id="reason", max_length=LONGEST, compact=True, placeholder=_("Reason"))
            yield Static("", id="stopped", markup=False)
        yield CommandBar((commands.SEND, commands.BESIDE, commands.CANCEL))

    def on_mount(self) -> None:
        """Begin at the department that is responsible already, or at the first."""
        options, held = self.query_one(OptionList), self._case.responsible
        there = [one.id for one in self._departments]
        options.highlighted = there.index(held.id) if held and held.id in there else 0
        self.set_focus(options)
        self._stopped("")
        self._draw()

    def on_option_list_option_highlighted(self, _event: OptionList.OptionHighlighted) -> None:
        """Warn at once when a department lies outside the consent."""
        self._draw()

    def on_option_list_option_selected(self, _event: OptionList.OptionSelected) -> None:
        """Go on to the note."""
        self.action_go_on()

    def action_mark(self) -> None:
        """Bring the department the cursor is on in beside the responsible one, or leave it out again."""
        options = self.query_one(OptionList)
        if options.has_focus and options.highlighted is not None:
            self._beside ^= {options.highlighted}
            self._draw()

    def action_go_on(self) -> None:
        """Go on to the note, from there to the reason where one is needed, and then forward."""
        note, reason = self.query_one("#note", Input), self.query_one("#reason", Input)
        if self.focused not in {note, reason}:
            self.set_focus(note)
        elif self.focused is note and reason.display:
            self.set_focus(reason)
        else:
            self.action_send()

    def action_send(self) -> None:
        """Forward, unless something is missing still."""
        if not self._busy:
            self._busy = True
            self.run_worker(self._finish())

    def action_back(self) -> None:
        """Leave the case where it is; what is being carried out is waited for."""
        if not self._busy:
            self.dismiss(None)

    async def _finish(self) -> None:
        try:
            for one in (self.query_one(OptionList), *self.query(Input)):
                await settled(one)
            order = self._order()
            if order is not None:
                await self._carry_out(order)
        finally:
            self._busy = False

    async def _carry_out(self, order: Order) -> None:
        self._stopped(_("Just a moment …"))
        why = await self._send(order)
        self._stopped(f"! {why}" if why else "")
        if why is None:
            self.dismiss(None)

    def _order(self) -> Order | None:
        """Read what was chosen and typed; what is missing is pointed out."""
        place = self.query_one(OptionList).highlighted
        if place is None or place in self._beside:
            self.set_focus(self.query_one(OptionList))
            self._complain(_("Put the cursor on the responsible one (●), and press Enter. Space takes a + off."))
            return None
        outside, reason = self._outside(), self.query_one("#reason", Input)
        if outside and not reason.value.strip():
            self.set_focus(reason)
            self._complain(_("A reason is needed here."))
            return None
        also = tuple(self._departments[one] for one in sorted(self._beside))
        note = self.query_one("#note", Input).value.strip()
        return Order(self._departments[place], also, note, reason.value.strip() if outside else None)

    def _complain(self, words: str) -> None:
        self.notify(words, severity="warning", markup=False)

    def _stopped(self, words: str) -> None:
        said = self.query_one("#stopped", Static)
        said.update(Content(plain(words)))
        said.display = bool(words)
        said.scroll_visible(animate=False)

    def _outside(self) -> tuple[Department, ...]:
        """List the chosen departments that the consent does not name."""
        chosen = sorted({self.query_one(OptionList).highlighted or 0, *self._beside})
        return tuple(one for one in map(self._departments.__getitem__, chosen) if not covered_by_consent(one.kind))

    def _draw(self) -> None:
        options, outside = self.query_one(OptionList), self._outside()
        for place in range(len(self._departments)):
            options.replace_option_prompt_at_index(place, self._option(place, options.highlighted).prompt)
        warning = self.query_one("#warning", Static)
        names = " + ".join(one.name for one in outside)
        warning.update(Content("! " + refusals.outside_consent(names)) if outside else "")
        warning.display = self.query_one("#reason", Input).display = bool(outside)

    def _question(self) -> str:
        who = presentation.citizen(self._case.in_force.citizen.name)
        number = presentation.number(self._case.number)
        question = _("Which department takes referral {number} about {citizen}?").format(number=number, citizen=who)
        held = self._case.responsible
        if held is None:
            return question
        return question + " " + _("Now: {department}.").format(department=one_line(held.name))

    def _aside(self) -> str:
        said = _("One is responsible (●). Space brings others in (+).")
        mail = _("Those with mail get it as sealed mail.")
        return f"{said} {mail}" if self._by_mail else said

    def _option(self, place: int, highlighted: int | None = None) -> Option:
        one = self._departments[place]
        sign = BESIDE if place in self._beside else RESPONSIBLE if place == highlighted else NEITHER
        outside = "" if covered_by_consent(one.kind) else "! " + _("outside the consent")
        mail = _("mail") if one.id in self._by_mail else ""
        return Option(
            Content.assemble(
                sign + fit(one_line(one.name), 28),
                (fit(_(presentation.KINDS[one.kind]), 10) + fit(mail, 6), "$stafet-quiet"),
                (outside, "$warning"),
            )
        )
