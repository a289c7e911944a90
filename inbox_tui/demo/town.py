"""A small Denmark on one machine: the region's site, one site for each municipality that is needed, a post office.

Every part is the real one: real key rings, real mail over TLS on the loopback, real databases, the real daemons. The
sites are joined as people would join them, each taking the other's key by its fingerprint.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

from directory import contacts_csv
from directory.book import AddressBook
from directory.model import REGION, Contact
from gateway import bootstrap as region_end
from gateway import upkeep
from gateway.daemon import Chore, Daemon
from gateway.exchange.ports import Handler
from gateway.language import gettext as _
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Person, Role
from gateway.site.settings import DoorSettings, UnitSettings
from gateway.station import Clocks, Station, utc_now
from gateway.wire.letters import Kind
from inbox_tui import bootstrap as municipal_end
from inbox_tui.demo.post_office import LOOPBACK, PostOffice

REGION_UNIT: Final = UnitSettings(
    party=REGION,
    name="AMK-vagtcentralen, Præhospitalet",
    address="henvendelser@praehospitalet.example",
    phone="+45 84 11 20 00",
)
SENDER: Final = "Mette Testgaard"
INTAKE_WORKER: Final = "Birgit Prøvegaard"
PASSWORD: Final = "demo-demo-demo"  # noqa: S105 - everybody is told; everything there is invented
"""Everybody's password."""


@dataclass
class RulesClock:
    """A clock that stands where it is put, for the rules alone; until it is put anywhere it follows the machine's."""

    standing: datetime | None = None

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.standing or utc_now()


@dataclass
class Town:
    """The sites that are open, each with its daemon running."""

    folder: Path
    clock: RulesClock
    post_office: PostOffice
    region: Station
    contacts: Mapping[str, Contact]
    municipalities: dict[str, Station] = field(default_factory=dict)
    _daemons: list[tuple[Daemon, asyncio.Task[None]]] = field(default_factory=list)

    async def stop(self) -> None:
        """Stop every daemon cleanly."""
        for daemon, _task in self._daemons:
            daemon.stop.set()
        await asyncio.gather(*(task for _daemon, task in self._daemons))

    async def start(self, station: Station, handlers: Mapping[Kind, Handler], chores: Sequence[Chore] = ()) -> None:
        """Run a station's daemon, and tell the post office where its door is."""
        opened: asyncio.Queue[int] = asyncio.Queue()
        daemon = Daemon(station, handlers, chores)
        task = asyncio.create_task(daemon.run(opened.put_nowait))
        port = asyncio.create_task(opened.get())
        await asyncio.wait({port, task}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        certificate = station.settings.door.certificate or Path()
        self.post_office.add_door(station.own.address, await port, certificate)
        self._daemons.append((daemon, task))

    def wake(self) -> None:
        """Let every daemon look now instead of at its next poll."""
        for daemon, _task in self._daemons:
            daemon.wake()


@asynccontextmanager
async def open_town(
    folder: Path,
    codes: tuple[str, ...],
    progress: Callable[[str], None] = lambda _line: None,
    *,
    reminding: bool = False,
) -> AsyncIterator[Town]:
    """Make, join and start the region and the municipalities with `codes` under `folder`; stop them at the end.

    `reminding`: the region keeps its promise by the clock as it would in earnest.
    """
    clock = RulesClock()
    clocks = Clocks(rules=clock)
    async with AsyncExitStack() as stack:
        office = PostOffice(folder)
        stack.push_async_callback((await office.open()).close)
        region = stack.enter_context(await asyncio.to_thread(_region, folder, office, clocks))
        town = Town(folder, clock, office, region, await asyncio.to_thread(_contacts))
        stack.push_async_callback(town.stop)
        chores = region_end.chores(region) if reminding else upkeep.chores(region)
        await town.start(region, region_end.handlers(region), chores)
        for code in codes:
            progress(code)
            contact = town.contacts[code]
            station = stack.enter_context(await asyncio.to_thread(_municipality, folder, office, clocks, contact))
            await asyncio.to_thread(_join, region, station, contact)
            town.municipalities[code] = station
            await town.start(station, municipal_end.handlers(station), municipal_end.chores(station))
        yield town


def password_told() -> str:
    """Say what to sign in with at the sites that are kept."""
    return _("Everybody's password there is {password}").format(password=PASSWORD)


def person_at(station: Station, name: str) -> Person:
    """Find a member of staff who is known to be there."""
    with station.database.reading() as session:
        return next(person for person in station.people(session).active() if person.name == name)


def _contacts() -> dict[str, Contact]:
    """Read the invented contacts of the 19 (`.example`), which the demo alone uses."""
    text = files("inbox_tui.demo").joinpath("contacts.csv").read_text("utf-8")
    return {contact.party: contact for contact in contacts_csv.read(text, now=utc_now(), by="demo")}


def _region(folder: Path, office: PostOffice, clocks: Clocks) -> AbstractContextManager[Station]:
    home = Home(folder / "sites" / REGION)
    make_station(home, _plan(REGION_UNIT, SENDER, office), region_end.BRANCH)
    return region_end.open_region(home, clocks)


def _municipality(
    folder: Path, office: PostOffice, clocks: Clocks, contact: Contact
) -> AbstractContextManager[Station]:
    home = Home(folder / "sites" / contact.party)
    unit = UnitSettings(party=contact.party, name=contact.unit_name, address=contact.email, phone=contact.phone)
    make_station(home, _plan(unit, INTAKE_WORKER, office), municipal_end.BRANCH)
    return municipal_end.open_municipality(home, clocks)


def _plan(unit: UnitSettings, person: str, office: PostOffice) -> Plan:
    return Plan(unit, person, Role.ADMIN, PASSWORD, relay=office.relay, door=DoorSettings(host=LOOPBACK, port=0))


def _join(region: Station, municipality: Station, contact: Contact) -> None:
    """Let each end enter the other's contact and pin the other's key, as two administrators on the phone would."""
    unit = REGION_UNIT
    back = replace(contact, party=REGION, unit_name=unit.name, email=unit.address, phone=unit.phone, hours="")
    for end, other, reached in ((region, municipality, contact), (municipality, region, back)):
        with end.database.session() as session:
            AddressBook(session).set_contact(reached)
            person = end.people(session).active()[0]
        end.pin(reached.party, other.keyring.export_public(other.own.fingerprint), other.own.fingerprint, person)
