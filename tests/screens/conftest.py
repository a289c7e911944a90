"""One inbox on a fresh SQLite file, and pilots that lose no time."""

from collections.abc import Iterator

import pytest
from pilots import quick_pilots

from tests.inbox_site import InboxSite
from tests.screens.doors import desk_end, inbox_end


@pytest.fixture(scope="package", autouse=True)
def _quick() -> Iterator[None]:
    with quick_pilots():
        yield


@pytest.fixture
def site(tmp_path) -> Iterator[InboxSite]:
    made = InboxSite(tmp_path / "inbox.db")
    yield made
    made.db.close()


@pytest.fixture(params=[desk_end, inbox_end], ids=["desk", "inbox"])
def end(request, tmp_path):
    """Each end's terminal, with its people at the door."""
    made = request.param(tmp_path)
    yield made
    made.site.db.close()
