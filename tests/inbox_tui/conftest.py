"""One inbox on a fresh SQLite file."""

from collections.abc import Iterator

import pytest

from tests.inbox_site import InboxSite


@pytest.fixture
def site(tmp_path) -> Iterator[InboxSite]:
    made = InboxSite(tmp_path / "inbox.db")
    yield made
    made.db.close()
