"""The outbox as rows: who may send what, and what is noted."""

import threading
from datetime import timedelta

import pytest
import sites
from databases import everything_in
from sqlmodel import Session

from gateway.exchange import outbox
from gateway.exchange.delivery import Course, State
from gateway.exchange.rows import ConversationRow, EnvelopeRow, OutgoingRow, StepRow
from gateway.wire.errors import LetterOutOfTurn

SECOND = timedelta(seconds=1)


@pytest.fixture
def posted(region):
    """Sixty letters that are due."""
    return {region.post(sites.referral()) for _ in range(60)}


def claimed(site, limit=4):
    with site.database.session() as session:
        return outbox.claim(session, site.clock(), limit)


def test_two_workers_never_both_get_a_letter(region, posted):
    got, start = [], threading.Barrier(2)

    def work():
        start.wait()
        while found := claimed(region):
            got.extend(found)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(got) == len(posted)
    assert set(got) == posted


def test_a_claim_takes_no_more_than_asked_and_only_what_is_due(region):
    first = region.post(sites.referral())
    region.clock.go(SECOND)
    second = region.post(sites.referral())
    region.clock.go(-SECOND)
    assert claimed(region) == (first,)
    region.clock.go(SECOND)
    assert claimed(region) == (second,)
    assert claimed(region) == ()


def test_a_claim_that_was_forgotten_ends_after_its_lease(region):
    letter = region.post(sites.referral())
    assert claimed(region) == (letter,)
    region.clock.go(outbox.LEASE)
    assert claimed(region) == ()
    region.clock.go(SECOND)
    assert claimed(region) == (letter,)


def test_a_daemon_that_starts_takes_every_claim_back(region):
    letter = region.post(sites.referral())
    claimed(region)
    with region.database.session() as session:
        outbox.release_all(session, region.clock())
    assert claimed(region) == (letter,)


@pytest.mark.parametrize(("state", "at_once"), [(State.QUEUED, True), (State.PARKED, True), (State.SENT, False)])
def test_a_daemon_that_starts_tries_at_once_what_waited_to_be_tried_again(region, state, at_once):
    letter = region.post(sites.referral())
    steer(region, letter, Course(state, region.clock() + timedelta(hours=1), "WHY"))
    with region.database.session() as session:
        outbox.release_all(session, region.clock())
    assert claimed(region) == ((letter,) if at_once else ())


def steer(site, letter, course):
    with site.database.session() as session:
        outbox.steer(session, session.get_one(OutgoingRow, letter), course, site.clock())


def test_each_change_of_state_is_a_step_and_the_same_again_is_none(region):
    letter = region.post(sites.referral())
    for state in (State.QUEUED, State.SENT, State.SENT, State.RECEIVED, State.REFUSED):
        steer(region, letter, Course(state, None, "WHY"))
    with region.database.reading() as session:
        assert [step.state for step in outbox.history(session, letter)] == ["queued", "sent", "received"]


def test_news_that_came_too_late_changes_neither_state_nor_clock(region):
    letter = region.post(sites.referral())
    steer(region, letter, Course(State.RECEIVED, None))
    steer(region, letter, Course(State.SENT, region.clock(), "LATE"))
    row = region.outgoing(letter)
    assert (row.state, row.next_at, row.reason) == ("received", None, "")


def test_a_letter_that_cannot_come_now_is_not_posted_at_all(region, randers):
    letter = region.post(sites.referral())
    conversation = region.outgoing(letter).conversation_id
    with pytest.raises(LetterOutOfTurn):
        region.post(sites.referral(conversation_id=conversation))
    with pytest.raises(LetterOutOfTurn):
        randers.post(sites.acknowledgement(conversation))
    assert len(region.rows(OutgoingRow)) == 1
    assert not randers.rows(OutgoingRow)
    assert not randers.rows(ConversationRow)


def test_what_is_posted_is_locked_in_the_database(region, tmp_path):
    letter = region.post(sites.referral("Karen Testdal 190668-7074 er bange"))
    region.database.close()
    kept = everything_in(tmp_path / "region.db")
    assert letter.encode() in kept
    assert b"190668" not in kept
    assert b"bange" not in kept


def test_a_letter_put_into_another_letters_place_does_not_open(region):
    first, second = region.post(sites.referral("En")), region.post(sites.referral("To"))
    with region.database.session() as session:
        session.get_one(OutgoingRow, first).locked = session.get_one(OutgoingRow, second).locked
    assert region.send() == [region.relay.crossed[0][0]]
    assert (region.outgoing(first).state, region.outgoing(first).reason) == ("queued", "UNEXPECTED")
    assert region.outgoing(second).state == "sent"


def test_a_transaction_that_fails_posts_nothing(region):
    class Oops(Exception):
        """Something else in the same transaction went wrong."""

    def post_and_fail(session: Session):
        region.station.post(session, sites.referral())
        raise Oops

    with pytest.raises(Oops), region.database.session() as session:
        post_and_fail(session)
    assert not region.rows(OutgoingRow)
    assert not region.rows(StepRow)
    assert not region.rows(EnvelopeRow)


def test_a_refusal_that_came_before_our_own_record_of_sending_stands(region):
    letter = region.post(sites.referral())
    steer(region, letter, Course(State.REFUSED, None, "UNREADABLE"))
    steer(region, letter, Course(State.SENT, region.clock() + timedelta(minutes=30)))
    row = region.outgoing(letter)
    assert (row.state, row.reason, row.next_at) == ("refused", "UNREADABLE", None)


@pytest.mark.parametrize("column", ["next_at", "claimed_until"])
def test_a_letter_put_off_by_a_clock_that_was_ahead_is_due_all_the_same(region, column):
    letter = region.post(sites.referral())
    with region.database.session() as session:
        setattr(session.get_one(OutgoingRow, letter), column, region.clock() + timedelta(days=365))
    assert claimed(region) == (letter,)


@pytest.mark.parametrize(
    ("state", "goes"),
    [(State.REFUSED, True), (State.GIVEN_UP, True), (State.SENT, False), (State.CANCELLED, False)],
)
def test_only_what_came_back_or_was_given_up_is_sent_again_by_hand(region, state, goes):
    letter = region.post(sites.referral())
    steer(region, letter, Course(state, None, "WHY"))
    with region.database.session() as session:
        assert outbox.send_again(session, letter, region.clock()) is goes
    assert claimed(region) == ((letter,) if goes else ())
