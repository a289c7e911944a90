"""A line that is quiet: no citizen is in anything that crosses it."""

import pytest
from quiet_line import QuietLine
from referring_site import at

from gateway.adapters import database


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    """Nothing here is about a power failure: a commit need not reach the disk."""
    monkeypatch.setattr(database, "PRAGMAS", ("synchronous=OFF", *database.PRAGMAS[1:]))


@pytest.fixture
def line(tmp_path):
    """The region and two municipalities since a Tuesday at four in the morning."""
    made = QuietLine(tmp_path, at("2026-11-24 04:00"))
    yield made
    for end in made.ends.values():
        end.db.close()
