"""Several processes on one site: one of them sends a letter, one takes an arrival, and nothing waits for a dead one.

Here they are two of everything in one process; tests/peers has real ones.
"""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sites
from sqlalchemy.exc import OperationalError
from test_daemon import at, outcomes, running, until

from gateway.adapters.database import Database
from gateway.daemon import Daemon
from gateway.exchange import outbox
from gateway.exchange.arrivals import FIRST_LOOK, Outcome
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import ArrivalRow, EnvelopeRow, OutgoingRow
from gateway.site.settings import RelaySettings

SECOND = timedelta(seconds=1)


def crossing(region):
    return sites.sealed(region, sites.referral()).content


def claimed(site, lease=outbox.LEASE):
    with site.database.session() as session:
        return outbox.claim(session, site.clock(), 9, lease)


def at_the_same_time(*deeds):
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# Taking in


def test_an_arrival_that_two_look_at_is_taken_once_and_receipted_once(region, randers, monkeypatch):
    arrival, both, told = randers.store(crossing(region)), threading.Barrier(2), []
    really = sites.Receive._opened

    def opened(*arguments):
        found = really(*arguments)
        both.wait(60)
        return found

    monkeypatch.setattr(sites.Receive, "_opened", opened)
    at_the_same_time(*[lambda: told.append(randers.receive(arrival))] * 2)

    assert told == [Outcome.TAKEN] * 2
    assert len(randers.taken) == len(randers.receipts()) == 1
    assert randers.states(randers.receipts()[0].letter_id) == ["queued"]


def test_an_arrival_that_was_looked_at_is_not_opened_again(region, randers, monkeypatch):
    arrival = randers.store(crossing(region))
    assert randers.receive(arrival) == Outcome.TAKEN
    monkeypatch.setattr(sites.Receive, "_opened", lambda *_arguments: pytest.fail("it was opened"))
    assert randers.receive(arrival) == Outcome.TAKEN


def test_of_two_that_fail_with_an_arrival_one_puts_it_off(region, randers):
    arrival = randers.store(crossing(region))
    for _ in range(2):
        randers.receive.put_off(arrival)
    [row] = randers.rows(ArrivalRow)
    assert (row.tries, row.look_at) == (1, randers.clock() + FIRST_LOOK)


def test_what_another_has_taken_is_not_put_off(region, randers):
    arrival = randers.store(crossing(region))
    randers.receive(arrival)
    randers.receive.put_off(arrival)
    [row] = randers.rows(ArrivalRow)
    assert (row.outcome, row.tries) == (Outcome.TAKEN, 0)


def test_a_key_that_is_pinned_while_its_letter_is_being_refused_is_not_missed(line, monkeypatch):
    """What is kept apart for our lack is looked at again when the book gains; this one was not kept apart yet."""
    favrskov, randers = line.favrskov, line.randers
    letter = replace(sites.referral(), to_party=sites.RANDERS)
    arrival = randers.store(sites.sealed(favrskov, letter).content)
    really = sites.Receive._opened

    def opened(*arguments):
        try:
            return really(*arguments)
        finally:
            monkeypatch.undo()
            randers.knows(favrskov)

    monkeypatch.setattr(sites.Receive, "_opened", opened)
    assert randers.receive(arrival) == Outcome.WAITING
    assert randers.receive.waiting() == (arrival,)
    assert randers.receive(arrival) != Outcome.QUARANTINED


# Sending


async def test_a_letter_that_takes_long_stays_claimed_by_who_is_at_it(region):
    letter, go = region.post(sites.referral()), asyncio.Event()

    class Slow:
        async def send(self, *_envelope):
            await go.wait()
            return Attempt(Passage.ACCEPTED)

    lease = timedelta(seconds=0.2)
    clock = sites.utc_now
    slow = replace(region.deliver, relay=Slow(), lease=lease, clock=clock)
    round_one = asyncio.create_task(slow())
    await until(lambda: region.rows(EnvelopeRow))
    until_first = region.outgoing(letter).claimed_until
    await until(lambda: clock() > until_first + lease)

    assert region.outgoing(letter).claimed_until > until_first
    with region.database.session() as session:
        assert outbox.claim(session, clock(), 4) == ()
    go.set()
    assert await round_one == 1
    assert region.outgoing(letter).claimed_until is None


def test_what_is_settled_is_not_claimed_again_by_a_renewal_that_came_late(region):
    letter = region.post(sites.referral())
    region.send()
    with region.database.session() as session:
        outbox.hold(session, [letter], region.clock())
    assert region.outgoing(letter).claimed_until is None


def away():
    return OperationalError("COMMIT", None, ConnectionError())


@pytest.fixture
def losing(region, monkeypatch):
    """Let the database be lost where an attempt is noted, as often as it says."""
    left, really = [0], region.deliver._note.__func__

    def note(deliver, *arguments, **more):
        if left[0]:
            left[0] -= 1
            raise away()
        really(deliver, *arguments, **more)

    monkeypatch.setattr("gateway.exchange.deliver.Deliver._note", note)
    return left


def test_what_the_relay_said_is_noted_when_the_database_is_back_and_nothing_is_sent_again(region, losing):
    letter, deliver = region.post(sites.referral()), region.deliver
    losing[0] = 2
    for _ in range(2):
        with pytest.raises(OperationalError):
            asyncio.run(deliver())
    assert region.outgoing(letter).state == "queued"

    region.clock.go(outbox.LEASE)
    assert asyncio.run(deliver()) == 0

    assert len(region.relay.crossed) == 1
    assert (region.outgoing(letter).state, region.outgoing(letter).times_sent) == ("sent", 1)


