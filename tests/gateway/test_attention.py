"""What the board knows of referrals: when a person last answered, and since when the oldest waits (D13, E13)."""

from datetime import timedelta

import pytest
from referring_site import FAVRSKOV, RANDERS, Desk

from gateway.liveness.board import Attention
from gateway.referring.attention import attention
from gateway.referring.promise import CallOutcome
from gateway.wire.letters import Kind

HOUR = timedelta(hours=1)
NOTHING = timedelta(0)


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.db.close()


def told(desk, ahead=NOTHING):
    with desk.db.reading() as session:
        return attention(session, ahead)


def set_moment(desk, number, **moments):
    with desk.db.session() as session:
        row = session.merge(desk.row(number))
        for name, moment in moments.items():
            setattr(row, name, moment)


def test_where_nothing_was_sent_there_is_nothing_to_tell(desk):
    assert told(desk) == {}


def test_the_oldest_that_nobody_has_taken_counts_and_each_municipality_by_itself(desk):
    first = desk.clock()
    desk.refer(RANDERS)
    desk.clock.go(HOUR)
    desk.refer(RANDERS)
    desk.refer(FAVRSKOV)
    assert told(desk) == {
        RANDERS: Attention(waiting_since=first),
        FAVRSKOV: Attention(waiting_since=desk.clock()),
    }


@pytest.mark.parametrize("moment", ["acknowledged_at", "answered_at", "closed_at", "withdrawn_at", "cancelled_at"])
def test_what_somebody_has_waits_no_more(desk, moment):
    number = desk.refer(RANDERS)
    set_moment(desk, number, **{moment: desk.clock()})
    assert told(desk).get(RANDERS, Attention()).waiting_since is None


def test_what_was_taken_by_phone_waits_no_more(desk):
    number = desk.refer(RANDERS)
    desk.duty.log_call(number, CallOutcome.NO_ANSWER, "", desk.person)
    assert told(desk)[RANDERS].waiting_since is not None
    desk.duty.log_call(number, CallOutcome.TAKEN, "", desk.person)
    assert told(desk).get(RANDERS, Attention()).waiting_since is None


def test_the_last_person_who_answered_is_known_whatever_the_answer(desk):
    first, second = desk.refer(RANDERS), desk.refer(RANDERS)
    set_moment(desk, first, acknowledged_at=desk.clock())
    desk.clock.go(HOUR)
    set_moment(desk, second, answered_at=desk.clock())
    assert told(desk)[RANDERS].person_at == desk.clock()


def test_it_is_told_in_the_machine_s_time(desk):
    """They differ only where time is simulated, as in the demo."""
    desk.refer(RANDERS)
    assert told(desk, HOUR)[RANDERS].waiting_since == desk.clock() + HOUR
    assert not desk.letters(Kind.HEARTBEAT)
