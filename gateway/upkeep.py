"""What both ends do to keep the line itself: the letters about keys, contacts and tests, and the chores behind them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, select

from directory.hours import OpeningHours
from directory.model import REGION
from gateway.backup.last import last_backup
from gateway.contacts.changes import Changes
from gateway.contacts.ours import OurContact
from gateway.contacts.take import TakeContactChange
from gateway.exchange.ports import Handler
from gateway.exchange.resend import TakeResend
from gateway.liveness.board import Limits
from gateway.liveness.heartbeats import Heartbeats, TakeHeartbeat
from gateway.liveness.look import Attending, Board, no_attention, the_nineteen
from gateway.liveness.notices import Notices, Tell
from gateway.liveness.rows import ToldRow
from gateway.liveness.watch import steady
from gateway.mailbox import pickup
from gateway.mailbox.last import Whose, trouble
from gateway.mailbox.mail import Matter, Route
from gateway.mailbox.tell import Look, Standing, TellMailbox
from gateway.rotation.compromise import Compromise
from gateway.rotation.rotate import Rotation
from gateway.rotation.take import TakeKeyChange
from gateway.station import Station
from gateway.wire.letters import Kind


def handlers(station: Station) -> Mapping[Kind, Handler]:
    """Tell which letters about the line either end takes."""
    return {
        Kind.RESEND: TakeResend(station.clocks.machine, station.post, lambda: station.unit),
        Kind.HEARTBEAT: TakeHeartbeat(station.clocks.machine),
        Kind.KEY_CHANGE: TakeKeyChange(station.own, station.keyring, station.clocks.machine),
        Kind.CONTACT_CHANGE: TakeContactChange(changes(station).judge, station.clocks.machine),
    }


def chores(station: Station) -> Sequence[Callable[[], int]]:
    """Tell what either end's daemon does for the line by the clock."""
    tell = Tell(station.database, notices(station), station.clocks.machine)
    return (rotation(station).tick, changes(station).tick, our_contact(station).tick, tell)


def changes(station: Station) -> Changes:
    """Give the changes of contacts and pinned keys that people propose, confirm and prove."""
    return Changes(
        sessions=station.database,
        vault=station.vault,
        keyring=station.keyring,
        post=station.post,
        own=station.own,
        unit=lambda: station.unit,
        keeping=station.settings.keeping,
        clock=station.clocks.machine,
    )


def our_contact(station: Station) -> OurContact:
    """Give how our own unit is reached, to change it."""
    keeping, clock = station.settings.keeping, station.clocks.machine
    return OurContact(station.database, station.post, station.own, lambda: station.unit, keeping, clock)


def rotation(station: Station) -> Rotation:
    """Give the change of our own key."""
    return Rotation(
        sessions=station.database,
        keyring=station.keyring,
        own=station.own,
        post=station.post,
        data_key=station.data_key,
        terms=station.settings.keeping,
        unit=lambda: station.unit,
        clock=station.clocks.machine,
        steady=steady,
    )


def compromise(station: Station) -> Compromise:
    """Give what is done about a stolen key."""
    return Compromise(station.database, station.own, station.clocks.machine)


def parties(station: Station) -> Sequence[str]:
    """Name those this end writes to: the 19 in Danish order, or the region."""
    return the_nineteen() if station.own.party == REGION else (REGION,)


def heartbeats(station: Station) -> Heartbeats:
    """Give the TESTs of this end."""
    terms = station.settings.keeping
    return Heartbeats(
        station.database, station.post, station.clocks.machine, lambda: station.unit, terms, parties(station)
    )


def board(station: Station, attending: Attending = no_attention) -> Board:
    """Give the board of those this end writes to; `attending` tells what their people have done about referrals."""
    settings = station.settings
    return Board(parties(station), Limits(settings.keeping, settings.promise), station.own_book, attending)


def notices(station: Station) -> Notices:
    """Give what those who can act are told."""
    return Notices(
        board(station),
        station.keyring,
        lambda session, now: station.own_book(session).current(now),
        station.settings.keeping.backup_days,
        last_backup,
        lambda session, now: row.made_at if (row := trouble(session, now, Whose.UNIT)) else None,
        pickup.failing if station.settings.pickup else lambda _session, _now: None,
    )


def tell_keepers(station: Station) -> Sequence[Callable[[], int]]:
    """Give the chore that tells the administrators' mailbox, or the unit's, that the line needs somebody."""
    mailbox = station.settings.mailbox
    return tell_mailbox(station, Whose.KEEPERS, mailbox.admin_address or mailbox.address, _notices_told)


def tell_mailbox(station: Station, whose: Whose, address: str | None, look: Look) -> Sequence[Callable[[], int]]:
    """Give the chore that tells a mailbox; none when nobody has named one."""
    if address is None:
        return ()
    sender, clocks = station.settings.mailbox.sender, station.clocks
    return (
        TellMailbox(
            sessions=station.database,
            whose=whose,
            look=look,
            route=lambda: Route(sender or station.unit.email, address),
            hours=lambda: OpeningHours.parse(station.unit.hours),
            notify=station.notify(),
            clock=clocks.machine,
            rules=clocks.rules,
        ),
    )


def _notices_told(session: Session, _now: datetime) -> Iterator[Standing]:
    """List the notices that stand; what does not work is told each working day."""
    for row in session.exec(select(ToldRow)):
        yield Standing(row.what, row.about, Matter.UPKEEP, daily=row.red, step=row.step)
