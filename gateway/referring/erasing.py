"""What the region erases when its time has come: what referrals say once handed over, and old drafts (O18, L13).

A referral nobody has taken is never erased by the clock, however old; neither is one of which something is still to
come, or to be done. What stays of an erased one: its number, whom it went to, when what happened, the consent, the
proof that it was sent and received, and what the figures count.
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
from gateway.referring import drafts
from gateway.referring.counting import remainder_of, remainder_place
from gateway.referring.dossier import Dossier, untold
from gateway.referring.promise import CallOutcome
from gateway.referring.reply_book import unread_since
from gateway.referring.rows import CallRow, DraftRow, ReferralRow, ReplyRow, SupplementRow
from gateway.site.cipher import Vault
from gateway.site.erasing import Held, Old, Term, What

NOT_TAKEN: Final = "not-taken"
TO_BE_SENT_ANEW: Final = "to-be-sent-anew"
UNDER_WAY: Final = "under-way"
WITHDRAWAL_NOT_TOLD: Final = "withdrawal-not-told"
ANSWER_NOT_READ: Final = "answer-not-read"


@dataclass(frozen=True)
class EraseReferrals:
    """Erases what referrals say, and what they are found again by."""

    vault: Vault
    what: What = What.REFERRAL
    term: Term = Term.CONTENT

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the referrals that were handed over or ended before `before`, and of which nothing more comes."""
        ready = (
            Old(row.letter_id, since, about=row.conversation_id)
            for row in _submitted(session, before)
            if not _held_back(session, self.vault, row) and (since := self._since(session, row)) < before
        )
        return sorted(islice(ready, limit), key=lambda old: old.since)

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:
        """Erase what they and everything about them says; keep what the figures count."""
        for one in found:
            row = session.get_one(ReferralRow, one.id)
            if row.locked:
                added = session.exec(select(SupplementRow).where(SupplementRow.referral_id == row.letter_id))
                counted = remainder_of(self.vault, row, added).model_dump_json().encode()
                row.figures = self.vault.lock(counted, remainder_place(row.letter_id))
            row.locked, row.acknowledgement, row.answer = GONE, None, None
            row.cpr_index = row.phone_index = row.reference_index = None
            row.erased_at, row.kept_days = row.erased_at or now, row.kept_days or days
            session.add(row)
            session.flush()
            _erase_words(session, row)

    def held(self, session: Session, before: datetime) -> Sequence[Held]:
        """List those that are as old and stay, and why."""
        reasons = ((row, _held_back(session, self.vault, row)) for row in _submitted(session, before))
        return [Held(row.number, row.submitted_at, reason) for row, reason in reasons if reason]

    def _since(self, session: Session, row: ReferralRow) -> datetime:
        """Tell when the last thing happened to it; that the municipality has closed its case alone changes nothing."""
        moments = [row.acknowledged_at or row.closed_at, row.answered_at, row.withdrawn_at, row.cancelled_at]
        added = session.exec(select(SupplementRow.written_at).where(SupplementRow.referral_id == row.letter_id)).all()
        called = session.exec(select(CallRow.called_at).where(CallRow.referral_id == row.letter_id)).all()
        replied = session.exec(select(ReplyRow.received_at).where(ReplyRow.referral_id == row.letter_id)).all()
        known: list[datetime] = [row.submitted_at, *filter(None, moments), *added, *called, *replied]
        return MeetingBook(session, self.vault).busy_until(row.conversation_id, max(known))


@dataclass(frozen=True)
class EraseDrafts:
    """Erases drafts nobody has saved for a while; the desk was reminded of those with a consent all along (B1)."""

    what: What = What.DRAFT
    term: Term = Term.DRAFT

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List the drafts last saved before `before`."""
        saved = col(DraftRow.saved_at)
        found = session.exec(select(DraftRow.id, saved).where(saved < before).order_by(saved).limit(limit))
        return [Old(draft_id, at, about=draft_id) for draft_id, at in found]

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:  # noqa: ARG002 - as erasers do
        """Take the drafts away."""
        for one in found:
            drafts.erase(session, one.id)

    def held(self, session: Session, before: datetime) -> Sequence[Held]:  # noqa: ARG002 - as erasers do
        """No draft is kept longer."""
        return ()


def _submitted(session: Session, before: datetime) -> Iterator[ReferralRow]:
    """Go through the referrals that say something still and were submitted before `before`, the oldest first."""
    said = [col(SupplementRow.locked) != GONE, col(CallRow.locked) != GONE, col(ReplyRow.locked) != GONE]
    about = [SupplementRow.referral_id, CallRow.referral_id, ReplyRow.referral_id]
    words = (exists().where(col(of) == col(ReferralRow.letter_id), some) for of, some in zip(about, said, strict=True))
    met = exists().where(col(MeetingRow.conversation_id) == col(ReferralRow.conversation_id))
    names = (col(ReferralRow.acknowledgement).is_not(None), col(ReferralRow.answer).is_not(None))
    speaks = or_(col(ReferralRow.locked) != GONE, *names, *words, met)
    rows = select(ReferralRow).where(speaks, col(ReferralRow.submitted_at) < before)
    yield from session.exec(rows.order_by(col(ReferralRow.submitted_at)))


def _held_back(session: Session, vault: Vault, row: ReferralRow) -> str:
    """Tell why a referral is kept however old it is; empty when nothing keeps it."""
    dossier = Dossier(session, vault, row)
    taken = exists().where(col(CallRow.referral_id) == row.letter_id, col(CallRow.outcome) == CallOutcome.TAKEN)
    if not (dossier.ended or session.exec(select(taken)).one()):
        return NOT_TAKEN
    if dossier.waits_to_be_sent_anew:
        return TO_BE_SENT_ANEW
    if under_way(session, row.conversation_id):
        return UNDER_WAY
    if unread_since(session, row):
        return ANSWER_NOT_READ
    not_told = select(ReferralRow.letter_id).where(ReferralRow.letter_id == row.letter_id, untold())
    return WITHDRAWAL_NOT_TOLD if session.exec(not_told).first() else ""


def _erase_words(session: Session, row: ReferralRow) -> None:
    """Erase what was said about a referral besides its letter: additions, calls, answers, meetings, our letters."""
    supplements = update(SupplementRow).where(col(SupplementRow.referral_id) == row.letter_id)
    calls = update(CallRow).where(col(CallRow.referral_id) == row.letter_id)
    replies = update(ReplyRow).where(col(ReplyRow.referral_id) == row.letter_id)
    for change in (
        supplements.values(locked=GONE, phone_index=None),
        calls.values(locked=GONE),
        replies.values(locked=GONE, sign=ReplyRow.id),
    ):
        session.exec(change.execution_options(synchronize_session=False))
    session.exec(delete(MeetingRow).where(col(MeetingRow.conversation_id) == row.conversation_id))
    erase_bodies(session, row.conversation_id)
