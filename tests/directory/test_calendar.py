import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.calendar import (
    COPENHAGEN,
    add_working_days,
    is_working_day,
    local_day,
    next_working_day,
    target_date,
    working_days_left,
)

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "workday_cases.json").read_text("utf-8"))
days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["received"])
def test_the_target_is_five_working_days_after_arrival(vector):
    # E1, section 1.X
    received = datetime.combine(date.fromisoformat(vector["received"]), datetime.min.time(), COPENHAGEN)
    for hour in (0, 8, 23):
        assert target_date(received.replace(hour=hour)) == date.fromisoformat(vector["target_default"])


def test_the_day_of_arrival_is_the_danish_day():
    assert target_date(datetime(2026, 4, 26, 22, 30, tzinfo=UTC)) == date(2026, 5, 4)
    assert target_date(datetime(2026, 4, 26, 21, 30, tzinfo=UTC)) == date(2026, 5, 1)
    assert local_day(datetime(2026, 1, 1, 23, 30, tzinfo=UTC)) == date(2026, 1, 2)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        target_date(datetime(2026, 4, 1, 12))  # noqa: DTZ001 - the point


@pytest.mark.parametrize(
    "day",
    [
        (2026, 1, 1),
        (2026, 4, 2),
        (2026, 4, 3),
        (2026, 4, 6),
        (2026, 5, 14),
        (2026, 5, 25),
        (2026, 12, 25),
        (2023, 5, 5),
    ],
)
def test_public_holidays_are_not_working_days(day):
    assert not is_working_day(date(*day))


@pytest.mark.parametrize("day", [(2026, 6, 5), (2026, 12, 24), (2026, 12, 31)])
def test_the_days_offices_close_by_custom_are_not_working_days(day):
    assert not is_working_day(date(*day))


@pytest.mark.parametrize("day", [(2026, 5, 1), (2024, 4, 26), (2026, 5, 15), (2026, 12, 28)])
def test_first_of_may_and_store_bededag_since_2024_are_working_days(day):
    assert is_working_day(date(*day))


@pytest.mark.parametrize(
    ("today", "left"),
    [((4, 1), 5), ((4, 5), 5), ((4, 10), 1), ((4, 12), 1), ((4, 13), 0), ((4, 14), -1), ((4, 17), -4), ((4, 18), -5)],
)
def test_days_left_count_down_to_the_target_and_below_it(today, left):
    assert working_days_left(date(2026, *today), date(2026, 4, 13)) == left


def test_the_saturday_after_a_friday_target_is_overdue():
    assert working_days_left(date(2026, 1, 17), date(2026, 1, 16)) == -1


@settings(deadline=None)
@given(days, st.integers(1, 30))
def test_a_target_is_a_working_day_and_nothing_but_working_days_is_counted(day, count):
    target = add_working_days(day, count)
    between = [day + timedelta(days=n) for n in range(1, (target - day).days + 1)]
    assert is_working_day(target)
    assert sum(map(is_working_day, between)) == count == working_days_left(day, target)


@settings(deadline=None)
@given(days, days, st.integers(0, 12))
def test_a_later_arrival_never_has_an_earlier_target(one, other, count):
    first, second = sorted((one, other))
    assert add_working_days(first, count) <= add_working_days(second, count)


@settings(deadline=None)
@given(days, st.integers(1, 400))
def test_overdue_is_always_negative(day, late):
    target = next_working_day(day)
    assert working_days_left(target + timedelta(days=late), target) < 0
