"""Lines between two ends, ours and a bare one: each takes letters in, and can be asked what came of them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final, Protocol

import bare_pipeline
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import event, orm

from gateway import bootstrap as region_end
from gateway.adapters.tls import client_context, server_context
from gateway.referring.example import example
from gateway.station import Station, utc_now
from inbox_tui.demo.post_office import PostOffice
from inbox_tui.demo.town import SENDER, Town, person_at

CODE: Final = "751"
LOOK_SECONDS: Final = 0.001
"""How often what other processes commit is looked for."""
PATIENCE: Final = 60.0
_citizens = count()


class Line(Protocol):
    """Both ends of a line, and a way to hand letters in at one of them."""

    received: "Watch"

    def submit(self) -> object:
        """Hand one in."""

    def wake(self) -> None:
        """Let what was handed in be seen at once."""


async def travel(line: Line, letters: int) -> None:
    """Hand letters in side by side, and wait until the receipt of each is there."""
    before = line.received()
    await asyncio.gather(*(asyncio.to_thread(line.submit) for _letter in range(letters)))
    line.wake()
    await line.received.until(before + letters)


class Watch:
    """Counts the letters that are received, again after each commit in this process and every `seconds`."""

    def __init__(self, database: Path, table: str, seconds: float) -> None:
        self._rows = sqlite3.connect(database)
        self._query = f"SELECT count(*) FROM {table} WHERE state = 'received'"  # noqa: S608 - a table of ours
        self._seconds = seconds
        self._committed, self._loop = asyncio.Event(), asyncio.get_running_loop()
        event.listen(orm.Session, "after_commit", self._tell)

    def _tell(self, _session: object) -> None:
        self._loop.call_soon_threadsafe(self._committed.set)

    def __call__(self) -> int:
        """Count them."""
        return int(self._rows.execute(self._query).fetchone()[0])

    async def until(self, wanted: int) -> None:
        """Wait until so many are."""
        async with asyncio.timeout(PATIENCE):
            while self() < wanted:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._committed.wait(), self._seconds)
                self._committed.clear()

    def close(self) -> None:
        """Look no more; nothing may be written any more then."""
        event.remove(orm.Session, "after_commit", self._tell)
        self._rows.close()


class Ours:
    """A region and a municipality; without a town their daemons are processes, and look by themselves."""

    def __init__(self, region: Station, town: Town | None = None) -> None:
        self._region, self._town = region, town
        self._person = person_at(region, SENDER)
        self.received = Watch(region.home.path / "stafet.db", "outgoing", PATIENCE if town else LOOK_SECONDS)

    def submit(self) -> object:
        """Hand in a referral about a citizen whom nobody has heard of."""
        return region_end.submit(self._region)(_referral(), self._person)

    def wake(self) -> None:
        """Let the daemons look."""
        if self._town:
            self._town.wake()


class Bare:
    """Two ends of the bare pipeline."""

    def __init__(self, sender: bare_pipeline.End) -> None:
        self.wake = sender.wake
        self.received = Watch(sender.database, "out", PATIENCE)
        self._sender = sender

    def submit(self) -> object:
        """Hand in what a referral says."""
        return self._sender.submit(_referral())


def _referral() -> dict[str, Any]:
    nth = next(_citizens)
    referral = example(CODE, utc_now())
    citizen = referral["citizen"] | {"cpr": f"010160-{nth % 4000:04}", "phone": f"+45 95 {nth:06}"}
    return referral | {"citizen": citizen, "reference": f"EKSEMPEL-{nth}"}


class Passing(PostOffice):
    """The demo's post office without its copies; it passes everything on as the bare pipeline sends it."""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Pass a letter on, and say so when its door has it."""
        recipient, content = envelope.rcpt_tos[0], envelope.original_content or b""
        await self._onward(recipient.casefold()).send(content, str(envelope.mail_from), recipient)
        return "250 stored"

    def _onward(self, recipient: str) -> bare_pipeline.Relay:
        door = self.doors[recipient]
        if not isinstance(door, bare_pipeline.Relay):
            door = bare_pipeline.Relay(door.settings.port, client_context(door.settings.ca_file))
            self.doors[recipient] = door
        return door


@asynccontextmanager
async def bare_line(folder: Path, town: Town) -> AsyncIterator[Bare]:
    """Open a bare line beside a town's: by its keys, its certificates and its post office."""
    ends = town.region, town.municipalities[CODE]
    senders = []
    async with AsyncExitStack() as stack:
        for here, there in (ends, ends[::-1]):
            keys = bare_pipeline.Keys(
                here.keyring.home, here.keyring.passphrase, here.own.fingerprint, there.own.fingerprint
            )
            address, peer = (f"bare-{end.own.party}@bare.example" for end in (here, there))
            relay = bare_pipeline.Relay(town.post_office.port, client_context(town.post_office.certificate))
            sender = bare_pipeline.End(address, peer, keys, relay, folder / f"{address}.db")
            door = here.settings.door
            tls = server_context(door.certificate or Path(), door.key or Path())
            port = await stack.enter_async_context(sender.running(tls))
            town.post_office.add_door(address, port, door.certificate or Path())
            senders.append(sender)
        yield Bare(senders[0])
