"""The figures of the mail itself: what waits to leave, what stands still, what came in and was not taken."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session, col, func, select

from gateway.exchange import arrivals
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import FAILED, UNDER_WAY, State
from gateway.exchange.rows import ArrivalRow, OutgoingRow
from gateway.mailbox import last, pickup
from gateway.mailbox.last import Whose
from gateway.monitor.figures import Figure, Sample
from gateway.site.settings import Settings
from gateway.wire.letters import Kind

STATUS: Final = re.compile(r"_[245]\.[0-9.]+\Z")
"""What a mail server adds to a reason (RFC 3463)."""
CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
REASONS: Final = 40
"""How many reasons are told apart: the other end chooses some of them, and must not fill a monitor's memory."""
OTHER: Final = "OTHER"
BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)


def letters(session: Session, now: datetime) -> Iterator[Sample]:
    """Count what is on its way out: that alone has a next moment, by which it is found without reading the rest."""
    under_way = select(OutgoingRow.state, OutgoingRow.posted_at).where(col(OutgoingRow.next_at) > BEFORE_ALL)
    found: dict[str, list[datetime]] = {state: [] for state in sorted(UNDER_WAY)}
    for state, posted_at in session.exec(under_way):
        found.setdefault(state, []).append(posted_at)
    yield from Figure.QUEUE.each((state, len(moments)) for state, moments in found.items())
    for figure, state in ((Figure.QUEUE_AGE, State.QUEUED), (Figure.UNCONFIRMED_AGE, State.SENT)):
        yield figure.at(age(min(found[state], default=None), now))


def held(session: Session) -> Iterator[Sample]:
    """Count what stands still, by why; of TESTs the line's own figures tell."""
    counts = select(OutgoingRow.state, OutgoingRow.reason, func.count()).where(
        col(OutgoingRow.state).in_((State.PARKED, *sorted(FAILED))), OutgoingRow.kind != Kind.HEARTBEAT
    )
    told: Counter[tuple[str, str]] = Counter()
    for state, reason, count in session.exec(counts.group_by(OutgoingRow.state, OutgoingRow.reason)):
        mark = state, code_of(reason)
        told[mark if mark in told or len(told) < REASONS else (state, OTHER)] += count
    for (state, reason), count in sorted(told.items()):
        yield Figure.HELD.at(count, state, reason)


def came_in(session: Session, now: datetime) -> Iterator[Sample]:
    """Count what came in and waits, and what is kept apart."""
    waiting = select(func.count(), func.min(ArrivalRow.arrived_at)).where(ArrivalRow.outcome == Outcome.WAITING)
    count, oldest = session.exec(waiting).one()
    apart = select(func.count()).where(ArrivalRow.outcome == Outcome.QUARANTINED)
    yield Figure.ARRIVALS.at(count)
    yield Figure.ARRIVALS_AGE.at(age(oldest, now))
    yield Figure.ARRIVALS_STUCK.at(arrivals.stuck(session, now))
    yield Figure.QUARANTINE.at(session.exec(apart).one())


def mailboxes(session: Session, settings: Settings, now: datetime) -> Iterator[Sample]:
    """Tell how picking up goes, and how telling the ordinary mailboxes does."""
    if settings.pickup:
        looked_at = pickup.state(session).looked_at
        if looked_at:
            yield Figure.PICKUP_AGE.at(age(looked_at, now))
        yield Figure.PICKUP_FAILING.at(pickup.failing(session, now) is not None)
    if settings.mailbox.address or settings.mailbox.admin_address:
        yield from Figure.MAILBOX_FAILING.each(
            (whose, last.trouble(session, now, whose) is not None) for whose in Whose
        )


def age(since: datetime | None, now: datetime) -> float:
    """Tell the seconds since a moment; 0 when there is none, or a clock was ahead."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def code_of(reason: str) -> str:
    """Give a reason without what a mail server added to it; what is no code of ours is counted together."""
    code = STATUS.sub("", reason)
    return code if not code or CODE.fullmatch(code) else OTHER
