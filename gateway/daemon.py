"""The daemon of either end: the door, the mailbox, the way in, the way out and its chores, until it is told to stop.

It alone seals and signs. A letter that others queue (the inbox, `refer`) is seen within one poll; mail that arrives
wakes it at once. What it was doing when it was killed is done again at the next start, and settled by letter id.

One home has one daemon. Beside it other processes may take in and send out: each letter is claimed by one of them, and
each arrival is taken by the first. A database that is away stops nobody: it is tried again until it is back.
"""

import asyncio
import random
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.adapters.pickup import PickUp
from gateway.adapters.service_manager import READY, STOPPING, Pulse, tell
from gateway.adapters.smtp_in import Door, Doorkeeper, open_door, open_lmtp
from gateway.adapters.tls import server_context
from gateway.exchange import outbox
from gateway.exchange.arrivals import Store
from gateway.exchange.picking import Picking
from gateway.exchange.ports import Handler
from gateway.exchange.receive import Receive
from gateway.exchange.replies import TakeReply
from gateway.monitor.rounds import Rounds
from gateway.site.errors import SettingsUnreadable
from gateway.site.log import Event, Log
from gateway.site.outage import Outage, is_away
from gateway.site.settings import DoorKind
from gateway.station import Station
from gateway.wire.letters import Kind

GRACE_SECONDS: Final = 10.0
"""How long a relay that hangs may hold up a stop; the letter it held is settled by its receipt, or sent again."""

REST_AFTER_TROUBLE: Final = 5.0
"""Seconds to wait when gpg or the database fails, before the same work is tried again."""

WAYS: Final = ("in", "out", "chores")

Chore = Callable[[], int]
"""What an end does by the clock, such as a reminder; called in a thread, and tells how much there was to do."""

Round = Callable[[], Coroutine[Any, Any, int]]
"""Does what there is to do, and tells how much that was."""

log = Log("stafet.daemon")


