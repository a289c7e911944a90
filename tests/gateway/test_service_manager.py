"""The service manager is told that the daemon is ready, stops, and lives for as long as every way goes round."""

import asyncio
import os
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gateway.adapters import service_manager
from gateway.adapters.service_manager import ALIVE, READY, STOPPING, Pulse, patience, tell
from gateway.daemon import Daemon
from gateway.site.settings import RelaySettings

LONG = 60
"""Seconds after which a test gives up waiting."""


@contextmanager
def listening(name, monkeypatch):
    """A service manager's end of the socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as theirs:
        theirs.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        theirs.settimeout(LONG)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield theirs


@pytest.fixture
def manager(tmp_path, monkeypatch):
    with listening(str(tmp_path / "notify"), monkeypatch) as theirs:
        yield theirs


def heard(manager):
    return manager.recv(4096).decode().splitlines()


async def until_heard(manager, line):
    while line not in await asyncio.to_thread(heard, manager):
        pass


@pytest.mark.parametrize("name", ["{}/notify", "@stafet{}"], ids=["a path", "an abstract name"])
def test_what_is_said_comes_as_one_message(name, tmp_path, monkeypatch):
    with listening(name.format(tmp_path), monkeypatch) as manager:
        tell(READY, "STATUS=Open on port 2525")
        assert heard(manager) == ["READY=1", "STATUS=Open on port 2525"]


@pytest.mark.parametrize("address", ["", "vsock:2:1", "/nobody/listens/here", "@nobody-listens-here"])
def test_where_nobody_listens_nothing_is_said_and_nothing_fails(address, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    tell(READY)


@pytest.mark.usefixtures("manager")
def test_a_service_manager_that_does_not_read_holds_nothing_up(monkeypatch):
    monkeypatch.setattr(service_manager, "WAIT_SECONDS", 0.001)
    for _ in range(1_000):  # more than it can have unread
        tell(ALIVE)


@pytest.mark.parametrize(
    ("told", "meant_for", "seconds"),
    [
        pytest.param("600000000", str(os.getpid()), 600, id="for us"),
        ("600000000", None, 600),
        ("600000000", "1", None),
        ("0", None, None),
        ("", None, None),
        ("soon", None, None),
        ("²", None, None),
    ],
)
def test_it_is_read_how_long_the_service_manager_has_patience_with_us(told, meant_for, seconds, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", told)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if meant_for:
        monkeypatch.setenv("WATCHDOG_PID", meant_for)
    assert patience() == seconds


def test_life_is_told_only_while_every_way_goes_round(monkeypatch):
    now, beats = [0.0], []
    monkeypatch.setattr(service_manager, "tell", beats.append)
    pulse = Pulse(seconds=600, clock=lambda: now[0])

    def told_at(seconds):
        now[0], before = seconds, len(beats)
        pulse.beat()
        return len(beats) > before

    assert told_at(0), "nothing has begun yet"
    pulse.works("in")
    pulse.works("out")
    assert told_at(599)
    pulse.works("in")
    assert not told_at(600), "out has been at one thing for too long"
    pulse.works("out")
    assert told_at(700)
    pulse.rests("in")
    pulse.rests("out")
    assert told_at(5000), "whoever rests hangs at nothing"


async def test_a_service_manager_that_does_not_ask_is_never_told_of_life(monkeypatch):
    monkeypatch.setattr(service_manager, "tell", pytest.fail)
    await Pulse(seconds=None).go_on()


async def test_the_daemon_says_when_it_is_ready_that_it_lives_and_that_it_stops(randers, manager, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    daemon = quiet(randers)
    running = asyncio.create_task(daemon.run())
    async with asyncio.timeout(LONG):
        first = await asyncio.to_thread(heard, manager)
        await until_heard(manager, ALIVE)
        await until_heard(manager, ALIVE)
        daemon.stop.set()
        await until_heard(manager, STOPPING)
        await running
    assert first[0] == READY
    assert [line.partition("=")[0] for line in first] == ["READY", "STATUS"]


async def test_a_daemon_with_a_way_that_hangs_is_silent_and_is_heard_again_when_it_moves(randers, monkeypatch):
    """The event loop is well all the while: only the thread of a chore hangs."""
    now, beats, hangs, let_go = [0.0], [], threading.Event(), threading.Event()
    monkeypatch.setattr(service_manager, "tell", beats.append)

    def chore():
        hangs.set()
        let_go.wait(LONG)
        return 0

    pulse = Pulse(seconds=600, clock=lambda: now[0])
    daemon = quiet(randers, chore, pulse=pulse)
    running = asyncio.create_task(daemon.run())
    async with asyncio.timeout(LONG):
        assert await asyncio.to_thread(hangs.wait, LONG)
        now[0], beats[:] = 601, []
        pulse.beat()
        assert beats == []
        let_go.set()
        while not beats:
            await asyncio.sleep(0.01)
            pulse.beat()
        daemon.stop.set()
        await running
    assert beats == [ALIVE]


def quiet(site, *chores, pulse=None):
    """Make a site's daemon whose relay is out of reach."""
    settings = site.station.settings.model_copy(update={"relay": RelaySettings(port=9), "poll_seconds": 0.05})
    return Daemon(replace(site.station, settings=settings), site.handlers, chores, _pulse=pulse or Pulse())
