from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.calendar import COPENHAGEN
from directory.errors import BadHours
from directory.hours import OpeningHours

USUAL = OpeningHours.parse("man-ons 8-15, tor 8-17, fre 8-13")


def at(day, hour, minute=0, month=1):
    return datetime(2026, month, day, hour, minute, tzinfo=COPENHAGEN)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(12, 8), True),
        (at(12, 7, 59), False),
        (at(12, 14, 59), True),
        (at(12, 15), False),
        (at(15, 16), True),
        (at(16, 13), False),
        (at(17, 10), False),
    ],
)
def test_a_unit_is_open_within_its_hours(moment, is_open):
    # D17
    assert USUAL.is_open(moment) is is_open


def test_outside_hours_the_next_opening_is_known():
    # D17, so that the sender can be told when to ring
    assert USUAL.next_opening(at(12, 15)) == at(13, 8)
    assert USUAL.next_opening(at(16, 13)) == at(19, 8)
    assert USUAL.next_opening(at(16, 13)).tzinfo is UTC


def test_holidays_are_skipped():
    assert not USUAL.is_open(at(6, 10, month=4))
    assert USUAL.next_opening(at(1, 16, month=4)) == at(7, 8, month=4)


def test_the_clock_is_danish_in_summer_and_winter():
    assert USUAL.is_open(datetime(2026, 7, 6, 6, 0, tzinfo=UTC))
    assert not USUAL.is_open(datetime(2026, 1, 5, 6, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "written",
    [
        *("Mandag-onsdag 8.00-15.00; torsdag 8-17; fredag 8-13", "man–ons kl. 8 – 15, tors 8:00-17:00, fre: 8-13"),
        *("man-tor 8-15, tor 15-17, fre 8-13.00", "MAN-ONS 08-15,TOR 08-17,FRE 08-13."),
    ],
)
def test_hours_are_read_as_people_write_them(written):
    hours = OpeningHours.parse(written)
    for day in range(12, 19):
        for hour in range(24):
            assert hours.is_open(at(day, hour)) == USUAL.is_open(at(day, hour))


def test_a_lunch_break_parts_the_day():
    hours = OpeningHours.parse("hverdage 9-12 og 13-15")
    assert [h for h in range(24) if hours.is_open(at(13, h))] == [9, 10, 11, 13, 14]


def test_saturday_counts_where_it_is_written():
    assert OpeningHours.parse("lør 10-12").next_opening(at(12, 9)) == at(17, 10)


def test_unknown_hours_claim_nothing():
    assert not OpeningHours.parse(" ").is_open(at(12, 10))
    assert OpeningHours.parse("").next_opening(at(12, 10)) is None


@pytest.mark.parametrize(
    "written",
    [
        *("altid", "man", "8-15", "man 15-8", "man 8-8", "man 8-25", "man 8.75-9", "fre-man 8-15", "man 8-15 tir 8-15"),
        *("man 8-15,, tir 8-15", "man ٨-١٥", "man 8-15, " * 50),
    ],
)
def test_what_is_not_hours_is_refused(written):
    with pytest.raises(BadHours):
        OpeningHours.parse(written)


@given(st.text(max_size=60) | st.from_regex(r"(man|fre)(-søn)? [0-9]{1,2}-[0-9]{1,2}", fullmatch=True))
def test_anything_is_hours_or_refused(text):
    try:
        hours = OpeningHours.parse(text)
    except BadHours:
        return
    assert all(0 <= s.opens < s.closes <= 24 * 60 for s in hours.spans)
    opening = hours.next_opening(at(12, 12))
    assert opening is None or hours.is_open(opening)
