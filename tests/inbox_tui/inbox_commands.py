"""A municipality's site on disk, and its commands typed on it in this process."""

import io
import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sites
from sqlmodel import select

from directory.book import AddressBook
from directory.model import REGION
from gateway.audit.read import entries
from gateway.exchange.conversations import advance
from gateway.exchange.post import letter_of
from gateway.exchange.rows import OutgoingRow
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import UnitSettings
from inbox_tui import __main__ as inbox_command
from inbox_tui import bootstrap
from tests.inbox_site import arrived, referral

WORKER = "Birgit Prøvegaard"
NUMBER = "2026-0042"


def make(folder):
    """Make Randers' site, with one who works there."""
    name, address, phone = sites.UNITS[sites.RANDERS]
    unit = UnitSettings(party=sites.RANDERS, name=name, address=address, phone=phone)
    make_station(Home(folder), Plan(unit, WORKER, Role.INTAKE, sites.PASSWORD), bootstrap.BRANCH)


@dataclass
class Typed:
    """The commands, typed on a copy of the site. Each gives what it said; what was beside that stands in `errors`."""

    home: Path
    capsys: pytest.CaptureFixture
    monkeypatch: pytest.MonkeyPatch
    errors: str = ""

    @contextmanager
    def station(self):
        with bootstrap.open_municipality(Home(self.home)) as station:
            yield station

    def trail(self):
        """Read the trail: what was done, by whom, about what, and how it went."""
        with self.station() as station, station.database.reading() as session:
            return [(one.action, one.person_id, one.about, one.outcome) for one in entries(session)]

    def receive(self, letter=None):
        """Let a referral in, as the daemon does."""
        letter = letter or arrived(referral("R02"), NUMBER)
        with self.station() as station:
            handlers = bootstrap.handlers(station)
            with station.database.session() as session:
                AddressBook(session).set_contact(sites.contact_of(REGION))
                advance(session, letter, with_party=REGION, spoken_by=REGION)
                handlers[letter.kind](session, letter)

    def __call__(self, *words, typed="", code=0):
        """Type a command with `typed` on standard input; give its JSON."""
        return json.loads(self.words("--json", *words, typed=typed, code=code))

    def hire(self, name, role, **more):
        """Let a person work here who signs in with everybody's password."""
        with self.station() as station:
            return sites.hire(station, name, Role(role), **more)

    def words(self, *words, typed="", code=0):
        """Type a command; give what it says."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        with pytest.raises(SystemExit) as ended:
            inbox_command.main(["--home", str(self.home), *map(str, words)])
        said = self.capsys.readouterr()
        assert ended.value.code == code, said
        self.errors = said.err
        return said.out

    def letters(self):
        """Read what was queued, as kind and body."""
        with self.station() as station, station.database.reading() as session:
            rows = session.exec(select(OutgoingRow).order_by(OutgoingRow.turn)).all()
            return [(row.kind, dict(letter_of(row, station.vault).body)) for row in rows]


@contextmanager
def made():
    """Make the site once."""
    with sites.short_folder() as folder:
        make(folder / "m")
        yield folder / "m"
