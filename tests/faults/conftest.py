"""One pair of ends for each file: made once, and nothing is left running."""

import time
from collections import Counter

import pytest
from sites import short_folder
from tally import TALLY

pytest.register_assert_rewrite("faults_pair")  # what must hold says what it found instead

from faults_pair import open_pair  # noqa: E402 - after it is known to hold asserts


@pytest.fixture(scope="module")
def pair():
    with short_folder() as folder, open_pair(folder) as made:
        yield made


@pytest.fixture
def scene(pair, request):
    """Both ends running before, and everything true after; what was done to them is counted."""
    begun, before, sent = time.monotonic(), pair.injected(), pair.handed_in
    for end in pair.ends:
        if not end.alive:
            end.start()
    yield pair
    for end in pair.ends:
        if not end.alive:
            end.start()
    pair.settle()
    tally = Counter(pair.injected()) - before
    request.node.user_properties.append(
        (
            TALLY,
            {
                "letters": pair.handed_in - sent,
                "lost": len(pair.lost()),
                "doubled": len(pair.doubled()),
                "faults": dict(tally),
                "seconds": time.monotonic() - begun,
            },
        )
    )
    pair.require_truth()
