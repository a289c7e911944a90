"""What the region does about a referral it has sent: adds to it, withdraws it, sends it anew, meets about it."""

from datetime import timedelta

import bodies
import pytest
from databases import everything_in
from referring_site import RANDERS, Desk, at
from sqlmodel import select

from gateway.audit.rows import EntryRow
from gateway.consents.book import ConsentBook
from gateway.consents.errors import ConsentIncomplete, ConsentLapsed, ConsentWithdrawn, NoConsent, PartyNotCovered
from gateway.consents.model import Form, Purpose
from gateway.exchange import outbox
from gateway.exchange.delivery import Course, State
from gateway.exchange.rows import OutgoingRow
from gateway.meetings.book import MeetingBook, MeetingState, Standing
from gateway.meetings.errors import MeetingError, MeetingUnknown, NotOurTurn
from gateway.meetings.flow import Proposal
from gateway.meetings.rows import MeetingRow
from gateway.referring.correspond import Ended, Yes
from gateway.referring.errors import AlreadyWithdrawn, NotAnswered, ReferralEnded, ReferralNotFound
from gateway.referring.promise import CallOutcome, Step
from gateway.referring.refusals import InvalidNumber
from gateway.referring.rows import CallRow, ReferralRow, SupplementRow
from gateway.wire.errors import LetterUnreadable
from gateway.wire.letters import Kind, new_id
from gateway.wire.meeting import Attendance, Meeting, Party

CPR = "190668-7074"
MORE = {"text": "Borgeren har ringet igen."}
PARTIES = (Party(role="borgeren"), Party(role="egen læge", name="Læge Testholm"))


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def end(desk, number, column):
    with desk.db.session() as session:
        row = session.exec(select(ReferralRow).where(ReferralRow.number == number)).one()
        setattr(row, column, desk.clock())


def states(desk, kind):
    return [row.state for row in desk.rows(OutgoingRow) if row.kind == kind]


def test_a_supplement_goes_as_a_letter_of_its_own_and_what_was_sent_stands(desk):
    """O23: who wrote it and when is added here, and never taken from what was typed."""
    number = desk.refer()
    before = desk.letters(Kind.REFERRAL)
    typed = {**MORE, "written_by": "En Anden", "written_at": "2020-01-01T00:00:00Z", "sender_phone": "1"}
    desk.correspond.supplement(number, typed, desk.person)

    (letter,) = desk.letters(Kind.SUPPLEMENT)
    assert (letter["text"], letter["written_by"]) == (MORE["text"], "Mette Testgaard")
    assert (letter["written_at"], letter["sender_phone"]) == ("2026-11-24T09:00:00Z", "+45 84 11 20 00")
    assert desk.letters(Kind.REFERRAL) == before
    (row,) = desk.rows(SupplementRow)
    assert b"ringet" not in row.locked


def test_ten_calls_in_a_day_are_counted_on_the_open_referral(desk):
    """G9: «tilføj til åben henvendelse»."""
    number = desk.refer()
    desk.correspond.supplement(number, {"calls_today": 10, "calls_last_30_days": 41}, desk.person)
    (letter,) = desk.letters(Kind.SUPPLEMENT)
    assert (letter["calls_today"], letter["calls_last_30_days"]) == (10, 41)


def test_a_later_cpr_joins_the_referral_to_the_citizens_others(desk):
    """G1."""
    desk.refer()
    number = desk.refer(citizen={"cpr": None})
    desk.correspond.supplement(number, {"cpr": "1906687074"}, desk.person)
    with desk.follow() as follow:
        assert len(follow.about(CPR)) == 2


@pytest.mark.parametrize("typed", [{}, {"text": "\u200b"}, {"calls_today": -1}, {"text": 5}, {"phone": "x" * 501}])
def test_a_supplement_that_says_nothing_or_cannot_be_read_is_not_sent(desk, typed):
    number = desk.refer()
    with pytest.raises(LetterUnreadable):
        desk.correspond.supplement(number, typed, desk.person)
    assert (desk.letters(Kind.SUPPLEMENT), desk.rows(SupplementRow)) == ([], [])


