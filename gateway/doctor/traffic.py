"""What does not get through, either way, and which parties it could not be sealed to."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from directory import municipalities
from directory.book import AddressBook
from directory.model import REGION
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.exchange import arrivals
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import FAILED, RETURNED, State
from gateway.exchange.rows import ArrivalRow, OutgoingRow
from gateway.wire.letters import Kind

LATELY: Final = timedelta(days=7)


def letters(session: Session) -> Iterator[Finding]:
    """Count the letters that stand still, by state and reason code; of TESTs the line's own check tells."""
    wrong = (State.PARKED, *sorted(FAILED))
    counts = (
        select(OutgoingRow.state, OutgoingRow.reason, func.count())
        .where(col(OutgoingRow.state).in_(wrong), OutgoingRow.kind != Kind.HEARTBEAT)
        .group_by(OutgoingRow.state, OutgoingRow.reason)
        .order_by(OutgoingRow.state, OutgoingRow.reason)
    )
    found = [
        look(Check.LETTERS, f"LETTERS_{_standing(state, reason)}", count=count, reason=reason or "–")
        for state, reason, count in session.exec(counts)
    ]
    yield from found or [well(Check.LETTERS, "LETTERS_MOVE")]


def _standing(state: str, reason: str) -> str:
    return RETURNED if reason.startswith(RETURNED) else State(state).name


def mail(session: Session, now: datetime) -> Iterator[Finding]:
    """Count the mail nobody could look at, and what was kept apart lately."""
    stuck = arrivals.stuck(session, now)
    kept_apart, refused = (_lately(session, outcome, now) for outcome in (Outcome.QUARANTINED, Outcome.REFUSED))
    if stuck:
        yield bad(Check.ARRIVALS, "ARRIVALS_STUCK", count=stuck)
    if kept_apart:
        yield look(Check.ARRIVALS, "ARRIVALS_KEPT_APART", count=kept_apart, days=LATELY.days)
    if refused:
        yield look(Check.ARRIVALS, "ARRIVALS_REFUSED", count=refused, days=LATELY.days)
    if not stuck and not kept_apart and not refused:
        yield well(Check.ARRIVALS, "ARRIVALS_TAKEN")


def _lately(session: Session, outcome: Outcome, now: datetime) -> int:
    came = select(func.count()).where(ArrivalRow.outcome == outcome, col(ArrivalRow.arrived_at) > now - LATELY)
    return session.exec(came).one()


def parties(session: Session, own: str) -> Iterator[Finding]:
    """Ask whether everybody this end writes to can be reached."""
    book = AddressBook(session)
    others = list(_others(own))
    lacks = {
        "CONTACTS_MISSING": [party for party in others if book.contact(party) is None],
        "KEYS_MISSING": [party for party in others if book.contact(party) and book.pinned(party) is None],
    }
    found = [look(Check.PARTIES, code, parties=", ".join(map(named, those))) for code, those in lacks.items() if those]
    yield from found or [well(Check.PARTIES, "PARTIES_KNOWN", count=len(others))]


def named(party: str) -> str:
    """Name a party as people know it."""
    place = municipalities.by_code(party)
    return place.name if place else "Præhospitalet"


def _others(own: str) -> Iterable[str]:
    return (place.code for place in municipalities.in_agreement()) if own == REGION else (REGION,)
