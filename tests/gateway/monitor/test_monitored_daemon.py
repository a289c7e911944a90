"""A daemon that is asked how it does: by a monitor on its machine, and never so that it is held up."""

import asyncio
import json
import logging
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from http import HTTPStatus

import pytest
import sites
from monitored import LONG, fetched, values, watched
from sqlalchemy.exc import OperationalError

from gateway import bootstrap, upkeep
from gateway.daemon import Daemon
from gateway.monitor.joined import Monitor
from gateway.monitor.watch import Watch
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import LogFormat, LogSettings, MetricsSettings, UnitSettings


async def test_it_tells_how_it_does_and_that_it_is_well(region):
    async with watched(region.station, region.handlers) as (_daemon, port):
        status, text = await asyncio.to_thread(fetched, port, "metrics")
        well, told = await asyncio.to_thread(fetched, port, "health")

    figures = values(text)
    assert status == HTTPStatus.OK
    assert figures["stafet_up",] == figures["stafet_door_open",] == 1
    assert figures["stafet_clocks_run_out", "phone"] == 2
    assert {key[1] for key in figures if key[0] == "stafet_round_age_seconds"} == {"in", "out", "chores"}
    assert (well, json.loads(told)["healthy"]) == (HTTPStatus.OK, True)
    assert {"in", "out", "chores", "door", "database"} == json.loads(told)["checks"].keys()


async def test_a_database_that_is_away_is_told_and_no_more_than_that(region, monkeypatch, caplog):
    def away(*_how):
        raise OperationalError("Karen Testdal", None, OSError("Karen Testdal"))

    monkeypatch.setattr("gateway.monitor.reading.site", away)
    async with watched(region.station, region.handlers) as (_daemon, port):
        status, text = await asyncio.to_thread(fetched, port, "metrics")
        well, told = await asyncio.to_thread(fetched, port, "health")

    figures = values(text)
    assert (status, figures["stafet_up",]) == (HTTPStatus.OK, 0)
    assert ("stafet_round_age_seconds", "in") in figures
    assert not [key for key in figures if key[0].startswith("stafet_queue")]
    assert (well, json.loads(told)["checks"]["database"]) == (HTTPStatus.SERVICE_UNAVAILABLE, {"well": False})
    assert "Karen" not in text + told + caplog.text


async def test_a_reading_that_hangs_holds_up_neither_the_daemon_nor_who_asks(region, monkeypatch):
    hang = threading.Event()
    monkeypatch.setattr("gateway.monitor.joined.READ_SECONDS", 0.05)
    monkeypatch.setattr("gateway.monitor.reading.site", lambda *_how: hang.wait(LONG) and ())
    async with watched(region.station, region.handlers) as (daemon, port):
        status, text = await asyncio.to_thread(fetched, port, "metrics")
        assert (status, values(text)["stafet_up",]) == (HTTPStatus.OK, 0)
        before = daemon.rounds.ways["in"].well_at
        async with asyncio.timeout(LONG):
            while daemon.rounds.ways["in"].well_at == before:  # noqa: ASYNC110 - the ways tell nobody
                await asyncio.sleep(0.01)
    hang.set()


async def test_a_port_that_is_taken_stops_no_daemon(region, caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level(logging.INFO):
        station = replace(
            region.station,
            settings=region.station.settings.model_copy(
                update={"metrics": MetricsSettings(port=taken.getsockname()[1])}
            ),
        )
        monitor = Monitor(station, Daemon(station, {}).rounds, Watch(upkeep.board(station), lambda _session: {}))
        with monitor.answering() as port:
            assert port is None
    assert "no figures for a monitor: OSError" in caplog.text


def test_without_a_port_nobody_is_answered(region):
    station = region.station
    monitor = Monitor(station, Daemon(station, {}).rounds, Watch(upkeep.board(station), lambda _session: {}))
    with monitor.answering() as port:
        assert port is None


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org", ""])  # noqa: S104 - refused
def test_it_answers_on_this_machine_alone(host):
    with pytest.raises(ValueError, match="this machine alone"):
        MetricsSettings(host=host, port=1)


@pytest.fixture
def home(short_path):
    """Give a region's site whose daemon writes its log as JSON and is watched."""
    made = Home(short_path / "r")
    name, address, phone = sites.UNITS["region"]
    unit = UnitSettings(party="region", name=name, address=address, phone=phone)
    make_station(made, Plan(unit, "Mette Testgaard", Role.ADMIN), bootstrap.BRANCH)
    settings = made.settings()
    changes = {
        "door": settings.door.model_copy(update={"port": 0}),
        "metrics": MetricsSettings(port=0),
        "log": LogSettings(format=LogFormat.JSON),
    }
    made.write_settings(settings.model_copy(update=changes))
    return made


def test_the_command_runs_it_watched_and_all_it_says_can_be_parsed(home):
    """The whole program: what a monitor is told, and what a collector of logs reads."""
    words = [sys.executable, "-m", "gateway", "--home", str(home.path), "--lang", "en", "run"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as run:
        try:
            lines = []
            while not lines or lines[-1].get("event") != "monitor-open":
                line = run.stderr.readline()
                assert line, lines
                if not line.startswith("Ready"):
                    lines.append(json.loads(line))
            port = lines[-1]["port"]
            assert values(fetched(port, "metrics")[1])["stafet_up",] == 1
            assert fetched(port, "health")[0] == HTTPStatus.OK
            run.send_signal(signal.SIGTERM)
            lines += [json.loads(line) for line in run.stderr]
        finally:
            if run.poll() is None:
                run.terminate()
                run.wait(LONG)
    assert run.returncode == 0
    assert [line["event"] for line in lines if line["event"] in {"open", "stopped"}] == ["open", "stopped"]
    assert all({"time", "level", "logger", "event", "message"} <= line.keys() for line in lines)
