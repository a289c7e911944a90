"""The rarer acts on a real database: locked, in one transaction, and never over a colleague's."""

import threading
from datetime import date, timedelta

import pytest
from databases import everything_in
from sqlmodel import select

from gateway.consents.book import ConsentBook
from gateway.consents.errors import ConsentIncomplete, ConsentLapsed, ConsentWithdrawn, NoConsent, PartyNotCovered
from gateway.consents.model import Form, Purpose
from gateway.exchange.rows import ConversationRow
from gateway.meetings.book import Standing
from gateway.meetings.errors import MeetingIncomplete, MeetingUnknown
from gateway.meetings.flow import Proposal
from gateway.wire.answers import Elsewhere
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind
from gateway.wire.meeting import Attendance, Party
from inbox_tui.acts import Acts, Obtained
from inbox_tui.casework.case import CaseState, Rank
from inbox_tui.casework.errors import AlreadyEnded, AlreadyWithdrawn, AssessedMeanwhile, CaseNotFound, NotAssessedYet
from inbox_tui.casework.notes import Assessment, Contact
from inbox_tui.tables import CaseRow, EventKind, EventRow
from tests.inbox_site import ANNE, BENT, NOW, UNIT, arrived, referral

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YES = Obtained(Form.SPOKEN, "Kommunen må inddrage egen læge.", "Hvad lægen får at vide.", "Samtalen var i telefon.")
GP, CITIZEN = Party(role="egen læge", name="Lise Testgaard"), Party(role="borgeren")


def met_by(*parties):
    return Obtained(Form.WRITTEN, "Et fælles møde.", "Hvem der kommer.", parties=tuple(one.role for one in parties))


def meeting(*parties, days=3):
    return Proposal(NOW + days * DAY, NOW + days * DAY + HOUR, parties, "Rådhuset")


@pytest.fixture
def case_id(site):
    return site.receive(arrived(referral("R02")))


@pytest.fixture
def taken(site, case_id):
    site.store.acknowledge(case_id, ANNE, NOW)
    site.posted.clear()
    return case_id


def row(site, case_id):
    with site.db.reading() as session:
        return session.get_one(CaseRow, case_id)


def events(site):
    with site.db.reading() as session:
        return [(one.kind, one.person_id) for one in session.exec(select(EventRow).order_by(EventRow.id))]


def assess(site, case_id, person=ANNE, *, acute=False, **more):
    return site.acts.assess(case_id, acute=acute, why="Naboen ser til hende.", person=person, now=NOW, **more)


def test_an_assessment_is_kept_with_who_and_when_and_sends_nothing(site, taken):
    """E1, L4."""
    assess(site, taken, acute=True)
    case = site.case(taken)
    assert (case.assessment.acute, case.assessment.by, case.assessment.at) == (True, ANNE.name, NOW)
    assert (row(site, taken).assessed_at, row(site, taken).acute) == (NOW, True)
    assert site.posted == []


def test_the_figures_keep_the_first_assessment_and_the_verdict_is_the_last(site, taken):
    assess(site, taken, acute=True)
    site.acts.assess(taken, acute=False, why="Nu er der ro på.", person=BENT, now=NOW + HOUR)
    assert (row(site, taken).assessed_at, row(site, taken).acute) == (NOW, False)


def test_contact_attempts_are_a_list_and_the_first_that_reached_is_counted(site, taken):
    """E5."""
    for hours, reached in ((1, False), (2, True), (3, True)):
        at = NOW + hours * HOUR
        site.acts.contact(taken, reached=reached, remark="", person=ANNE, now=NOW + 5 * HOUR, at=at)
    assert [one.reached for one in site.case(taken).of(Contact)] == [False, True, True]
    assert row(site, taken).contacted_at == NOW + 2 * HOUR


def test_a_citizen_can_be_marked_known_and_unmarked(site, case_id):
    """A10."""
    assert row(site, case_id).known is None
    site.acts.familiar(case_id, "27.45.00", ANNE, NOW)
    assert (row(site, case_id).known, site.case(case_id).familiar.own_case) == (True, "27.45.00")
    site.acts.familiar(case_id, "", ANNE, NOW, known=False)
    assert row(site, case_id).known is False


def test_nothing_that_was_written_lies_in_clear(site, taken):
    private = "HEMMELIG"
    site.acts.assess(taken, acute=True, why=private, person=ANNE, now=NOW)
    site.acts.contact(taken, reached=True, remark=private, person=ANNE, now=NOW)
    site.acts.familiar(taken, private, ANNE, NOW)
    site.acts.consent(taken, Purpose.OWN_GP, Obtained(Form.SPOKEN, private, private, private), ANNE, NOW)
    site.acts.propose(taken, Proposal(NOW + DAY, NOW + DAY + HOUR, (GP,), private), ANNE, NOW, met_by(GP))
    site.acts.close(taken, ["psychiatry", "other"], private, ANNE, NOW)
    site.db.close()
    raw = everything_in(site.path)
    for words in (private, "psychiatry", "Lise", "læge", "Anne", "Karen"):
        assert words.encode() not in raw


