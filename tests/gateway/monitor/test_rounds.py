"""Whether the daemon's ways go round: one that rests does, one that hangs or fails for long does not."""

import pytest

from gateway.monitor.health import examine, facts
from gateway.monitor.rounds import FAILING, SLOW, Rounds

REST = 30.0


class Moment:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Moment()


@pytest.fixture
def rounds(clock):
    made = Rounds(clock)
    made.expect("out", REST)
    made.door_is_open = True
    return made


def well(rounds, name="out"):
    return next(one.well for one in examine(rounds, ()) if one.name == name)


def test_a_way_that_has_just_begun_goes_round_and_one_that_never_comes_round_does_not(rounds, clock):
    assert well(rounds)
    clock.now += REST + SLOW
    assert well(rounds)
    clock.now += 1
    assert not well(rounds)


def test_it_goes_round_for_as_long_as_it_comes_round(rounds, clock):
    for _ in range(10):
        clock.now += SLOW
        rounds.came_round("out")
    assert well(rounds)
    assert rounds.ways["out"].age(clock.now) == 0


def test_a_way_that_fails_is_given_less_time_and_is_well_again_when_it_comes_round(rounds, clock):
    rounds.came_round("out")
    for _ in range(3):
        rounds.failed("out")
    assert well(rounds)
    clock.now += REST + FAILING + 1
    assert not well(rounds)
    rounds.came_round("out")
    assert well(rounds)
    assert rounds.ways["out"].failures == 3


def test_a_door_that_is_shut_and_a_database_that_does_not_answer_are_not_well(rounds):
    rounds.door_is_open = False
    assert not well(rounds, "door")
    assert not next(one.well for one in examine(rounds, None) if one.name == "database")


def test_it_is_healthy_when_everything_is(rounds, clock):
    assert facts(examine(rounds, ())) == {
        "healthy": True,
        "checks": {"out": {"well": True, "seconds": 0.0}, "door": {"well": True}, "database": {"well": True}},
    }
    clock.now += 10 * SLOW
    assert not facts(examine(rounds, ()))["healthy"]