def test_what_did_not_leave_is_tried_again_without_waiting_for_its_claim_to_end(region, losing):
    letter, deliver = region.post(sites.referral()), region.deliver
    region.relay.answers.append(Attempt(Passage.NOT_REACHED, "AWAY"))
    losing[0] = 1
    with pytest.raises(OperationalError):
        asyncio.run(deliver())

    asyncio.run(deliver())

    row = region.outgoing(letter)
    assert (row.reason, row.claimed_until) == ("AWAY", None)


def test_an_attempt_that_was_noted_without_an_answer_is_not_counted_twice(region, monkeypatch):
    letter, deliver = region.post(sites.referral()), region.deliver
    really = deliver._note.__func__

    def unanswered(*arguments, **more):
        really(*arguments, **more)
        raise away()

    monkeypatch.setattr("gateway.exchange.deliver.Deliver._note", unanswered)
    with pytest.raises(OperationalError):
        asyncio.run(deliver())
    monkeypatch.undo()
    asyncio.run(deliver())

    row = region.outgoing(letter)
    assert (row.tries, row.times_sent) == (1, 1)


def test_a_claim_that_ended_in_the_meantime_is_another_ones_to_note(region, losing):
    letter, deliver = region.post(sites.referral()), region.deliver
    region.relay.answers.append(Attempt(Passage.NOT_REACHED, "AWAY"))
    losing[0] = 1
    with pytest.raises(OperationalError):
        asyncio.run(deliver())
    region.clock.go(outbox.LEASE + SECOND)
    assert claimed(region) == (letter,)

    asyncio.run(deliver())

    assert region.outgoing(letter).claimed_until == region.clock() + outbox.LEASE


# Beside the daemon


async def beside(site, **settings):
    """Run a worker of a site; gives it and what ends it."""
    quiet = {"relay": RelaySettings(port=9), "poll_seconds": 0.05}
    worker, ready = Daemon(at(site, **{**quiet, **settings}), site.handlers), asyncio.Event()
    task = asyncio.create_task(worker.run_beside(ready.set))
    await ready.wait()
    return worker, task


async def test_a_worker_takes_in_and_sends_out_beside_the_daemon(region, randers):
    worker, task = await beside(randers)
    async with running(randers):
        for _ in range(3):
            randers.store(crossing(region))
        await until(lambda: outcomes(randers) == ["taken"] * 3)
        await until(lambda: all(row.tries for row in randers.receipts()))
    worker.stop.set()
    await task
    assert len(randers.taken) == len(randers.receipts()) == 3


async def test_a_daemon_that_starts_beside_a_worker_leaves_it_its_letters(region):
    held = region.post(sites.referral())
    assert claimed(region) == (held,)
    waiting = region.post(sites.referral())
    with region.database.session() as session:
        session.get_one(OutgoingRow, waiting).next_at = region.clock() + timedelta(hours=1)
    with region.station.home.working():
        async with running(region):
            await until(lambda: region.outgoing(waiting).tries)
            assert region.outgoing(held).claimed_until == region.clock() + outbox.LEASE


async def test_no_worker_begins_while_a_daemon_takes_the_claims_back(region):
    begun = threading.Event()

    def works():
        with region.station.home.working():
            begun.set()

    thread = threading.Thread(target=works)
    with region.station.home.without_workers() as alone:
        thread.start()
        assert alone
        assert not begun.wait(0.05)
    thread.join()
    assert begun.is_set()


# A database that is away


async def test_the_daemon_goes_on_by_itself_and_a_worker_too(region, randers, monkeypatch, caplog):
    """They say so once, however often they try; what arrived is taken and what was queued leaves when it is back."""
    monkeypatch.setattr("gateway.daemon.REST_AFTER_TROUBLE", 0.01)
    monkeypatch.setattr("gateway.exchange.arrivals.FIRST_LOOK", timedelta())  # one may be put off just then
    there, really = threading.Event(), Database.session
    tries = []

    def session(database):
        if not there.is_set() and database is randers.database:
            tries.append(database)
            raise away()
        return really(database)

    randers.store(crossing(region))
    worker, task = await beside(randers)
    monkeypatch.setattr(Database, "session", session)
    await until(lambda: len(tries) > 5)
    assert outcomes(randers) == ["waiting"]
    there.set()
    await until(lambda: outcomes(randers) == ["taken"])
    await until(lambda: "database-back" in told(caplog))
    worker.stop.set()
    await task
    assert told(caplog) == ["database-away", "database-back"]


async def test_a_daemon_that_is_stopped_while_the_database_is_away_stops(region, monkeypatch, caplog):
    really = Database.session
    with monkeypatch.context() as lost:
        async with running(region) as daemon:
            await until(lambda: daemon.rounds.door_is_open)
            lost.setattr(Database, "session", lambda _database: (_ for _ in ()).throw(away()))
    assert "way stop: OperationalError" in caplog.text
    assert Database.session is really


async def test_a_chore_that_finds_the_database_away_keeps_no_other_waiting_and_comes_again_soon(region, monkeypatch):
    monkeypatch.setattr("gateway.daemon.REST_AFTER_TROUBLE", 0.01)
    done = []

    def finds_it_away():
        if len(done) < 3:
            raise away()
        return 0

    async with running(region, chores=[finds_it_away, lambda: done.append(1) or 0], chore_seconds=60):
        await until(lambda: len(done) >= 4)


def told(caplog):
    return [one.event for one in caplog.records if getattr(one, "event", "").startswith("database")]
