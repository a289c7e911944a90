"""Each letter of a conversation, sealed at one end and opened at the other, between two real sites."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
import sites

from directory.book import AddressBook
from directory.calendar import local_day
from directory.model import REGION
from gateway import bootstrap as region_end
from gateway.consents.model import Form, Purpose
from gateway.exchange.arrivals import Outcome
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.sealing import open_letter
from gateway.meetings import take
from gateway.meetings.flow import Proposal
from gateway.wire.answers import Elsewhere, Reminder, Withdrawal
from gateway.wire.conversation import SEQUENCE, Side
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.meeting import Attendance, Party
from gateway.wire.supplement import Supplement
from inbox_tui import bootstrap
from inbox_tui.acts import Obtained
from tests.inbox_site import ANNE, referral, row_of

PRIVATE = "HEMMELIG"
"""What the municipality writes for itself; it must be in nothing that leaves."""


class Ends:
    """The region and Randers, with a referral that has arrived there."""

    def __init__(self, line: sites.Line) -> None:
        self.line, self.clock = line, line.clock
        self.region, self.randers = line.region, line.randers
        self.randers.database.create(bootstrap.TABLES)
        with self.randers.database.session() as session:
            session.add(row_of(ANNE, self.randers.station.vault))
        self.store = bootstrap.case_store(self.randers.station)
        self.acts = bootstrap.acts(self.randers.station)
        self.randers.handlers.update(bootstrap.handlers(self.randers.station))
        for kind in (Kind.NOT_OURS, Kind.CLOSED, Kind.WITHDRAWAL):
            self.region.handlers[kind] = self.region.keep
        self.region.handlers.update(take.handlers(self.region.station.vault))
        self.case_id = new_id()
        self.tell(Kind.REFERRAL, {"referral": referral("R02")})

    def tell(self, kind: Kind, body: Mapping[str, object]) -> list[Outcome]:
        """Let the region say something, and the receipts go back."""
        self.region.post(Letter(kind, self.case_id, sites.RANDERS, sites.NUMBER, body))
        return self.carry(self.region, self.randers)

    def answer(self) -> list[Outcome]:
        """Carry what Randers has posted to the region."""
        return self.carry(self.randers, self.region)

    def carry(self, sender: sites.Site, reader: sites.Site) -> list[Outcome]:
        outcomes = [reader.take(raw)[0] for raw in sender.send()]
        for receipt in reader.send():
            sender.take(receipt)
        return outcomes

    def opened(self) -> list[tuple[Kind, bytes]]:
        """Open at the region everything Randers has sent, as the sealed payload's own bytes."""
        station, found = self.region.station, []
        for raw, _sender, _recipient in self.randers.relay.crossed:
            with self.region.database.reading() as session:
                letter = open_letter(
                    raw, own=station.own.reader, book=AddressBook(session), keyring=station.keyring, now=self.clock()
                )
            assert letter.payload is not None
            found.append((letter.payload.kind, letter.payload.encoded()))
        return found

    def said(self, kind: Kind) -> Mapping[str, object]:
        (one,) = [arrived for arrived in self.region.taken if arrived.kind is kind]
        return one.body

    @property
    def case(self):
        return self.store.get(self.case_id, ANNE, self.clock())


@pytest.fixture
def ends(line):
    return Ends(line)


def test_whatever_one_end_may_say_the_other_takes(ends):
    """A forward goes to a department, which reads mail; a receipt is settled before any handler."""
    region, randers = region_end.handlers(ends.region.station), bootstrap.handlers(ends.randers.station)
    takes = {Side.MUNICIPALITY: (region, "gateway/bootstrap.py"), Side.REGION: (randers, "inbox_tui/news.py")}
    for _stage, side, kind in SEQUENCE:
        handlers, file = takes[side]
        assert kind in handlers or kind is Kind.FORWARD, f"Nobody takes a {kind} of the {side}: see handlers in {file}."
    assert {*region, *randers} == set(Kind) - {Kind.FORWARD, Kind.RECEIPT}


def write_everything(ends):
    """Acknowledge, and write down all that stays at the municipality."""
    now, case_id = ends.clock(), ends.case_id
    ends.store.acknowledge(case_id, ANNE, now)
    ends.acts.assess(case_id, acute=True, why=PRIVATE, person=ANNE, now=now)
    ends.acts.contact(case_id, reached=True, remark=PRIVATE, person=ANNE, now=now)
    ends.acts.familiar(case_id, PRIVATE, ANNE, now)
    consent = Obtained(Form.SPOKEN, PRIVATE, PRIVATE, PRIVATE)
    ends.acts.consent(case_id, Purpose.OWN_GP, consent, ANNE, now)
    ends.acts.involve_gp(case_id, ANNE, now)
    ends.store.forward(case_id, "arbejdsmarked", ANNE, PRIVATE, now, reason=PRIVATE)


def test_closed_reaches_the_region_and_nothing_else_does(ends):
    """L4, O16: looked at in the sealed payloads themselves."""
    write_everything(ends)
    ends.acts.close(ends.case_id, ["psychiatry", "not-now"], PRIVATE, ANNE, ends.clock())
    assert ends.answer() == [Outcome.TAKEN]
    assert ends.answer() == [Outcome.TAKEN]
    opened = ends.opened()
    assert [kind for kind, _payload in opened if kind is not Kind.RECEIPT] == [Kind.ACKNOWLEDGEMENT, Kind.CLOSED]
    for _kind, payload in opened:
        for private in (PRIVATE, "psychiatry", "not-now", "acute", "arbejdsmarked", "Arbejdsmarked", "Karen", "190668"):
            assert private.encode() not in payload
    assert set(ends.said(Kind.CLOSED)) == {"closed_at", "unit", "phone"}
    assert ends.case.ending_told == "received"


