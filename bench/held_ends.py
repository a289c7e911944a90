"""Both ends with much in their databases: one letter more from hand to hand, and what people and daemons look at."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from stopwatch import milliseconds

from directory.calendar import local_day
from gateway import bootstrap as region_end
from gateway.exchange.arrivals import Store
from gateway.exchange.deliver import Deliver
from gateway.exchange.ports import Attempt, Handler, Passage
from gateway.exchange.receive import Receive
from gateway.monitor import reading
from gateway.referring.example import example
from gateway.station import Station, utc_now
from gateway.wire.letters import Kind
from inbox_tui import bootstrap as municipal_end
from inbox_tui.casework.view import View
from inbox_tui.demo.town import INTAKE_WORKER, SENDER, person_at

HANDED_IN, SENT, TAKEN, ANSWERED, SETTLED = PARTS = (
    "a letter: handed in (`refer`)",
    "a letter: sealed, and stored at the door",
    "a letter: opened, kept and answered",
    "a letter: its receipt sealed, and stored at the door",
    "a letter: its receipt opened and noted",
)
ALL: Final = "a letter: all of it"
DUE, WAITING = "a look for what is to be sent", "a look for mail to be opened"
STATUS, DESK, DUTY = "`status NUMBER`", "the desk's list", "the duty officer's list"
BOARD: Final = "the board of the 19"
LIST, REGION_READ, READ = "the inbox's first page", "a monitor's reading, region", "a monitor's reading, municipality"

CODE: Final = "751"
Times = dict[str, float]
_citizens = count()


@dataclass(frozen=True)
class Straight:
    """A way to the other end without mail servers: its door's store takes each letter."""

    station: Station

    async def send(self, envelope: bytes, _sender: str, _recipient: str) -> Attempt:
        """Store a letter as a door does."""
        await asyncio.to_thread(self._store, envelope)
        return Attempt(Passage.ACCEPTED)

    def _store(self, envelope: bytes) -> None:
        station = self.station
        Store(station.database, station.vault, station.clocks.machine, station.clocks.rules)(envelope)


@dataclass
class Ends:
    """The region and one municipality that hold so many letters."""

    region: Station
    municipality: Station
    loop: asyncio.Runner
    number: str = ""
    out: Mapping[str, Deliver] = field(init=False)
    into: Mapping[str, Receive] = field(init=False)

    def __post_init__(self) -> None:
        ends = {"region": self.region, "municipality": self.municipality}
        others = {"region": self.municipality, "municipality": self.region}
        self.out = {who: _deliver(end, Straight(others[who])) for who, end in ends.items()}
        self.into = {
            "region": _receive(self.region, region_end.handlers(self.region)),
            "municipality": _receive(self.municipality, municipal_end.handlers(self.municipality)),
        }
        self.sender, self.worker = person_at(self.region, SENDER), person_at(self.municipality, INTAKE_WORKER)

    def letter(self) -> Times:
        """Let one letter travel, and its receipt back; give how long each part took."""
        steps: tuple[Callable[[], object], ...] = (
            self._refer,
            lambda: self._send("region"),
            lambda: self._take("municipality"),
            lambda: self._send("municipality"),
            lambda: self._take("region"),
        )
        times = {part: milliseconds(step) for part, step in zip(PARTS, steps, strict=True)}
        return {**times, ALL: sum(times.values())}

    def looks(self) -> Times:
        """Do what is looked at when nothing is under way."""
        works: dict[str, Callable[[], object]] = {
            DUE: lambda: self._send("region"),
            WAITING: self.into["municipality"].waiting,
            STATUS: lambda: region_end.look(self.region).named(self.number, self.sender),
            DESK: lambda: region_end.look(self.region).active(self.sender),
            DUTY: lambda: region_end.duty(self.region).due(self.sender),
            BOARD: self._board,
            LIST: self._page,
            REGION_READ: lambda: reading.site(self.region, region_end.watch(self.region)),
            READ: lambda: reading.site(self.municipality, municipal_end.watch(self.municipality)),
        }
        return {what: milliseconds(work) for what, work in works.items()}

    def close(self) -> None:
        """Give both databases back."""
        self.region.database.close()
        self.municipality.database.close()

    def _refer(self) -> None:
        self.number = region_end.submit(self.region)(_referral(), self.sender).number

    def _send(self, who: str) -> None:
        self.loop.run(self.out[who]())

    def _take(self, who: str) -> None:
        for arrival in self.into[who].waiting():
            self.into[who](arrival)

    def _board(self) -> None:
        with self.region.database.reading() as session:
            region_end.board(self.region).rows(session, utc_now())

    def _page(self) -> None:
        with municipal_end.case_store(self.municipality).looking(self.worker, utc_now()) as cases:
            cases.page(0, 24, local_day(utc_now()), View())


def _referral() -> dict[str, Any]:
    """Write one about a citizen whom nobody has heard of."""
    nth, found = next(_citizens), example(CODE, utc_now())
    citizen = found["citizen"] | {"cpr": f"010160-{nth % 4000:04}", "phone": f"+45 95 {nth:06}"}
    return found | {"citizen": citizen, "reference": f"EKSEMPEL-{nth}"}


def _deliver(station: Station, relay: Straight) -> Deliver:
    return Deliver(station.database, station.own, station.keyring, station.vault, relay, station.clocks.machine)


def _receive(station: Station, handlers: Mapping[Kind, Handler]) -> Receive:
    return station.receive(handlers)
