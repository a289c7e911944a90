"""The region's desk with real keys and flows, joined to Randers and Favrskov: for the screens that keep the line."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sites
from databases import copy_site
from sites import FAVRSKOV, RANDERS, Line, Site

from directory.book import AddressBook
from directory.model import REGION, Contact
from gateway import upkeep
from gateway.audit.rows import EntryRow
from gateway.desk.joined import desk_ports
from gateway.desk.ports import DeskPorts
from gateway.referring.rows import ReferringTable
from gateway.site.home import Home
from gateway.site.people import Person, PersonRow, Role
from gateway.station import Station, open_station
from gateway.terminal.door import Watch

DAY = timedelta(days=1)
SELDOM = Watch(every_seconds=3600)
"""Lets the flows themselves find out that somebody is gone."""


@dataclass
class Kept:
    """The region, at which Anne and Bo are administrators and Mette sends; mail is carried when a test says so."""

    line: Line
    anne: Person
    bo: Person
    mette: Person
    theirs: dict[str, Person] = field(default_factory=dict)
    carried: dict[str, int] = field(default_factory=dict)

    @property
    def region(self) -> Site:
        return self.line.region

    @property
    def station(self) -> Station:
        return self.region.station

    def keeping(self, **terms: Any) -> None:
        """Change how contacts and keys are kept at the region."""
        settings = self.station.settings
        keeping = settings.keeping.model_copy(update=terms)
        self.region.station = replace(self.station, settings=settings.model_copy(update={"keeping": keeping}))

    def ports(self, person: Person | None = None, **changes: Any) -> DeskPorts:
        told = {"poll_seconds": 0.25, "watch": SELDOM, **changes}
        keeper = desk_ports(self.station).keeper
        often = told["poll_seconds"]
        told.setdefault("keeper", lambda who: replace(keeper(who), poll_seconds=often))
        return replace(desk_ports(self.station, person or self.anne), **told)

    def contact(self, party: str = RANDERS) -> Contact:
        with self.region.database.reading() as session:
            found = AddressBook(session).contact(party)
        assert found
        return found

    def noted(self, action: str) -> list[tuple[str, str, str]]:
        rows = self.region.rows(EntryRow)
        return [(row.outcome, row.about, row.detail) for row in rows if row.action == action]

    def becomes(self, person: Person, **columns: Any) -> None:
        with self.region.database.session() as session:
            row = session.get_one(PersonRow, person.id)
            for name, value in columns.items():
                setattr(row, name, value)

    async def carry(self) -> None:
        """Carry all mail until none is left, and let every end do its chores."""
        await asyncio.to_thread(self._carry)

    def _carry(self) -> None:
        ends = (self.line.region, self.line.randers, self.line.favrskov)
        for _again in range(4):
            for end in ends:
                end.send()
                before, self.carried[end.party] = self.carried.get(end.party, 0), len(end.relay.crossed)
                for content, _sender, recipient in end.relay.crossed[before:]:
                    self._reader(recipient).take(content)
            for end in ends:
                upkeep.changes(end.station).tick()

    def _reader(self, address: str) -> Site:
        """Find whose door a mail comes to; a new address of a unit is its own too."""
        named = {one.address: one for one in (self.line.region, self.line.randers, self.line.favrskov)}
        domain = address.partition("@")[2]
        return named.get(address) or next(one for own, one in named.items() if own.endswith(domain))


@contextmanager
def made_homes() -> Iterator[Path]:
    """Make the three sites once, to be copied."""
    with sites.short_folder() as folder:
        with sites.stations(folder):
            pass
        yield folder


@contextmanager
def copied(made: Path, folder: Path) -> Iterator[dict[str, Station]]:
    """Open a copy of the three sites, whose keys a test may change."""
    before = dict(sites.KEYS)
    copy_site(made, folder / "s")
    with ExitStack() as stack:
        opened = {
            party: stack.enter_context(open_station(Home(folder / "s" / party)))
            for party in (REGION, RANDERS, FAVRSKOV)
        }
        sites.KEYS.update({party: station.own.fingerprint for party, station in opened.items()})
        yield opened
    sites.KEYS.update(before)


@contextmanager
def kept(opened: Mapping[str, Station], databases: Path) -> Iterator[Kept]:
    """Join the three sites with new databases, and let people work there."""
    with sites.line(opened, databases) as line:
        line.region.database.create(ReferringTable.metadata)
        line.clock.go(sites.MINUTE)  # so that a key made now is not younger than this clock
        for end in (line.region, line.randers, line.favrskov):
            end.handlers.update(upkeep.handlers(end.station))
        people = [("Anne Testesen", Role.ADMIN), ("Bo Prøvegaard", Role.ADMIN), ("Mette Testgaard", Role.SENDER)]
        anne, bo, mette = (sites.hire(line.region.station, name, role) for name, role in people)
        theirs = {
            end.party: sites.hire(end.station, "Karen Prøvesen", Role.ADMIN) for end in (line.randers, line.favrskov)
        }
        yield Kept(line, anne, bo, mette, theirs)
