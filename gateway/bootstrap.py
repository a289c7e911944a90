"""The region's end, joined: what the station's letters mean here, and how a referral is submitted and followed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlmodel import Session

from directory.model import REGION
from gateway.exchange.ports import Handler
from gateway.referring.follow import Follow, Progress, TakeAcknowledgement
from gateway.referring.refusals import Refused
from gateway.referring.rows import ReferringTable
from gateway.referring.submit import Submit
from gateway.site.errors import WrongEnd
from gateway.site.home import Home
from gateway.station import Clocks, Station, open_station
from gateway.wire.letters import Kind

__all__ = ["TABLES", "Progress", "Refused", "follow", "handlers", "open_region", "submit"]

TABLES = ReferringTable.metadata


@contextmanager
def open_region(home: Home, clocks: Clocks | None = None) -> Iterator[Station]:
    """Open the region's site; raises WrongEnd for a municipality's, and what `open_station` raises."""
    if home.settings().unit.party != REGION:
        raise WrongEnd
    with open_station(home, clocks, TABLES) as station:
        yield station


def handlers(station: Station) -> Mapping[Kind, Handler]:
    """Tell which letters the region takes."""
    return {Kind.ACKNOWLEDGEMENT: TakeAcknowledgement(station.vault)}


def submit(station: Station) -> Submit:
    """Give the way a referral is handed in."""
    return Submit(station.database, station.vault, station.post, station.clocks.rules)


def follow(station: Station, session: Session) -> Follow:
    """Give the answers to where a referral is."""
    return Follow(session, station.vault)
