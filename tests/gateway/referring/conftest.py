"""A region's own work on a real database for each test, spoken in Danish."""

import pytest
from writing_site import writing_site

from gateway import language


@pytest.fixture
def site(tmp_path):
    with writing_site(tmp_path / "site") as made:
        yield made


@pytest.fixture(autouse=True)
def _danish(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "da")
