"""Acknowledging, the same from the list and from the letter."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import date

from directory.calendar import local_day
from gateway.language import gettext as _
from gateway.terminal.commands import Command
from gateway.terminal.page import Stopped
from inbox_tui import commands, refusals
from inbox_tui.casework.actions import not_ended
from inbox_tui.casework.case import Case
from inbox_tui.casework.errors import AlreadyAcknowledged
from inbox_tui.ports import Seat
from inbox_tui.screens import forms
from inbox_tui.screens.form import Filled, Form, FormScreen, Unclear
from inbox_tui.screens.page import Page, Result
from inbox_tui.screens.typed import day


class ActingPage(Page[Result]):
    """A screen from which a case can be acknowledged. Each act asks before it does anything."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let only those keys work that are for who sits here."""
        return commands.is_offered(action, self.seat.person) and super().check_action(action, parameters)

    def explained(self) -> Sequence[Command]:
        """Tell what the help page explains: what is for who sits here."""
        return commands.offered(commands.EXPLAINED, self.seat.person)

    @abstractmethod
    def chosen(self) -> str | None:
        """Name the case that is acted on, by its id."""

    @abstractmethod
    async def changed(self, case: Case) -> None:
        """Show a case that has just been acted on."""

    def action_acknowledge(self) -> None:
        """Ask, then acknowledge."""
        self.begin(self._acknowledge, "act")

    async def _acknowledge(self) -> None:
        case, store = await self._fresh(), self.seat.ports.store
        if case is None:
            return
        if case.acknowledged:
            self.say(refusals.in_words(AlreadyAcknowledged(case.acknowledged.by, case.acknowledged.at)), "warning")
            return
        if not self.may_go_on(case):
            return
        unit = await self.ask(store.unit)
        if unit is None:
            return

        def act(filled: Filled) -> Case:
            now = self.seat.ports.now()
            return store.acknowledge(case.id, self.seat.person, now, _promised(filled, local_day(now)))

        form = forms.acknowledge(case, self.seat.person, unit)
        await self.settle(form, act, _("Acknowledged. Præhospitalet will be told that you have it."))

    async def settle(self, form: Form, act: Callable[[Filled], Case], said: str) -> Case | None:
        """Ask, act while the form stands, say what was done and show it; gives the case as it has become.

        Nothing that was typed is lost when the act is refused or the database does not answer: the form stays, with
        the reason in it. Who leaves it then sees the case as a colleague has left it.
        """
        done: list[Case | None] = []

        async def save(filled: Filled) -> str | None:
            answer = await self.attempt(act, filled)
            done.append(None if isinstance(answer, Stopped) else answer)
            return answer.words if isinstance(answer, Stopped) else None

        await self.app.push_screen_wait(FormScreen(form, save))
        case = done[-1] if done else None
        if case:
            self.say(said)
        elif done:
            case = await self._fresh()
        if case:
            await self.changed(case)
        return done[-1] if done else None

    def may_go_on(self, case: Case, rule: Callable[[Case], object] = not_ended) -> bool:
        """Say at once, before anything is typed, when a case has ended or its consent is gone."""
        try:
            rule(case)
        except refusals.REFUSED as refusal:
            self.say(refusals.in_words(refusal), "warning")
            return False
        return True

    async def _fresh(self) -> Case | None:
        """Read the chosen case anew: a colleague may have acted on it."""
        case_id = self.chosen()
        ports = self.seat.ports
        return await self.ask(ports.store.get, case_id, self.seat.person, ports.now()) if case_id else None


def _promised(filled: Filled, today: date) -> date | None:
    """Read the day by which the citizen is to be contacted, if one was written (E15)."""
    written = filled.words["contact_by"]
    promised = day(written, today)
    if written and promised is None:
        raise Unclear(_("Write the date as 27-11, or leave it empty."))
    return promised
