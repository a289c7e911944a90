"""Three joined ends whose key rings a test may change for good: made once, copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sites
from databases import copy_site
from rotating_ends import Ends, open_ends


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    with sites.short_folder() as folder:
        with sites.stations(folder):
            pass
        yield folder


@pytest.fixture
def ends(made, short_path, tmp_path) -> Iterator[Ends]:
    copy_site(made, short_path / "s")
    with open_ends(short_path / "s", tmp_path) as joined:
        yield joined
