"""Calls per citizen and week in each phase: no day counted twice, and nothing counted that nobody told of (H9, H10)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.statistics.calls import calls_by_phase, stretches
from gateway.statistics.figures import Phase
from gateway.statistics.observed import Observed, Told

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
counters = st.one_of(st.none(), st.integers(0, 40))
tellings = st.lists(st.tuples(st.integers(0, 300), counters, counters), max_size=12)


def one(day=0, closed=None, told=(), citizen="a"):
    end = None if closed is None else START + closed * DAY
    letters = tuple(Told(START + at * DAY, month, today) for at, month, today in told)
    return Observed(citizen, "730", START + day * DAY, closed_at=end, told=letters)


def phases(*referrals):
    return {found.phase: found for found in calls_by_phase(referrals, referrals)}


def test_the_first_referral_tells_of_the_thirty_days_before_it():
    before = phases(one(told=[(0, 14, 3)]))[Phase.BEFORE]

    assert (before.calls, before.weeks, before.per_citizen) == (14, pytest.approx(30 / 7), 14)
    assert before.per_week == pytest.approx(14 / (30 / 7))


def test_thirty_days_that_reach_across_a_border_are_left_out_and_the_day_is_used():
    found = phases(one(told=[(0, 14, 3), (10, 20, 2)]))

    assert (found[Phase.BEFORE].calls, found[Phase.UNDER].calls) == (14, 2)
    assert found[Phase.UNDER].weeks == pytest.approx(1 / 7)


def test_thirty_days_that_reach_into_those_counted_already_are_left_out():
    under = phases(one(told=[(40, 9, None), (60, 12, None), (71, 5, None)]))[Phase.UNDER]

    assert under.calls == 9 + 5


@pytest.mark.parametrize(
    ("referrals", "expected"),
    [
        ([one()], ["before", "under"]),
        ([one(closed=50)], ["before", "under", "after"]),
        ([one(closed=50), one(100)], ["before", "under", "after", "under"]),
        ([one(closed=50), one(20, closed=80)], ["before", "under", "after"]),
        ([one(closed=50), one(20)], ["before", "under"]),
        ([one(), one(20, closed=80)], ["before", "under"]),
    ],
)
def test_a_citizen_is_under_way_until_all_that_was_sent_is_closed(referrals, expected):
    assert [stretch.phase for stretch in stretches(referrals)] == expected


def test_phases_are_known_from_referrals_before_the_period():
    old, new = one(closed=50), one(100, told=[(100, 7, None)])
    found = {phase.phase: phase for phase in calls_by_phase([old, new], [new])}

    assert (found[Phase.BEFORE].calls, found[Phase.AFTER].calls) == (0, 7)


def test_nothing_told_is_no_figure_and_not_a_zero():
    before = phases(one())[Phase.BEFORE]

    assert (before.per_citizen, before.per_week) == (None, None)
    assert (before.coverage.measured, before.coverage.whole) == (0, 1)


@given(tellings, st.one_of(st.none(), st.integers(1, 200)))
def test_no_day_is_counted_twice_and_no_call_that_was_not_told(told, closed):
    found = phases(one(closed=closed, told=told)).values()

    assert sum(phase.weeks for phase in found) <= (330 * DAY) / WEEK
    assert sum(phase.calls for phase in found) <= sum(max(month or 0, today or 0) for _at, month, today in told)
    assert all(phase.coverage.measured <= phase.coverage.whole for phase in found)
