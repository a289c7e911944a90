"""Joint meetings between two real ends: proposed, moved, answered, called off, with the citizen's yes (F5, C7, O15)."""

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from databases import everything_in
from meeting_ends import BIRGIT, CITIZEN, DAY, GP, HOUR, joined

from gateway.consents.book import ConsentBook
from gateway.consents.errors import ConsentWithdrawn, NoConsent, PartyNotCovered
from gateway.meetings.book import MeetingBook
from gateway.meetings.errors import MeetingIncomplete, MeetingOver, MeetingUnknown, NotOurTurn
from gateway.meetings.rows import MeetingRow
from gateway.site.errors import VaultDamaged
from gateway.wire.letters import new_id
from gateway.wire.meeting import Attendance, Party
from keys.sealing import seal


@pytest.fixture
def ends(line):
    return joined(line)


@pytest.fixture
def convener(ends):
    """Randers, where the citizen has said yes to a meeting with the GP."""
    ends.randers.consented("borgeren", "egen læge")
    return ends.randers


@pytest.fixture
def invited(ends, convener):
    """The region, whom a meeting was proposed to."""
    convener.propose()
    ends.carry()
    return ends.region


def test_a_proposal_crosses_sealed_with_its_calendar_entry_and_the_answer_comes_back(ends, convener, monkeypatch):
    contents = []
    monkeypatch.setattr("gateway.exchange.sealing.seal", lambda k, c, **who: contents.append(c) or seal(k, c, **who))
    meeting_id = convener.propose()
    ends.carry()
    (state,) = ends.region.meetings
    assert (state.id, state.waits_for_us, state.standing) == (meeting_id, True, "proposed")
    assert state.meeting.convened_by == "Birgit Prøvegaard"
    assert state.meeting.parties == (CITIZEN, GP)
    assert set(state.meeting.consent.parties) == {"borgeren", "egen læge"}
    ends.region.answer(meeting_id, remark="Vi er to.")
    ends.carry()
    (state,) = convener.meetings
    assert (state.standing, state.answer.remark, state.waits_for_us) == ("accepted", "Vi er to.", False)
    kinds = [part.get_content_type() for mail in contents for part in message_from_bytes(mail).get_payload()]
    assert kinds.count("text/calendar") == 2


@pytest.mark.parametrize("side", ["region", "randers"])
def test_either_side_may_propose(ends, side):
    """F5."""
    end = getattr(ends, side)
    end.consented("borgeren", "egen læge")
    end.propose()
    assert ("taken", "") in ends.carry()
    assert ends.region.standing == ends.randers.standing == ["proposed"]


def test_nothing_is_proposed_before_the_citizen_has_said_yes(ends):
    """C7, O15."""
    with pytest.raises(NoConsent):
        ends.randers.propose()
    assert not ends.randers.rows()
    assert ends.carry() == []


def test_a_party_the_citizen_was_not_asked_about_is_not_invited_until_they_are(ends, convener):
    """C7: a party added later means asking again."""
    meeting_id = convener.propose()
    ends.carry()
    three = convener.proposal(parties=(CITIZEN, GP, Party(role="bostøtte")))
    with pytest.raises(PartyNotCovered):
        convener.move(meeting_id, three)
    with pytest.raises(PartyNotCovered):
        convener.propose(three)
    convener.site.clock.go(timedelta(minutes=1))
    convener.consented("borgeren", "egen læge", "bostøtte")
    convener.move(meeting_id, three)
    ends.carry()
    assert [party.role for party in ends.region.meetings[0].meeting.parties] == ["borgeren", "egen læge", "bostøtte"]


def test_after_a_withdrawal_nothing_more_is_proposed(ends, convener):
    """O10."""
    meeting_id = convener.propose()
    now = convener.site.clock()
    with convener.site.database.session() as session:
        book = ConsentBook(session, convener.site.station.vault)
        book.withdraw(convener.conversation, at=now, recorded_by=BIRGIT.id, now=now)
    with pytest.raises(ConsentWithdrawn):
        convener.move(meeting_id)
    with pytest.raises(ConsentWithdrawn):
        convener.propose()
    convener.cancel(meeting_id)
    ends.carry()
    assert ends.region.standing == ["cancelled"]


