"""Follow a referral: where its letter is, who has taken it, and whom to phone. Never any municipal content (L4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from directory.calendar import local_day
from directory.model import Contact
from gateway.exchange import outbox
from gateway.exchange.delivery import State
from gateway.exchange.rows import OutgoingRow
from gateway.meetings.book import MeetingBook, MeetingState, Standing
from gateway.meetings.rows import MeetingRow
from gateway.referring.dossier import Dossier, asks_for_somebody
from gateway.referring.past import Past, cpr_index_of, phone_index, reference_index, with_phone
from gateway.referring.promise import PRESSING, Call, CallOutcome, Due
from gateway.referring.reply_book import Reply
from gateway.referring.rows import CallRow, ReferralRow
from gateway.site.cipher import Vault
from gateway.site.erasing import Erased
from gateway.site.ports import Clock
from gateway.site.settings import PromiseSettings
from gateway.wire.answers import Acknowledgement, NotOurs

ACKNOWLEDGED = "acknowledged"
TAKEN_BY_PHONE = "taken-by-phone"
NOT_OURS = "not-ours"
CLOSED = "closed"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Step:
    """One step of a referral's way."""

    state: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """Where one referral is, in words of status alone (L4, L5).

    `citizen` is the name, for the desk's own list. `conversation_id` names it in the audit trail. `digest_ok`: the
    receipt names exactly what we sealed (None: no receipt yet). `active`: the desk still waits for it. `anew`: «ikke
    vores borger» was answered, and the citizen is to be asked where they live; `anew_number` is what it was then sent
    as. `replies` are what was answered from a mail program; `by_hand`: the unit has nothing else, so nothing receives
    our letters by machine. `asked_to_meet`: the municipality proposes a joint meeting that lies ahead, and waits for
    our answer.
    """

    referral_id: str
    conversation_id: str
    number: str
    municipality: str
    submitted_at: datetime
    steps: tuple[Step, ...]
    contact: Contact | None
    acknowledgement: Acknowledgement | None
    digest_ok: bool | None
    citizen: str = field(default="", repr=False)
    active: bool = True
    urgent: bool = False
    anew: bool = False
    anew_number: str | None = None
    previous_number: str | None = None
    answer: NotOurs | None = None
    closed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    cancelled_at: datetime | None = None
    calls: tuple[Call, ...] = ()
    supplements: int = 0
    meetings: tuple[MeetingState, ...] = field(default=(), repr=False)
    replies: tuple[Reply, ...] = field(default=(), repr=False)
    by_hand: bool = False
    asked_to_meet: bool = False
    due: Due | None = None
    erased: Erased | None = None

    @property
    def state(self) -> str:
        """Give where it stands now."""
        return self.steps[-1].state

    @property
    def unread(self) -> bool:
        """Tell whether an answer from a mail program waits to be read at the desk: until then nobody knows its word."""
        return any(reply.read_at is None for reply in self.replies)

    @property
    def reason(self) -> str:
        """Give why it stands there, as a code; empty when all is well."""
        return self.steps[-1].reason


