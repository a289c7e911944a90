"""What is drawn of keys: the groups of a fingerprint, the bricks, and the time both keys hold."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from gateway.keeping.drawn import Bricks, Overlap, line, place
from gateway.keeping.fingerprint import FingerprintView, groups, spelt
from gateway.language import gettext as _
from keys.fingerprint import Fingerprint
from tests.screens.seen import seen

KEY = Fingerprint("9F03B7C6E18A4D2255D01C7BA3F684E90B7D2C58")
BEGUN = datetime(2026, 11, 7, 8, tzinfo=UTC)


class Holder(App[None]):
    def __init__(self, widget) -> None:
        super().__init__()
        self.widget, self.finished = widget, 0

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_fingerprint_view_finished(self) -> None:
        self.finished += 1

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"stafet-quiet": "#777777", "stafet-selected": "#222222"}


@given(st.text("0123456789ABCDEF", min_size=40, max_size=40))
def test_ten_groups_of_four_are_the_whole_fingerprint(digits):
    cut = groups(Fingerprint(digits))

    assert "".join(cut) == digits
    assert {len(one) for one in cut} == {4}
    assert len(cut) == 10


def test_letters_are_spelt_each_once_and_digits_are_not():
    assert spelt("B7B6") == _("B as in Bravo")
    assert spelt("1234") == ""


async def test_each_group_is_ticked_until_all_were_read_and_no_further():
    view = FingerprintView(KEY, 0)
    async with Holder(view).run_test(size=(80, 24)) as pilot:
        for _tick in range(3):
            view.tick()
        await pilot.pause()
        text = seen(pilot)
        assert text.count("✓") == 3
        assert "▸ 4 D 2 2" in text
        view.back()
        await pilot.pause()
        assert seen(pilot).count("✓") == 2
        for _tick in range(20):
            view.tick()
        await pilot.pause()
        assert seen(pilot).count("✓") == 10
        assert pilot.app.finished == 1
        assert view.now == ""


async def test_a_fingerprint_to_read_has_no_ticks():
    async with Holder(FingerprintView(KEY)).run_test(size=(80, 24)) as pilot:
        text = seen(pilot)
        assert "9 F 0 3" in text
        assert "2 C 5 8" in text
        assert "✓" not in text


async def test_a_brick_stands_for_each_party():
    bricks = Bricks(14, 19)
    async with Holder(bricks).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert seen(pilot).count("██") == 14
        assert seen(pilot).count("░░") == 5


@pytest.mark.parametrize(("days", "share"), [(0, 0.0), (15, 0.5), (30, 1.0), (45, 1.0), (-3, 0.0)])
def test_today_stands_where_it_belongs_on_the_line(days, share):
    at = place(BEGUN, BEGUN + timedelta(days=30), BEGUN + timedelta(days=days), 61)

    assert at == round(share * 60)


@given(st.integers(2, 200), st.data())
def test_the_line_is_as_wide_as_it_is_told_whatever_the_day(width, data):
    today = data.draw(st.integers(0, width - 1))

    drawn = line(width, today)

    assert drawn.cell_length == width
    assert drawn.plain[today] == "◆"


@pytest.mark.parametrize("days", [0, 1, 15, 29, 30])
async def test_the_days_below_the_line_never_run_into_each_other(days):
    overlap = Overlap(BEGUN, BEGUN + timedelta(days=30), BEGUN + timedelta(days=days))
    async with Holder(overlap).run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        text = seen(pilot)
        assert "07-11-2026 " in text
        assert " 07-12-2026" in text
