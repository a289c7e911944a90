"""An inbox on a fresh SQLite file, and one at which commands are typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copy_site
from inbox_commands import Typed, made

from gateway import language
from tests.inbox_site import InboxSite


@pytest.fixture
def site(tmp_path) -> Iterator[InboxSite]:
    made = InboxSite(tmp_path / "inbox.db")
    yield made
    made.db.close()


@pytest.fixture(scope="session")
def site_made() -> Iterator[Path]:
    """A municipality's site, made once; each test types at a copy."""
    with made() as folder:
        yield folder


@pytest.fixture
def inbox(site_made, short_path, capsys, monkeypatch) -> Typed:
    """The commands of a copy of the site, which has received one letter."""
    for name in ("STAFET_HOME", "STAFET_AS", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(language, "_in_use", "da")
    typed = Typed(copy_site(site_made, short_path / "m"), capsys, monkeypatch)
    typed.receive()
    return typed