def test_a_number_that_is_no_cpr_number_is_not_sent(desk):
    number = desk.refer()
    with pytest.raises(InvalidNumber):
        desk.correspond.supplement(number, {"cpr": "310268-7074"}, desk.person)
    assert desk.letters(Kind.SUPPLEMENT) == []


@pytest.mark.parametrize("column", ["closed_at", "answered_at"])
def test_nothing_is_added_once_the_municipality_has_ended_it(desk, column):
    number = desk.refer()
    end(desk, number, column)
    with pytest.raises(ReferralEnded):
        desk.correspond.supplement(number, MORE, desk.person)


def test_something_may_be_added_after_a_person_has_taken_it(desk):
    number = desk.refer()
    end(desk, number, "acknowledged_at")
    desk.correspond.supplement(number, MORE, desk.person)
    assert len(desk.letters(Kind.SUPPLEMENT)) == 1


def test_nothing_is_added_on_a_consent_that_has_lapsed(desk):
    """O11."""
    number = desk.refer()
    desk.clock.go(timedelta(days=366))
    with pytest.raises(ConsentLapsed):
        desk.correspond.supplement(number, MORE, desk.person)


def test_a_referral_nobody_knows_is_named_as_such(desk):
    for act in (
        lambda name: desk.correspond.supplement(name, MORE, desk.person),
        lambda name: desk.correspond.withdraw(name, desk.person),
        lambda name: desk.correspond.content_for_anew(name, desk.person),
        lambda name: desk.correspond.meetings(name, desk.person),
        lambda name: desk.correspond.send_again(name, desk.person),
    ):
        with pytest.raises(ReferralNotFound):
            act("2026-9999")


def test_a_withdrawal_before_it_has_left_cancels_it_and_erases_what_it_said(desk):
    """O10: number, municipality and times are kept; nothing leads to the citizen any more."""
    first = desk.refer()
    desk.clock.go(timedelta(days=1))
    number = desk.refer(delivery=None, re_referral={"previous_id": first, "kind": "ongoing"}, reference="R-7")
    desk.correspond.supplement(number, MORE, desk.person)
    desk.duty.log_call(number, CallOutcome.NO_ANSWER, "Karen er bange", desk.person)
    desk.correspond.propose_meeting(number, proposal(desk), desk.person, yes(desk))

    assert desk.correspond.withdraw(number, desk.person) is Ended.CANCELLED

    row = desk.row(number)
    assert (row.municipality, row.submitted_at, row.cancelled_at) == (RANDERS, desk.clock(), desk.clock())
    assert (row.locked, row.cpr_index, row.phone_index, row.reference_index, row.previous_id) == (b"", *[None] * 4)
    assert row.citizen_id != desk.row(first).citizen_id
    assert [call.locked for call in desk.rows(CallRow)] == [b""]
    assert (desk.rows(SupplementRow), desk.rows(MeetingRow)) == ([], [])
    kept = {(letter.kind, letter.state, letter.locked) for letter in desk.rows(OutgoingRow) if letter.number == number}
    assert kept == {(kind, "cancelled", b"") for kind in ("referral", "supplement", "meeting")}
    assert desk.letters(Kind.WITHDRAWAL) == []


def test_what_turns_out_never_to_have_left_is_erased_as_if_it_had_been_known(desk):
    """O10: a worker held the letter when the citizen withdrew, and then reached nobody with it."""
    number = desk.refer(delivery=None)
    letter_id, machine = desk.row(number).letter_id, desk.correspond.machine
    with desk.db.session() as session:
        outbox.claim(session, machine(), 9)
    assert desk.correspond.withdraw(number, desk.person) is Ended.WITHDRAWN
    assert desk.correspond.tidy() == 0
    with desk.db.session() as session:
        outbox.release_all(session, machine())
        outbox.withhold(session, machine())

    assert (desk.correspond.tidy(), desk.correspond.tidy()) == (1, 0)

    row = desk.row(number)
    erased = [(entry.person_id, entry.about) for entry in desk.rows(EntryRow) if entry.action == "erase"]
    assert erased == [("daemon", row.conversation_id)]
    assert (row.locked, row.cpr_index, row.phone_index) == (b"", None, None)
    assert (desk.progress(number).state, desk.progress(number).active) == ("cancelled", False)
    assert {row.state for row in desk.rows(OutgoingRow) if row.letter_id == letter_id} == {"cancelled"}


