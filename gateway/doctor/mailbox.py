"""Whether an ordinary mailbox is told when something waits (E13), and how picking up from one has gone."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from directory.model import REGION
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.mailbox import pickup
from gateway.mailbox.last import Whose, last_sent, trouble
from gateway.station import Station
from gateway.terminal import dates


def examine(station: Station, session: Session, now: datetime) -> Iterator[Finding]:
    """Look at what is chosen, and at the last mail; at the region people watch the screen by day and night."""
    if station.settings.mailbox.address is None:
        yield well(Check.MAILBOX, "MAILBOX_OFF") if station.own.party == REGION else look(Check.MAILBOX, "MAILBOX_NONE")
        return
    late = next(filter(None, (trouble(session, now, whose) for whose in Whose)), None)
    told = max((row.sent_at for whose in Whose if (row := last_sent(session, whose)) and row.sent_at), default=None)
    if late:
        yield bad(Check.MAILBOX, "MAILBOX_FAILS", date=dates.day(late.made_at), reason=late.reason)
    elif told:
        yield well(Check.MAILBOX, "MAILBOX_TOLD", date=dates.day(told))
    else:
        yield well(Check.MAILBOX, "MAILBOX_CHOSEN")


def picked_up(station: Station, session: Session, now: datetime) -> Iterator[Finding]:
    """Tell what the daemon has noted while it picked up; whether the way is open now, `road.pickup` tries."""
    if station.settings.pickup is None:
        return
    row, since = pickup.state(session), pickup.failing(session, now)
    if since:
        yield bad(Check.WAY_IN, "PICKUP_FAILS", date=dates.day_and_clock(since), reason=row.reason or "–")
    if row.too_large:
        yield look(Check.WAY_IN, "PICKUP_TOO_LARGE", count=row.too_large)