@dataclass(frozen=True)
class Follow:
    """Answers where referrals are, in one session. `clock` is the rules' clock."""

    session: Session
    vault: Vault
    clock: Clock
    terms: PromiseSettings

    def named(self, name: str) -> Progress | None:
        """Find one by letter id, number or the sender's reference."""
        row = Past(self.session, self.vault).row(name)
        return self._progress(row) if row else None

    def about(self, text: str) -> list[Progress]:
        """Find by number, reference, CPR or phone, however it is written; newest first («har kommunen fået det?», L6).

        CPR and phone are found by keyed hash, also those that came in a supplement.
        """
        if not text.strip():
            return []
        looked_up = {
            ReferralRow.letter_id: text.strip(),
            ReferralRow.number: text.strip(),
            ReferralRow.reference_index: reference_index(self.vault, text),
            ReferralRow.cpr_index: cpr_index_of(self.vault, text, local_day(self.clock())),
        }
        found = [col(column) == value for column, value in looked_up.items() if value]
        phone = phone_index(self.vault, text)
        return self._listed(or_(*found, *([with_phone(phone)] if phone else [])))

    def active(self) -> list[Progress]:
        """List those the desk still waits for: to be sent anew first, then what is due, then the newest first.

        A case that somebody has taken is among them only while its municipality asks us to a meeting (F5, L5), and one
        that is withdrawn only while the unit is to be phoned about that (O10).
        """
        return sorted(self._active(), key=_pressing)

    def finished(self, limit: int = 50) -> list[Progress]:
        """List the latest of those that are «afsluttet hos os» (L5), newest first."""
        return [progress for progress in self._listed(~self._waited_for(), limit=limit) if not progress.active]

    def latest(self, limit: int = 50) -> Sequence[Progress]:
        """List those the desk still waits for, all of them, and then the latest of the others; newest first in each."""
        return [*self._active(), *self.finished(limit)]

    def _active(self) -> list[Progress]:
        asked = col(ReferralRow.conversation_id).in_(
            select(MeetingRow.conversation_id).where(
                MeetingRow.standing == Standing.PROPOSED, col(MeetingRow.proposed_here).is_(False)
            )
        )
        return [
            progress for progress in self._listed(self._waited_for() | asked | asks_for_somebody()) if progress.active
        ]

    def _listed(self, which: ColumnElement[bool], limit: int | None = None) -> list[Progress]:
        newest = select(ReferralRow).where(which).order_by(col(ReferralRow.submitted_at).desc()).limit(limit)
        return [self._progress(row) for row in self.session.exec(newest).all()]

    def _progress(self, row: ReferralRow) -> Progress:
        dossier = Dossier(self.session, self.vault, row)
        contact = dossier.contact
        calls, now = dossier.calls(), self.clock()
        anew, due = dossier.waits_to_be_sent_anew, dossier.due(self.terms, now)
        acknowledgement, answer = dossier.acknowledgement(), dossier.answer()
        meetings = MeetingBook(self.session, self.vault).of(row.conversation_id)
        ahead = any(state.waits_for_us and state.meeting.starts_at > now for state in meetings)
        asked = ahead and not (row.withdrawn_at or row.answered_at)
        taken = [call.called_at for call in calls if call.outcome is CallOutcome.TAKEN]
        return Progress(
            referral_id=row.letter_id,
            conversation_id=row.conversation_id,
            number=row.number,
            municipality=row.municipality,
            submitted_at=row.submitted_at,
            steps=(
                *self._way(dossier.delivery),
                *(Step(TAKEN_BY_PHONE, at) for at in taken[:1]),
                *(Step(state, at) for state, at in _endings(row) if at),
            ),
            contact=contact,
            acknowledgement=acknowledgement,
            digest_ok=self._digest_ok(dossier),
            citizen=dossier.citizen(),
            active=anew or asked or due is not None or not (dossier.ended or taken),
            urgent=dossier.urgent(),
            anew=anew,
            anew_number=dossier.sent_anew_as,
            previous_number=self._number(row.previous_id),
            answer=answer,
            closed_at=row.closed_at,
            withdrawn_at=row.withdrawn_at,
            cancelled_at=row.cancelled_at,
            calls=calls,
            supplements=dossier.supplement_count(),
            meetings=meetings,
            replies=dossier.replies(),
            by_hand=contact is not None and contact.by_hand,
            asked_to_meet=asked,
            due=due,
            erased=dossier.erased,
        )

    def _number(self, letter_id: str | None) -> str | None:
        row = self.session.get(ReferralRow, letter_id) if letter_id else None
        return row.number if row else None

    def _digest_ok(self, dossier: Dossier) -> bool | None:
        delivery = dossier.delivery
        sealed = {one.digest for one in outbox.envelopes(self.session, delivery.letter_id)}
        if delivery.state != State.RECEIVED or not sealed:  # the proof, too, is erased when its time comes
            return None
        return delivery.receipt_digest in sealed

    def _way(self, delivery: OutgoingRow) -> tuple[Step, ...]:
        """List the letter's steps, the last with why it stands there now; if they are erased, where it got to."""
        steps = outbox.history(self.session, delivery.letter_id)
        *before, last = [Step(step.state, step.at, step.reason) for step in steps] or [
            Step(delivery.state, delivery.posted_at)
        ]
        return (*before, replace(last, reason=delivery.reason or last.reason))

    @staticmethod
    def _waited_for() -> ColumnElement[bool]:
        """Say which the desk still waits for: nobody has acted, or it is to be sent anew. An index serves each half."""
        later, row, letter = aliased(ReferralRow), aliased(ReferralRow), col(ReferralRow.letter_id)
        endings = (row.acknowledged_at, row.closed_at, row.withdrawn_at, row.cancelled_at, row.answered_at)
        taken = exists().where(col(CallRow.referral_id) == row.letter_id, col(CallRow.outcome) == CallOutcome.TAKEN)
        sent_anew = exists().where(col(later.anew_of) == row.letter_id)
        silent = select(row.letter_id).where(*(col(column).is_(None) for column in endings), ~taken)
        to_be_sent_anew = select(row.letter_id).where(
            col(row.answered_at).is_not(None), col(row.withdrawn_at).is_(None), ~sent_anew
        )
        return or_(letter.in_(silent), letter.in_(to_be_sent_anew))


def _endings(row: ReferralRow) -> tuple[tuple[str, datetime | None], ...]:
    """List what the municipality and the citizen have said; of two, the last is the stronger."""
    return (
        (ACKNOWLEDGED, row.acknowledged_at),
        (CLOSED, row.closed_at),
        (NOT_OURS, row.answered_at),
        (WITHDRAWN, row.withdrawn_at),
    )


def _pressing(progress: Progress) -> tuple[bool, int, float]:
    due = progress.due
    if due is None:
        return not progress.anew, len(PRESSING), -progress.submitted_at.timestamp()
    return not progress.anew, PRESSING[due.step], due.due_at.timestamp()
