"""A site whose PostgreSQL goes away: who watches it is told, quickly and in plain words, and that it is back."""

import asyncio
import signal
import time
from http import HTTPStatus

import pytest
import sites
from monitored import fetched, values, watched
from postgresql_server import postgresql

from gateway import bootstrap
from gateway.doctor import health
from gateway.monitor import reading
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import UnitSettings
from gateway.station import SHARED, utc_now

pytestmark = pytest.mark.peers
QUICK = 30
"""Seconds in which a monitor has its answer, also on a machine that is busy with other things."""


@pytest.fixture(scope="module")
def server():
    with sites.short_folder() as folder, postgresql(folder) as running:
        yield running


@pytest.fixture(scope="module")
def home(server):
    with sites.short_folder() as folder:
        yield made(folder, server)


def made(folder, server):
    server.create("site")
    home = Home(folder / "r")
    name, address, phone = sites.UNITS["region"]
    unit = UnitSettings(party="region", name=name, address=address, phone=phone)
    make_station(home, Plan(unit, "Mette Testgaard", Role.ADMIN, database_url=server.url("site")), bootstrap.BRANCH)
    return home


def codes(home):
    found = [*health.examine(home, home.settings(), (SHARED, bootstrap.BRANCH), utc_now())]
    return {finding.code for finding in found}


def up(port):
    """Ask for the figures; gives whether the database answers, and how long it took."""
    began = time.monotonic()
    return values(fetched(port, "metrics")[1])["stafet_up",], time.monotonic() - began


def test_the_command_says_that_it_is_away_and_that_it_is_back(home, server):
    assert "DATABASE_ANSWERS" in codes(home)
    server.stop(signal.SIGINT)
    began = time.monotonic()
    assert "DATABASE_AWAY" in codes(home)
    assert time.monotonic() - began < QUICK
    server.start()
    assert "DATABASE_ANSWERS" in codes(home)


def test_a_server_that_hangs_is_told_of_in_time(home, server):
    """It takes the connection and says nothing; it is waited for as long as any program waits for one."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert "DATABASE_AWAY" in codes(home)
        assert time.monotonic() - began < QUICK
    finally:
        server.process.send_signal(signal.SIGCONT)


async def test_the_daemon_tells_a_monitor_that_it_is_away_and_goes_on_telling(home, server, monkeypatch):
    monkeypatch.setattr(reading, "FRESH_SECONDS", 0)
    monkeypatch.setattr(reading, "COST", 0)
    with bootstrap.open_region(home) as station:
        async with watched(station, {}) as (_daemon, port):
            assert (await asyncio.to_thread(up, port))[0] == 1
            await asyncio.to_thread(server.stop, signal.SIGINT)
            for _ in range(3):
                is_up, took = await asyncio.to_thread(up, port)
                assert (is_up, took < QUICK) == (0, True)
            assert (await asyncio.to_thread(fetched, port, "health"))[0] == HTTPStatus.SERVICE_UNAVAILABLE
            await asyncio.to_thread(server.start)
            async with asyncio.timeout(60):
                while not (await asyncio.to_thread(up, port))[0]:  # noqa: ASYNC110 - a monitor asks again and again
                    await asyncio.sleep(0.1)