def test_not_ours_leaves_the_working_list_and_tells_the_region_only(site, case_id):
    """O7, S16."""
    site.acts.not_ours(case_id, Elsewhere.MOVED, "  Flyttet i maj. ", ANNE, NOW)
    (letter,) = site.posted
    assert (letter.kind, letter.to_party, letter.body["why"]) == (Kind.NOT_OURS, "region", "moved")
    assert letter.body["remark"] == "Flyttet i maj."
    assert site.case(case_id).state is CaseState.NOT_OURS
    assert site.tally(date(2026, 11, 20)) == {Rank.ENDED: 1}
    assert row(site, case_id).not_ours_at == NOW


def test_a_closed_case_says_only_that_it_is_closed(site, taken):
    """O16, H11."""
    assess(site, taken)
    site.acts.close(taken, ["housing-support", "not-now"], "Aftalt med borgeren.", ANNE, NOW)
    (letter,) = site.posted
    assert (letter.kind, set(letter.body)) == (Kind.CLOSED, {"closed_at", "unit", "phone"})
    ending = site.case(taken).ending
    assert (ending.outcomes, ending.reason, ending.by) == (
        ("housing-support", "not-now"),
        "Aftalt med borgeren.",
        ANNE.name,
    )
    assert row(site, taken).closed_at == NOW


def test_a_refused_close_leaves_everything_as_it_was(site, taken):
    before = site.case(taken)
    with pytest.raises(NotAssessedYet):
        site.acts.close(taken, ["not-now"], "Fordi.", ANNE, NOW)
    assert site.case(taken) == before
    assert site.posted == []


def test_when_posting_fails_nothing_is_closed(site, taken):
    assess(site, taken)

    def fail(_session, _letter):
        raise OSError

    broken = Acts(site.store, site.vault, fail, lambda: UNIT)
    for act in (
        lambda: broken.close(taken, ["not-now"], "Fordi.", ANNE, NOW),
        lambda: broken.not_ours(taken, Elsewhere.MOVED, "", ANNE, NOW),
        lambda: broken.withdraw(taken, ANNE, NOW),
    ):
        with pytest.raises(OSError):  # noqa: PT011 - the very one raised above
            act()
    case = site.case(taken)
    assert (case.state, case.ending, case.withdrawn) == (CaseState.ACKNOWLEDGED, None, None)


