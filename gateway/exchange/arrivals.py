"""Mail that came through the door, as rows: stored before it is answered, looked at afterwards, never thrown away."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, update
from sqlmodel import Session, col, or_, select

from gateway.exchange.outbox import FARTHEST
from gateway.exchange.rows import ArrivalRow
from gateway.site.cipher import Vault
from gateway.site.ports import Clock, Sessions
from gateway.wire.letters import new_id

FIRST_LOOK: Final = timedelta(seconds=5)
LONGEST_LOOK: Final = timedelta(hours=1)
TELL_AFTER: Final = 5
"""Times an arrival could not be looked at before people are told of it; by then it has waited for over two minutes."""
STUCK_AFTER: Final = timedelta(hours=1)

NOT_LOOKED_AT: Final = "NOT_LOOKED_AT"
"""The reason an arrival is shown by that could not be looked at yet."""

OUR_LACK: Final = frozenset({"UNKNOWN_SIGNER", "WRONG_SIGNER", "SIGNER_EXPIRED", "SENDER_DIFFERS"})
"""Why mail is kept apart that another key or address in our book may clear up."""

AS_REPLY: Final = "REPLY_"
"""How the reason begins why a mail is kept apart from an address where people write by hand."""


def as_reply(code: str) -> str:
    """Name why a mail is kept apart that people wrote by hand: what is done about it is another thing then."""
    return code if code.startswith(AS_REPLY) else AS_REPLY + code


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
    BOUNCE = "bounce"
    """A mail server's report about a letter of ours; never opened, never answered."""
    AUTOMATIC = "automatic"
    """A machine's answer, or our own letter come round again: it ends here, and nobody is answered."""


@dataclass(frozen=True)
class Store:
    """Stores a mail durably; when the call returns, 250 may be said. Both clocks are noted.

    It is locked like everything else: mail that is no letter of ours may hold anything in clear.
    """

    sessions: Sessions
    vault: Vault
    clock: Clock
    rules_clock: Clock

    def __call__(self, raw: bytes, *, from_nobody: bool = False) -> int:
        """Keep `raw` byte for byte and give the arrival's id."""
        place = new_id()
        locked = self.vault.lock(raw, place)
        row = ArrivalRow(
            place=place,
            locked=locked,
            size=len(raw),
            arrived_at=self.clock(),
            rules_at=self.rules_clock(),
            from_nobody=from_nobody,
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


def waiting(session: Session, now: datetime) -> Sequence[int]:
    """List the arrivals to look at now: what nobody has looked at first, in the order it came."""
    look_at = col(ArrivalRow.look_at)
    due = or_(look_at.is_(None), look_at <= now, look_at > now + FARTHEST)
    found = session.exec(
        select(ArrivalRow.id)
        .where(ArrivalRow.outcome == Outcome.WAITING, due)
        .order_by(look_at.nulls_first(), col(ArrivalRow.id))
    )
    return [arrival for arrival in found if arrival is not None]


def put_off(session: Session, arrival_id: int, now: datetime) -> None:
    """Let an arrival that could not be looked at wait: 5 seconds, then twice as long each time, up to an hour.

    Of several processes that failed with it at once, one puts it off; where one has come through it is left alone.
    """
    arrival = session.get_one(ArrivalRow, arrival_id)
    if arrival.outcome == Outcome.WAITING and not (arrival.look_at and now < arrival.look_at <= now + FARTHEST):
        arrival.look_at = now + min(FIRST_LOOK * int(2 ** min(arrival.tries, 10)), LONGEST_LOOK)
        arrival.tries += 1
        session.add(arrival)


def look_again(session: Session) -> None:
    """Look once more at what was kept apart because our book lacked something, now that it may hold it."""
    again = update(ArrivalRow).where(
        col(ArrivalRow.outcome) == Outcome.QUARANTINED,
        col(ArrivalRow.reason).in_([*OUR_LACK, *map(as_reply, OUR_LACK)]),
        col(ArrivalRow.locked) != b"",  # retention has not taken it yet
    )
    values = {"outcome": Outcome.WAITING, "reason": "", "tries": 0, "look_at": col(ArrivalRow.arrived_at)}
    session.execute(again.values(values).execution_options(synchronize_session=False))


def stuck(session: Session, now: datetime) -> int:
    """Count the arrivals that wait longer than they should: tried in vain several times, or left for an hour."""
    late = or_(col(ArrivalRow.tries) >= TELL_AFTER, col(ArrivalRow.arrived_at) <= now - STUCK_AFTER)
    return session.exec(select(func.count()).where(col(ArrivalRow.outcome) == Outcome.WAITING, late)).one()


def quarantine(session: Session) -> tuple[Quarantined, ...]:
    """List the mail that cannot be trusted, or could not be looked at yet; newest first."""
    apart = col(ArrivalRow.outcome) == Outcome.QUARANTINED
    late = (col(ArrivalRow.outcome) == Outcome.WAITING) & (col(ArrivalRow.tries) >= TELL_AFTER)
    rows = select(ArrivalRow.arrived_at, ArrivalRow.reason, ArrivalRow.size).where(apart | late)
    found = session.exec(rows.order_by(col(ArrivalRow.id).desc()))
    return tuple(Quarantined(at, reason or NOT_LOOKED_AT, size) for at, reason, size in found)
