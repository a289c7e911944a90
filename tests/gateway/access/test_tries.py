"""After three wrong passwords one waits, twice as long each time, and at most a quarter of an hour."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.tries import LONGEST_WAIT, Tries

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
steps = st.integers(-(10**7), 10**7).map(lambda seconds: timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("wrong", "seconds"), [(0, 0), (2, 0), (3, 5), (4, 10), (5, 20), (9, 320), (10, 640), (11, 900), (10**6, 900)]
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(wrong, seconds):
    assert Tries(wrong, NOW).wait == timedelta(seconds=seconds)


def test_who_has_waited_may_try_and_not_a_moment_before():
    tries = Tries(3, NOW)
    assert tries.until(NOW + 4 * SECOND) == NOW + 5 * SECOND
    assert tries.until(NOW + 5 * SECOND) is None


@given(st.integers(0, 100), steps)
def test_no_clock_that_jumps_keeps_anybody_out_for_longer(wrong, jump):
    until = Tries(wrong, NOW).at(NOW + jump).until(NOW + jump)
    assert until is None or until <= NOW + jump + LONGEST_WAIT


@given(st.integers(3, 100), st.lists(steps, max_size=20))
def test_no_clock_that_jumps_lets_more_than_one_guess_in_at_a_time(wrong, jumps):
    tries, now = Tries(wrong, NOW), NOW
    for jump in jumps:
        now += jump
        tries = tries.at(now)
        if tries.until(now) is None:
            tries = tries.and_one(now)
            assert tries.until(now) is not None
        assert tries.wrong >= wrong
