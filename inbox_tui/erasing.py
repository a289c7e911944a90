"""What a municipality erases when its time has come: a case that has ended, every word about it (O18, L13).

An open case is never erased, unless the citizen has withdrawn the consent: then nothing of it may be used any more
(O10), and it goes when as long has passed since that, or since the last was written about it. What stays: the number,
what happened when, the consents, the proof of the letters, and what the figures count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import exists
from sqlmodel import Session, col, delete, or_, select, update

from gateway.exchange.erasing import GONE, erase_bodies, under_way
from gateway.meetings.book import MeetingBook
from gateway.meetings.rows import MeetingRow
from gateway.site.cipher import Vault
from gateway.site.erasing import Held, Old, Term, What
from inbox_tui import mailed
from inbox_tui.casework.case import ENDED
from inbox_tui.counting import Counting, remainder_place
from inbox_tui.tables import CaseRow, ContentRow, EventRow, ForwardRow, SignRow, SupplementRow

OPEN: Final = "open"
UNDER_WAY: Final = "under-way"


@dataclass(frozen=True)
class EraseCases:
    """Erases what the letters of cases say, and what was written about them."""

    vault: Vault
    what: What = What.CASE
    term: Term = Term.CONTENT

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the cases that ended before `before`, and of which no letter is under way."""
        ready = (
            Old(row.id, since, about=row.id)
            for row in _received(session, before)
            if not _held_back(session, row) and (since := self._since(session, row)) < before
        )
        return sorted(islice(ready, limit), key=lambda old: old.since)

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:
        """Erase what they and everything about them says; keep what the figures count."""
        counting = Counting(session, self.vault, "")
        for one in found:
            row, content = session.get_one(CaseRow, one.id), session.get_one(ContentRow, one.id)
            if content.content:
                counted = counting.remainder(row, content).model_dump_json().encode()
                row.figures = self.vault.lock(counted, remainder_place(row.id))
            content.content = row.line = GONE
            row.acknowledged_by, row.taken_over_by, row.asked, row.acute_by = None, None, False, None
            row.erased_at, row.kept_days = row.erased_at or now, row.kept_days or days
            session.add_all([row, content])
            session.flush()
            _erase_words(session, row.id)

    def held(self, session: Session, before: datetime) -> Sequence[Held]:
        """List those that are as old and stay, and why."""
        reasons = ((row, _held_back(session, row)) for row in _received(session, before))
        return [Held(row.number, row.received_at, reason) for row, reason in reasons if reason]

    def _since(self, session: Session, row: CaseRow) -> datetime:
        """Tell when the last thing happened to it that left something written."""
        written = select(EventRow.at).where(EventRow.case_id == row.id, col(EventRow.words).is_not(None))
        added = select(SupplementRow.received_at).where(SupplementRow.case_id == row.id)
        endings = filter(None, (row.closed_at, row.not_ours_at, row.withdrawn_at))
        known: list[datetime] = [row.received_at, *endings, *session.exec(written), *session.exec(added)]
        return MeetingBook(session, self.vault).busy_until(row.id, max(known))


def _received(session: Session, before: datetime) -> Iterator[CaseRow]:
    """Go through the cases that say something still and came before `before`, the oldest first."""
    mine = col(CaseRow.id)
    words = (
        exists().where(col(ContentRow.case_id) == mine, col(ContentRow.content) != GONE),
        exists().where(col(SupplementRow.case_id) == mine, col(SupplementRow.content) != GONE),
        exists().where(col(EventRow.case_id) == mine, col(EventRow.words).is_not(None)),
        exists().where(col(MeetingRow.conversation_id) == mine),
        exists().where(col(SignRow.case_id) == mine),
    )
    rows = select(CaseRow).where(or_(*words, col(CaseRow.line) != GONE), col(CaseRow.received_at) < before)
    yield from session.exec(rows.order_by(col(CaseRow.received_at)))


def _held_back(session: Session, row: CaseRow) -> str:
    """Tell why a case is kept however old it is; empty when nothing keeps it."""
    if row.state not in ENDED and row.withdrawn_at is None:
        return OPEN
    return UNDER_WAY if under_way(session, row.id) or mailed.under_way(session, row.id) else ""


def _erase_words(session: Session, case_id: str) -> None:
    """Erase what was written about a case besides its letter, and the numbers it is found by."""
    blank = (
        update(SupplementRow).where(col(SupplementRow.case_id) == case_id).values(content=GONE),
        update(ForwardRow).where(col(ForwardRow.case_id) == case_id).values(words=GONE),
        update(EventRow).where(col(EventRow.case_id) == case_id).values(words=None),
    )
    for change in blank:
        session.exec(change.execution_options(synchronize_session=False))
    session.exec(delete(MeetingRow).where(col(MeetingRow.conversation_id) == case_id))
    session.exec(delete(SignRow).where(col(SignRow.case_id) == case_id))
    erase_bodies(session, case_id)
    mailed.erase(session, case_id)
