"""The region's desk on real SQLite, joined as the command joins it: for its screens' tests and its pictures."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from referring_site import KEY, Desk
from textual.events import Paste
from textual.pilot import Pilot

from gateway.bootstrap import handlers
from gateway.desk.app import DeskApp
from gateway.desk.joined import desk_ports
from gateway.desk.ports import DeskPorts
from gateway.exchange import outbox
from gateway.exchange.delivery import Course, State
from gateway.exchange.rows import OutgoingRow
from gateway.site.home import Home
from gateway.site.people import People, Role
from gateway.site.settings import Settings, UnitSettings
from gateway.station import Clocks, Station
from gateway.wire.letters import Kind
from keys.errors import KeyNotFound
from keys.fingerprint import Fingerprint
from keys.keyring import KeyInfo, Keyring
from tests.screens.seen import seen, until


class NoKeys:
    """A key ring with nothing in it: what the desk's tests send is sealed by nobody."""

    def describe(self, _fingerprint: Fingerprint) -> KeyInfo:
        raise KeyNotFound


@dataclass
class DeskSite(Desk):
    """A desk at which Mette sits; Karim works beside her."""

    def __post_init__(self) -> None:
        super().__post_init__()
        unit = UnitSettings(party="region", name=self.own.unit_name, address=self.own.email, phone=self.own.phone)
        settings = Settings(unit=unit, fingerprint=str(KEY), promise=self.terms)
        with self.db.session() as session:
            self.karim = People(session, self.vault).add("Karim Prøvesen", Role.SENDER)
        clocks, home, keyring = Clocks(self.clock, self.clock), Home(Path(self.folder)), cast("Keyring", NoKeys())
        self.station = Station(home, settings, self.db, keyring, self.vault, clocks)

    def hears(self, number: str, kind: Kind, body: Mapping[str, Any]) -> None:
        """Let a letter of the municipality's arrive."""
        with self.db.session() as session:
            handlers(self.station)[kind](session, self.arrived(number, kind, body))

    def parked(self, number: str, reason: str) -> None:
        """Let a letter wait."""
        with self.db.session() as session:
            row = session.get_one(OutgoingRow, self.row(number).letter_id)
            outbox.steer(session, row, Course(State.PARKED, None, reason), self.clock())

    def ports(self, **changes: Any) -> DeskPorts:
        return replace(desk_ports(self.station, self.person), **{"poll_seconds": 0.1, **changes})


@asynccontextmanager
async def at_desk(ports: DeskPorts, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot]:
    """Run the desk on a pretended terminal."""
    async with DeskApp(ports).run_test(size=size, notifications=True) as pilot:
        yield pilot


async def typed(pilot: Pilot, text: str) -> None:
    """Write a text into the field one is in, at once: a pilot's keys take their time."""
    pilot.app.post_message(Paste(text))
    await pilot.pause()


__all__ = ["DeskSite", "at_desk", "seen", "typed", "until"]