@dataclass
class Daemon:
    """Runs one station. `stop` may be set from anywhere in the loop."""

    station: Station
    handlers: Mapping[Kind, Handler]
    chores: Sequence[Chore] = ()
    take_reply: TakeReply | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _addresses: set[str] = field(default_factory=set)
    rounds: Rounds = field(default_factory=Rounds)
    _pulse: Pulse = field(default_factory=Pulse)
    _outage: Outage = field(default_factory=lambda: Outage(log))
    _wake: dict[str, asyncio.Event] = field(default_factory=lambda: {name: asyncio.Event() for name in WAYS})

    async def run(self, on_ready: Callable[[int], None] = lambda _port: None) -> None:
        """Run until `stop` is set; raises AlreadyRunning, SettingsUnreadable, or OSError for a door that stays shut."""
        with self.station.home.running():
            await asyncio.to_thread(self._begin)
            ways = {"in": self._take_in(), "out": self._send_out(), "chores": self._do_chores}
            for name in ways:
                self.rounds.expect(name, self._rest(name))
            door = await self._open_door()
            self.rounds.door_is_open = True
            log(Event.OPEN, port=door.port)
            pickup = self._start_pickup()
            tell(READY, f"STATUS=Open on port {door.port}")
            on_ready(door.port)
            try:
                await self._work(ways)
            finally:
                self.rounds.door_is_open = False
                await door.close()
                await asyncio.to_thread(pickup.stop)
                await asyncio.to_thread(self._end)
        log(Event.STOPPED)

    async def run_beside(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Take in and send out beside the daemon, until `stop` is set; neither door nor mailbox nor chores are ours."""
        with self.station.home.working():
            await asyncio.to_thread(self._refill_keyring)
            ways = {"in": self._take_in(in_order=False), "out": self._send_out()}
            for name in ways:
                self.rounds.expect(name, self._rest(name))
            log(Event.WORKING)
            tell(READY, "STATUS=At work beside the daemon")
            on_ready()
            await self._work(ways)
        log(Event.STOPPED)

    async def _work(self, ways: Mapping[str, Round]) -> None:
        """Take in and send out until told to stop; what then is under way is given a little time to end."""
        tasks = [asyncio.create_task(self._repeat(name, one_round)) for name, one_round in ways.items()]
        pulse = asyncio.create_task(self._pulse.go_on())
        await self.stop.wait()
        tell(STOPPING, "STATUS=Ending what is under way")
        pulse.cancel()
        for event in self._wake.values():
            event.set()
        _done, hanging = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        for way in hanging:
            way.cancel()
        await asyncio.gather(*tasks, pulse, return_exceptions=True)

    def stop_on_signals(self) -> None:
        """Stop cleanly on SIGTERM and SIGINT: what is under way is finished, nothing new is begun."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop.set)

    def wake(self) -> None:
        """Look at once, instead of at the next poll, for what is to be sent; call it from the daemon's own loop."""
        self._wake["out"].set()

    def _read_addresses(self) -> None:
        """Take mail for the addresses that are ours now: the present one, the last and the next."""
        with self.station.database.reading() as session:
            ours = self.station.own_book(session).addresses(self.station.clocks.machine())
        known = {address.casefold() for address in ours}
        self._addresses |= known
        self._addresses &= known

    def _begin(self) -> None:
        self._read_addresses()
        self._refill_keyring()
        home, database = self.station.home, self.station.database
        with home.without_workers() as alone, database.session() as session:
            now = self.station.clocks.machine()
            if alone:
                outbox.release_all(session, now)
            else:
                outbox.try_now(session, now)
            noted_by_daemon(session, Action.START, now)

    def _refill_keyring(self) -> None:
        for fingerprint in self.station.refill_keyring():
            log(Event.PIN_UNUSABLE, key=fingerprint)

    def _end(self) -> None:
        """Note an end in good order; a start without one before it tells that the daemon was killed."""
        try:
            with self.station.database.session() as session:
                noted_by_daemon(session, Action.STOP, self.station.clocks.machine())
        except SQLAlchemyError as error:
            log(Event.WAY_FAILED, way="stop", error=error)

    async def _open_door(self) -> Door:
        door = self.station.settings.door
        keeper = Doorkeeper(self._addresses, self._store, self._wake["in"].set)
        if door.kind is DoorKind.LMTP:
            return await open_lmtp(keeper, door.host, door.port, hostname=door.host)
        if door.certificate is None or door.key is None:
            raise SettingsUnreadable("door.certificate")
        return await open_door(
            keeper, door.host, door.port, server_context(door.certificate, door.key), hostname=door.host
        )

    @property
    def _store(self) -> Store:
        station = self.station
        return Store(station.database, station.vault, station.clocks.machine, station.clocks.rules)

    def _start_pickup(self) -> PickUp:
        """Begin to pick up, where there is a mailbox to pick up from; it goes its own way, and holds up no other."""
        loop, wake = asyncio.get_running_loop(), self._wake["in"].set
        site = Picking(self._addresses, self._store, lambda: loop.call_soon_threadsafe(wake))
        pickup = PickUp(self.station.settings.pickup, site)
        pickup.start()
        return pickup

    def _take_in(self, *, in_order: bool = True) -> Round:
        """Give the way in. Who works beside the daemon looks here and there, not always at what it has in hand."""
        receive = self.station.receive(self.handlers, self.take_reply)

        async def one_round() -> int:
            found = await asyncio.to_thread(receive.waiting)
            for arrival in found if in_order else random.sample(found, len(found)):
                if not self.stop.is_set():
                    await self._look_at(receive, arrival)
                    self._wake["out"].set()  # its receipt need not wait for the others
            return len(found)

        return one_round

    async def _look_at(self, receive: Receive, arrival: int) -> None:
        """Look at one arrival; one that cannot be looked at now is put off, and keeps none behind it waiting."""
        self._pulse.works("in")
        try:
            await asyncio.to_thread(receive, arrival)
        except Exception as error:  # noqa: BLE001 - the edge: whatever it was, the arrival stays and is tried again
            await asyncio.to_thread(receive.put_off, arrival)  # raises while the database is away: that is told once
            log(Event.ARRIVAL_FAILED, arrival=arrival, error=error)
            self.rounds.failed("in")

    def _send_out(self) -> Round:
        return self.station.deliver()

    async def _do_chores(self) -> int:
        """Do each chore once, whatever became of the one before; then rest, for they go by the clock."""
        await asyncio.to_thread(self._read_addresses)
        away = None
        for chore in self.chores:
            self._pulse.works("chores")
            try:
                if await asyncio.to_thread(chore):
                    self.wake()
            except Exception as error:  # noqa: BLE001 - the edge: it is tried again at the next round
                if is_away(error):
                    away = error
                else:
                    log(Event.CHORE_FAILED, error=error)
                    self.rounds.failed("chores")
        if away:
            raise away
        return 0

    async def _repeat(self, name: str, one_round: Round) -> None:
        """Work while there is work, then wait for a wake-up or the next poll; trouble is logged and tried again."""
        while not self.stop.is_set():
            self._wake[name].clear()
            self._pulse.works(name)
            try:
                rest = 0.0 if await one_round() else self._rest(name)
                self.rounds.came_round(name)
                self._outage.goes_on(name)
            except Exception as error:  # noqa: BLE001 - the edge: a locked database or a stalled gpg must not end the daemon
                if not self._outage.tell(name, error):
                    log(Event.WAY_FAILED, way=name, error=error)
                self.rounds.failed(name)
                rest = REST_AFTER_TROUBLE
            if rest:
                self._pulse.rests(name)
                await self._pause(name, rest)

    def _rest(self, name: str) -> float:
        settings = self.station.settings
        return settings.chore_seconds if name == "chores" else settings.poll_seconds

    async def _pause(self, name: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake[name].wait()
        except TimeoutError:
            return
