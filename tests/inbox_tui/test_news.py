"""What Præhospitalet writes about a case that is here already, as handlers."""

from datetime import timedelta

import pytest
from databases import everything_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from directory.calendar import local_day
from gateway.consents.book import ConsentBook
from gateway.consents.errors import ConsentWithdrawn
from gateway.consents.model import Form, Purpose
from gateway.meetings.book import Standing
from gateway.meetings.flow import Proposal
from gateway.wire.answers import Reminder, Withdrawal
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.letters import Kind
from gateway.wire.meeting import Attendance, Meeting, MeetingAnswer, MeetingCancelled, Party
from gateway.wire.supplement import Supplement
from gateway.wire.warnings import Notice
from inbox_tui.acts import Obtained
from inbox_tui.casework.case import CaseState
from inbox_tui.news import News
from inbox_tui.tables import EventKind, EventRow
from tests.inbox_site import ANNE, NOW, InboxSite, arrived, referral

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = local_day(NOW)
UNIT = {"unit": "AMK-vagtcentralen", "phone": "+4584112000"}
WITHDRAWN = Withdrawal(withdrawn_at=NOW + HOUR, taken_by="Mette Testgaard", **UNIT).written()
REMINDED = Reminder(referred_at=NOW, reminded_at=NOW + DAY, **UNIT).written()
MEETING = Meeting(
    meeting_id="5b0f1c1e-0000-4000-8000-000000000001",
    starts_at=NOW + 3 * DAY,
    ends_at=NOW + 3 * DAY + HOUR,
    place="Rådhuset",
    convened_by="Mette Testgaard",
    unit="AMK-vagtcentralen",
    parties=({"role": "egen læge"},),
    consent={"obtained_at": NOW, "obtained_by": "Mette Testgaard", "form": "spoken", "parties": ["egen læge"]},
    proposed_at=NOW,
).written()
CANCELLED = MeetingCancelled(
    meeting_id=MEETING["meeting_id"], sequence=0, cancelled_by="Mette Testgaard", unit="AMK", cancelled_at=NOW
).written()


def supplement(**said):
    return Supplement(written_at=NOW, written_by="Mette Testgaard", **said).written()


BODIES = {
    Kind.SUPPLEMENT: supplement(text="Nyt."),
    Kind.WITHDRAWAL: WITHDRAWN,
    Kind.REMINDER: REMINDED,
    Kind.MEETING: MEETING,
    Kind.MEETING_CANCELLED: CANCELLED,
}


@pytest.fixture
def case_id(site):
    return site.receive(arrived(referral("R01")))


def line(site):
    return site.page(0, 1, TODAY)[0]


def test_a_cpr_that_came_later_is_used_and_no_longer_said_to_be_missing(site, case_id):
    """G1."""
    assert Notice.CPR_MISSING in site.case(case_id).notices
    assert Notice.CPR_MISSING in line(site).notices
    before = site.case(case_id).referral
    site.hear(Kind.SUPPLEMENT, supplement(cpr="190668-7074"))
    case = site.case(case_id)
    assert case.in_force.citizen.cpr == "190668-7074"
    assert case.referral == before
    assert Notice.CPR_MISSING not in line(site).notices
    assert line(site).supplements == 1


@pytest.mark.usefixtures("case_id")
def test_a_name_and_a_safety_note_that_came_later_stand_in_the_list(site):
    """G8."""
    site.hear(Kind.SUPPLEMENT, supplement(name="Viggo Prøvesen", safety_note="Gå to."))
    assert line(site).citizen == "Viggo Prøvesen"
    assert Notice.SAFETY_NOTE in line(site).notices


def test_supplements_are_kept_in_the_order_they_came(site, case_id):
    """O23."""
    for place in range(4):
        site.hear(Kind.SUPPLEMENT, supplement(text=f"Nyt {place}", correction=place == 3))
    said = [one.supplement for one in site.case(case_id).supplements]
    assert [one.text for one in said] == ["Nyt 0", "Nyt 1", "Nyt 2", "Nyt 3"]
    assert [one.correction for one in said] == [False, False, False, True]
    assert line(site).supplements == 4


