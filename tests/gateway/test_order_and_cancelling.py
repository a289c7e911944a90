"""The letters of one conversation leave in order, and one that has not left can be taken back (O10)."""

import threading

import bodies
import pytest
import sites
from databases import ON_POSTGRESQL, database_at
from hypothesis import given, settings
from hypothesis import strategies as st
from quick_databases import created
from sites import MINUTE, RANDERS
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from gateway.exchange import outbox
from gateway.exchange.delivery import Course, State
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.receipts import ReceiptBody, receipt_for
from gateway.exchange.rows import ConversationRow, EnvelopeRow, OutgoingRow
from gateway.wire.letters import Kind, Letter

HOLD_BACK = [State.QUEUED, State.SENT, State.PARKED]
LET_PASS = [State.RECEIVED, State.HANDED_OVER, State.REFUSED, State.GIVEN_UP, State.CANCELLED]


def supplement(conversation_id, words="Hun ringede igen."):
    body = bodies.SUPPLEMENT | {"text": words}
    return Letter(Kind.SUPPLEMENT, conversation_id, RANDERS, sites.NUMBER, body)


@pytest.fixture
def first(region):
    """A referral that waits to be sent."""
    return region.post(sites.referral())


@pytest.fixture
def conversation(region, first):
    return region.outgoing(first).conversation_id


@pytest.fixture
def second(region, conversation):
    """A supplement behind it."""
    return region.post(supplement(conversation))


def claimed(site, limit=4):
    with site.database.session() as session:
        return outbox.claim(session, site.clock(), limit)


def steer(site, letter, state, next_at=None):
    with site.database.session() as session:
        outbox.steer(session, session.get_one(OutgoingRow, letter), Course(state, next_at), site.clock())


def cancel(site, letter):
    with site.database.session() as session:
        return outbox.cancel(session, letter, site.clock())


def envelope(site, letter, passage):
    row = EnvelopeRow(
        envelope_id=f"e-{passage}",
        letter_id=letter,
        digest="",
        signed_by="",
        sealed_to="",
        address="",
        made_at=site.clock(),
        passage=passage,
    )
    with site.database.session() as session:
        session.add(row)


def test_every_state_either_holds_back_or_lets_pass():
    assert {*HOLD_BACK, *LET_PASS} == set(State)


@pytest.mark.parametrize("state", HOLD_BACK)
def test_a_letter_waits_while_an_earlier_one_may_still_arrive(region, first, second, state):
    steer(region, first, state, region.clock() + MINUTE)
    assert claimed(region) == ()
    region.clock.go(MINUTE)
    assert claimed(region) == (first,)
    assert second not in claimed(region)


@pytest.mark.parametrize("state", LET_PASS)
def test_a_letter_goes_once_the_earlier_one_is_settled(region, first, second, state):
    steer(region, first, state)
    assert claimed(region) == (second,)


def test_letters_posted_in_one_moment_leave_in_the_order_they_were_posted(region, randers):
    """The clock stands still in this test, and so it may for two letters of one transaction."""
    randers.handlers[Kind.SUPPLEMENT] = randers.keep
    referral = sites.referral()
    letters = [referral, *(supplement(referral.conversation_id, str(count)) for count in range(4))]
    with region.database.session() as session:
        for letter in letters:
            region.station.post(session, letter)
    for _ in letters:
        (crossed,) = region.send()
        randers.take(crossed)
        (receipt,) = randers.send()
        region.take(receipt)
    assert [arrived.letter_id for arrived in randers.taken] == [letter.letter_id for letter in letters]


def test_conversations_do_not_wait_for_each_other(region, first, second):
    other = region.post(sites.referral())
    assert set(claimed(region)) == {first, other}
    assert second not in claimed(region)


def test_a_receipt_waits_for_no_letter_and_holds_none_back(region, randers):
    letter = sites.referral()
    region.post(letter)
    (crossed,) = region.send()
    randers.take(crossed)
    answer = randers.post(sites.acknowledgement(letter.conversation_id))
    (receipt,) = randers.receipts()
    assert receipt.turn == 0
    assert set(claimed(randers)) == {receipt.letter_id, answer}
    body = ReceiptBody(envelope="e", verdict="ok", digest="0" * 64, received_at=randers.clock())
    late = receipt_for(body, conversation_id=letter.conversation_id, party="region", number=sites.NUMBER)
    randers.post(late)
    assert claimed(randers) == (late.letter_id,)


