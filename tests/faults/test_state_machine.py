"""Everything people at both ends can do about a referral, in any order, with everything going wrong in between.

Hypothesis drives both ends through the acts of the conversation table while mail is lost, doubled, replayed, reordered
and refused, either end is killed at a commit, and the clock jumps. What must hold is held after every step, and more
when all has arrived.
"""

import asyncio
from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from machine_ends import BEGINS, CODE, DENIED, FATES, Killed, pairs, without_seal

from directory.model import REGION
from gateway import bootstrap as region_end
from gateway.consents.errors import ConsentError
from gateway.consents.model import Form
from gateway.exchange import outbox
from gateway.meetings.book import MeetingBook
from gateway.meetings.errors import MeetingError
from gateway.meetings.flow import Proposal
from gateway.referring.correspond import Yes
from gateway.referring.errors import ReferralError
from gateway.referring.example import example
from gateway.wire.answers import Elsewhere
from gateway.wire.conversation import Stage, next_stage, side_of
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind
from gateway.wire.meeting import Attendance, Party
from inbox_tui import bootstrap as municipal_end
from inbox_tui.acts import Obtained
from inbox_tui.casework.errors import CaseworkError
from inbox_tui.casework.outcomes import Outcome

NOT_NOW = (ReferralError, CaseworkError, ConsentError, MeetingError, LetterOutOfTurn)
"""What a person is told when an act cannot be done now."""

HOUR = timedelta(hours=1)
EARLIEST = BEGINS - timedelta(days=3)
MOST_ROUNDS = 400
MOST_REFERRALS = 4
CITIZEN = (Party(role="borgeren"),)

WHICH = st.integers(0, MOST_REFERRALS - 1)
FATE = st.sampled_from([*["arrives"] * 4, *(fate for fate in FATES if fate != DENIED)])
DIES_IN = st.sampled_from([*[None] * 8, *range(8)])
"""At which commit the acting end is killed: mostly never."""


