"""The rarer acts, the same from the list and from the letter: each asks in a form before it does anything."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from directory.calendar import local_day
from gateway.consents.model import Consent, Purpose
from gateway.consents.model import Form as ConsentForm
from gateway.language import danish
from gateway.language import gettext as _
from gateway.meetings.book import MeetingState, Standing
from gateway.meetings.flow import Proposal
from gateway.terminal.commands import Command
from gateway.wire.answers import Elsewhere
from gateway.wire.meeting import Attendance, Party
from inbox_tui import commands, words
from inbox_tui.acts import Acts, Obtained
from inbox_tui.casework.case import Case
from inbox_tui.casework.notes import Assessment
from inbox_tui.screens import forms
from inbox_tui.screens.form import Filled, Form, FormScreen, Unclear
from inbox_tui.screens.more import MoreScreen
from inbox_tui.screens.page import Result
from inbox_tui.screens.ring import RingScreen
from inbox_tui.screens.saving import SavingPage
from inbox_tui.screens.typed import moment, parties

Doing = Callable[[Case], Awaitable[None]]


class DoingPage(SavingPage[Result]):
    """A screen from which everything can be done with a case."""

    def rarer(self) -> tuple[Command, ...]:
        """Give what is found behind MORE."""
        return commands.RARER

    def action_more(self) -> None:
        """Show the rarer commands."""
        self.begin(self._more, "act")

    def action_assess(self) -> None:
        """Ask whether it is acute, and why."""
        self._do(self._assess)

    def action_contact(self) -> None:
        """Ask how an attempt to reach the citizen went."""
        self._do(self._contact)

    def action_familiar(self) -> None:
        """Mark the citizen as known here at once; the second time, ask for the case number."""
        self._do(self._familiar)

    def action_gp(self) -> None:
        """Write the citizen's consent down, then that the GP is involved."""
        self._do(self._gp)

    def action_meeting(self) -> None:
        """Answer a meeting that waits, or propose, move or call off one of ours."""
        self._do(self._meeting)

    def action_not_ours(self) -> None:
        """Ask why the citizen is not ours, then answer so."""
        self._do(self._not_ours)

    def action_withdraw(self) -> None:
        """Ask, then write down that the consent is withdrawn."""
        self._do(self._withdraw)

    def action_close(self) -> None:
        """Ask how it ended, then close."""
        self._do(self._close)

    @property
    def _acts(self) -> Acts:
        return self.seat.ports.acts

    def _do(self, doing: Doing) -> None:
        async def done() -> None:
            case = await self._fresh()
            if case is not None:
                await doing(case)

        self.begin(done, "act")

    async def _more(self) -> None:
        case = await self._fresh()
        about = forms.about(case) if case else _("No referral is chosen.")
        held = case is not None and case.responsible is not None
        rarer = [
            one
            for one in self.rarer()
            if (case or one not in commands.RARER) and (held or one not in commands.OF_A_DEPARTMENT)
        ]
        offered = commands.offered(rarer, self.seat.person)
        chosen = await self.app.push_screen_wait(MoreScreen(about, offered)) if offered else None
        if chosen:
            self.call_later(self.run_action, chosen.from_a_screen)

    async def _fill(self, form: Form) -> Filled | None:
        return await self.app.push_screen_wait(FormScreen(form))

    async def _finish(self, case: Case | None, said: str) -> None:
        if case:
            self.say(said)
            await self.changed(case)

    def _now(self) -> datetime:
        return self.seat.ports.now()

    # What stays here

    async def _assess(self, case: Case) -> None:
        if not self.may_go_on(case):
            return

        def act(filled: Filled) -> Case:
            return self._acts.assess(
                case.id,
                acute=filled.chosen[0] == "acute",
                why=filled.words["why"],
                person=self.seat.person,
                now=self._now(),
                seen=len(case.of(Assessment)),
            )

        done = await self.settle(forms.assess(case, self.seat.ports.casework), act, _("The assessment is noted."))
        if done and done.acute_by:
            await self._ring(done)

    async def _ring(self, case: Case) -> None:
        """Show whom to ring, and note how it went straight away (E3)."""
        rung = await self.app.push_screen_wait(RingScreen(case, local_day(self._now())))
        if rung:
            await self._contact(case)

    async def _contact(self, case: Case) -> None:
        if not self.may_go_on(case):
            return

        def act(filled: Filled) -> Case:
            reached, remark = filled.chosen[0] == "reached", filled.words["remark"]
            return self._acts.contact(case.id, reached=reached, remark=remark, person=self.seat.person, now=self._now())

        await self.settle(forms.contact(case), act, _("The contact is noted."))

    async def _familiar(self, case: Case) -> None:
        """Mark at once; the second time there is something to ask."""
        if not self.may_go_on(case):
            return
        acts, person = self._acts, self.seat.person

        def act(filled: Filled) -> Case:
            known, number = filled.chosen[0] == "known", filled.words["own_case"]
            return acts.familiar(case.id, number, person, self._now(), known=known)

        if case.familiar:
            await self.settle(forms.own_case(case), act, _("Noted."))
        else:
            done = await self.ask(acts.familiar, case.id, "", person, self._now())
            await self._finish(done, _("Marked as known here. Press E again for your own case number."))

    async def _gp(self, case: Case) -> None:
        acts, person = self._acts, self.seat.person

        def consent(filled: Filled) -> Case:
            obtained = _obtained(filled, danish(words.GP_SCOPE))
            return acts.consent(case.id, Purpose.OWN_GP, obtained, person, self._now())

        def involve(_filled: Filled) -> Case:
            return acts.involve_gp(case.id, person, self._now())

        if not self.may_go_on(case):
            return
        fresh: Case | None = case
        if not _holds(case, Purpose.OWN_GP, self._now()):
            fresh = await self.settle(forms.gp_consent(case), consent, _("The consent is written down."))
        if fresh:
            await self.settle(forms.gp_involved(fresh), involve, _("It is noted that the GP is involved."))

    # What Præhospitalet is told

    async def _not_ours(self, case: Case) -> None:
        if not self.may_go_on(case):
            return

        def act(filled: Filled) -> Case:
            why, remark = Elsewhere(filled.chosen[0]), filled.words["remark"]
            return self._acts.not_ours(case.id, why, remark, self.seat.person, self._now())

        said = _("Præhospitalet will be told that the citizen is not yours.")
        await self.settle(forms.not_ours(case), act, said)

    async def _withdraw(self, case: Case) -> None:
        def act(_filled: Filled) -> Case:
            return self._acts.withdraw(case.id, self.seat.person, self._now())

        said = _("The withdrawal is written down. Præhospitalet will be told.")
        await self.settle(forms.withdraw(case), act, said)

    async def _close(self, case: Case) -> None:
        if not (self.may_go_on(case) and self.may_go_on(case, self.theirs)):
            return

        def act(filled: Filled) -> Case:
            return self._acts.close(case.id, filled.chosen, filled.words["reason"], self.seat.person, self._now())

        said = _("Closed. Præhospitalet will be told that it is closed, and nothing else.")
        await self.settle(forms.close(case, self.seat.ports.casework), act, said)

    # Joint meetings

    async def _meeting(self, case: Case) -> None:
        waiting = next((one for one in case.meetings if one.waits_for_us), None)
        ours = [one for one in case.meetings if one.proposed_here and one.standing is not Standing.CANCELLED]
        if waiting:
            await self._answer(case, waiting)
        elif ours:
            await self._change(case, ours)
        else:
            await self._propose(case)

    async def _answer(self, case: Case, one: MeetingState) -> None:
        def act(filled: Filled) -> Case:
            attendance, remark = Attendance(filled.chosen[0]), filled.words["remark"]
            return self._acts.answer_meeting(
                case.id, one.id, attendance, remark, self.seat.person, self._now(), seen=case.meetings
            )

        await self.settle(forms.answer(one), act, _("Præhospitalet will be told."))

    async def _change(self, case: Case, ours: list[MeetingState]) -> None:
        filled = await self._fill(forms.change(ours))
        if filled is None:
            return
        what, _space, meeting_id = filled.chosen[0].partition(" ")
        one = next((one for one in ours if one.id == meeting_id), None)
        if one is None:
            await self._propose(case)
        elif what == "move":
            await self._when(case, None, one)
        else:
            await self._cancel(case, one)

    async def _cancel(self, case: Case, one: MeetingState) -> None:
        def act(filled: Filled) -> Case:
            return self._acts.cancel_meeting(
                case.id, one.id, filled.words["remark"], self.seat.person, self._now(), seen=case.meetings
            )

        said = _("Called off. Præhospitalet will be told; tell the others yourselves.")
        await self.settle(forms.cancel(one), act, said)

    async def _propose(self, case: Case) -> None:
        """Ask for consent and parties first, then for time and place (S21)."""
        filled = await self._fill(forms.meeting_consent(case, ""))
        if filled is not None:
            await self._when(case, filled, None)

    async def _when(self, case: Case, consented: Filled | None, moved: MeetingState | None) -> None:
        who = parties(consented.words["parties"]) if consented else moved.meeting.parties if moved else ()
        obtained = _obtained(consented, danish(words.MEETING_SCOPE)) if consented else None

        def act(filled: Filled) -> Case:
            proposal, person, now = _proposal(filled, who), self.seat.person, self._now()
            if moved:
                return self._acts.move_meeting(case.id, moved.id, proposal, person, now, seen=case.meetings)
            return self._acts.propose(case.id, proposal, person, now, obtained, seen=case.meetings)

        await self.settle(forms.meeting(case), act, _("Præhospitalet will be asked. Invite the others yourselves."))


def _proposal(filled: Filled, who: Sequence[Party]) -> Proposal:
    """Read time and place; raises Unclear."""
    begins, ends = (moment(filled.words["day"], filled.words[name]) for name in ("begins", "ends"))
    if begins is None or ends is None:
        raise Unclear(_("Write the date as 24-11-2026 and the time as 13.00."))
    return Proposal(begins, ends, tuple(who), filled.words["place"])


def _holds(case: Case, purpose: Purpose, now: datetime) -> bool:
    """Tell whether there is a consent of our own to go on; the act itself asks the book again."""
    latest: Consent | None = next((one for one in reversed(case.consents) if one.purpose is purpose), None)
    gone = case.withdrawn
    return latest is not None and latest.in_force(now) and not (gone and gone.at >= latest.obtained_at)


def _obtained(filled: Filled, scope: str) -> Obtained:
    roles = tuple(party.role for party in parties(filled.words.get("parties", "")))
    form = ConsentForm(filled.chosen[0])
    waived = filled.words["waived"] if form is ConsentForm.SPOKEN else ""
    return Obtained(form, scope, filled.words["told"], waived, parties=roles)
