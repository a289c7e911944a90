"""The day a change begins on (D19: an official note was once dated 2919)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.calendar import local_day
from directory.days import beginning, check_beginning, typed_day
from directory.errors import BadDay

NOW = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2027-01-31", " 31-01-2027 ", "31.1.2027", "31/1/2027"])
def test_a_day_is_read_as_people_write_it(text):
    assert typed_day(text) == date(2027, 1, 31)


@pytest.mark.parametrize("text", ["", "i morgen", "31-13-2027", "2027", "22. november 2919", "1-1-27"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(BadDay):
        typed_day(text)


def test_a_day_begins_at_midnight_in_denmark():
    """D5."""
    assert beginning(date(2027, 1, 1), NOW) == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    assert beginning(date(2027, 7, 1), NOW) == datetime(2027, 6, 30, 22, 0, tzinfo=UTC)


def test_today_and_no_day_begin_now():
    assert beginning(None, NOW) == beginning(local_day(NOW), NOW) == NOW


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2019, 1, 1), date(2028, 1, 1), date(2919, 11, 22)])
def test_a_day_that_cannot_be_right_is_refused(day):
    with pytest.raises(BadDay):
        beginning(day, NOW)


def test_a_machine_before_the_agreement_has_a_wrong_clock():
    with pytest.raises(BadDay):
        beginning(date(2020, 3, 2), datetime(2020, 3, 1, tzinfo=UTC))


@given(st.integers(0, 366))
def test_every_day_of_the_year_ahead_will_do(days):
    day = local_day(NOW) + timedelta(days=days)
    begins = beginning(day, NOW)

    check_beginning(begins, NOW)
    assert local_day(begins) == day
    assert begins >= NOW


def test_a_moment_earlier_today_will_do_and_an_earlier_day_will_not():
    check_beginning(NOW - timedelta(hours=2), NOW)
    for moment in (NOW - timedelta(days=1), NOW + timedelta(days=367)):
        with pytest.raises(BadDay):
            check_beginning(moment, NOW)
