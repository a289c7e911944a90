"""Two people at the same case at once, in threads on a real database: the second is told who was first (S12–S21).

Each act is done by two who both saw the case as it was. One gets through; the other is told by whom, and when, they
were beaten, and nothing of the first one's is overwritten. What is a list keeps both.
"""

import threading
from datetime import timedelta

import pytest

from gateway.consents.model import Form, Purpose
from gateway.meetings.flow import Proposal
from gateway.wire.answers import Elsewhere
from gateway.wire.letters import Kind
from gateway.wire.meeting import Attendance, Meeting, Party
from inbox_tui.acts import Obtained
from inbox_tui.casework.errors import (
    AlreadyAcknowledged,
    AlreadyEnded,
    AlreadySentBack,
    AlreadyTakenOver,
    AlreadyWithdrawn,
    AssessedMeanwhile,
    ForwardedMeanwhile,
    MeetingMeanwhile,
)
from inbox_tui.casework.notes import Assessment, Contact, Familiar
from inbox_tui.refusals import in_words
from tests.inbox_site import ANNE, BENT, HOME_CARE, NOW, SOCIAL, arrived, conversation, referral

CASE = conversation("2026-0001")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GP = Party(role="egen læge")
YES = Obtained(Form.WRITTEN, "Et møde.", "Hvem der kommer.", parties=("egen læge",))
OF = {ANNE: ("Anne har ordet.", SOCIAL, 1), BENT: ("Bent har ordet.", HOME_CARE, 2)}
"""What each of them would write, where to, and by which day."""


def theirs_meeting():
    consent = {"obtained_at": NOW, "obtained_by": "Mette", "form": "spoken", "parties": ["egen læge"]}
    return Meeting(
        meeting_id="5b0f1c1e-0000-4000-8000-000000000001",
        starts_at=NOW + 3 * DAY,
        ends_at=NOW + 3 * DAY + HOUR,
        convened_by="Mette Testgaard",
        unit="AMK-vagtcentralen",
        parties=({"role": "egen læge"},),
        consent=consent,
        proposed_at=NOW,
    ).written()


def begun(site):
    site.receive(arrived(referral("R02")))


def taken(site):
    begun(site)
    site.store.acknowledge(CASE, ANNE, NOW)


def assessed(site):
    taken(site)
    site.acts.assess(CASE, acute=False, why="Rolig.", person=ANNE, now=NOW)


def forwarded(site):
    taken(site)
    site.store.forward(CASE, SOCIAL, ANNE, "", NOW)


def asked(site):
    taken(site)
    site.hear(Kind.MEETING, theirs_meeting())


def convened(site):
    taken(site)
    site.acts.propose(CASE, plan(3), ANNE, NOW, YES)


def plan(day):
    return Proposal(NOW + day * DAY, NOW + day * DAY + HOUR, (GP,))


def at(who):
    return NOW + HOUR * OF[who][2]


def acknowledge(site, who, _case):
    site.store.acknowledge(CASE, who, at(who))


def assess(site, who, case):
    seen = len(case.of(Assessment))
    site.acts.assess(CASE, acute=who is ANNE, why=OF[who][0], person=who, now=at(who), seen=seen)


def forward(site, who, case):
    site.store.forward(CASE, OF[who][1], who, OF[who][0], at(who), seen=case.handovers)


def take_over(site, who, _case):
    site.store.take_over(CASE, who, at(who), OF[who][0])


def send_back(site, who, _case):
    site.store.send_back(CASE, OF[who][0], who, at(who))


def close(site, who, _case):
    site.acts.close(CASE, ["not-now"], OF[who][0], who, at(who))


def not_ours(site, who, _case):
    site.acts.not_ours(CASE, Elsewhere.MOVED, OF[who][0], who, at(who))


def withdraw(site, who, _case):
    site.acts.withdraw(CASE, who, at(who))


def propose(site, who, case):
    site.acts.propose(CASE, plan(OF[who][2]), who, NOW, YES, seen=case.meetings)


def move(site, who, case):
    site.acts.move_meeting(CASE, case.meetings[0].id, plan(OF[who][2] + 5), who, NOW, seen=case.meetings)


def cancel(site, who, case):
    site.acts.cancel_meeting(CASE, case.meetings[0].id, OF[who][0], who, at(who), seen=case.meetings)


def answer(site, who, case):
    attendance = Attendance.ACCEPTED if who is ANNE else Attendance.DECLINED
    site.acts.answer_meeting(CASE, case.meetings[0].id, attendance, OF[who][0], who, at(who), seen=case.meetings)


ONE_OF_THEM = [
    (begun, acknowledge, AlreadyAcknowledged),
    (taken, assess, AssessedMeanwhile),
    (assessed, assess, AssessedMeanwhile),
    (taken, forward, ForwardedMeanwhile),
    (forwarded, forward, ForwardedMeanwhile),
    (forwarded, take_over, AlreadyTakenOver),
    (forwarded, send_back, AlreadySentBack),
    (assessed, close, AlreadyEnded),
    (taken, not_ours, AlreadyEnded),
    (taken, withdraw, AlreadyWithdrawn),
    (taken, propose, MeetingMeanwhile),
    (convened, move, MeetingMeanwhile),
    (convened, cancel, MeetingMeanwhile),
    (asked, answer, MeetingMeanwhile),
]


def both(site, act):
    """Let both act at once on the case as it was; gives who was refused, and why."""
    start, refused, case = threading.Barrier(2), {}, site.case(CASE)

    def one(who):
        start.wait()
        try:
            act(site, who, case)
        except Exception as error:  # noqa: BLE001 - what it is is judged below
            refused[who] = error

    threads = [threading.Thread(target=one, args=(who,)) for who in OF]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


@pytest.mark.parametrize(("before", "act", "told"), ONE_OF_THEM, ids=lambda value: getattr(value, "__name__", ""))
def test_of_two_at_once_one_gets_through_and_the_other_is_told_who_and_when(site, before, act, told):
    before(site)
    site.posted.clear()
    ((loser, error),) = both(site, act).items()
    (winner,) = set(OF) - {loser}
    assert isinstance(error, told)
    who = OF[winner][0] if act is take_over else winner.name
    assert (error.by, error.at) == (who, error.at)
    assert who in in_words(error)
    assert str(error.at.year) in in_words(error)
    assert len(site.posted) <= 1
    after = str(site.case(CASE))
    assert OF[loser][0] not in after


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda site, who, _case: site.acts.contact(CASE, reached=True, remark="", person=who, now=NOW), Contact),
        (lambda site, who, _case: site.acts.familiar(CASE, OF[who][0], who, NOW), Familiar),
    ],
    ids=["contact", "familiar"],
)
def test_what_is_a_list_keeps_both(site, act, kind):
    """E5, A10."""
    taken(site)
    assert both(site, act) == {}
    assert {one.by for one in site.case(CASE).of(kind)} == {ANNE.name, BENT.name}


def test_two_consents_written_down_at_once_are_both_kept(site):
    """C5."""
    taken(site)
    spoken = Obtained(Form.SPOKEN, "Egen læge.", "Hvad lægen får at vide.", "Telefon.")
    assert both(site, lambda site, who, _case: site.acts.consent(CASE, Purpose.OWN_GP, spoken, who, NOW)) == {}
    assert {one.taken_by for one in site.case(CASE).consents} == {ANNE.name, BENT.name}
