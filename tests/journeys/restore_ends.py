"""A region and a municipality on this machine, whole: real folders, real keys, and a clock that stands."""

import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sites

from directory.model import REGION
from gateway import bootstrap as region_end
from gateway.audit.verify import Verify
from gateway.backup.make import BackUp
from gateway.backup.restore import Restore, Restored
from gateway.new_site import Plan, make_station
from gateway.referring.example import example
from gateway.site.home import Home
from gateway.site.people import Person, Role
from gateway.site.settings import UnitSettings
from gateway.station import Clocks, Station, open_as
from inbox_tui import bootstrap as municipal_end
from keys.locked_file import new_recovery_code

CODE = new_recovery_code()
KEEPER = "Mette Testgaard"
BRANCHES = {REGION: region_end.BRANCH, sites.RANDERS: municipal_end.BRANCH}
ENDS = {REGION: region_end, sites.RANDERS: municipal_end}


@dataclass
class End:
    """One end on its machine: opened, or lost."""

    party: str
    home: Home
    clock: sites.Standing
    opened: ExitStack = field(default_factory=ExitStack)
    relay: sites.Carrier = field(default_factory=sites.Carrier)
    site: sites.Site = None

    def make(self):
        name, address, phone = sites.UNITS[self.party]
        unit = UnitSettings(party=self.party, name=name, address=address, phone=phone)
        make_station(self.home, Plan(unit, KEEPER, Role.ADMIN, sites.PASSWORD), BRANCHES[self.party])
        self.open()

    def open(self):
        station = self.opened.enter_context(self._opened_as(self.home, self.home.settings()))
        self.site = sites.Site(station, self.clock, self.relay, handlers=dict(ENDS[self.party].handlers(station)))

    @contextmanager
    def _opened_as(self, home, settings):
        with open_as(home, settings, Clocks(self.clock, self.clock), BRANCHES[self.party]) as station:
            yield station

    @property
    def station(self) -> Station:
        return self.site.station

    @property
    def keeper(self) -> Person:
        return self.station.sign_in(KEEPER, sites.PASSWORD)

    def back_up(self, file: Path):
        station = self.station
        flow = BackUp(self.home, station.settings, station.database, station.tables, station.keyring, self.clock)
        return flow(file, CODE, self.keeper)

    def lose(self):
        """The machine burns."""
        self.opened.close()
        shutil.rmtree(self.home.path)

    def restore(self, file: Path, home: Path) -> Restored:
        also = {"also": region_end.after_restore} if self.party == REGION else {}
        restored = Restore(self._opened_as, self.clock, **also)(file, Home(home), CODE)
        self.home = Home(home)
        self.open()
        return restored

    def verified(self):
        self.station.checkpoints.tick()
        with self.site.database.reading() as session:
            return Verify(self.station.notary, max(self.clock(), sites.utc_now()))(session)


@dataclass
class Road:
    """Both ends and the mail between them."""

    region: End
    unit: End
    clock: sites.Standing

    def carry(self):
        """Let everything that leaves arrive, until nothing leaves any more."""
        ends = {sites.UNITS[end.party][1]: end for end in (self.region, self.unit)}
        while left := [mail for end in ends.values() for mail in _sent(end)]:
            for content, _sender, recipient in left:
                ends[recipient].site.take(content)

    def wait(self):
        """Let three hours pass, in which everything that must go again has gone."""
        for _hour in range(3):
            self.carry()
            self.clock.go(sites.MINUTE * 60)
        self.carry()

    def refer(self):
        """Send an invented referral; gives its letter's id and its number."""
        station = self.region.station
        referral = example(sites.RANDERS, self.clock()) | {"reference": None}
        submitted = region_end.submit(station)(referral, self.region.keeper)
        return submitted.referral_id, submitted.number

    def case(self, letter_id: str):
        """Read the municipality's case of a letter."""
        (row,) = [row for row in self.rows(self.unit, "cases") if row["letter_id"] == letter_id]
        return row

    def rows(self, end: End, table: str):
        with end.site.database.reading() as session:
            found = session.connection().exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608 - a table of ours
            return [dict(row) for row in found.mappings()]

    def acknowledge(self, letter_id: str):
        station = self.unit.station
        case = self.case(letter_id)
        return municipal_end.case_store(station).acknowledge(case["id"], self.unit.keeper, self.clock())


def _sent(end: End):
    before = len(end.relay.crossed)
    while end.site.send():
        pass
    return end.relay.crossed[before:]


@contextmanager
def road():
    clock = sites.Standing(sites.utc_now())
    with sites.short_folder() as folder, ExitStack() as stack:
        region, unit = (End(party, Home(folder / party), clock) for party in (REGION, sites.RANDERS))
        for end in (region, unit):
            stack.callback(end.opened.close)
            end.make()
        for one, other in ((region, unit), (unit, region)):
            one.site.knows(other.site)
            certificate = other.station.keyring.export_public(other.site.key)
            one.station.keyring.import_public(certificate, expected=other.site.key, now=sites.utc_now())
        made = Road(region, unit, clock)
        made.folder = folder
        yield made
