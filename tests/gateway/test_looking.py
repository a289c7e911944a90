"""A worker that finds nothing to do only looks; whatever there is to do it finds by looking."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import bodies
import pytest
import sites
from sites import MINUTE, RANDERS
from sqlalchemy.exc import OperationalError
from test_outages import locked

from gateway.adapters import database as databases
from gateway.adapters.database import Database
from gateway.exchange import deliver as delivering
from gateway.exchange import outbox
from gateway.exchange.delivery import BOUNCED, Course, State
from gateway.exchange.rows import OutgoingRow
from gateway.wire.letters import Kind, Letter


@pytest.fixture
def worker(region, monkeypatch):
    """Give one worker that has looked before: a round tells which letters it had in hand."""
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.1)
    impatient = Database(str(region.database._engine.url))
    region.station = replace(region.station, database=impatient)
    deliver = region.deliver
    with asyncio.Runner() as rounds:
        assert rounds.run(deliver()) == 0
        yield lambda: rounds.run(deliver())
    impatient.close()


def steer(site, letter, course):
    with site.database.session() as session:
        outbox.steer(session, session.get_one(OutgoingRow, letter), course, site.clock())


def test_a_round_with_nothing_to_do_takes_no_turn_among_those_who_write(region, worker):
    posted = region.post(sites.referral())
    steer(region, posted, Course(State.SENT, region.clock() + 30 * MINUTE))
    with locked(region):
        assert worker() == 0


def test_that_nothing_can_be_written_any_more_is_noticed_before_a_letter_needs_it(region, worker, monkeypatch):
    monkeypatch.setattr(delivering, "LOOKING_SECONDS", 0)
    with locked(region), pytest.raises(OperationalError):
        worker()


def test_what_is_posted_meanwhile_leaves_in_the_next_round(region, worker):
    letter = region.post(sites.referral())
    assert worker() == 1
    assert region.outgoing(letter).state == State.SENT


def test_what_falls_due_leaves_when_it_does(region, worker):
    region.post(sites.referral())
    worker()
    assert worker() == 0
    region.clock.go(31 * MINUTE)
    assert worker() == 1


@pytest.mark.parametrize("column", ["next_at", "claimed_until"])
def test_what_a_clock_that_was_ahead_has_put_off_is_found(region, worker, column):
    letter = region.post(sites.referral())
    with region.database.session() as session:
        setattr(session.get_one(OutgoingRow, letter), column, region.clock() + timedelta(days=365))
    assert worker() == 1


def test_what_another_worker_holds_is_found_when_its_claim_has_ended(region, worker):
    region.post(sites.referral())
    with region.database.session() as session:
        outbox.claim(session, region.clock(), 1)
    assert worker() == 0
    region.clock.go(outbox.LEASE + MINUTE)
    assert worker() == 1


@pytest.mark.parametrize(
    "stopped", [Course(State.GIVEN_UP, None, "NO_RECEIPT"), Course(State.PARKED, None, f"{BOUNCED}_5.1.1")]
)
def test_what_had_stopped_goes_on_once_its_cause_is_gone(region, worker, stopped):
    """It has never left for the address and key that hold now."""
    letter = region.post(sites.referral())
    steer(region, letter, stopped)
    assert worker() == 1
    assert region.outgoing(letter).state == State.SENT


def test_what_is_due_about_a_citizen_who_has_withdrawn_is_found_and_cancelled(region, worker):
    """O10: it was in a worker's hands when the withdrawal was written down, and came back."""
    first = sites.referral()
    region.post(first)
    with region.database.session() as session:
        outbox.claim(session, region.clock(), 1)
    region.post(Letter(Kind.WITHDRAWAL, first.conversation_id, RANDERS, sites.NUMBER, bodies.WITHDRAWAL))
    region.clock.go(outbox.LEASE + MINUTE)
    assert worker() == 0
    assert region.outgoing(first.letter_id).state == State.CANCELLED
