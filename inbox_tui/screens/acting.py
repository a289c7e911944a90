"""Acknowledging and forwarding, the same from the list and from the letter."""

from abc import abstractmethod
from collections.abc import Callable, Sequence

from gateway.language import gettext as _
from gateway.terminal.commands import Command
from gateway.terminal.plain import one_line
from inbox_tui import commands, refusals
from inbox_tui.casework.actions import not_ended, still_consented
from inbox_tui.casework.case import Case
from inbox_tui.casework.errors import AlreadyAcknowledged, NotAcknowledgedYet
from inbox_tui.ports import Seat
from inbox_tui.screens.acknowledge import AcknowledgeScreen
from inbox_tui.screens.forward import ForwardScreen
from inbox_tui.screens.page import Page, Result


class ActingPage(Page[Result]):
    """A screen from which a case can be acknowledged and forwarded. Each act asks before it does anything."""

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

    def action_forward(self) -> None:
        """Ask where to, then forward."""
        self.begin(self._forward, "act")

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
        if unit is None or not await self.app.push_screen_wait(AcknowledgeScreen(case, self.seat.person, unit)):
            return
        done = await self.ask(store.acknowledge, case.id, self.seat.person, self.seat.ports.now())
        if done:
            self.say(_("Acknowledged. Præhospitalet will be told that you have it."))
            await self.changed(done)

    async def _forward(self) -> None:
        case, store = await self._fresh(), self.seat.ports.store
        if case is None:
            return
        if not case.acknowledged:
            self.say(refusals.in_words(NotAcknowledgedYet()), "warning")
            return
        if not self.may_go_on(case) or not self.may_go_on(case, still_consented):
            return
        departments = await self.ask(store.departments)
        order = await self.app.push_screen_wait(ForwardScreen(case, departments or ()))
        if order is None:
            return
        now, seen = self.seat.ports.now(), len(case.history)
        done = await self.ask(
            store.forward,
            case.id,
            order.department.id,
            self.seat.person,
            order.note,
            now,
            reason=order.reason,
            seen=seen,
        )
        if done:
            self.say(_("Forwarded to {department}.").format(department=one_line(order.department.name)))
            await self.changed(done)

    def may_go_on(self, case: Case, rule: Callable[[Case], None] = not_ended) -> bool:
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