def both(act):
    """Let two people act at the same moment; gives what each was refused with."""
    start, refused = threading.Barrier(2), {}

    def one(person):
        start.wait()
        try:
            act(person)
        except Exception as error:  # noqa: BLE001 - what it is is judged below
            refused[person.name] = error

    threads = [threading.Thread(target=one, args=(person,)) for person in (ANNE, BENT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_of_two_who_close_at_once_one_does_and_the_other_is_told_who(site, taken):
    assess(site, taken)
    refused = both(lambda person: site.acts.close(taken, ["not-now"], person.name, person, NOW))
    ((loser, error),) = refused.items()
    assert isinstance(error, AlreadyEnded)
    assert error.by == site.case(taken).ending.by != loser
    assert len(site.posted) == 1


def test_of_a_close_and_a_not_ours_at_once_only_one_leaves(site, taken):
    assess(site, taken)

    def act(person):
        if person is ANNE:
            site.acts.close(taken, ["not-now"], "Fordi.", person, NOW)
        else:
            site.acts.not_ours(taken, Elsewhere.MOVED, "", person, NOW)

    refused = both(act)
    assert [type(error) for error in refused.values()] == [AlreadyEnded]
    assert len(site.posted) == 1


def test_of_two_who_assess_what_both_saw_unassessed_the_second_is_told(site, taken):
    refused = both(lambda person: assess(site, taken, person, seen=0))
    assert [type(error) for error in refused.values()] == [AssessedMeanwhile]
    assert len(site.case(taken).of(Assessment)) == 1


def test_of_two_who_write_a_withdrawal_down_one_letter_leaves(site, taken):
    refused = both(lambda person: site.acts.withdraw(taken, person, NOW))
    assert [type(error) for error in refused.values()] == [AlreadyWithdrawn]
    assert [letter.kind for letter in site.posted] == [Kind.WITHDRAWAL]


def test_two_contacts_at_once_are_both_kept(site, taken):
    assert not both(lambda person: site.acts.contact(taken, reached=True, remark="", person=person, now=NOW))
    assert {one.by for one in site.case(taken).of(Contact)} == {ANNE.name, BENT.name}


def test_a_withdrawal_here_is_told_and_ends_every_consent_and_deletes_nothing(site, taken):
    """O10."""
    site.acts.consent(taken, Purpose.OWN_GP, YES, ANNE, NOW)
    before = site.case(taken)
    site.acts.withdraw(taken, ANNE, NOW + HOUR)
    (letter,) = site.posted
    assert (letter.kind, letter.body["taken_by"]) == (Kind.WITHDRAWAL, ANNE.name)
    case = site.case(taken)
    assert (case.referral, case.consents, case.acknowledged) == (before.referral, before.consents, before.acknowledged)
    with site.db.reading() as session:
        withdrawn = [ConsentBook(session, site.vault).withdrawn_at(taken, purpose) for purpose in Purpose]
    assert withdrawn == [NOW + HOUR] * len(Purpose)
    assert row(site, taken).withdrawn_at == NOW + HOUR


def test_after_a_withdrawal_nothing_that_rests_on_it_is_done(site, taken):
    """O10: forwarding, GP and meeting."""
    site.acts.consent(taken, Purpose.OWN_GP, YES, ANNE, NOW)
    site.acts.consent(taken, Purpose.JOINT_MEETING, met_by(GP), ANNE, NOW)
    site.acts.withdraw(taken, ANNE, NOW + HOUR)
    later = NOW + 2 * HOUR
    for act in (
        lambda: site.store.forward(taken, "social-og-psykiatri", ANNE, "", later),
        lambda: site.acts.involve_gp(taken, ANNE, later),
        lambda: site.acts.propose(taken, meeting(GP), ANNE, later),
    ):
        with pytest.raises(ConsentWithdrawn):
            act()
    assert [letter.kind for letter in site.posted] == [Kind.WITHDRAWAL]


def test_a_withdrawn_case_without_any_consent_of_ours_says_withdrawn_too(site, taken):
    site.acts.withdraw(taken, ANNE, NOW)
    with pytest.raises(ConsentWithdrawn):
        site.acts.involve_gp(taken, ANNE, NOW)
    with pytest.raises(ConsentWithdrawn):
        site.acts.propose(taken, meeting(GP), ANNE, NOW)


def test_nothing_is_noted_as_done_at_a_time_that_has_not_come(site, taken):
    site.acts.contact(taken, reached=True, remark="", person=ANNE, now=NOW, at=NOW + DAY)
    site.acts.withdraw(taken, ANNE, NOW, at=NOW + DAY)
    case = site.case(taken)
    assert (case.of(Contact)[0].at, case.withdrawn.at) == (NOW, NOW)
    (letter,) = site.posted
    assert letter.body["withdrawn_at"] == NOW.isoformat().replace("+00:00", "Z")


def test_a_withdrawal_told_of_afterwards_ends_what_was_obtained_in_between(site, taken):
    """O10: every purpose; a later yes counts again."""
    site.acts.consent(taken, Purpose.OWN_GP, YES, ANNE, NOW + HOUR)
    site.acts.withdraw(taken, ANNE, NOW + 2 * HOUR, at=NOW)
    with pytest.raises(ConsentWithdrawn):
        site.acts.involve_gp(taken, ANNE, NOW + 3 * HOUR)


def test_a_closed_case_can_still_lose_its_consent(site, taken):
    """O10: at any time."""
    assess(site, taken)
    site.acts.close(taken, ["not-now"], "Fordi.", ANNE, NOW)
    assert site.acts.withdraw(taken, ANNE, NOW + HOUR).withdrawn


def test_the_gp_is_involved_only_on_a_consent_of_its_own(site, taken):
    """C5: Præhospitalet's consent is not enough."""
    with pytest.raises(NoConsent):
        site.acts.involve_gp(taken, ANNE, NOW)
    site.acts.consent(taken, Purpose.JOINT_MEETING, met_by(GP), ANNE, NOW)
    with pytest.raises(NoConsent):
        site.acts.involve_gp(taken, ANNE, NOW)
    site.acts.consent(taken, Purpose.OWN_GP, YES, ANNE, NOW)
    site.acts.involve_gp(taken, ANNE, NOW)
    assert (EventKind.GP_INVOLVED, ANNE.id) in events(site)
    assert site.posted == []


def test_a_consent_to_the_gp_lapses_after_a_year(site, taken):
    """O11."""
    site.acts.consent(taken, Purpose.OWN_GP, YES, ANNE, NOW)
    with pytest.raises(ConsentLapsed):
        site.acts.involve_gp(taken, ANNE, NOW + 366 * DAY)


def test_a_spoken_consent_says_why_it_is_not_written(site, taken):
    spoken = Obtained(Form.SPOKEN, "Egen læge.", "Hvad der siges.")
    with pytest.raises(ConsentIncomplete) as refusal:
        site.acts.consent(taken, Purpose.OWN_GP, spoken, ANNE, NOW)
    assert refusal.value.field == "writing_waived_because"
    assert site.case(taken).consents == ()


def test_a_meeting_is_proposed_only_on_a_consent_that_names_everybody(site, taken):
    """C7, S21."""
    with pytest.raises(NoConsent):
        site.acts.propose(taken, meeting(GP), ANNE, NOW)
    with pytest.raises(PartyNotCovered):
        site.acts.propose(taken, meeting(GP, CITIZEN), ANNE, NOW, met_by(GP))
    assert site.posted == []
    assert site.case(taken).consents == ()
    case = site.acts.propose(taken, meeting(GP, CITIZEN), ANNE, NOW, met_by(GP, CITIZEN))
    (letter,) = site.posted
    assert letter.kind is Kind.MEETING
    assert [party["role"] for party in letter.body["parties"]] == ["egen læge", "borgeren"]
    assert case.meetings[0].standing is Standing.PROPOSED


def test_a_meeting_of_ours_is_moved_and_called_off(site, taken):
    """F5."""
    (one,) = site.acts.propose(taken, meeting(GP), ANNE, NOW, met_by(GP)).meetings
    (moved,) = site.acts.move_meeting(taken, one.id, meeting(GP, days=5), ANNE, NOW).meetings
    assert moved.meeting.starts_at == NOW + 5 * DAY
    (gone,) = site.acts.cancel_meeting(taken, one.id, "Vi ringer.", BENT, NOW).meetings
    assert (gone.standing, gone.cancelled.remark) == (Standing.CANCELLED, "Vi ringer.")
    assert [letter.kind for letter in site.posted] == [Kind.MEETING, Kind.MEETING, Kind.MEETING_CANCELLED]


def test_a_meeting_in_the_past_is_refused_and_its_consent_is_not_written_either(site, taken):
    with pytest.raises(MeetingIncomplete):
        site.acts.propose(taken, meeting(GP, days=-1), ANNE, NOW, met_by(GP))
    assert site.case(taken).consents == ()


def test_another_case_s_meeting_is_unknown_here(site, taken):
    (one,) = site.acts.propose(taken, meeting(GP), ANNE, NOW, met_by(GP)).meetings
    other = site.receive(arrived(referral("R05"), "2026-0002"))
    with pytest.raises(MeetingUnknown):
        site.acts.cancel_meeting(other, one.id, "", ANNE, NOW)
    with pytest.raises(MeetingUnknown):
        site.acts.answer_meeting(other, one.id, Attendance.DECLINED, "", ANNE, NOW)


def test_no_meeting_is_called_about_a_citizen_who_is_not_ours(site, case_id):
    site.acts.not_ours(case_id, Elsewhere.MOVED, "", ANNE, NOW)
    with pytest.raises(AlreadyEnded):
        site.acts.propose(case_id, meeting(GP), ANNE, NOW, met_by(GP))


def test_every_act_leaves_an_event_with_its_person_and_moves_the_revision(site, taken):
    acts = {
        EventKind.ASSESSED: lambda: assess(site, taken, BENT),
        EventKind.CONTACTED: lambda: site.acts.contact(taken, reached=False, remark="", person=BENT, now=NOW),
        EventKind.FAMILIAR: lambda: site.acts.familiar(taken, "", BENT, NOW),
        EventKind.CONSENTED: lambda: site.acts.consent(taken, Purpose.OWN_GP, YES, BENT, NOW),
        EventKind.GP_INVOLVED: lambda: site.acts.involve_gp(taken, BENT, NOW),
        EventKind.MEETING: lambda: site.acts.propose(taken, meeting(GP), BENT, NOW, met_by(GP)),
        EventKind.CLOSED: lambda: site.acts.close(taken, ["not-now"], "Fordi.", BENT, NOW),
        EventKind.WITHDRAWN: lambda: site.acts.withdraw(taken, BENT, NOW),
    }
    for kind, act in acts.items():
        before = site.revision()
        act()
        assert events(site)[-1] == (kind, BENT.id)
        assert site.revision() > before


def test_a_case_that_is_not_here_is_not_acted_on(site):
    with pytest.raises(CaseNotFound):
        assess(site, "nowhere")


def test_the_conversation_says_no_to_what_cannot_come(site, taken):
    """The table is asked even when the case's own row is behind."""
    assess(site, taken)
    with site.db.session() as session:
        session.get_one(ConversationRow, taken).stage = "not-ours"
    with pytest.raises(LetterOutOfTurn):
        site.acts.close(taken, ["not-now"], "Fordi.", ANNE, NOW)
    assert not site.case(taken).ended