def test_a_new_time_takes_the_place_of_the_old_and_is_answered_anew(ends, convener, invited):
    (state,) = invited.meetings
    invited.answer(state.id)
    ends.carry()
    later = convener.proposal(starts_at=convener.site.clock() + 3 * DAY, ends_at=convener.site.clock() + 3 * DAY + HOUR)
    convener.move(state.id, later)
    ends.carry()
    for end in (convener, invited):
        (moved,) = end.meetings
        assert (moved.id, moved.meeting.sequence, moved.standing) == (state.id, 1, "proposed")
        assert moved.answer is None
        assert moved.meeting.starts_at == later.starts_at


def test_the_other_side_may_change_its_mind(ends, convener, invited):
    (state,) = invited.meetings
    for attendance in (Attendance.ACCEPTED, Attendance.DECLINED):
        invited.answer(state.id, attendance)
        ends.carry()
        assert convener.standing == invited.standing == [attendance]


def test_only_the_other_side_answers_and_only_who_proposed_calls_off_or_moves(convener, invited):
    (state,) = invited.meetings
    for wrong in (lambda: convener.answer(state.id), lambda: invited.cancel(state.id), lambda: invited.move(state.id)):
        with pytest.raises(NotOurTurn):
            wrong()


def test_nothing_follows_a_cancellation(ends, convener, invited):
    (state,) = invited.meetings
    convener.cancel(state.id, remark="Borgeren er indlagt.")
    ends.carry()
    assert convener.standing == invited.standing == ["cancelled"]
    assert invited.meetings[0].cancelled.remark == "Borgeren er indlagt."
    steps = (lambda: convener.cancel(state.id), lambda: convener.move(state.id), lambda: invited.answer(state.id))
    for too_late in steps:
        with pytest.raises(MeetingOver):
            too_late()


def test_an_unknown_meeting_cannot_be_answered_moved_or_called_off(ends):
    for act in (ends.region.answer, ends.region.move, ends.region.cancel):
        with pytest.raises(MeetingUnknown):
            act(new_id())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": datetime(2026, 1, 1, tzinfo=UTC)}, "starts_at"),
        ({"ends_at": datetime(2026, 1, 1, tzinfo=UTC)}, "ends_at"),
        ({"place": "x" * 501}, "place"),
        ({"parties": ()}, "parties"),
    ],
    ids=["gone by", "ends before it begins", "endless place", "nobody"],
)
def test_a_proposal_that_cannot_be_is_refused_by_field(convener, changes, field):
    with pytest.raises(MeetingIncomplete) as refusal:
        convener.propose(convener.proposal(**changes))
    assert refusal.value.field == field
    assert refusal.value.__cause__ is None
    assert not convener.rows()


def test_a_cancellation_that_crosses_an_answer_wins_at_both_ends(ends, convener, invited):
    (state,) = invited.meetings
    invited.answer(state.id)
    convener.cancel(state.id)
    assert {outcome for outcome, _reason in ends.carry()} == {"taken"}
    assert convener.standing == invited.standing == ["cancelled"]


def test_a_new_time_that_crosses_an_answer_to_the_old_one_waits_for_a_new_answer(ends, convener, invited):
    (state,) = invited.meetings
    invited.answer(state.id)
    convener.move(state.id)
    assert {outcome for outcome, _reason in ends.carry()} == {"taken"}
    assert convener.standing == invited.standing == ["proposed"]


def test_all_that_is_said_of_a_meeting_is_locked(tmp_path, convener, invited):
    (state,) = invited.meetings
    invited.answer(state.id, Attendance.DECLINED, remark="Karen er syg")
    for end in (convener, invited):
        end.site.database.close()
    kept = everything_in(tmp_path / "region.db") + everything_in(tmp_path / "730.db")
    assert state.id.encode() in kept
    for personal in ("Testholm", "Lægehuset", "egen læge", "Birgit", "Karen er syg", "+45 95 00 02 02"):
        assert personal.encode() not in kept
        assert json.dumps(personal).encode() not in kept


def test_a_meeting_put_into_another_meetings_place_does_not_open(convener):
    first, second = convener.propose(), convener.propose()
    with convener.site.database.session() as session:
        session.get_one(MeetingRow, first).locked = session.get_one(MeetingRow, second).locked
    with pytest.raises(VaultDamaged), convener.site.database.reading() as session:
        MeetingBook(session, convener.site.station.vault).find(first)


def test_meetings_are_listed_by_when_they_begin(convener):
    later = convener.propose(
        convener.proposal(starts_at=convener.site.clock() + 2 * DAY + HOUR / 2, ends_at=soon(convener))
    )
    sooner = convener.propose()
    assert [state.id for state in convener.meetings] == [sooner, later]


def soon(end):
    return end.site.clock() + 2 * DAY + HOUR