def test_what_was_acknowledged_while_the_mail_line_was_down_leaves_later_with_its_own_time(ends):
    """L6, E15: the duty officer sees when a person took it, and by when the citizen is contacted."""
    done, promised = ends.clock(), local_day(ends.clock()) + timedelta(days=2)
    ends.region.handlers[Kind.ACKNOWLEDGEMENT] = ends.region.keep
    ends.store.acknowledge(ends.case_id, ANNE, done, promised)
    ends.randers.relay.answers[:] = [Attempt(Passage.NOT_REACHED, "RELAY_DOWN")]
    assert ends.answer() == []
    assert ends.case.told == "queued"
    ends.clock.go(timedelta(hours=5))
    while not (outcomes := ends.answer()):
        ends.clock.go(timedelta(hours=1))
    assert outcomes == [Outcome.TAKEN]
    said = ends.said(Kind.ACKNOWLEDGEMENT)
    assert (datetime.fromisoformat(said["acknowledged_at"]), said["contact_by"]) == (done, promised.isoformat())


def test_not_ours_reaches_the_region_and_no_other_municipality(ends):
    """O7, S16."""
    ends.acts.not_ours(ends.case_id, Elsewhere.MOVED, "Fraflyttet.", ANNE, ends.clock())
    assert ends.answer() == [Outcome.TAKEN]
    said = ends.said(Kind.NOT_OURS)
    assert (said["why"], said["answered_by"]) == ("moved", ANNE.name)
    assert {recipient for _raw, _sender, recipient in ends.randers.relay.crossed} == {sites.UNITS[REGION][1]}


def test_a_withdrawal_told_here_reaches_the_region(ends):
    """O10."""
    ends.acts.withdraw(ends.case_id, ANNE, ends.clock())
    assert ends.answer() == [Outcome.TAKEN]
    assert ends.said(Kind.WITHDRAWAL)["taken_by"] == ANNE.name


def test_withdrawals_that_cross_on_the_way_are_taken_at_both_ends(ends):
    """O10."""
    now = ends.clock()
    ends.acts.withdraw(ends.case_id, ANNE, now)
    body = Withdrawal(withdrawn_at=now, taken_by="Mette Testgaard", unit="AMK", phone="+4584112000").written()
    assert ends.tell(Kind.WITHDRAWAL, body) == [Outcome.TAKEN]
    assert ends.said(Kind.WITHDRAWAL)["taken_by"] == ANNE.name
    assert {note.by for note in ends.case.notes} == {ANNE.name, "Mette Testgaard"}


def test_a_supplement_a_reminder_and_a_withdrawal_arrive_from_the_region(ends):
    """G1, E13, O10."""
    now = ends.clock()
    cpr = Supplement(written_at=now, written_by="Mette Testgaard", cpr="010150-4004", correction=True).written()
    unit = {"unit": "AMK-vagtcentralen", "phone": "+4584112000"}
    assert ends.tell(Kind.SUPPLEMENT, cpr) == [Outcome.TAKEN]
    assert ends.tell(Kind.REMINDER, Reminder(referred_at=now, reminded_at=now, **unit).written()) == [Outcome.TAKEN]
    assert ends.case.in_force.citizen.cpr == "010150-4004"
    assert ends.case.referral.citizen.cpr == "190668-7074"
    assert ends.case.reminder.by == "AMK-vagtcentralen"
    gone = Withdrawal(withdrawn_at=now, taken_by="Mette Testgaard", **unit).written()
    assert ends.tell(Kind.WITHDRAWAL, gone) == [Outcome.TAKEN]
    assert ends.case.withdrawn.by == "Mette Testgaard"


def test_a_letter_that_cannot_be_read_is_refused_and_changes_nothing(ends):
    """E14."""
    before = ends.case
    assert ends.tell(Kind.SUPPLEMENT, {"written_by": "Mette"}) == [Outcome.REFUSED]
    assert ends.case == before


def test_a_meeting_proposed_here_is_answered_there_and_called_off(ends):
    """F5, C7."""
    now, day = ends.clock(), timedelta(days=1)
    ends.store.acknowledge(ends.case_id, ANNE, now)
    yes = Obtained(Form.WRITTEN, "Et møde.", "Hvem der kommer.", parties=("egen læge",))
    proposal = Proposal(now + day, now + day + timedelta(hours=1), (Party(role="egen læge"),), "Rådhuset")
    (one,) = ends.acts.propose(ends.case_id, proposal, ANNE, now, yes).meetings
    ends.answer()
    assert ends.answer() == [Outcome.TAKEN]
    body = {
        "meeting_id": one.id,
        "attendance": Attendance.ACCEPTED.value,
        "answered_by": "Mette Testgaard",
        "unit": "AMK-vagtcentralen",
        "answered_at": now.isoformat(),
    }
    assert ends.tell(Kind.MEETING_ANSWER, body) == [Outcome.TAKEN]
    assert ends.case.meetings[0].standing == "accepted"
    ends.acts.cancel_meeting(ends.case_id, one.id, "Sygdom.", ANNE, now)
    assert ends.answer() == [Outcome.TAKEN]
    assert ends.case.meetings[0].standing == "cancelled"
