"""What every kind of note must have: an event it is read from, words for a citizen who asks, a line in the handbook."""

import re
from pathlib import Path

import pytest

from gateway.insight import words
from inbox_tui.casework.notes import Note
from inbox_tui.insight import LABELS
from inbox_tui.locked import NOTES

KINDS = Note.__subclasses__()
UNSEEN = {"by", "named"}
"""Who it was is said under `by_whom`; what outcomes were called stands in the place of their codes."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_note_is_opened_again_for_some_event(kind):
    """One that no event is known to carry would be written, and never read."""
    assert kind in NOTES.values(), f"Join {kind.__name__} to its EventKind in NOTES of inbox_tui/locked.py."


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_asks_is_told_what_each_value_of_a_note_is(kind):
    """O21: in words, and not by the name of a field."""
    unnamed = {*kind.model_fields, kind.by_whom} - UNSEEN - {*words.LABELS, *LABELS}
    assert not unnamed, f"Say what {unnamed} of {kind.__name__} is called, in LABELS of inbox_tui/insight.py."


def test_the_handbook_names_every_kind_of_note():
    page = (Path(__file__).parents[2] / "docs" / "export.md").read_text("utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith("| `case.notes[].kind` "))
    named = set(re.findall("`([A-Z]\\w+)`", row))
    assert named == {kind.__name__ for kind in KINDS}, "Name it at case.notes[].kind in docs/export.md."
