"""Both ends on one server of the tests' own, or on files, with processes as people start them and a post between them.

The post takes every mail at once and keeps count of it. It brings it to the other end's door, or straight into its
database where no door is open; what a door does not take now it brings again, as a mail server does.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sites
from databases import memory
from journey_relay import LOOPBACK, Relay
from sqlmodel import Session, col, select

from directory.book import AddressBook
from directory.model import REGION
from gateway import bootstrap as region_end
from gateway.adapters.smtp_in import STORED
from gateway.exchange.arrivals import Store
from gateway.exchange.ports import Passage
from gateway.exchange.rows import OutgoingRow
from gateway.new_site import Plan, make_station
from gateway.referring.example import example
from gateway.site.home import Home
from gateway.site.people import Person, Role
from gateway.site.settings import DoorSettings, RelaySettings, UnitSettings
from gateway.station import Station
from inbox_tui import bootstrap as municipal_end

RANDERS = sites.RANDERS
PATIENCE = 120.0
"""Seconds; a burst through six processes takes its time where others are at work too."""
PROGRAMS = {REGION: "stafet-gateway", RANDERS: "stafet-inbox"}
ENDS = {REGION: region_end, RANDERS: municipal_end}
AGAIN_SECONDS = 0.2


def until(happened: Callable[[], Any], told: Callable[[], object] = str) -> Any:
    """Wait for other processes, and give what `happened` gave."""
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()):
        assert time.monotonic() < deadline, told()
        time.sleep(0.1)
    return found


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Give a folder in memory where there is room: what is written there is as safe from a killed process."""
    with tempfile.TemporaryDirectory(prefix="st-", dir=memory(), ignore_cleanup_errors=True) as name:
        yield Path(name)


class Post(Relay):
    """A mail server that everybody trusts. `together`: how many mails must stand there before any is answered."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.came: list[tuple[str, bytes]] = []
        self.stores: dict[str, Store] = {}
        self.together = 0
        self.refusals = 0
        self.brings = threading.Event()
        """Whether it brings anything just now."""
        self.brings.set()

    async def _take(self, mail: tuple[bytes, str, str]) -> str:
        content, _sender, recipient = mail
        self.came.append((recipient, content))
        while len(self.came) < self.together:  # noqa: ASYNC110 - mail tells
            await asyncio.sleep(0.02)
        if recipient in self.stores:
            await asyncio.to_thread(self.stores[recipient], content)
        else:
            self._kept.append(mail)
        return STORED

    async def _run(self, ready: threading.Event) -> None:
        going = asyncio.create_task(self._go_round())
        await super()._run(ready)
        going.cancel()

    async def _go_round(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            for mail in tuple(self._kept) if self.brings.is_set() else ():
                content, sender, recipient = mail
                attempt = await self._doors[recipient].send(content, sender, recipient)
                if attempt.passage is Passage.ACCEPTED:
                    self._kept.remove(mail)
                else:
                    self.refusals += 1

    def to(self, party: str) -> list[bytes]:
        """Give what came for an end."""
        address = sites.UNITS[party][1]
        return [content for recipient, content in self.came if recipient == address]


class Driver:
    """Starts processes; those of one driver have loaded the program once between them."""

    def __init__(self) -> None:
        here = Path(__file__).with_name("several_driver.py")
        self.process = subprocess.Popen(
            [sys.executable, str(here)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            text=True,
        )

    def start(self, program: str, words: list[str], log: Path) -> "Process":
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([program, words, str(log)]) + "\n")
        self.process.stdin.flush()
        return Process(int(self.process.stdout.readline()), log)

    def end(self) -> None:
        self.process.communicate(timeout=PATIENCE)


@dataclass
class Process:
    """One that runs until it is told to stop; its log is kept."""

    pid: int
    log: Path

    def said(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""

    @property
    def is_running(self) -> bool:
        try:
            return " Z " not in Path(f"/proc/{self.pid}/stat").read_text("utf-8")
        except FileNotFoundError:
            return False

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.is_running:
            os.kill(self.pid, how)
        until(lambda: not self.is_running, self.said)

    def stop(self) -> None:
        self.kill(signal.SIGTERM)
        assert self.said().rstrip().endswith("stopped"), self.said()


@dataclass
class End:
    """One end: its station, opened by the test as well, and its processes."""

    party: str
    station: Station
    driver: Driver
    processes: list[Process] = field(default_factory=list)
    at_work: Process | None = None

    def start(self, *words: str) -> Process:
        """Run a process of this end."""
        log = self.station.home.path.with_suffix(f".{len(self.processes)}.log")
        typed = ["--home", str(self.station.home.path), "run", *words]
        self.processes.append(self.driver.start(PROGRAMS[self.party], typed, log))
        return self.processes[-1]

    def workers(self, count: int) -> list[Process]:
        """Run so many beside each other, and wait until all are at work."""
        begun = [self.start("--worker") for _ in range(count)]
        for one in begun:
            until(lambda one=one: "at work" in one.said(), one.said)
        return begun

    def daemon(self) -> tuple[Process, int]:
        """Run the daemon; tell where its door is."""
        process = self.start()
        line = until(lambda: [one for one in process.said().splitlines() if "open on port" in one], process.said)
        return process, int(line[0].rpartition(" ")[2])

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type a command where no terminal is attached."""
        command = [str(Path(sys.executable).with_name(PROGRAMS[self.party])), "--home", str(self.station.home.path)]
        return subprocess.run(
            [*command, *words], capture_output=True, text=True, env=environment(), timeout=PATIENCE, check=False
        )

    def rows(self, table: Any) -> list[Any]:
        with self.station.database.reading() as session:
            return list(session.exec(select(table)).all())

    def change(self, work: Callable[[Session], object]) -> None:
        with self.station.database.session() as session:
            work(session)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            assert "Traceback" not in process.said()


def environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "STAFET_PASSWORD_FILE")
    return {"LANG": "C.UTF-8", **{name: os.environ[name] for name in kept if name in os.environ}}


@dataclass
class Line:
    """The region and Randers, joined."""

    region: End
    randers: End
    post: Post
    sender: Person

    def refer(self, count: int) -> set[str]:
        """Hand so many invented referrals in at the region; gives their letters' ids."""
        submit, made = region_end.submit(self.region.station), example(RANDERS, sites.utc_now())
        return {submit(made, self.sender).referral_id for _ in range(count)}

    def states(self, letters: set[str]) -> set[str]:
        where = select(OutgoingRow.state).where(col(OutgoingRow.letter_id).in_(letters)).distinct()
        with self.region.station.database.reading() as session:
            return set(session.exec(where).all())

    def how_it_stands(self) -> str:
        logs = [one.said()[-1500:] for end in (self.region, self.randers) for one in end.processes]
        return "\n".join([str(sorted((row.kind, row.state) for row in self.region.rows(OutgoingRow))), *logs])


@contextmanager
def joined(folder: Path, url: Callable[[str], str | None]) -> Iterator[Line]:
    """Make both ends; `url` names the database of each, or none for a file of its own."""
    (folder / "post").mkdir()
    with ExitStack() as stack:
        post = stack.enter_context(Post(folder / "post").running())
        way = RelaySettings(host=LOOPBACK, port=post.port, ca_file=post.certificate)
        driver = Driver()
        stack.callback(driver.end)
        ends = {party: stack.enter_context(_end(folder / party, party, way, url(party), driver)) for party in PROGRAMS}
        for one, other in ((ends[REGION], ends[RANDERS]), (ends[RANDERS], ends[REGION])):
            one.change(lambda session, one=one, other=other: _knows(session, one.station, other.station))
        sender = sites.hire(ends[REGION].station, "Karen Prøvesen", Role.SENDER)
        yield Line(ends[REGION], ends[RANDERS], post, sender)


@contextmanager
def _end(home: Path, party: str, way: RelaySettings, url: str | None, driver: Driver) -> Iterator[End]:
    name, address, phone = sites.UNITS[party]
    unit = UnitSettings(party=party, name=name, address=address, phone=phone)
    plan = Plan(
        unit, "Mette Testgaard", Role.ADMIN, sites.PASSWORD, door=DoorSettings(port=0), relay=way, database_url=url
    )
    made = Home(home)
    make_station(made, plan, ENDS[party].BRANCH)
    made.write_settings(made.settings().model_copy(update={"poll_seconds": 1, "chore_seconds": 1}))
    opener = region_end.open_region if party == REGION else municipal_end.open_municipality
    with opener(made) as station:
        end = End(party, station, driver)
        try:
            yield end
        finally:
            end.end()
            with suppress(OSError):
                subprocess.run(["gpgconf", "--homedir", str(made.gnupg), "--kill", "all"], check=False)


def _knows(session: Session, one: Station, other: Station) -> None:
    now, book = sites.utc_now(), AddressBook(session)
    book.set_contact(sites.contact_of(other.own.party))
    book.pin(sites.pinned(other, other.own.fingerprint, now))
    one.own_book(session).known(other.own.party, one.own.fingerprint, now)


def bring_straight(line: Line) -> None:
    """Let the post bring everything into the other end's database."""
    for end in (line.region, line.randers):
        station = end.station
        line.post.stores[station.own.address] = _Straight(
            Store(station.database, station.vault, station.clocks.machine, station.clocks.rules)
        )


@dataclass
class _Straight:
    store: Store

    def __call__(self, content: bytes) -> int:
        return self.store(content)