def test_a_letter_held_back_takes_no_place_from_those_that_may_go(region, first, conversation):
    for count in range(6):
        region.post(supplement(conversation, str(count)))
    steer(region, first, State.SENT, region.clock() + 30 * MINUTE)
    other = region.post(sites.referral())
    assert claimed(region, limit=1) == (other,)


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_the_claim_is_one_statement_either_database_understands(region, dialect):
    spoken = []

    class Listening:
        def execute(self, statement):
            spoken.append(str(statement.compile(dialect=dialect)))
            return self

        def scalars(self):
            return ()

    outbox.claim(Listening(), region.clock(), 4)
    (statement,) = spoken
    assert statement.count("EXISTS") == 1
    assert ("FOR UPDATE SKIP LOCKED" in statement) == (dialect.name == "postgresql")


def test_the_order_is_looked_up_by_an_index(region):
    """A year's letters are behind us at every poll."""
    explain = "EXPLAIN" if ON_POSTGRESQL else "EXPLAIN QUERY PLAN"
    with region.database.reading() as session:
        inner = outbox._first_in_line().compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        if ON_POSTGRESQL:  # it reads an empty table faster without
            session.exec(text("SET LOCAL enable_seqscan = off"))
        plan = session.exec(text(f"{explain} SELECT 1 FROM outgoing WHERE {inner}"))  # noqa: S608 - ours
        told = " ".join(row[-1] for row in plan)
    assert "outgoing_turn" in told


def test_a_cancelled_letter_never_leaves_and_its_words_are_gone(region, first):
    assert cancel(region, first)
    row = region.outgoing(first)
    assert (row.state, row.locked, row.next_at) == ("cancelled", b"", None)
    assert region.states(first) == ["queued", "cancelled"]
    region.clock.go(60 * MINUTE)
    assert region.send() == []
    assert not region.rows(EnvelopeRow)


def test_a_cancelled_letter_stays_so_whatever_is_heard_and_cannot_be_cancelled_twice(region, first):
    cancel(region, first)
    for state in State:
        steer(region, first, state, region.clock())
    assert region.outgoing(first).state == "cancelled"
    assert not cancel(region, first)
    assert region.send() == []


def test_a_parked_letter_can_be_cancelled(region, first):
    steer(region, first, State.PARKED, region.clock() + MINUTE)
    assert cancel(region, first)


@pytest.mark.parametrize("state", [State.SENT, State.RECEIVED, State.REFUSED, State.GIVEN_UP])
def test_a_letter_that_left_cannot_be_cancelled(region, first, state):
    steer(region, first, state)
    assert not cancel(region, first)
    assert region.outgoing(first).locked


@pytest.mark.parametrize(
    ("passage", "possible"),
    [("", False), ("accepted", False), ("uncertain", False), ("not-reached", True), ("refused", True)],
)
def test_a_letter_that_may_have_reached_a_relay_cannot_be_cancelled(region, first, passage, possible):
    """An envelope without a passage was being handed over when the daemon was killed."""
    envelope(region, first, passage)
    assert {"", *Passage} == {"", "accepted", "uncertain", "not-reached", "refused"}
    assert cancel(region, first) is possible


def test_a_letter_sent_again_by_hand_cannot_be_cancelled_because_its_first_copies_left(region, first):
    region.send()
    steer(region, first, State.REFUSED)
    with region.database.session() as session:
        outbox.send_again(session, first, region.clock())
    assert not cancel(region, first)


def test_a_letter_a_worker_holds_cannot_be_cancelled_until_it_is_free_again(region, first):
    claimed(region)
    assert not cancel(region, first)
    region.clock.go(outbox.LEASE + MINUTE)
    assert cancel(region, first)


