"""How a contact came into the book is erased as other proof is; the contacts themselves stay (D5, O18).

The change that brought a key stays while the key holds: it names both who compared it (re-enrolment, D11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, or_, select

from directory.book import PinnedKeyRow
from directory.changes import ChangeRow
from gateway.site.erasing import Held, Old, Term, What


@dataclass(frozen=True)
class EraseChanges:
    """Erases changes that ended, with the names of those who were spoken with."""

    what: What = What.CHANGE
    term: Term = Term.PROOF

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the changes that ended before `before`."""
        ended = col(ChangeRow.ended_at)
        in_use = select(PinnedKeyRow.fingerprint).where(col(PinnedKeyRow.valid_to).is_(None))
        free = or_(col(ChangeRow.fingerprint).is_(None), col(ChangeRow.fingerprint).not_in(in_use))
        found = select(ChangeRow.id, ChangeRow.ended_at).where(ended < before, free).order_by(ended).limit(limit)
        return [Old(change_id, at) for change_id, at in session.exec(found) if at]

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:  # noqa: ARG002 - as erasers do
        """Take them away, for good."""
        session.exec(delete(ChangeRow).where(col(ChangeRow.id).in_([one.id for one in found])))

    def held(self, session: Session, before: datetime) -> Sequence[Held]:  # noqa: ARG002 - as erasers do
        """Nothing waits here: what is open is not old, however long it takes."""
        return ()