class BothEnds(RuleBasedStateMachine):
    """The machine; `made` gives each run a fresh pair."""

    made = None
    runner = None
    steps = 0
    faults = 0

    def __init__(self):
        super().__init__()
        self._stack = ExitStack()
        self.ends = self._stack.enter_context(self.made.fresh())
        self.stages = {end.station.own.party: {} for end in self.ends.both}
        self.rows_seen = {end.station.own.party: (0, 0) for end in self.ends.both}
        self.answers, self.received, self.withdrawn = {}, set(), set()
        self.latest = self.ends.clock()

    @property
    def region(self):
        return self.ends.region

    @property
    def unit(self):
        return self.ends.unit

    # How anything is done

    def does(self, end, act, dies_in=None):
        """Let an end do something, and be killed meanwhile; a killed one is opened again."""
        type(self).steps += 1
        end.database.dies_in = dies_in
        try:
            return act()
        except NOT_NOW:
            return None
        except Killed:
            type(self).faults += 1
            end.reopen()
            return None
        finally:
            end.database.dies_in = None

    def number(self, which):
        numbers = self.region.ask("SELECT number FROM referrals ORDER BY number")
        return numbers[which % len(numbers)][0] if numbers else "2026-9999"

    def case(self, which):
        cases = self.unit.ask("SELECT id FROM cases ORDER BY id")
        return cases[which % len(cases)][0] if cases else "none"

    def meeting(self, end, which, *, ours):
        query = "SELECT meeting_id, conversation_id FROM meetings WHERE proposed_here = ? ORDER BY meeting_id"
        found = end.ask(query, ours)
        return found[which % len(found)] if found else ("none", "none")

    def proposal(self, hours):
        begins = self.ends.clock() + hours * HOUR
        return Proposal(begins, begins + HOUR, CITIZEN, "Opdigtet")

    @property
    def told(self):
        """Give who acts at the municipality, and when."""
        return {"person": self.unit.person, "now": self.ends.clock()}

    # The region

    @rule(dies_in=DIES_IN)
    @precondition(lambda self: len(self.region.ask("SELECT 1 FROM referrals")) < MOST_REFERRALS)
    def refer(self, dies_in):
        content = example(CODE, self.ends.clock()) | {"reference": None}
        self.does(self.region, lambda: region_end.submit(self.region.station)(content, self.region.person), dies_in)

    @initialize()
    def begin(self):
        self.refer(None)

    @rule(which=WHICH, dies_in=DIES_IN)
    def supplement(self, which, dies_in):
        correspond, said = region_end.correspond(self.region.station), {"calls_today": 3}
        name = self.number(which)
        self.does(self.region, lambda: correspond.supplement(name, said, self.region.person), dies_in)

    @rule(which=WHICH, dies_in=DIES_IN)
    def withdraw(self, which, dies_in):
        correspond, name = region_end.correspond(self.region.station), self.number(which)
        self.does(self.region, lambda: correspond.withdraw(name, self.region.person), dies_in)

    @rule(which=WHICH, hours=st.integers(1, 60), dies_in=DIES_IN)
    def propose_here(self, which, hours, dies_in):
        correspond, name = region_end.correspond(self.region.station), self.number(which)
        consent = Yes(
            given_by="borgeren selv",
            taken_by=self.region.person.name,
            obtained_at=self.ends.clock(),
            form=Form.SPOKEN,
            scope="Et møde.",
            information_given="Det er frivilligt.",
            writing_waived_because="Givet i telefonen.",
        )
        proposal, person = self.proposal(hours), self.region.person
        self.does(self.region, lambda: correspond.propose_meeting(name, proposal, person, consent), dies_in)

    @rule(which=WHICH, hours=st.integers(1, 60), dies_in=DIES_IN)
    def move_ours(self, which, hours, dies_in):
        correspond, (meeting, _of) = (
            region_end.correspond(self.region.station),
            self.meeting(self.region, which, ours=True),
        )
        proposal, person = self.proposal(hours), self.region.person
        self.does(self.region, lambda: correspond.move_meeting(meeting, proposal, person), dies_in)

    @rule(which=WHICH, attendance=st.sampled_from(Attendance), dies_in=DIES_IN)
    def answer_theirs(self, which, attendance, dies_in):
        correspond = region_end.correspond(self.region.station)
        meeting, _of = self.meeting(self.region, which, ours=False)
        self.does(self.region, lambda: correspond.answer_meeting(meeting, attendance, self.region.person), dies_in)

    @rule(which=WHICH, dies_in=DIES_IN)
    def cancel_ours(self, which, dies_in):
        correspond, (meeting, _of) = (
            region_end.correspond(self.region.station),
            self.meeting(self.region, which, ours=True),
        )
        self.does(self.region, lambda: correspond.cancel_meeting(meeting, self.region.person), dies_in)

    @rule(dies_in=DIES_IN)
    def remind_and_tidy(self, dies_in):
        self.does(self.region, region_end.duty(self.region.station).tick, dies_in)
        self.does(self.region, region_end.correspond(self.region.station).tidy, dies_in)
        self.does(self.region, region_end.after_all(self.region.station), dies_in)

    # The municipality

    @rule(which=WHICH, dies_in=DIES_IN)
    def acknowledge(self, which, dies_in):
        store, case = municipal_end.case_store(self.unit.station), self.case(which)
        self.does(self.unit, lambda: store.acknowledge(case, self.unit.person, self.ends.clock()), dies_in)

    @rule(which=WHICH, dies_in=DIES_IN)
    def not_ours(self, which, dies_in):
        acts, case = municipal_end.acts(self.unit.station), self.case(which)
        self.does(self.unit, lambda: acts.not_ours(case, Elsewhere.MOVED, "", **self.told), dies_in)

    @rule(which=WHICH, dies_in=DIES_IN)
    def close(self, which, dies_in):
        acts, case = municipal_end.acts(self.unit.station), self.case(which)
        self.does(self.unit, lambda: acts.assess(case, acute=False, why="Opdigtet.", **self.told))
        self.does(self.unit, lambda: acts.close(case, [Outcome.HOUSING], "Opdigtet.", **self.told), dies_in)

    @rule(which=WHICH, dies_in=DIES_IN)
    def withdraw_there(self, which, dies_in):
        acts, case = municipal_end.acts(self.unit.station), self.case(which)
        self.does(self.unit, lambda: acts.withdraw(case, **self.told), dies_in)

    @rule(which=WHICH, hours=st.integers(1, 60), dies_in=DIES_IN)
    def propose_there(self, which, hours, dies_in):
        acts, case = municipal_end.acts(self.unit.station), self.case(which)
        consent = Obtained(Form.SPOKEN, "Et møde.", "Det er frivilligt.", "Givet i telefonen.", parties=("borgeren",))
        self.does(self.unit, lambda: acts.propose(case, self.proposal(hours), **self.told, obtained=consent), dies_in)

    @rule(which=WHICH, attendance=st.sampled_from(Attendance), dies_in=DIES_IN)
    def answer_there(self, which, attendance, dies_in):
        acts, (meeting, case) = municipal_end.acts(self.unit.station), self.meeting(self.unit, which, ours=False)
        self.does(self.unit, lambda: acts.answer_meeting(case, meeting, attendance, "", **self.told), dies_in)

    @rule(which=WHICH, dies_in=DIES_IN)
    def cancel_there(self, which, dies_in):
        acts, (meeting, case) = municipal_end.acts(self.unit.station), self.meeting(self.unit, which, ours=True)
        self.does(self.unit, lambda: acts.cancel_meeting(case, meeting, "", **self.told), dies_in)

    # The mail

    @rule(here=st.booleans(), fate=FATE, dies_in=DIES_IN)
    def send(self, here, fate, dies_in):
        end = self.region if here else self.unit
        self.ends.line.fate = fate
        type(self).faults += fate != "arrives"
        self.does(end, lambda: self.runner.run(end.deliver()), dies_in)

    @rule(here=st.booleans(), which=st.integers(0, 30), dies_in=DIES_IN)
    def arrive(self, here, which, dies_in):
        """Let any mail that is under way arrive, not the oldest first."""
        end = self.region if here else self.unit
        if end.mail:
            mail = end.mail[which % len(end.mail)]
            stored = len(end.ask("SELECT 1 FROM arrivals"))
            self.does(end, lambda: end.take(mail), dies_in)
            if len(end.ask("SELECT 1 FROM arrivals")) > stored:
                end.mail.remove(mail)

    @rule(here=st.booleans(), which=st.integers(0, 100))
    def replay(self, here, which):
        """Let any mail that ever left come once more."""
        end = self.region if here else self.unit
        ever = self.ends.line.ever.get(end.address, [])
        if ever:
            type(self).faults += 1
            self.does(end, lambda: end.take(ever[which % len(ever)]))

    @rule(hours=st.sampled_from([-26, -1, 1, 1, 2, 3, 26, 75]))
    def pass_time(self, hours):
        type(self).faults += hours < 0
        self.latest = max(self.latest, self.ends.clock())
        self.ends.clock.now = max(self.ends.clock() + hours * HOUR, EARLIEST)

    # What must hold after every step

    @invariant()
    def every_step_follows_the_table(self):
        """Each end's stage moves by exactly the letters it posts and takes, one at a time."""
        for end in self.ends.both:
            party = end.station.own.party
            stages, (posted, taken) = self.stages[party], self.rows_seen[party]
            out = end.ask("SELECT rowid, conversation_id, kind FROM outgoing WHERE rowid > ? ORDER BY rowid", posted)
            query = "SELECT rowid, conversation_id, kind FROM taken WHERE rowid > ? AND verdict = 'ok' ORDER BY rowid"
            came = end.ask(query, taken)
            other = CODE if party == REGION else REGION
            for speaker, letters in ((party, out), (other, came)):
                for _row, conversation, kind in letters:
                    if kind != Kind.RECEIPT:
                        stage = stages.get(conversation, Stage.SILENT)
                        stages[conversation] = next_stage(stage, side_of(speaker), Kind(kind))
            self.rows_seen[party] = (
                max([posted, *(row for row, *_rest in out)]),
                max([taken, *(row for row, *_rest in came)]),
            )
            stands = dict(end.ask("SELECT conversation_id, stage FROM conversations"))
            assert stands == {conversation: stage.value for conversation, stage in stages.items()}

    @invariant()
    def a_referral_is_one_case(self):
        assert self.unit.ask("SELECT letter_id FROM cases GROUP BY letter_id HAVING count(*) > 1") == []
        assert self.unit.ask("SELECT number FROM cases GROUP BY number HAVING count(*) > 1") == []

    @invariant()
    def good_news_is_final(self):
        """A letter that was received is never anything else again, and its answer stays the same."""
        for end in self.ends.both:
            query = "SELECT letter_id FROM outgoing WHERE state = 'received' AND kind != 'receipt'"
            received = {letter for (letter,) in end.ask(query)}
            gone = {letter for party, letter in self.received if party == end.address} - received
            assert gone == set()
            self.received |= {(end.address, letter) for letter in received}
            for letter, receipt, body in end.ask(
                "SELECT taken.letter_id, receipt_id, locked FROM taken JOIN outgoing receipt "
                "ON receipt.letter_id = receipt_id WHERE verdict = 'ok'"
            ):
                assert self.answers.setdefault((end.address, letter), (receipt, body)) == (receipt, body)

    @invariant()
    def withdrawn_stays_withdrawn(self):
        for end, table in ((self.region, "referrals"), (self.unit, "cases")):
            key = "conversation_id" if table == "referrals" else "id"
            query = f"SELECT {key} FROM {table} WHERE withdrawn_at IS NOT NULL"  # noqa: S608 - two fixed names
            if table == "referrals":
                query += " OR cancelled_at IS NOT NULL"
            withdrawn = {(table, one) for (one,) in end.ask(query)}
            assert {one for one in self.withdrawn if one[0] == table} <= withdrawn
            self.withdrawn |= withdrawn

    # What must hold when all has arrived

    def teardown(self):
        try:
            self.let_everything_arrive()
            self.every_step_follows_the_table()
            self.good_news_is_final()
            self.both_ends_agree()
        finally:
            self._stack.close()

    def let_everything_arrive(self):
        """Heal line and clock, and let time pass; what was given up or came back is sent again, as people would."""
        self.ends.line.fate = "arrives"
        self.ends.clock.now = max(self.latest, self.ends.clock())
        for _round in range(MOST_ROUNDS):
            worked = sum(self.runner.run(end.deliver()) for end in self.ends.both)
            for end in self.ends.both:
                while end.mail:
                    end.take(end.mail.pop(0))
                    worked += 1
            if worked:
                continue
            if looks := [look for look in (end.next_look() for end in self.ends.both) if look]:
                self.ends.clock.now = min(looks) + timedelta(seconds=1)
            elif not sum(map(self.send_again, self.ends.both)):
                break
        unsent = [end.unsent() for end in self.ends.both]
        assert unsent == [[], []], unsent

    def send_again(self, end):
        failed = end.ask("SELECT letter_id FROM outgoing WHERE state IN ('refused', 'given-up') ORDER BY turn")
        with end.database.session() as session:
            for (letter,) in failed:
                outbox.send_again(session, letter, self.ends.clock())
        region_end.correspond(self.region.station).tidy()
        return len(failed) + region_end.after_all(self.region.station)()

    def both_ends_agree(self):
        here = dict(self.region.ask("SELECT conversation_id, stage FROM conversations"))
        there = dict(self.unit.ask("SELECT conversation_id, stage FROM conversations"))
        unseen = "SELECT conversation_id FROM referrals WHERE cancelled_at AND withdrawn_at IS NULL"
        held_back = {one for (one,) in self.region.ask(unseen)}
        said = {one: stage for one, stage in here.items() if one not in held_back}
        assert said == there
        for end in self.ends.both:
            query = (
                "SELECT kind, state FROM outgoing WHERE kind != 'receipt' AND state NOT IN ('received', 'cancelled')"
            )
            assert end.ask(query) == []
            assert end.ask("SELECT reason FROM arrivals WHERE outcome = 'quarantined'") == []
        assert self.facts(self.region, "referrals", "conversation_id") == self.facts(self.unit, "cases", "id")
        assert self.meetings(self.region) == self.meetings(self.unit)

    @staticmethod
    def facts(end, table, key):
        columns = f"{key}, number, acknowledged_at IS NOT NULL, withdrawn_at IS NOT NULL, closed_at IS NOT NULL"
        query = f"SELECT {columns} FROM {table}"  # noqa: S608 - fixed names
        return sorted(
            end.ask(query + " WHERE cancelled_at IS NULL OR withdrawn_at IS NOT NULL" * (table == "referrals"))
        )

    @staticmethod
    def meetings(end):
        """Tell how each meeting stands, but where a withdrawal has held back what was said of it (O10)."""
        with end.database.reading() as session:
            book = MeetingBook(session, end.station.vault)
            conversations = end.ask("SELECT conversation_id FROM conversations WHERE stage != 'withdrawn'")
            return {
                state.id: (state.standing, state.meeting.sequence, state.meeting.starts_at)
                for (conversation,) in conversations
                for state in book.of(conversation)
            }


