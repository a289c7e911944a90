"""The region and one municipality with real keys and real databases, carried between by hand, for its screens."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sites import Line, Site, line, utc_now

from gateway import bootstrap as region_end
from gateway import upkeep
from gateway.site.people import Person, Role
from gateway.station import Station
from inbox_tui import bootstrap as municipal_end
from inbox_tui.ports import InboxPorts

MOST_ROUNDS = 12


@dataclass
class Ends:
    """Both ends as their daemons would have them; `admin` and `colleague` keep the municipality's."""

    region: Site
    randers: Site
    admin: Person
    colleague: Person
    intake: Person
    department: Person
    regional: Person

    async def carry(self) -> None:
        """Do the line's chores and carry mail until both are quiet."""
        clock = self.region.clock  # one for both ends; never before what gpg has just dated
        clock.now = max(clock.now, utc_now())
        for _round in range(MOST_ROUNDS):
            for site in (self.region, self.randers):
                for chore in upkeep.chores(site.station):
                    chore()
            crossed = [(self.randers, raw) for raw in await _sent(self.region)]
            crossed += [(self.region, raw) for raw in await _sent(self.randers)]
            for site, raw in crossed:
                await asyncio.to_thread(site.take, raw)
            if not crossed:
                return
        raise AssertionError("the ends never came to rest")

    def restarted(self, **changes: Any) -> None:
        """Change the municipality's settings, as an administrator does in the file."""
        station = self.randers.station
        keeping = station.settings.keeping.model_copy(update=changes)
        self.randers.station = replace(station, settings=station.settings.model_copy(update={"keeping": keeping}))

    def ports(self, person: Person | None = None, **changes: Any) -> InboxPorts:
        """Join the inbox to the municipality's station."""
        ports = municipal_end.inbox_ports(self.randers.station, person or self.admin)
        return replace(ports, poll_seconds=0.1, **changes)


async def _sent(site: Site) -> list[bytes]:
    """One round of delivery; gives what crossed."""
    before = len(site.relay.crossed)
    await site.deliver()
    return [content for content, _sender, _recipient in site.relay.crossed[before:]]


@contextmanager
def ends(opened: Mapping[str, Station], folder: Path, *, joined: bool = True) -> Iterator[Ends]:
    """Give both ends fresh databases; `joined`: they know each other already."""
    with line(opened, folder) as made:
        _prepared(made)
        if not joined:
            _strangers(made)
        station = made.randers.station
        yield Ends(
            made.region,
            made.randers,
            _employ(station, "Bodil Testbo", Role.ADMIN),
            _employ(station, "Dorthe Prøvelund", Role.ADMIN),
            _employ(station, "Anne Testesen", Role.INTAKE),
            _employ(station, "Sara Testlund", Role.DEPARTMENT, "social-og-psykiatri"),
            _employ(made.region.station, "Mette Testgaard", Role.ADMIN),
        )


def _employ(station: Station, name: str, role: Role, department: str = "") -> Person:
    with station.database.session() as session:
        return station.people(session).add(name, role, department)


def _prepared(made: Line) -> None:
    for site, end in ((made.region, region_end), (made.randers, municipal_end)):
        site.database.create(end.TABLES)
        site.handlers = dict(end.handlers(site.station))


def _strangers(made: Line) -> None:
    """Forget at the municipality whom it knew."""
    from sqlalchemy import delete  # noqa: PLC0415 - one use

    from directory.book import ContactRow, PinnedKeyRow  # noqa: PLC0415 - one use

    with made.randers.database.session() as session:
        session.execute(delete(ContactRow))
        session.execute(delete(PinnedKeyRow))