def test_no_byte_of_what_was_cancelled_is_left_in_the_databases_files(desk, tmp_path):
    number = desk.refer(delivery=None)
    locked = desk.row(number).locked
    letter = next(row.locked for row in desk.rows(OutgoingRow))
    desk.correspond.withdraw(number, desk.person)
    desk.db.close()
    kept = everything_in(tmp_path / "region.db")
    assert number.encode() in kept
    for gone in (locked, letter):
        assert gone[:64] not in kept
        assert gone[-64:] not in kept


def test_a_cancelled_referral_is_shown_as_one_and_found_by_its_number_alone(desk):
    number = desk.refer(delivery=None)
    desk.correspond.withdraw(number, desk.person)
    told = desk.progress(number)
    assert (told.state, told.active, told.citizen, told.urgent) == ("cancelled", False, "", False)
    assert told.cancelled_at == desk.clock()
    with desk.follow() as follow:
        assert follow.about(CPR) == []
        assert [one.number for one in follow.finished()] == [number]


@pytest.mark.parametrize("delivery", [State.SENT, State.RECEIVED, State.GIVEN_UP, State.REFUSED])
def test_a_withdrawal_after_it_left_or_may_have_left_goes_as_a_letter(desk, delivery):
    number = desk.refer(delivery=delivery)
    assert desk.correspond.withdraw(number, desk.person, desk.clock() - timedelta(hours=2)) is Ended.WITHDRAWN

    (letter,) = desk.letters(Kind.WITHDRAWAL)
    assert (letter["withdrawn_at"], letter["taken_by"]) == ("2026-11-24T07:00:00Z", "Mette Testgaard")
    assert (desk.progress(number).state, desk.progress(number).active) == ("withdrawn", False)
    assert desk.progress(number).citizen == "Karen Testdal"


def test_a_withdrawal_takes_back_what_had_not_left_yet(desk):
    number = desk.refer()
    desk.correspond.supplement(number, MORE, desk.person)
    desk.correspond.withdraw(number, desk.person)
    assert (states(desk, Kind.SUPPLEMENT), states(desk, Kind.WITHDRAWAL)) == (["cancelled"], ["queued"])


def test_a_withdrawal_dated_ahead_counts_from_now(desk):
    number = desk.refer()
    desk.correspond.withdraw(number, desk.person, desk.clock() + timedelta(days=300))
    assert desk.progress(number).withdrawn_at == desk.clock()


@pytest.mark.parametrize("delivery", [None, State.RECEIVED])
def test_nobody_can_withdraw_twice_and_nothing_goes_after_it(desk, delivery):
    """O10."""
    number = desk.refer(delivery=delivery)
    desk.correspond.withdraw(number, desk.person)
    posted = len(desk.rows(OutgoingRow))
    with pytest.raises(AlreadyWithdrawn):
        desk.correspond.withdraw(number, desk.person)
    with pytest.raises(ConsentWithdrawn):
        desk.correspond.supplement(number, MORE, desk.person)
    with pytest.raises(ConsentWithdrawn):
        desk.correspond.propose_meeting(number, proposal(desk), desk.person, yes(desk))
    arrives(desk, number)
    desk.clock.now = at("2026-12-09 10:00")
    assert (desk.duty.due(desk.person), desk.duty.tick()) == ((), 0)
    assert len(desk.rows(OutgoingRow)) == posted


def arrives(desk, number, state=State.RECEIVED):
    """Settle the letter about the withdrawal, if there is one."""
    with desk.db.session() as session:
        of_ours = OutgoingRow.number == number, OutgoingRow.kind == Kind.WITHDRAWAL
        for letter in session.exec(select(OutgoingRow).where(*of_ours)):
            outbox.steer(session, letter, Course(state, None), desk.clock())


