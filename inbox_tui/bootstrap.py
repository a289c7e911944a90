"""The municipality's end, joined: what its letters mean here, and the ports of its inbox."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import Session

from directory.model import REGION, Contact
from gateway.exchange import arrivals
from gateway.exchange.ports import Handler
from gateway.site.errors import WrongEnd
from gateway.site.home import Home
from gateway.site.people import Person
from gateway.station import Clocks, Station, open_station
from gateway.statistics.aggregate import Aggregate
from gateway.statistics.figures import Figures
from gateway.statistics.period import Period
from gateway.wire.letters import Kind, Letter, new_id
from inbox_tui.acts import Acts
from inbox_tui.casework.intake import Intake
from inbox_tui.counting import Counting
from inbox_tui.news import News
from inbox_tui.ports import InboxPorts
from inbox_tui.quarantine import QuarantineLine
from inbox_tui.store import CaseStore
from inbox_tui.tables import InboxTable

TABLES = InboxTable.metadata


@contextmanager
def open_municipality(home: Home, clocks: Clocks | None = None) -> Iterator[Station]:
    """Open a municipality's site; raises WrongEnd for the region's, and what `open_station` raises."""
    if home.settings().unit.party == REGION:
        raise WrongEnd
    with open_station(home, clocks, TABLES) as station:
        yield station


def case_store(station: Station) -> CaseStore:
    """Give the cases of this municipality."""
    return CaseStore(station.database, station.vault, station.post, lambda: own_unit(station))


def acts(station: Station) -> Acts:
    """Give what is done with them."""
    return Acts(case_store(station), station.vault, station.post, lambda: own_unit(station))


def handlers(station: Station) -> Mapping[Kind, Handler]:
    """Tell which letters a municipality takes; a new one starts with the six departments of E8."""
    store = case_store(station)
    store.ensure_departments()
    return {Kind.REFERRAL: Intake(store.keep), **News(store, station.vault).handlers()}


def inbox_ports(station: Station, person: Person | None = None, notice: str | None = None) -> InboxPorts:
    """Give the inbox what it needs."""
    return InboxPorts(
        store=case_store(station),
        acts=acts(station),
        people=lambda: staff(station),
        quarantine=lambda: quarantine(station),
        now=station.clocks.rules,
        person=person,
        notice=notice,
    )


def own_unit(station: Station) -> Contact:
    """Name our own unit, as an acknowledgement does."""
    unit = station.settings.unit
    return Contact.checked(
        party=unit.party,
        unit_name=unit.name,
        email=unit.address,
        phone=unit.phone,
        valid_from=station.clocks.machine(),
        entered_by="settings",
    )


def staff(station: Station) -> tuple[Person, ...]:
    """List those who work here."""
    with station.database.reading() as session:
        return station.people(session).active()


def quarantine(station: Station) -> Sequence[QuarantineLine]:
    """List the mail that cannot be trusted."""
    with station.database.reading() as session:
        return [QuarantineLine(mail.arrived_at, mail.reason, mail.size) for mail in arrivals.quarantine(session)]


def figures(station: Station, session: Session, period: Period, now: datetime) -> Figures:
    """Count what this municipality holds."""
    return Counting(session, station.vault, station.own.party)(period, now)


def share(station: Station, session: Session, told: Aggregate) -> None:
    """Post suppressed figures to the region, in a conversation of their own."""
    number = f"{told.first}-{told.last}"
    station.post(session, Letter(Kind.FIGURES, new_id(), REGION, number, told.written()))
