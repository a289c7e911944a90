from datetime import UTC, date, datetime

import pytest

from gateway.terminal import dates

WINTER = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)


def test_dates_and_times_are_written_as_danes_do_and_in_danish_time():
    assert dates.day(WINTER) == "22-11-2026"
    assert dates.clock(WINTER) == "8.14"
    assert dates.clock(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "0.05"
    assert dates.day(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "02-07-2026"
    assert dates.short_day(date(2026, 3, 2)) == "02-03"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("+45 95 00 01 02", "+45 95 00 01 02"),
        ("95000102", "+45 95 00 01 02"),
        ("0045 9500 0102", "+45 95 00 01 02"),
        ("+48 22 123 45 67", "+48 22 123 45 67"),
        ("kun SMS\x1b", "kun SMS\ufffd"),
        ("", ""),
    ],
)
def test_danish_phone_numbers_are_paired_and_others_left(written, shown):
    assert dates.phone(written) == shown
