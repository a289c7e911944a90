import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.errors import BadPhone
from directory.phone import is_danish, normalise


@pytest.mark.parametrize(
    "written", ["95000101", "95 00 01 01", "+45 95 00 01 01", "004595000101", "+4595000101", " 95-00-01-01 "]
)
def test_a_danish_number_is_written_one_way(written):
    # E22
    assert normalise(written) == "+45 95 00 01 01"


@pytest.mark.parametrize("written", ["+46 8 123 456 78", "0046812345678"])
def test_a_foreign_number_is_allowed_and_not_danish(written):
    # E22
    assert normalise(written) == "+46 8 123 456 78"
    assert not is_danish(normalise(written))


@pytest.mark.parametrize(
    "written",
    [
        *("", "112", "1234567", "123456789", "12345678", "+45 12 34 56 78", "ring til mig", "1-800-FLOWERS"),
        *("٩٥٠٠٠١٠١", "95 00 01 01 ext 5", "+", "+999 12345678", "+1 555", "+46 1", "9" * 500),
    ],
)
def test_what_cannot_be_dialled_is_refused(written):
    with pytest.raises(BadPhone):
        normalise(written)


def test_unassigned_series_are_accepted_because_the_list_of_series_ages():
    assert normalise("84000751") == "+45 84 00 07 51"


@given(st.text(max_size=30) | st.from_regex(r"\+?[0-9 ]{0,20}", fullmatch=True))
def test_a_normalised_number_stays_as_it_is(text):
    try:
        once = normalise(text)
    except BadPhone:
        return
    assert normalise(once) == once


@given(st.integers(20_000_000, 99_999_999))
def test_every_danish_subscriber_number_is_accepted(number):
    assert normalise(str(number)).replace(" ", "") == f"+45{number}"