def test_a_letter_cancelled_between_claim_and_seal_is_not_sealed(region, first):
    claimed(region)
    with region.database.session() as session:
        session.get_one(OutgoingRow, first).claimed_until = None
    cancel(region, first)
    assert region.deliver._seal(first) is None
    assert not region.rows(EnvelopeRow)
    assert region.relay.crossed == []


def test_a_letter_cancelled_while_it_is_being_sealed_does_not_leave(region, first, monkeypatch):
    """The worker's claim has run out; sealing takes the first writing transaction after it."""
    real = sites.seal_letter

    def slowly(*args, **more):
        with region.database.session() as session:
            session.get_one(OutgoingRow, first).claimed_until = None
        assert cancel(region, first)
        return real(*args, **more)

    monkeypatch.setattr("gateway.exchange.deliver.seal_letter", slowly)
    assert region.send() == []
    assert region.outgoing(first).state == "cancelled"
    assert not region.rows(EnvelopeRow)


def test_a_letter_that_is_just_leaving_cannot_be_cancelled(region, first):
    tried = []

    class Slow:
        async def send(self, *_envelope):
            with region.database.session() as session:
                session.get_one(OutgoingRow, first).claimed_until = None
            tried.append(cancel(region, first))
            return Attempt(Passage.ACCEPTED)

    region.relay.send = Slow().send
    region.send()
    assert tried == [False]
    assert region.outgoing(first).state == "sent"


def test_whoever_comes_first_of_cancel_and_claim_wins(region):
    letters = [region.post(sites.referral()) for _ in range(30)]
    got, taken_back, start = [], [], threading.Barrier(2)

    def work():
        start.wait()
        while found := claimed(region, 1):
            got.extend(found)

    def regret():
        start.wait()
        taken_back.extend(letter for letter in reversed(letters) if cancel(region, letter))

    both = [threading.Thread(target=work), threading.Thread(target=regret)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted([*got, *taken_back]) == sorted(letters)
    assert {region.outgoing(letter).state for letter in taken_back} <= {"cancelled"}


def test_a_conversation_that_never_began_takes_what_waits_behind_it_along(region, first, second):
    other = region.post(sites.referral())
    assert cancel(region, first)
    assert (region.outgoing(second).state, region.outgoing(second).locked) == ("cancelled", b"")
    assert region.outgoing(other).state == "queued"


def test_a_later_letter_that_is_cancelled_takes_no_other_along(region, first, second, conversation):
    third = region.post(supplement(conversation))
    assert cancel(region, second)
    assert [region.outgoing(letter).state for letter in (first, second, third)] == ["queued", "cancelled", "queued"]


def test_a_receipt_cannot_be_cancelled(region, randers):
    region.post(sites.referral())
    (crossed,) = region.send()
    randers.take(crossed)
    (receipt,) = randers.receipts()
    assert not cancel(randers, receipt.letter_id)


def test_an_unknown_letter_cannot_be_cancelled(region):
    assert not cancel(region, "nothing")


def test_cancelling_changes_nothing_of_what_was_said(region, first, conversation):
    cancel(region, first)
    (row,) = region.rows(ConversationRow)
    assert (row.conversation_id, row.stage) == (conversation, "referred")


@settings(max_examples=25)
@given(st.lists(st.sampled_from([*HOLD_BACK, *LET_PASS]), min_size=1, max_size=6))
def test_at_most_one_letter_of_a_conversation_is_under_way(states):
    """Whatever states a conversation's letters are in, only the first that may still arrive can be claimed."""
    with sites.short_folder() as folder:
        database = sites.Database(database_at(folder / "outbox.db"))
        created(database, *sites.SHARED_TABLES)
        now = sites.utc_now()
        with database.session() as session:
            for turn, state in enumerate(states, 1):
                row = {"conversation_id": "c", "kind": "supplement", "to_party": "730", "number": "", "locked": b""}
                times = {"posted_at": now, "next_at": now}
                session.add(OutgoingRow(letter_id=str(turn), turn=turn, state=state, **row, **times))
        with database.session() as session:
            found = outbox.claim(session, now, 9)
        database.close()
    waiting = [str(turn) for turn, state in enumerate(states, 1) if state in HOLD_BACK]
    assert [letter for letter in found if letter in waiting] == waiting[:1]
