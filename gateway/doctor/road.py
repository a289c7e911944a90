"""The road letters go, out by the relay and in by the door or a mailbox: how far it is open, and what stands in it.

Nothing of any letter is sent. What cannot be tried, for a file it needs cannot be read, `keys.doors` has told.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from directory.book import AddressBook
from gateway.adapters import door_road, pickup_road, relay_road
from gateway.adapters.relay_road import Way
from gateway.adapters.road import Seen, Wrong
from gateway.adapters.tls import client_context
from gateway.doctor import traffic
from gateway.doctor.files import text_in
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.site.settings import DoorSettings, PickupSettings, RelaySettings
from gateway.station import Station
from gateway.wire.mail_limits import MAIL_BYTES

SOON: Final = timedelta(days=21)
"""How long before another's certificate ends somebody should ask about it; most are renewed a month before."""
KIBIBYTE: Final = 1024
OF_THE_CLOCK: Final = frozenset({Wrong.CERTIFICATE_NOT_YET, Wrong.CERTIFICATE_ENDED})


def examine(station: Station) -> Iterator[Finding]:
    """Go each road as far as it goes; this takes a moment for each server that is silent."""
    settings, now = station.settings, station.clocks.machine()
    yield from relay(settings.relay, ways(station), now)
    yield from door(settings.door, runs=station.home.is_running())
    if settings.pickup:
        yield from pickup(settings.pickup, now)


def ways(station: Station) -> Sequence[Way]:
    """Tell whom letters would go to, and from which of our addresses."""
    now = station.clocks.machine()
    with station.database.reading() as session:
        own, contacts = station.own_book(session), AddressBook(session).contacts()
        return [
            Way(one.party, own.address_for(one.party, now), one.email)
            for one in contacts
            if one.party != station.own.party
        ]


def relay(settings: RelaySettings, ways: Sequence[Way], now: datetime) -> Iterator[Finding]:
    """Ask the relay everything but to take a letter."""
    try:
        context = client_context(settings.ca_file)
    except OSError:
        return
    server = f"{settings.host}:{settings.port}"
    seen = relay_road.look(settings, context, ways, text_in(settings.password_file))
    found = [*_trouble(Check.RELAY, "RELAY", server, seen), *_relay_limits(server, seen, now)]
    days = (seen.ends - now).days if seen.ends else "–"
    yield from found or [well(Check.RELAY, "RELAY_WORKS", server=server, tls=seen.tls, days=days, count=len(ways))]


def _relay_limits(server: str, seen: Seen, now: datetime) -> Iterator[Finding]:
    if seen.unknown:
        parties, answer = ", ".join(map(traffic.named, seen.unknown)), next(iter(seen.unknown.values()))
        yield bad(Check.RELAY, "RELAY_RECIPIENT_UNKNOWN", server=server, parties=parties, answer=answer)
    if seen.room and seen.room < MAIL_BYTES:
        room, needed = seen.room // KIBIBYTE, MAIL_BYTES // KIBIBYTE
        yield bad(Check.RELAY, "RELAY_ROOM_SMALL", server=server, room=room, needed=needed)
    if seen.ends and seen.ends - now < SOON:
        yield look(Check.RELAY, "RELAY_CERTIFICATE_ENDS_SOON", server=server, days=(seen.ends - now).days)


def door(settings: DoorSettings, *, runs: bool) -> Iterator[Finding]:
    """Knock at our own door; behind one that takes any free port, or shows no certificate, nobody can look."""
    if not settings.port:
        return
    try:
        seen = door_road.look(settings)
    except (OSError, ValueError):
        return
    server = f"{settings.host}:{settings.port}"
    wrong = seen.trouble.wrong if seen.trouble else None
    if not runs and wrong is not Wrong.NOBODY_THERE:
        yield bad(Check.WAY_IN, "DOOR_TAKEN", server=server)
    elif not runs:
        return
    elif wrong is None:
        yield well(Check.WAY_IN, "DOOR_OPEN", server=server, kind=settings.kind.upper())
    elif wrong is Wrong.CERTIFICATE_UNKNOWN:
        yield look(Check.WAY_IN, "DOOR_SHOWS_ANOTHER", server=server)
    elif wrong not in OF_THE_CLOCK:  # those are told of the certificate itself
        yield bad(Check.WAY_IN, "DOOR_SHUT", server=server, reason=wrong.value)


def pickup(settings: PickupSettings, now: datetime) -> Iterator[Finding]:
    """Open the mailbox as the daemon does."""
    try:
        client_context(settings.ca_file)
    except OSError:
        return
    if not text_in(settings.password_file):
        return
    server = f"{settings.host}:{settings.port}"
    seen = pickup_road.look(settings)
    found = [*_trouble(Check.WAY_IN, "PICKUP", server, seen)]
    if seen.ends and seen.ends - now < SOON:
        found.append(look(Check.WAY_IN, "PICKUP_CERTIFICATE_ENDS_SOON", server=server, days=(seen.ends - now).days))
    days = (seen.ends - now).days if seen.ends else "–"
    yield from found or [well(Check.WAY_IN, "PICKUP_WORKS", server=server, tls=seen.tls, days=days)]


def _trouble(check: Check, road: str, server: str, seen: Seen) -> Iterator[Finding]:
    trouble = seen.trouble
    if trouble is None:
        return
    make = look if trouble.wrong is Wrong.LATER else bad
    told = {"server": server, "setting": road.lower(), "step": trouble.step.value, "answer": trouble.answer or "–"}
    yield make(check, f"{road}_{trouble.wrong}", **told)
