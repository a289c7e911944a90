"""Three joined ends with administrators, whose mail is carried, delayed or lost as a test says."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import sites
from sites import FAVRSKOV, RANDERS, Line, Site

from directory.model import REGION
from gateway import upkeep
from gateway.access.actions import Action
from gateway.audit.read import entries
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.rotation.rotate import Rotation
from gateway.site.home import Home
from gateway.site.people import Person, Role
from gateway.station import open_station
from gateway.wire.letters import Kind

DAY = timedelta(days=1)


@dataclass
class End:
    """One end, with what both ends do for the line, and an administrator."""

    site: Site
    admin: Person

    @property
    def rotation(self) -> Rotation:
        return upkeep.rotation(self.site.station)

    def announcements(self) -> list[OutgoingRow]:
        return [row for row in self.site.rows(OutgoingRow) if row.kind == Kind.KEY_CHANGE]

    def envelope(self, letter_id: str) -> EnvelopeRow:
        """Give the last sealing of a letter."""
        return max(
            (row for row in self.site.rows(EnvelopeRow) if row.letter_id == letter_id), key=lambda row: row.made_at
        )

    def noted(self, action: Action) -> list[tuple[str, str, str]]:
        with self.site.database.reading() as session:
            return [(one.about, one.outcome, one.detail) for one in entries(session) if one.action == action]


@dataclass
class Ends:
    """The region, Randers and Favrskov."""

    line: Line
    region: End
    randers: End
    favrskov: End
    carried: dict[str, int] = field(default_factory=dict)

    def lose(self) -> None:
        """Lose all mail that is on its way."""
        for end in (self.region, self.randers, self.favrskov):
            self.carried[end.site.party] = len(end.site.relay.crossed)

    def go(self, step: timedelta) -> None:
        self.line.clock.go(step)

    def carry(self) -> list[tuple[str, str]]:
        """Carry all mail until nothing is left to carry; gives what became of each, and why."""
        ends = {end.site.address: end.site for end in (self.region, self.randers, self.favrskov)}
        outcomes, busy = [], True
        while busy:
            busy = False
            for end in ends.values():
                end.send()
                before, self.carried[end.party] = self.carried.get(end.party, 0), len(end.relay.crossed)
                for content, _sender, recipient in end.relay.crossed[before:]:
                    busy = True
                    outcomes.append(tuple(map(str, ends[recipient].take(content))))
        return outcomes


@contextmanager
def open_ends(folder, databases) -> Iterator[Ends]:
    with ExitStack() as stack:
        opened = {
            party: stack.enter_context(open_station(Home(folder / party))) for party in (REGION, RANDERS, FAVRSKOV)
        }
        line = stack.enter_context(sites.line(opened, databases))
        ends = [
            End(site, sites.hire(site.station, "Karen Prøvesen", Role.ADMIN))
            for site in (line.region, line.randers, line.favrskov)
        ]
        for end in ends:
            end.site.handlers.update(upkeep.handlers(end.site.station))
        line.clock.go(sites.MINUTE)  # so that a key made now is not younger than this clock
        yield Ends(line, *ends)
