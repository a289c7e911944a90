"""A trail of its own for each test, at a site with real keys."""

from datetime import timedelta

import pytest
from trails import trail_of

from gateway.station import utc_now


@pytest.fixture
def trail(opened, tmp_path):
    with trail_of(opened["region"], tmp_path / "trail.db", utc_now() - timedelta(days=9)) as trails:
        yield trails
