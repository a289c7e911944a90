"""A daemon's answers to a monitor, joined: given as long as the daemon runs, where the settings name a port."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from gateway.monitor import health, reading
from gateway.monitor.figures import Figure
from gateway.monitor.reading import Reader
from gateway.monitor.rounds import Rounds
from gateway.monitor.server import MonitorServer, Page, as_json
from gateway.monitor.watch import Watch
from gateway.site.log import Event, Log
from gateway.station import Station

READ_SECONDS: Final = 10.0
"""How long the figures may take before the database counts as down; a monitor waits as long by default."""

log = Log("stafet.monitor")


@dataclass(frozen=True)
class Monitor:
    """Answers about one station and its daemon's rounds."""

    station: Station
    rounds: Rounds
    watch: Watch

    @contextmanager
    def answering(self) -> Iterator[int | None]:
        """Answer during the block, where the settings name a port; gives it. A port that is taken stops no daemon."""
        wanted = self.station.settings.metrics
        if wanted.port is None:
            yield None
            return
        reader = Reader(lambda: reading.site(self.station, self.watch))
        pages = {"/metrics": lambda: self._figures(reader), "/health": lambda: self._health(reader)}
        server = MonitorServer(wanted.host, wanted.port, pages)
        try:
            port = server.start()
            log(Event.MONITOR_OPEN, port=port)
        except OSError as error:
            log(Event.MONITOR_FAILED, error=error)
            port = None
        try:
            yield port
        finally:
            server.stop()

    def _figures(self, reader: Reader) -> Page:
        from gateway.monitor import exposition  # noqa: PLC0415 - a daemon that is asked for figures, and nothing else

        read = reader.latest(READ_SECONDS)
        own = (Figure.UP.at(read is not None), *reading.daemon(self.station, self.rounds))
        return Page(HTTPStatus.OK, exposition.CONTENT_TYPE, exposition.written((*own, *(read or ()))))

    def _health(self, reader: Reader) -> Page:
        told = health.facts(health.examine(self.rounds, reader.latest(READ_SECONDS)))
        return as_json(told, well=bool(told["healthy"]))
