"""One case: the seal's verdict, where it stands, and the letter."""

from datetime import date
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from directory.calendar import local_day
from gateway.language import gettext as _
from gateway.site.people import Role
from gateway.terminal.bars import CommandBar, TitleBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.letter_view import LetterView
from gateway.terminal.plain import one_line
from gateway.terminal.sections import Section
from inbox_tui import commands, letter_page, presentation, refusals, words, work_page
from inbox_tui.casework.case import Case, Rank
from inbox_tui.casework.errors import CaseNotFound
from inbox_tui.ports import Seat
from inbox_tui.screens.doing import DoingPage
from inbox_tui.widgets.bars import SealBar


class LetterScreen(DoingPage[None]):
    """Reads one case; what is done here shows here at once."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*commands.LETTER, *commands.RARER)

    def __init__(self, seat: Seat, case: Case, unit_name: str) -> None:
        super().__init__(seat)
        self._case = case
        self._unit_name = unit_name
        self._show_cpr = False

    def compose(self) -> ComposeResult:
        """Lay the page out; the verdict stands outside what scrolls."""
        yield TitleBar(self._unit_name, one_line(self.seat.person.name))
        yield SealBar(presentation.verdict(self._case))
        yield Static(self._subject(), id="subject", markup=False)
        yield Static(self._standing(), id="state", markup=False)
        yield LetterView(self._sections())
        yield CommandBar(self._keys)

    def on_mount(self) -> None:
        """Let the keyboard scroll; and see whether a department still has the case."""
        self.query_one(LetterView).focus()
        if self.seat.person.role is Role.DEPARTMENT:
            self.set_interval(self.seat.ports.poll_seconds, partial(self.look, self._go_when_moved_on, "look"))

    def chosen(self) -> str | None:
        """Act on the case that is shown."""
        return self._case.id

    async def changed(self, case: Case) -> None:
        """Show what has become of the case."""
        self._case = case
        self.query_one("#state", Static).update(self._standing())
        await self.query_one(CommandBar).show(self._keys)
        await self.query_one(LetterView).show(self._sections())

    def let_go(self) -> None:
        """Go back to the list."""
        self.dismiss()

    def action_cpr(self) -> None:
        """Show the CPR number, which is noted each time, or mask it again, which is not."""
        self.begin(self._cpr, "page")

    async def _cpr(self) -> None:
        if self._show_cpr or await self.ask(self._note_that_it_is_seen):
            self._show_cpr = not self._show_cpr
            page = self.query_one(LetterView)
            await page.show(self._sections())
            if self._show_cpr:
                page.reveal(_("CPR"))

    def _note_that_it_is_seen(self) -> bool:
        self.seat.ports.store.looked_at_cpr(self._case.id, self.seat.person, self.seat.ports.now())
        return True

    async def _go_when_moved_on(self) -> None:
        """Go back when somebody has moved the case on to another department: it is no longer this one's to read."""
        if self.is_current and await self.ask(self._is_here) is False and self.is_current:
            self.say(refusals.in_words(CaseNotFound()), "warning")
            self.dismiss()

    def _is_here(self) -> bool:
        with self.seat.ports.store.looking(self.seat.person, self.seat.ports.now()) as cases:
            return cases.has(self._case.id)

    @property
    def _keys(self) -> tuple[Command, ...]:
        return commands.bar(commands.LETTER, self.seat.person, ended=self._case.ended)

    def _sections(self) -> tuple[Section, ...]:
        return letter_page.sections(self._case, self.seat.ports.now(), show_cpr=self._show_cpr)

    def _subject(self) -> Content:
        who = presentation.titled(self._case)
        return Content.assemble((who, "bold"), (f"  {presentation.number(self._case.number)}", "$stafet-quiet"))

    def _standing(self) -> Content:
        case, today = self._case, self._today()
        said = [presentation.state(case.state), _("! consent withdrawn") if case.withdrawn else ""]
        said.append(presentation.hands(case))
        if case.assessment:
            said.append(words.acute(case.assessment.acute))
        said.append(work_page.additions(case))
        if case.rank(today) < Rank.HANDED_OVER:
            said += [presentation.days_left(case.target_date, today), presentation.weekend_ahead(today)]
        return Content(presentation.SEPARATOR.join(filter(None, said)))

    def _today(self) -> date:
        return local_day(self.seat.ports.now())
