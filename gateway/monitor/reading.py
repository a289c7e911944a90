"""Reads every figure of a site in one session, and knows how long that may take.

It reads in a thread that ends with the process, so that a database or a GnuPG that hangs holds up neither the daemon
nor whoever asks: then there are the daemon's own figures alone, and `stafet_up` is 0.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

from directory.model import REGION
from gateway.audit.last_signed import LastSigned
from gateway.monitor import exchange, line
from gateway.monitor.figures import Figure, Sample
from gateway.monitor.rounds import Rounds
from gateway.monitor.watch import Watch
from gateway.site.log import Event, Log
from gateway.station import Station

FRESH_SECONDS: Final = 1.0
STALE_SECONDS: Final = 30.0
COST: Final = 20
"""What was read is told again for this many times as long as reading it took, between the two above: however often
somebody asks, and however much there is, it takes no more than a twentieth of the time."""

log = Log("stafet.monitor")


@dataclass
class Reader:
    """Reads a site's figures, not too often. Threads may share it."""

    read: Callable[[], Sequence[Sample]]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _fresh_until: float = float("-inf")
    _samples: Sequence[Sample] | None = None
    _fails: bool = False

    def latest(self, patience: float) -> Sequence[Sample] | None:
        """Give the figures as they are now; None when they cannot be read, or not within `patience` seconds."""
        with self._lock:
            if time.monotonic() < self._fresh_until:
                return self._samples
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="monitor-reading", daemon=True)
                self._thread.start()
            reading = self._thread
        reading.join(patience)
        return None if reading.is_alive() else self._samples

    def _run(self) -> None:
        began = time.monotonic()
        try:
            samples = self.read()
            self._fails = False
        except Exception as error:  # noqa: BLE001 - the edge: whatever it was, the monitor is told that it is down
            if not self._fails:
                log(Event.MONITOR_FAILED, error=error)
            self._fails, samples = True, None
        now = time.monotonic()
        with self._lock:
            self._samples, self._thread = samples, None
            self._fresh_until = now + _fresh_for(now - began, came=samples is not None)


def _fresh_for(took: float, *, came: bool) -> float:
    """Tell for how many seconds a reading is told again; one that failed is tried again soon."""
    return min(max(FRESH_SECONDS, COST * took), STALE_SECONDS) if came else FRESH_SECONDS


def site(station: Station, watch: Watch) -> Sequence[Sample]:
    """Read what the database and the key ring tell; raises what they raise."""
    began, now, settings = time.monotonic(), station.clocks.machine(), station.settings
    signed = LastSigned(station.home.log_head_file).read()  # before the trail is read: it only grows
    with station.database.reading() as session:
        samples = [
            *exchange.letters(session, now),
            *exchange.held(session),
            *exchange.came_in(session, now),
            *exchange.mailboxes(session, settings, now),
            *line.parties(watch.board.rows(session, now), now),
            *line.notices(session),
            *line.keys(station, session, now),
            *line.keeping(session, signed, now),
            *Figure.RUN_OUT.each(watch.run_out(session).items()),
        ]
    return (*samples, *line.certificate(settings.door.certificate, now), Figure.READING.at(time.monotonic() - began))


def daemon(station: Station, rounds: Rounds) -> Iterator[Sample]:
    """Tell what needs no database."""
    end, now = "region" if station.own.party == REGION else "municipality", rounds.clock()
    yield Figure.BUILD.at(1, version("stafet"), end)
    yield from Figure.ROUND_AGE.each((name, way.age(now)) for name, way in rounds.ways.items())
    yield from Figure.ROUND_FAILURES.each((name, way.failures) for name, way in rounds.ways.items())
    yield Figure.DOOR_OPEN.at(rounds.door_is_open)
    yield Figure.DISK_FREE.at(shutil.disk_usage(station.home.path).free)
