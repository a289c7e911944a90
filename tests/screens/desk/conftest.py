"""One desk on a fresh SQLite file."""

from collections.abc import Iterator

import pytest
from desk_site import DeskSite


@pytest.fixture
def desk(tmp_path) -> Iterator[DeskSite]:
    made = DeskSite(tmp_path)
    yield made
    made.db.close()
