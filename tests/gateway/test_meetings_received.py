"""What a peer writes about meetings, faulty or hostile, and that whatever crosses leaves both ends alike."""

import bodies
import pytest
import sites
from hypothesis import given
from hypothesis import strategies as st
from meeting_ends import joined
from sites import NUMBER, RANDERS

from directory.model import REGION
from gateway.exchange.ports import Arrived
from gateway.meetings.book import MeetingState
from gateway.meetings.rows import MeetingRow
from gateway.meetings.take import handlers
from gateway.site.cipher import Vault
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.meeting import Meeting, MeetingAnswer, MeetingCancelled
from keys.fingerprint import Fingerprint


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


def letter(end, kind, body):
    to = RANDERS if end.site.party == REGION else REGION
    return Letter(kind, end.conversation, to, NUMBER, body)


def sent_past_the_rules(ends, end, kind, body):
    """Post what our own flow would not, as a faulty or hostile peer might."""
    end.site.post(letter(end, kind, body))
    return [outcome for outcome in ends.carry() if outcome != ("taken", "")]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Kind.MEETING_ANSWER, bodies.MEETING_ANSWER),
        (Kind.MEETING_CANCELLED, bodies.MEETING_CANCELLED),
    ],
    ids=["answer", "cancellation"],
)
def test_a_word_about_an_unknown_meeting_is_out_of_turn(ends, kind, body):
    assert sent_past_the_rules(ends, ends.region, kind, body) == [("refused", "OUT_OF_TURN")]


def about(state, body, **changes):
    return body | {"meeting_id": state.id, "sequence": state.meeting.sequence} | changes


def test_an_answer_to_a_proposal_that_was_never_made_is_out_of_turn(ends, convener, invited):
    (state,) = convener.meetings
    body = about(state, bodies.MEETING_ANSWER, sequence=1)
    assert sent_past_the_rules(ends, invited, Kind.MEETING_ANSWER, body) == [("refused", "OUT_OF_TURN")]
    assert convener.standing == ["proposed"]


def test_a_peer_can_neither_answer_for_us_nor_call_off_or_move_what_we_proposed(ends, convener, invited):
    (state,) = convener.meetings
    for end, kind, body in (
        (invited, Kind.MEETING_CANCELLED, about(state, bodies.MEETING_CANCELLED)),
        (invited, Kind.MEETING, about(state, bodies.MEETING, sequence=7)),
        (convener, Kind.MEETING_ANSWER, about(state, bodies.MEETING_ANSWER)),
    ):
        assert sent_past_the_rules(ends, end, kind, body) == [("refused", "OUT_OF_TURN")]
    assert convener.standing == invited.standing == ["proposed"]


def test_a_proposal_that_counts_no_further_is_out_of_turn(ends, convener):
    meeting_id = convener.propose()
    ends.carry()
    again = bodies.MEETING | {"meeting_id": meeting_id}
    assert sent_past_the_rules(ends, convener, Kind.MEETING, again) == [("refused", "OUT_OF_TURN")]


def test_a_meeting_of_another_conversation_cannot_be_touched(line, ends, convener, invited):
    (state,) = invited.meetings
    other = sites.referral(number="2026-0043")
    line.exchange(other)
    moved = Letter(Kind.MEETING, other.conversation_id, REGION, other.number, about(state, bodies.MEETING, sequence=3))
    convener.site.post(moved)
    assert ("refused", "OUT_OF_TURN") in ends.carry()
    assert invited.meetings == (state,)


MALFORMED = {
    "nothing": {},
    "an id that is none": {"meeting_id": "../../etc"},
    "no end": {"ends_at": None},
    "ends before it begins": {"ends_at": "2026-12-03T09:00:00+01:00"},
    "a week long": {"ends_at": "2026-12-10T09:00:00+01:00"},
    "a year no calendar knows": {"starts_at": "9999-12-31T23:59:59Z", "ends_at": "9999-12-31T23:59:59Z"},
    "a party nobody asked about": {"parties": [{"role": "naboen"}]},
    "no party": {"parties": []},
    "too many": {"parties": [{"role": "borgeren"}] * 31},
    "a sequence below nought": {"sequence": -1},
    "words for a number": {"sequence": "mange"},
    "a number for a time": {"starts_at": 1796292000},
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_proposal_that_is_none_is_unreadable_and_leaves_nothing(region, change):
    body = {**bodies.MEETING, **change} if change else {}
    with pytest.raises(LetterUnreadable) as refusal, region.database.session() as session:
        take(region, session, Kind.MEETING, body)
    assert refusal.value.__cause__ is None
    assert not region.rows(MeetingRow)


@pytest.mark.parametrize("kind", [Kind.MEETING, Kind.MEETING_ANSWER, Kind.MEETING_CANCELLED])
@given(st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=8), max_size=4))
def test_any_body_is_refused_and_never_breaks_a_handler(kind, body):
    with pytest.raises(LetterUnreadable):
        handlers(Vault.random())[kind](None, arrived(kind, body))


def take(site, session, kind, body):
    handlers(site.station.vault)[kind](session, arrived(kind, body))


def arrived(kind, body):
    now = sites.utc_now()
    return Arrived(new_id(), new_id(), kind, RANDERS, NUMBER, body, now, Fingerprint("A" * 40), now)


PROPOSED = Meeting.read(bodies.MEETING)
WORDS = st.sampled_from(["move", "cancel", "accept", "decline"])


def told(state, word, *, here):
    """Apply one word as written for the state its writer saw; what comes out of turn changes nothing."""
    try:
        return said(state, word, here=here)
    except LetterOutOfTurn:
        return state


def said(state, word, *, here):
    match word:
        case ("move", sequence):
            return state.moved(PROPOSED.model_copy(update={"sequence": sequence}), here=here)
        case ("cancel", sequence):
            cancelled = MeetingCancelled.read(bodies.MEETING_CANCELLED | {"sequence": sequence})
            return state.called_off(cancelled, here=here)
        case (attendance, sequence):
            words = {"accept": "accepted", "decline": "declined"}
            answer = bodies.MEETING_ANSWER | {"sequence": sequence, "attendance": words[attendance]}
            return state.answered(MeetingAnswer.read(answer), here=here)


@given(st.lists(st.tuples(st.sampled_from(["convener", "invited", "carry"]), WORDS), max_size=14))
def test_whatever_crosses_both_ends_end_with_the_same_standing(story):
    """Each end acts on what it knows; letters of one side arrive in order, however late."""
    ends = {
        "convener": MeetingState("c", PROPOSED, proposed_here=True),
        "invited": MeetingState("c", PROPOSED, proposed_here=False),
    }
    other = {"convener": "invited", "invited": "convener"}
    under_way = {"convener": [], "invited": []}

    def carry(sender):
        for word in under_way[sender]:
            ends[other[sender]] = told(ends[other[sender]], word, here=False)
        under_way[sender].clear()

    for who, word in story:
        if who == "carry":
            carry("convener" if word in ("move", "cancel") else "invited")
            continue
        sequence = ends[who].meeting.sequence + (word == "move")
        after = told(ends[who], (word, sequence), here=True)
        if after is not ends[who]:
            ends[who] = after
            under_way[who].append((word, sequence))
    carry("convener")
    carry("invited")
    convener, invited = ends.values()
    assert (convener.standing, convener.meeting.sequence) == (invited.standing, invited.meeting.sequence)
