"""Everything that is looked at, in order: first what needs nothing opened, then the opened site."""

from collections.abc import Callable, Iterator

from gateway.doctor import files, keeping, keys, line, machine, mailbox, storage, traffic
from gateway.doctor.findings import Check, Finding, bad
from gateway.retention.run import Retain
from gateway.site.errors import SettingsError
from gateway.site.home import Home
from gateway.site.settings import Settings
from gateway.station import Station
from keys.errors import KeyringError


def from_outside(home: Home) -> Iterator[Finding]:
    """Look at the files and the machine; raises HomeMissing."""
    yield from files.examine(home, settings_of(home))
    yield from machine.path(home)
    yield from machine.disk(home)
    yield from machine.gnupg()
    yield from machine.daemon(home)


def from_inside(station: Station, retain: Callable[[Station], Retain]) -> Iterator[Finding]:
    """Look at an opened site."""
    try:
        yield from keys.own_key(station)
        yield from keys.backup(station)
    except KeyringError as error:
        yield bad(Check.KEY, "GPG_FAILS", reason=error.code)
    yield from keys.doors(station)
    now = station.clocks.machine()
    yield from files.saved(station.home, now)
    yield from storage.copies(station.home, now)
    yield from files.left_behind(station.home, station.settings)
    signed = station.notary.last_signed.read()
    with station.database.reading() as session:
        yield from storage.examine(station.home, session)
        yield from machine.clock(session, now)
        yield from traffic.parties(session, station.own.party)
        yield from line.examine(station, session, now)
        yield from mailbox.examine(station, session, now)
        yield from mailbox.picked_up(station, session, now)
        yield from traffic.letters(session)
        yield from traffic.mail(session, now)
        yield from keeping.people(session)
        yield from keeping.trail(session, signed, now)
        yield from keeping.retention(session, retain(station), now)


def settings_of(home: Home) -> Settings | None:
    """Read the settings, if they can be read; what they say is then looked at too."""
    try:
        return home.settings()
    except SettingsError:
        return None
