"""No screen gives one key to two commands, of which nobody could tell which is done; and each key is explained."""

from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.screen import Screen

from gateway.desk import commands as desk
from gateway.desk.screens.board import BoardScreen
from inbox_tui import commands as inbox
from inbox_tui.screens.inbox import InboxScreen
from inbox_tui.screens.letter import LetterScreen

ROOT = Path(__file__).parents[2]
ON_PURPOSE = {"inbox_tui.screens.form": {"enter"}, "gateway.keeping.call": {"n", "N"}}
"""Enter goes on to the next box, and from the last one sends; at each step of a call N says no to what is read."""
FOLDERS = ("inbox_tui/screens", "gateway/desk/screens", "gateway/keeping", "gateway/terminal")


def below(kind):
    return {kind}.union(*(below(child) for child in kind.__subclasses__()))


def screens():
    """Every screen there is, once their modules are read."""
    for file in (file for folder in FOLDERS for file in (ROOT / folder).glob("*.py")):
        import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    ours = (one for one in below(Screen) if one.__module__.startswith(("inbox_tui.", "gateway.")))
    return sorted(ours, key=lambda one: f"{one.__module__}.{one.__name__}")


@pytest.mark.parametrize("screen", screens())
def test_a_key_does_one_thing_on_a_screen(screen):
    actions = defaultdict(set)
    for binding in Binding.make_bindings(screen.BINDINGS):
        actions[binding.key].add(binding.action)
    meant = ON_PURPOSE.get(screen.__module__, ())
    twice = {key: found for key, found in actions.items() if len(found) > 1 and key not in meant}
    assert not twice, f"Give one of them another key, in commands.py: {twice} on {screen.__name__}."


@pytest.mark.parametrize(
    ("screen", "explained"),
    [(InboxScreen, inbox.EXPLAINED), (LetterScreen, inbox.EXPLAINED), (BoardScreen, desk.EXPLAINED)],
)
def test_the_help_page_tells_of_every_key_of_the_pages_where_the_work_is(screen, explained):
    told = {command.action for command in explained}
    silent = {binding.action for binding in Binding.make_bindings(screen.BINDINGS)} - told
    assert not silent, f"Put the command of {sorted(silent)} in EXPLAINED of commands.py."
