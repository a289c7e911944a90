"""A question stands in the middle, over the work it is about, which is to be seen behind it."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from textual.screen import ModalScreen

import gateway
import inbox_tui
from gateway.terminal.once import Dialog
from tests.screens.seen import until

WITH_SCREENS = ("gateway.desk", "gateway.keeping", "gateway.terminal", "inbox_tui.screens")


def kinds_of(screen: type) -> Iterator[type]:
    for kind in screen.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def every_question() -> set[type]:
    for end in (gateway, inbox_tui):
        for module in pkgutil.walk_packages(end.__path__, f"{end.__name__}."):
            if module.name.startswith(WITH_SCREENS):
                import_module(module.name)
    return {kind for kind in kinds_of(ModalScreen) if not kind.__module__.startswith("textual.")}


def test_every_question_is_shown_over_the_work():
    every = every_question()
    assert len(every) >= 20
    assert [kind.__name__ for kind in every if not issubclass(kind, Dialog) or kind.DEFAULT_CLASSES != "over"] == []


@pytest.mark.parametrize("key", ["f1", "f9"])
async def test_a_question_is_in_the_middle_and_the_work_is_dimmed_behind_it(end, key):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press(key)
        await until(pilot, "Esc ")
        screen = pilot.app.screen
        box = screen.query_one(".dialog").region
        assert abs((box.x + box.right) - screen.region.width) <= 1
        assert 0 < screen.styles.background.a < 1
        assert abs((box.y + box.bottom) - screen.region.height) <= 2
