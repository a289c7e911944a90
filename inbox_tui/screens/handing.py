"""Handing a case on within the house, the same from the list and from the letter: forward, take over, send back (S19).

Nothing of it is told to Præhospitalet (L4).
"""

from functools import partial

from gateway.language import gettext as _
from gateway.site.people import Role
from gateway.terminal.page import Stopped
from gateway.terminal.plain import one_line
from inbox_tui.casework import actions
from inbox_tui.casework.case import Case
from inbox_tui.casework.errors import NotAcknowledgedYet
from inbox_tui.casework.notes import SentBack, TakenOver
from inbox_tui.screens import forms
from inbox_tui.screens.acting import ActingPage
from inbox_tui.screens.form import Filled, FormScreen
from inbox_tui.screens.forward import ForwardScreen, Order
from inbox_tui.screens.page import Result


class HandingPage(ActingPage[Result]):
    """A screen from which a case is forwarded, taken over and sent back. Each asks before it does anything."""

    def action_forward(self) -> None:
        """Ask where to, then forward."""
        self.begin(self._forward, "act")

    def action_take_over(self) -> None:
        """Ask, then note who in the department has it."""
        self.begin(self._take_over, "act")

    def action_send_back(self) -> None:
        """Ask why, then send it back."""
        self.begin(self._send_back, "act")

    def let_go(self) -> None:
        """Leave a case that is no longer this department's to read; the list leaves it out by itself."""

    def theirs(self, case: Case) -> None:
        """Let only the responsible department and those who receive through; raises NotYours."""
        actions.theirs(case, self._department)

    @property
    def _department(self) -> str:
        """The department who sits here speaks for; empty for those who receive."""
        person = self.seat.person
        return person.department if person.role is Role.DEPARTMENT else ""

    async def _forward(self) -> None:
        case, store = await self._fresh(), self.seat.ports.store
        if case is None:
            return
        if not case.acknowledged:
            self.say(self.in_words(NotAcknowledgedYet()), "warning")
            return
        if not self.may_go_on(case) or not self.may_go_on(case, actions.still_consented):
            return
        departments, mail = await self.ask(store.departments), await self.ask(store.departments_by_mail)
        if departments and mail is not None:
            await self.app.push_screen_wait(ForwardScreen(case, departments, mail, partial(self._send, case)))

    async def _send(self, case: Case, order: Order) -> str | None:
        done = await self.attempt(
            self.seat.ports.store.forward,
            case.id,
            order.department.id,
            self.seat.person,
            order.note,
            self.seat.ports.now(),
            reason=order.reason,
            seen=case.handovers,
            also=[one.id for one in order.also],
        )
        said = _("Forwarded to {department}.").format(department=one_line(order.department.name))
        return await self._handed(done, said)

    async def _take_over(self) -> None:
        case = await self._fresh()
        if case is not None and self.may_go_on(case, self._takes_over):
            asked = forms.take_over(case) if self._department else forms.taken_over(case)
            await self.app.push_screen_wait(FormScreen(asked, partial(self._note_taker, case)))

    async def _note_taker(self, case: Case, filled: Filled) -> str | None:
        ports, by = self.seat.ports, filled.words.get("by", "")
        done = await self.attempt(ports.store.take_over, case.id, self.seat.person, ports.now(), by)
        return await self._handed(done, _("It is noted who has taken the referral over."))

    async def _send_back(self) -> None:
        case = await self._fresh()
        if case is not None and self.may_go_on(case, self._sends_back):
            done = await self.app.push_screen_wait(FormScreen(forms.send_back(case), partial(self._return, case)))
            if done and self._department:
                self.let_go()

    async def _return(self, case: Case, filled: Filled) -> str | None:
        ports = self.seat.ports
        done = await self.attempt(ports.store.send_back, case.id, filled.words["reason"], self.seat.person, ports.now())
        return await self._handed(
            done, _("Sent back. Those who forwarded it see it among what waits, with the reason.")
        )

    async def _handed(self, done: Case | Stopped | None, said: str) -> str | None:
        """Show what has become of the case, or give why nothing has."""
        if isinstance(done, Stopped):
            return done.words
        if done:
            self.say(said)
            await self.changed(done)
        return None

    def _takes_over(self, case: Case) -> None:
        self.theirs(case)
        actions.take_over(case, TakenOver(by="", at=self.seat.ports.now(), department=""))

    def _sends_back(self, case: Case) -> None:
        self.theirs(case)
        note = SentBack(by="", at=self.seat.ports.now(), department="", reason="?", moves=len(case.history))
        actions.send_back(case, note)
