import statistics

import pytest
from figures import Aim, Finding, Sample, number, ratio
from hypothesis import given
from hypothesis import strategies as st

MEASURED = st.lists(st.floats(min_value=0.001, max_value=1e7), min_size=1, max_size=50)


@given(MEASURED)
def test_half_of_what_was_measured_lies_within_the_spread(values):
    sample = Sample("a", "ms", tuple(values))
    low, high = sample.spread
    inside = sum(low <= value <= high for value in values)
    assert low <= sample.median <= high
    assert inside * 2 >= len(values)


def test_one_measurement_is_its_own_spread():
    assert Sample("a", "ms", (7.0,)).spread == (7.0, 7.0)


@given(MEASURED, MEASURED)
def test_a_ratio_is_of_the_two_medians(these, those):
    assert ratio(these, those) == statistics.median(these) / statistics.median(those)


@pytest.mark.parametrize(
    ("aim", "value", "met"),
    [
        (Aim.AT_LEAST, 0.74, False),
        (Aim.AT_LEAST, 0.75, True),
        (Aim.AT_MOST, 0.75, True),
        (Aim.AT_MOST, 0.76, False),
        (None, 0.5, None),
    ],
)
def test_an_aim_is_met_on_its_own_side_of_the_bound_and_where_there_is_none_nothing_is_said(aim, value, met):
    assert Finding("a", value, aim, 0.75).met is met


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (0.01234, "0.01"), (0.5, "0.50"), (1.236, "1.24"), (23.46, "23.5"), (310.4, "310"), (20480.2, "20,480")],
)
def test_a_figure_is_written_with_no_more_digits_than_it_is_worth(value, written):
    assert number(value) == written
