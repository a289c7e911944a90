"""What a key in the list costs: the lines that are drawn for it, and how often the screen is painted."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from textual.geometry import Region
from textual.screen import Screen

from inbox_tui.widgets.case_list import MARGIN, TALL, CaseList
from tests.inbox_site import NOW, arrived, referral
from tests.screens.seen import opened, until

CASES = 120
SIZE = (80, 24)


@pytest.fixture
def long(site):
    for place in range(CASES):
        site.receive(arrived(referral("R02"), f"2026-{place:04}", NOW - timedelta(minutes=CASES - place)))
    return site


class Effort:
    """What was drawn and painted: each line that was put together, and the regions of each paint."""

    def __init__(self):
        self.lines, self.paints = 0, []

    @property
    def painted(self):
        return Region.from_union([region for paint in self.paints for region in paint])


@contextmanager
def effort(pilot, monkeypatch):
    """Count what the keys that are pressed in this block cost."""
    spent, draw, paint = Effort(), CaseList._strip, Screen._compositor_refresh

    def drawn(self, *args, **how):
        spent.lines += 1
        return draw(self, *args, **how)

    def painted(self):
        if self._compositor._dirty_regions:
            spent.paints.append(set(self._compositor._dirty_regions))
        paint(self)

    with monkeypatch.context() as patch:
        patch.setattr(CaseList, "_strip", drawn)
        patch.setattr(Screen, "_compositor_refresh", painted)
        yield spent
        await_nothing = pilot.app.screen._compositor._dirty_regions
        assert not await_nothing


async def test_a_key_that_moves_paints_two_cases_once_and_draws_neither_twice(long, monkeypatch):
    async with opened(long.ports(), SIZE) as pilot:
        await until(pilot, "2026-0000")
        cases = pilot.app.screen.query_one(CaseList)
        with effort(pilot, monkeypatch) as first:
            await pilot.press("down")
        assert (first.lines, len(first.paints)) == (2 * TALL, 1)
        assert first.painted.size == (cases.size.width, 2 * TALL)
        with effort(pilot, monkeypatch) as again:
            await pilot.press("up", "down")
        assert (again.lines, len(again.paints)) == (0, 2)


async def test_a_key_that_scrolls_paints_the_list_once_and_draws_only_what_is_new(long, monkeypatch):
    async with opened(long.ports(), SIZE) as pilot:
        await until(pilot, "2026-0000")
        cases = pilot.app.screen.query_one(CaseList)
        await pilot.press(*["down"] * 12)
        thumb = cases._thumb_at(cases.scroll_y)
        while cases._thumb_at(cases.scroll_y + TALL) != thumb:
            await pilot.press("down")
            thumb = cases._thumb_at(cases.scroll_y)
        with effort(pilot, monkeypatch) as spent:
            await pilot.press("down")
        assert (spent.lines, len(spent.paints)) == (2 * TALL, 1)
        assert spent.painted in cases.region
        assert cases.vertical_scrollbar.position == cases.scroll_y


async def test_the_end_of_a_long_list_is_reached_and_what_is_far_is_not_kept_drawn(long):
    async with opened(long.ports(), SIZE) as pilot:
        await until(pilot, "2026-0000")
        cases = pilot.app.screen.query_one(CaseList)
        for _page in range(CASES):
            await pilot.press("pagedown")
        await until(pilot, "2026-0119")
        first, number = cases.window()
        assert first >= CASES - number + MARGIN
        assert {place[0] for place in cases._drawn} <= {-1, *range(first, CASES)}


async def test_rows_that_are_known_already_are_not_drawn_anew(long, monkeypatch):
    async with opened(long.ports(), SIZE) as pilot:
        await until(pilot, "2026-0000")
        screen, cases = pilot.app.screen, pilot.app.screen.query_one(CaseList)
        with effort(pilot, monkeypatch) as spent:
            await screen._fetch(0, len(cases._rows))
            await pilot.pause()
        assert (spent.lines, spent.paints) == (0, [])


async def test_another_ground_draws_every_line_in_its_own_colours(long):
    async with opened(long.ports(), SIZE) as pilot:
        await until(pilot, "2026-0000")
        cases = pilot.app.screen.query_one(CaseList)

        def grounds():
            return {segment.style.bgcolor for strip in cases.render_lines(cases.size.region) for segment in strip}

        dark = grounds()
        pilot.app.theme = next(name for name in ("stafet-light", "stafet-dark") if name != pilot.app.theme)
        await pilot.pause()
        assert dark.isdisjoint(grounds())
