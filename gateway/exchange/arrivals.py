"""Mail that came through the door, as rows: stored before it is answered, looked at afterwards, never thrown away."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from gateway.exchange.rows import ArrivalRow
from gateway.site.cipher import Vault
from gateway.site.ports import Clock, Sessions
from gateway.wire.letters import new_id


class Outcome(enum.StrEnum):
    """What became of a mail."""

    WAITING = "waiting"
    """Stored, not looked at yet."""
    TAKEN = "taken"
    """A new letter, taken over and receipted."""
    DUPLICATE = "duplicate"
    """A letter we have already; it got the same receipt again."""
    REFUSED = "refused"
    """From the right party, but unreadable or out of turn; it got a negative receipt."""
    QUARANTINED = "quarantined"
    """Cannot be trusted; kept apart, and nobody was answered."""


@dataclass(frozen=True)
class Store:
    """Stores a mail durably; when the call returns, 250 may be said. Both clocks are noted.

    It is locked like everything else: mail that is no letter of ours may hold anything in clear.
    """

    sessions: Sessions
    vault: Vault
    clock: Clock
    rules_clock: Clock

    def __call__(self, raw: bytes) -> int:
        """Keep `raw` byte for byte and give the arrival's id."""
        place = new_id()
        locked = self.vault.lock(raw, place)
        row = ArrivalRow(
            place=place, locked=locked, size=len(raw), arrived_at=self.clock(), rules_at=self.rules_clock()
        )
        with self.sessions.session() as session:
            session.add(row)
            session.flush()
        return row.id or 0


@dataclass(frozen=True)
class Quarantined:
    """What may be shown of a mail that cannot be trusted: when it came, why it stands apart, how large it is."""

    arrived_at: datetime
    reason: str
    size: int


def waiting(session: Session) -> Sequence[int]:
    """List the arrivals nobody has looked at, oldest first."""
    found = session.exec(
        select(ArrivalRow.id).where(ArrivalRow.outcome == Outcome.WAITING).order_by(col(ArrivalRow.id))
    )
    return [arrival for arrival in found if arrival is not None]


def quarantine(session: Session) -> tuple[Quarantined, ...]:
    """List the mail that cannot be trusted, newest first."""
    rows = select(ArrivalRow.arrived_at, ArrivalRow.reason, ArrivalRow.size).where(
        ArrivalRow.outcome == Outcome.QUARANTINED,
    )
    return tuple(Quarantined(*row) for row in session.exec(rows.order_by(col(ArrivalRow.id).desc())))