@pytest.mark.parametrize("state", [State.GIVEN_UP, State.REFUSED])
def test_a_withdrawal_the_municipality_never_got_asks_for_a_call(desk, state):
    """O10: the citizen is not told that it is done while nobody there knows."""
    number, other = desk.refer(), desk.refer()
    for withdrawn in (number, other):
        desk.correspond.withdraw(withdrawn, desk.person)
    arrives(desk, other)
    assert (desk.progress(number).active, desk.duty.due(desk.person)) == (False, ())
    arrives(desk, number, state)

    (due,) = desk.duty.due(desk.person)
    assert (due.number, due.step, due.contact.phone) == (number, Step.WITHDRAWAL, "+45 89 15 00 00")
    with desk.follow() as follow:
        assert [one.number for one in follow.active()] == [number]
        assert [one.number for one in follow.finished()] == [other]
    assert desk.duty.tick() == 0

    desk.clock.go(timedelta(minutes=5))
    desk.duty.log_call(number, CallOutcome.TAKEN, "", desk.person)
    assert (desk.duty.due(desk.person), desk.progress(number).active, desk.progress(number).state) == (
        (),
        False,
        "withdrawn",
    )


def test_every_withdrawn_referral_stands_in_one_of_the_two_lists(desk):
    number = desk.refer()
    desk.correspond.withdraw(number, desk.person)
    for days in (0, 1, 9):
        desk.clock.go(timedelta(days=days))
        with desk.follow() as follow:
            assert [one.number for one in (*follow.active(), *follow.finished())] == [number]


def test_every_consent_of_the_conversation_ends_with_it(desk):
    number = desk.refer()
    desk.correspond.propose_meeting(number, proposal(desk), desk.person, yes(desk))
    desk.correspond.withdraw(number, desk.person)
    conversation = desk.row(number).conversation_id
    with desk.db.reading() as session:
        book = ConsentBook(session, desk.vault)
        assert {consent.purpose for consent in book.history(conversation)} == {
            Purpose.DISCLOSURE,
            Purpose.JOINT_MEETING,
        }
        assert all(book.withdrawn_at(conversation, purpose) for purpose in Purpose)


def test_only_what_was_answered_not_our_citizen_is_sent_anew_and_only_once(desk):
    """O7."""
    number = desk.refer()
    with pytest.raises(NotAnswered):
        desk.correspond.content_for_anew(number, desk.person)
    end(desk, number, "answered_at")
    assert desk.correspond.content_for_anew(number, desk.person).citizen.name == "Karen Testdal"
    with desk.db.session() as session:
        later = desk.row(number).model_dump() | {"letter_id": new_id(), "conversation_id": new_id(), "number": "2026-9"}
        session.add(ReferralRow(**later | {"anew_of": desk.row(number).letter_id}))
    with pytest.raises(NotAnswered):
        desk.correspond.content_for_anew(number, desk.person)


def proposal(desk, parties=PARTIES, **changes):
    starts = desk.clock() + timedelta(days=7)
    return Proposal(**{"starts_at": starts, "ends_at": starts + timedelta(hours=1), "parties": parties, **changes})


def yes(desk, **changes):
    said = {
        "given_by": "borgeren selv",
        "taken_by": "Mette Testgaard",
        "obtained_at": desk.clock(),
        "form": Form.SPOKEN,
        "scope": "Møde med kommunen og egen læge.",
        "information_given": "Hvem der kommer, og at det er frivilligt.",
        "writing_waived_because": "Borgeren er i telefonen.",
    }
    return Yes(**{**said, **changes})


def test_a_meeting_is_proposed_on_a_consent_we_have_written_down(desk):
    """F5, C7, O15: who convenes takes the consent, and it names everybody who is to come."""
    number = desk.refer()
    meeting = desk.correspond.propose_meeting(number, proposal(desk, place="Testvej 1"), desk.person, yes(desk))

    (letter,) = desk.letters(Kind.MEETING)
    assert letter["consent"]["parties"] == ["borgeren", "egen læge"]
    (state,) = desk.correspond.meetings(number, desk.person)
    assert (state.id, state.standing, state.proposed_here) == (meeting.meeting_id, Standing.PROPOSED, True)
    assert desk.progress(number).meetings == (state,)


