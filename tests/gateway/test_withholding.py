"""Once the citizen has withdrawn, nothing more about them leaves, and word of it is held back by nothing (O10)."""

import asyncio

import bodies
import pytest
import sites
from sites import MINUTE, RANDERS

from gateway.exchange import outbox
from gateway.exchange.deliver import _Ended
from gateway.exchange.delivery import Course, State
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import OutgoingRow
from gateway.wire.conversation import SEQUENCE, Side, Stage
from gateway.wire.letters import ABOUT_THE_CITIZEN, Kind, Letter

BEHIND = dict(reversed(bodies.FOLLOWING.values()))
ADDED = [kind for kind in ABOUT_THE_CITIZEN if (Stage.REFERRED, Side.REGION, kind) in SEQUENCE]
"""What the region may say of the citizen once the referral is there."""


@pytest.fixture
def referral(region):
    return region.post(sites.referral())


@pytest.fixture
def post(region, referral):
    """Post another letter of the same conversation."""
    conversation = region.outgoing(referral).conversation_id
    return lambda kind: region.post(Letter(kind, conversation, RANDERS, sites.NUMBER, BEHIND[kind]))


def claimed(site):
    with site.database.session() as session:
        return outbox.claim(session, site.clock(), 9)


def steer(site, letter, state, next_at=None, reason=""):
    with site.database.session() as session:
        outbox.steer(session, session.get_one(OutgoingRow, letter), Course(state, next_at, reason), site.clock())


def attempted(site, letter, passage):
    """Let a worker hand the letter to a relay, and note what came of it."""
    with site.database.session() as session:
        session.get_one(OutgoingRow, letter).claimed_until = site.clock() + outbox.LEASE
    deliver = site.deliver
    deliver._note(letter, _Ended(deliver._seal(letter), Attempt(passage), site.clock() + outbox.LEASE))


def states(site, *letters):
    return [site.outgoing(letter).state for letter in letters]


def test_a_referral_that_was_just_being_tried_when_it_was_withdrawn_never_leaves(region, referral, post):
    """The worker held it, so it could not be cancelled; then the relay was not there."""
    during = []

    class Away:
        async def send(self, *_envelope):
            with region.database.session() as session:
                assert not outbox.cancel(session, referral, region.clock())
            during.append(post(Kind.WITHDRAWAL))
            return Attempt(Passage.NOT_REACHED, "RELAY_AWAY")

    region.relay.send, there = Away().send, region.relay.send
    region.send()
    region.relay.send = there
    region.clock.go(5 * MINUTE)
    assert region.send() == []
    assert states(region, referral, *during) == ["cancelled", "cancelled"]
    assert {region.outgoing(letter).locked for letter in (referral, *during)} == {b""}


@pytest.mark.parametrize("kind", ADDED)
def test_what_was_added_and_nobody_saw_never_leaves_but_the_withdrawal_does(region, referral, post, kind):
    steer(region, referral, State.RECEIVED)
    added = post(kind)
    attempted(region, added, Passage.REFUSED)
    withdrawal = post(Kind.WITHDRAWAL)
    assert len(region.send()) == 1
    region.clock.go(61 * MINUTE)
    region.send()
    assert states(region, added, withdrawal) == ["cancelled", "sent"]


@pytest.mark.parametrize("passage", [Passage.UNCERTAIN, Passage.ACCEPTED])
def test_what_may_have_been_seen_is_settled_by_its_receipt_as_ever(region, referral, post, passage):
    steer(region, referral, State.RECEIVED)
    added = post(Kind.SUPPLEMENT)
    attempted(region, added, passage)
    post(Kind.WITHDRAWAL)
    region.send()
    assert states(region, added)[0] in ("queued", "sent")
    assert region.outgoing(added).locked


def test_only_what_tells_of_the_citizen_is_withheld_and_only_where_it_was_withdrawn(region, referral, post):
    steer(region, referral, State.RECEIVED)
    reminder, other = post(Kind.REMINDER), region.post(sites.referral())
    post(Kind.WITHDRAWAL)
    with region.database.session() as session:
        outbox.withhold(session, region.clock())
    assert states(region, reminder, other) == ["queued", "queued"]


def test_a_municipality_that_has_withdrawn_still_says_so(line):
    """Its own first letter opens nothing: what waits behind it goes on."""
    region, randers = line.region, line.randers
    letter = sites.referral()
    region.post(letter)
    (crossed,) = region.send()
    randers.take(crossed)
    said = [
        Letter(kind, letter.conversation_id, "region", sites.NUMBER, BEHIND[kind])
        for kind in (Kind.MEETING, Kind.WITHDRAWAL)
    ]
    meeting, withdrawal = map(randers.post, said)
    asyncio.run(randers.deliver())
    assert states(randers, meeting, withdrawal) == ["cancelled", "sent"]


@pytest.mark.parametrize("state", [State.QUEUED, State.SENT, State.PARKED])
def test_a_withdrawal_does_not_wait_for_an_addition_that_never_gets_through(region, referral, post, state):
    steer(region, referral, State.RECEIVED)
    added, withdrawal = post(Kind.SUPPLEMENT), post(Kind.WITHDRAWAL)
    steer(region, added, state, region.clock() + 30 * MINUTE)
    assert claimed(region) == (withdrawal,)


@pytest.mark.parametrize("state", [State.SENT, State.QUEUED])
def test_a_withdrawal_waits_for_the_referral_it_is_about(region, referral, post, state):
    steer(region, referral, state, region.clock() + 30 * MINUTE)
    post(Kind.WITHDRAWAL)
    assert claimed(region) == ()


def test_sending_a_referral_again_sends_what_could_not_be_taken_in_without_it(region, referral, post):
    added, reminder, received = post(Kind.SUPPLEMENT), post(Kind.REMINDER), post(Kind.SUPPLEMENT)
    steer(region, referral, State.GIVEN_UP, reason="NO_RECEIPT")
    steer(region, added, State.REFUSED, reason="OUT_OF_TURN")
    steer(region, reminder, State.GIVEN_UP)
    steer(region, received, State.RECEIVED)
    with region.database.session() as session:
        assert outbox.send_again(session, referral, region.clock())
    assert states(region, referral, added, reminder, received) == ["queued", "queued", "queued", "received"]
    assert claimed(region) == (referral,)
