"""What the tests share: sites with real keys, made once, and a small town in which every daemon runs."""

import gc
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import databases  # first: it may put every site elsewhere
import pytest
import pytest_asyncio
import sites
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from peer_table import pytest_sessionfinish  # noqa: F401 - what other programs did must be what docs/peers.md says
from quick_databases import share_statements
from tally import pytest_terminal_summary  # noqa: F401 - what the fault suite did is told at the end of a run

from gateway.access import passwords
from gateway.station import Station
from inbox_tui.demo.town import Town, open_town

passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Cheap here, and for every process a test starts as dear as it is."""

os.umask(0o077)
"""What a test writes is its owner's alone, as in every process that has carried out a command."""

share_statements()

if memory := databases.memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))

SELDOM = 10_000
"""How many objects are made before Python looks for those that only hold each other; it is 700 otherwise."""

LONG = ("test_killed_at_every_point.py", "test_year.py", "peers", "journeys", "faults", "test_agreement.py", "screens")
"""What takes longest comes first, or one core ends with a year while the other has nothing to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put whole files that take long first; otherwise the order stays."""
    items.sort(key=lambda item: min(LONG.index(part) if part in LONG else len(LONG) for part in item.path.parts))


def pytest_runtest_logfinish() -> None:
    """Let no database stay that nobody can use any more."""
    databases.drop_what_is_gone()


def pytest_collection_finish() -> None:
    """Let Python's collector pass over what stays to the end: ten thousand tests, and every module."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM, 10, 10)


@pytest.fixture(scope="session", autouse=True)
def _signs_in(tmp_path_factory) -> Iterator[None]:
    """Let commands take everybody's password from a file."""
    with pytest.MonkeyPatch.context() as world:
        world.setenv("STAFET_PASSWORD_FILE", str(sites.password_file(tmp_path_factory.mktemp("password"))))
        yield


@pytest.fixture(scope="session")
def opened() -> Iterator[Mapping[str, Station]]:
    """The region, Randers and Favrskov as sites on disk, opened; a test takes `line`, which has its own databases."""
    with sites.short_folder() as folder, sites.stations(folder) as made:
        yield made


@pytest.fixture
def line(opened, tmp_path) -> Iterator[sites.Line]:
    """The three ends, joined, with empty databases and a clock that stands."""
    with sites.line(opened, tmp_path) as joined:
        yield joined


@pytest.fixture
def region(line) -> sites.Site:
    return line.region


@pytest.fixture
def randers(line) -> sites.Site:
    return line.randers


@pytest.fixture
def favrskov(line) -> sites.Site:
    return line.favrskov


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder short enough to hold a GnuPG home."""
    with sites.short_folder() as folder:
        yield folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town() -> AsyncIterator[Town]:
    """Both ends for real: daemons, mail over TLS, a post office; tests that use it say `loop_scope="session"`."""
    with sites.short_folder() as folder:
        async with open_town(folder, (sites.RANDERS,)) as running:
            yield running


settings.register_profile("everywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("everywhere")  # how fast a machine is says nothing about whether a property holds
