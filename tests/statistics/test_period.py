"""Figures are about whole months, in Danish time."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.statistics.period import Month, Period, day_typed

TODAY = date(2026, 11, 22)
days = st.dates(date(2020, 1, 1), date(2199, 12, 31))


def test_without_dates_it_is_the_twelve_months_up_to_now():
    assert Period.around(TODAY) == Period(Month(2025, 12), Month(2026, 11))


def test_days_are_widened_to_whole_months():
    assert Period.around(TODAY, date(2026, 2, 28), date(2026, 3, 1)) == Period(Month(2026, 2), Month(2026, 3))


@given(days, days)
def test_a_period_holds_the_days_it_was_made_of_and_no_day_after_it(first, last):
    start, end = sorted((first, last))
    period = Period.around(TODAY, start, end)

    for day in (start, end):
        assert datetime(day.year, day.month, day.day, 12, tzinfo=UTC) in period
    assert period.ends_at not in period


@given(days, days)
def test_the_columns_of_a_table_are_few_and_cover_every_month_once(first, last):
    period = Period.around(TODAY, *sorted((first, last)))
    covered = [month for span in period.spans for month in span.months]

    assert tuple(covered) == period.months
    assert len(period.spans) <= max(12, len(period.months) / 12 + 1)


@pytest.mark.parametrize("wrong", [(date(2026, 3, 1), date(2026, 2, 1)), (date(2019, 1, 1), date(2026, 1, 1))])
def test_a_period_that_ends_before_it_begins_or_before_the_agreement_is_none(wrong):
    with pytest.raises(ValueError, match="not a period"):
        Period.around(TODAY, *wrong)


@pytest.mark.parametrize("text", ["2026-11-22", "22-11-2026", "22.11.2026", " 2026-11-22 "])
def test_a_day_is_read_as_people_write_it(text):
    assert day_typed(text) == TODAY


@pytest.mark.parametrize(
    "text", ["", "x", "2026-13-01", "31-02-2026", "22-11-26", "2026-11-22T10:00", "1-1-9999", "٢٠٢٦-11-22"]
)
def test_anything_else_is_no_day(text):
    with pytest.raises(ValueError, match=r"day|month"):
        day_typed(text)