def test_a_supplement_reaches_a_closed_case_too(site, case_id):
    site.store.acknowledge(case_id, ANNE, NOW)
    site.acts.assess(case_id, acute=False, why="Rolig.", person=ANNE, now=NOW)
    site.acts.close(case_id, ["not-now"], "Fordi.", ANNE, NOW)
    site.hear(Kind.SUPPLEMENT, supplement(phone="+4595000109"))
    case = site.case(case_id)
    assert (case.state, case.in_force.citizen.phone) == (CaseState.CLOSED, "+4595000109")


def test_a_reminder_is_marked_until_somebody_acknowledges(site, case_id):
    """E13."""
    site.hear(Kind.REMINDER, REMINDED)
    assert line(site).reminded
    assert site.case(case_id).reminder.phone == "+4584112000"
    site.store.acknowledge(case_id, ANNE, NOW)
    assert not line(site).reminded
    assert site.case(case_id).reminder is None


def test_a_withdrawal_is_written_into_the_book_and_takes_the_case_off_the_working_list(site, case_id):
    """O10."""
    before = site.case(case_id).referral
    site.hear(Kind.WITHDRAWAL, WITHDRAWN, received_at=NOW + HOUR)
    case = site.case(case_id)
    assert (case.withdrawn.by, case.withdrawn.at, case.withdrawn.here) == ("Mette Testgaard", NOW + HOUR, False)
    assert case.referral == before
    with site.db.reading() as session:
        book = ConsentBook(session, site.vault)
        assert {book.withdrawn_at(case_id, purpose) for purpose in Purpose} == {NOW + HOUR}
    assert line(site).withdrawn
    assert site.posted == []


def test_withdrawals_that_cross_leave_both_written_and_the_first_counted(site, case_id):
    site.acts.withdraw(case_id, ANNE, NOW)
    site.hear(Kind.WITHDRAWAL, WITHDRAWN)
    assert len(site.case(case_id).notes) == 2
    assert line(site).withdrawn


def test_a_withdrawal_ends_what_was_obtained_while_word_of_it_was_on_its_way(site, case_id):
    """O10: the citizen told Præhospitalet; a colleague here who could not know asked about the GP meanwhile."""
    site.store.acknowledge(case_id, ANNE, NOW)
    yes = Obtained(Form.WRITTEN, "Kommunen må inddrage egen læge.", "Hvad lægen får at vide.")
    site.acts.consent(case_id, Purpose.OWN_GP, yes, ANNE, NOW + 2 * HOUR)
    site.hear(Kind.WITHDRAWAL, WITHDRAWN, received_at=NOW + 3 * HOUR)
    with pytest.raises(ConsentWithdrawn):
        site.acts.involve_gp(case_id, ANNE, NOW + 4 * HOUR)
    site.acts.consent(case_id, Purpose.OWN_GP, yes, ANNE, NOW + 5 * HOUR)
    site.acts.involve_gp(case_id, ANNE, NOW + 5 * HOUR)


def test_a_withdrawal_dated_ahead_does_not_stand_in_the_way_of_a_later_yes(site, case_id):
    site.store.acknowledge(case_id, ANNE, NOW)
    site.hear(Kind.WITHDRAWAL, WITHDRAWN | {"withdrawn_at": "2200-01-01T00:00:00Z"}, received_at=NOW + HOUR)
    yes = Obtained(Form.WRITTEN, "Kommunen må inddrage egen læge.", "Hvad lægen får at vide.")
    site.acts.consent(case_id, Purpose.OWN_GP, yes, ANNE, NOW + 2 * HOUR)
    site.acts.involve_gp(case_id, ANNE, NOW + 2 * HOUR)