def drive(runs, steps):
    """Run the machine; give how many steps were done and how much went wrong."""
    with pairs() as made, without_seal(), asyncio.Runner() as runner:
        BothEnds.made, BothEnds.runner, BothEnds.steps, BothEnds.faults = made, runner, 0, 0
        how = settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        )
        run_state_machine_as_test(BothEnds, settings=how)
        return BothEnds.steps, BothEnds.faults


def test_whatever_people_do_and_whatever_goes_wrong_both_ends_agree_in_the_end(request):
    steps, faults = drive(runs=30, steps=60)

    assert steps > 1000
    assert faults > 150
    request.node.user_properties.append(("machine", (steps, faults)))


def live_through(*steps):
    """Take the machine through these steps alone, and let everything arrive."""
    with pairs() as made, without_seal(), asyncio.Runner() as runner:
        BothEnds.made, BothEnds.runner = made, runner
        machine = BothEnds()
        machine.begin()
        for name, how in steps:
            getattr(machine, name)(**how, dies_in=None)
            machine.every_step_follows_the_table()
        machine.teardown()


def test_a_meeting_that_is_called_off_though_its_proposal_was_held_back_is_taken_in_peace():
    """F5, O10: the citizen withdrew before the proposal had left; nothing about it comes back to anybody."""
    live_through(
        ("send", {"here": True, "fate": "arrives"}),
        ("arrive", {"here": False, "which": 0}),
        ("propose_there", {"which": 0, "hours": 20}),
        ("withdraw_there", {"which": 0}),
        ("send", {"here": False, "fate": "arrives"}),
        ("cancel_there", {"which": 0}),
    )


def test_a_referral_that_was_taken_back_and_had_arrived_after_all_is_withdrawn_there_too():
    """O10: the mail server denied what it had passed on, so the region held that nobody had seen it."""
    live_through(("send", {"here": True, "fate": DENIED}), ("withdraw", {"which": 0}))


def test_who_has_taken_it_before_the_withdrawal_came_is_heard():
    """L5, O10: the acknowledgement of a referral that was denied and taken back is no letter out of turn."""
    live_through(
        ("send", {"here": True, "fate": DENIED}),
        ("withdraw", {"which": 0}),
        ("arrive", {"here": False, "which": 0}),
        ("send", {"here": False, "fate": "arrives"}),
        ("arrive", {"here": True, "which": 0}),
        ("remind_and_tidy", {}),
        ("acknowledge", {"which": 0}),
    )


@pytest.mark.soak
def test_so_they_do_after_many_more_steps():
    steps, _faults = drive(runs=300, steps=100)

    assert steps > 15_000
