"""A daemon that is watched, and what a monitor asks it."""

import asyncio
import urllib.request
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.error import HTTPError

from prometheus_client.parser import text_string_to_metric_families as parsed

from gateway import upkeep
from gateway.daemon import Daemon
from gateway.monitor.joined import Monitor
from gateway.monitor.watch import Watch
from gateway.site.settings import MetricsSettings, RelaySettings

LONG = 60


def fetched(port, page):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=LONG) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def values(text):
    return {
        (sample.name, *sample.labels.values()): sample.value for family in parsed(text) for sample in family.samples
    }


@asynccontextmanager
async def watched(station, handlers):
    """Run a daemon whose monitor answers; gives it and the monitor's port. Nobody reaches its door or its relay."""
    settings = station.settings
    changes = {"relay": RelaySettings(port=9), "poll_seconds": 0.05, "metrics": MetricsSettings(port=0)}
    changes["door"] = settings.door.model_copy(update={"port": 0})
    station = replace(station, settings=settings.model_copy(update=changes))
    daemon, ready = Daemon(station, handlers), asyncio.Event()
    task = asyncio.create_task(daemon.run(lambda _port: ready.set()))
    await asyncio.wait({task, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    watch = Watch(upkeep.board(station), lambda _session: {"phone": 2})
    try:
        with Monitor(station, daemon.rounds, watch).answering() as port:
            yield daemon, port
    finally:
        daemon.stop.set()
        await task