def test_a_meeting_proposed_by_the_region_waits_for_an_answer(site, case_id):
    """F5."""
    site.hear(Kind.MEETING, MEETING)
    (one,) = site.case(case_id).meetings
    assert one.waits_for_us
    assert line(site).asked
    site.acts.answer_meeting(case_id, one.id, Attendance.ACCEPTED, "Vi er to.", ANNE, NOW)
    (letter,) = site.posted
    assert (letter.kind, letter.body["attendance"], letter.body["answered_by"]) == (
        Kind.MEETING_ANSWER,
        "accepted",
        ANNE.name,
    )
    assert not line(site).asked
    site.hear(Kind.MEETING_CANCELLED, CANCELLED)
    assert site.case(case_id).meetings[0].standing is Standing.CANCELLED


def test_the_region_s_answer_to_our_meeting_is_shown(site, case_id):
    yes = Obtained(Form.WRITTEN, "Et møde.", "Hvem der kommer.", parties=("egen læge",))
    proposal = Proposal(NOW + DAY, NOW + DAY + HOUR, (Party(role="egen læge"),))
    (one,) = site.acts.propose(case_id, proposal, ANNE, NOW, yes).meetings
    said = MeetingAnswer(
        meeting_id=one.id, attendance=Attendance.DECLINED, answered_by="Mette", unit="AMK", answered_at=NOW
    )
    site.hear(Kind.MEETING_ANSWER, said.written())
    assert site.case(case_id).meetings[0].standing is Standing.DECLINED
    assert not line(site).asked


@pytest.mark.parametrize("kind", BODIES)
def test_only_the_region_that_opened_the_case_is_heard(site, case_id, kind):
    letter = arrived({}, from_party="751", kind=kind, body=BODIES[kind], letter_id="x")
    before = site.case(case_id)
    with pytest.raises(LetterOutOfTurn), site.db.session() as session:
        News(site.store, site.vault).handlers()[kind](session, letter)
    assert site.case(case_id) == before


@pytest.mark.parametrize("kind", BODIES)
def test_a_letter_about_no_case_here_is_out_of_turn(site, kind):
    letter = arrived({}, kind=kind, body=BODIES[kind], letter_id="x")
    with pytest.raises(LetterOutOfTurn), site.db.session() as session:
        News(site.store, site.vault).handlers()[kind](session, letter)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=3), max_size=2)
KEYS = sorted({key for body in BODIES.values() for key in body} | {"cpr", "attendance", "phone"})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(BODIES)), body=st.dictionaries(st.sampled_from(KEYS), SCALARS, max_size=6))
def test_any_other_body_is_unreadable_says_nothing_and_changes_nothing(tmp_path_factory, kind, body):
    site = InboxSite(tmp_path_factory.mktemp("news") / "inbox.db")
    case_id = site.receive(arrived(referral("R01")))
    before = site.case(case_id)
    with pytest.raises(LetterUnreadable) as refusal:
        site.hear(kind, body)
    assert str(refusal.value) == ""
    assert site.case(case_id) == before
    site.db.close()


def test_each_letter_leaves_an_event_without_a_person(site, case_id):
    for kind, body in BODIES.items():
        before = site.revision()
        if kind is not Kind.WITHDRAWAL:
            site.hear(kind, body)
            assert site.revision() > before
    with site.db.reading() as session:
        found = session.exec(select(EventRow).where(EventRow.case_id == case_id).order_by(EventRow.id)).all()
    assert [one.kind for one in found] == [
        EventKind.RECEIVED,
        EventKind.SUPPLEMENTED,
        EventKind.REMINDED,
        EventKind.MEETING,
        EventKind.MEETING,
    ]
    assert {one.person_id for one in found} == {None}


def test_what_arrived_lies_locked(site, case_id):
    site.hear(Kind.SUPPLEMENT, supplement(cpr="190668-7074", text="HEMMELIG"))
    site.hear(Kind.REMINDER, REMINDED)
    site.hear(Kind.MEETING, MEETING)
    site.hear(Kind.WITHDRAWAL, WITHDRAWN)
    site.db.close()
    raw = everything_in(site.path)
    for private in ("190668", "HEMMELIG", "Mette", "AMK-vagtcentralen", "Rådhuset", "egen læge"):
        assert private.encode() not in raw
    assert case_id.encode() in raw
