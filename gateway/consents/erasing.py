"""The consents of a conversation end together, when the last was written long enough ago (O18).

By then all have lapsed, for the setting is never less than a year. A withdrawal never goes before the consents it
ended, or they would seem to hold again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import union_all
from sqlmodel import Session, col, delete, func, select

from gateway.consents.rows import ConsentRow, ConsentTable, WithdrawalRow
from gateway.site.append_only import move_horizon
from gateway.site.erasing import Held, Old, Term, What


@dataclass(frozen=True)
class EraseConsents:
    """Erases consents and withdrawals, behind the horizon of their tables."""

    what: What = What.CONSENT
    term: Term = Term.PROOF

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the conversations whose last consent or withdrawal was written before `before`."""
        written = union_all(
            *(select(row.conversation_id, row.recorded_at) for row in (ConsentRow, WithdrawalRow)),
        ).subquery()
        last = func.max(written.c.recorded_at)
        found = select(written.c.conversation_id, last).group_by(written.c.conversation_id).having(last < before)
        rows = session.execute(found.order_by(last).limit(limit))
        return [Old(conversation, at, about=conversation) for conversation, at in rows]

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:
        """Take them away, for good."""
        conversations = [one.about for one in found]
        for row in (ConsentRow, WithdrawalRow):
            move_horizon(session, ConsentTable.metadata.tables[row.__tablename__], now - timedelta(days=days))
            session.exec(delete(row).where(col(row.conversation_id).in_(conversations)))

    def held(self, session: Session, before: datetime) -> Sequence[Held]:  # noqa: ARG002 - as erasers do
        """Nothing waits here: a consent lapses by itself (O11)."""
        return ()
