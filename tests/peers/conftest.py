"""What the tests with other people's programs share: one real referral, and the keys of both ends."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from peer_post import Post, make_post

sys.path.append(str(Path(__file__).parents[1] / "journeys"))  # both ends as processes of their own


@pytest.fixture(scope="session")
def post(opened, tmp_path_factory) -> Iterator[Post]:
    """A referral from the region to Randers, as it goes on the wire."""
    return make_post(opened, tmp_path_factory.mktemp("post"))


@pytest.fixture(scope="session")
def wheel():
    """The program as people get it: the wheel, in an environment of its own."""
    from wheels import installed  # noqa: PLC0415 - found by the path above

    with installed() as environment:
        yield environment