def test_no_meeting_without_the_citizens_yes_to_everybody(desk):
    number = desk.refer()
    with pytest.raises(NoConsent):
        desk.correspond.propose_meeting(number, proposal(desk), desk.person)
    with pytest.raises(ConsentIncomplete):
        desk.correspond.propose_meeting(number, proposal(desk), desk.person, yes(desk, writing_waived_because=""))
    meeting = desk.correspond.propose_meeting(number, proposal(desk), desk.person, yes(desk)).meeting_id
    more = (*PARTIES, Party(role="bostøtte"))
    with pytest.raises(PartyNotCovered):
        desk.correspond.move_meeting(meeting, proposal(desk, more), desk.person)
    assert desk.correspond.move_meeting(meeting, proposal(desk, more), desk.person, yes(desk)).sequence == 1
    assert len(desk.letters(Kind.MEETING)) == 2


def test_a_consent_whose_meeting_was_refused_is_not_kept(desk):
    number = desk.refer()
    past = desk.clock() - timedelta(hours=1)
    with pytest.raises(MeetingError):
        desk.correspond.propose_meeting(
            number, proposal(desk, starts_at=past, ends_at=desk.clock()), desk.person, yes(desk)
        )
    with desk.db.reading() as session:
        assert len(ConsentBook(session, desk.vault).history(desk.row(number).conversation_id)) == 1


def test_a_meeting_of_ours_is_called_off_and_one_of_theirs_answered(desk):
    number = desk.refer()
    ours = desk.correspond.propose_meeting(number, proposal(desk), desk.person, yes(desk)).meeting_id
    desk.correspond.cancel_meeting(ours, desk.person, "Borgeren er indlagt.")
    theirs = MeetingState(desk.row(number).conversation_id, Meeting.read(bodies.MEETING), proposed_here=False)
    with desk.db.session() as session:
        MeetingBook(session, desk.vault).keep(theirs)
    desk.correspond.answer_meeting(theirs.id, Attendance.ACCEPTED, desk.person)
    with pytest.raises(NotOurTurn):
        desk.correspond.cancel_meeting(theirs.id, desk.person)

    standing = {state.id: state.standing for state in desk.correspond.meetings(number, desk.person)}
    assert standing == {ours: Standing.CANCELLED, theirs.id: Standing.ACCEPTED}
    (answer,) = desk.letters(Kind.MEETING_ANSWER)
    assert (answer["attendance"], answer["answered_by"]) == ("accepted", "Mette Testgaard")


@pytest.mark.parametrize("ending", ["answered_at", "withdrawn_at"])
def test_a_meeting_of_ours_can_be_called_off_whatever_has_ended(desk, ending):
    """Nobody should turn up to a meeting the citizen no longer wants (O10), or in the wrong municipality (O7)."""
    number = desk.refer()
    ours = desk.correspond.propose_meeting(number, proposal(desk), desk.person, yes(desk)).meeting_id
    if ending == "withdrawn_at":
        desk.delivered(number, State.RECEIVED)
        desk.correspond.withdraw(number, desk.person)
    else:
        end(desk, number, ending)

    assert desk.correspond.cancel_meeting(ours, desk.person).standing is Standing.CANCELLED
    assert len(desk.letters(Kind.MEETING_CANCELLED)) == 1


def test_a_meeting_may_still_be_called_after_the_case_is_closed_but_not_with_the_wrong_municipality(desk):
    """F5: a meeting is for when help did not work."""
    closed, elsewhere = desk.refer(), desk.refer()
    end(desk, closed, "closed_at")
    end(desk, elsewhere, "answered_at")
    desk.correspond.propose_meeting(closed, proposal(desk), desk.person, yes(desk))
    with pytest.raises(ReferralEnded):
        desk.correspond.propose_meeting(elsewhere, proposal(desk), desk.person, yes(desk))


def test_a_meeting_nobody_knows_is_named_as_such(desk):
    for act in (
        lambda: desk.correspond.answer_meeting(new_id(), Attendance.ACCEPTED, desk.person),
        lambda: desk.correspond.cancel_meeting("", desk.person),
        lambda: desk.correspond.move_meeting("x", proposal(desk), desk.person),
    ):
        with pytest.raises(MeetingUnknown):
            act()
