"""What the region does about a referral it has sent: adds to it, withdraws it, sends it anew, meets about it.

Each act is one transaction: when it returns, the letter is queued and the row tells it; when it raises, nothing was
done. Once the citizen has withdrawn, nothing more leaves (O10).
"""

import enum
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from directory.calendar import local_day
from directory.model import Contact
from gateway.access.act import Deed, act, noted_by_daemon, permit
from gateway.access.actions import Action
from gateway.consents.book import ConsentBook
from gateway.consents.errors import ConsentWithdrawn
from gateway.consents.model import Act, Consent, Form, Purpose
from gateway.exchange import outbox
from gateway.exchange.delivery import State
from gateway.exchange.ports import Post
from gateway.exchange.rows import OutgoingRow
from gateway.meetings.book import MeetingBook, MeetingState
from gateway.meetings.errors import MeetingUnknown
from gateway.meetings.flow import Meetings, Proposal
from gateway.meetings.rows import MeetingRow
from gateway.referring.dossier import Dossier, supplement_place
from gateway.referring.errors import AlreadyWithdrawn, NotAnswered, ReferralEnded, ReferralNotFound
from gateway.referring.heard import take_back
from gateway.referring.past import Past, cpr_index, phone_index
from gateway.referring.refusals import InvalidNumber
from gateway.referring.rows import CallRow, ReferralRow, SupplementRow
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.wire.answers import Withdrawal
from gateway.wire.body import Body, Name, Short
from gateway.wire.cpr import InvalidCpr, identify
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.meeting import Attendance, Meeting
from gateway.wire.referral import Moment, Prose, Referral
from gateway.wire.supplement import Supplement


class Ended(enum.StrEnum):
    """What a withdrawal came to."""

    CANCELLED = "cancelled"
    """The referral had not left: it was taken back, and nothing it said is kept. That a consent was given is."""
    WITHDRAWN = "withdrawn"
    """It had left, or may have: the municipality is told by letter."""


class Yes(Body):
    """The citizen's yes to a joint meeting, as whoever convenes it writes it down (C2, C7)."""

    given_by: Name
    taken_by: Name
    obtained_at: Moment
    form: Form
    scope: Prose
    information_given: Prose
    writing_waived_because: Short = ""
    journal_ref: Short = ""


@dataclass(frozen=True)
class Correspond:
    """The acts, each in a person's name. `clock` is the rules' clock, `machine` the machine's; `own` is our unit.

    A referral is named by its number, its letter's id or the sender's reference; ReferralNotFound is raised for others.
    All raise MayNot or PersonGone.
    """

    sessions: Sessions
    vault: Vault
    post: Post
    clock: Clock
    machine: Clock
    own: Contact

    def supplement(self, name: str, said: Mapping[str, Any], person: Person) -> str:
        """Add to a referral or correct it, and give the letter's id (G1, G9, O23). What was sent stands unchanged.

        `said` holds the fields of a `Supplement` but for when and by whom it is written. Raises LetterUnreadable,
        InvalidNumber for a CPR number that is none, ConsentError, or ReferralEnded.
        """
        now = self.clock()
        with self._about(name, person, Action.SUPPLEMENT) as (session, found):
            row = _open(found, Act.SUPPLEMENT)
            ConsentBook(session, self.vault).required(row.conversation_id, Act.SUPPLEMENT, now)
            supplement = Supplement.read({**said, **self._signed(person, now)})
            self._find_by(row, supplement, now)
            letter_id = self._send(session, row, Kind.SUPPLEMENT, supplement)
            session.add(
                SupplementRow(
                    letter_id=letter_id,
                    referral_id=row.letter_id,
                    person_id=person.id,
                    written_at=now,
                    phone_index=phone_index(self.vault, supplement.phone),
                    locked=self.vault.lock(supplement.model_dump_json().encode(), supplement_place(letter_id)),
                )
            )
        return letter_id

    def withdraw(self, name: str, person: Person, withdrawn_at: datetime | None = None) -> Ended:
        """Pass on that the citizen no longer consents, or take the referral back if it has not left (O10).

        `withdrawn_at` is when the citizen said so, if that was earlier than now. Raises AlreadyWithdrawn.
        """
        now = self.clock()
        with self._about(name, person, Action.WITHDRAW) as (session, row):
            if row.withdrawn_at or row.cancelled_at:
                raise AlreadyWithdrawn
            ConsentBook(session, self.vault).end(row.conversation_id, recorded_by=person.id, now=now)
            ended = self._taken_back(session, row, now)
            if ended is Ended.WITHDRAWN:
                row.withdrawn_at = at = min(withdrawn_at or now, now)
                said = Withdrawal(withdrawn_at=at, taken_by=person.name, unit=self.own.unit_name, phone=self.own.phone)
                self._send(session, row, Kind.WITHDRAWAL, said)
        self.sessions.forget()
        return ended

    def tidy(self) -> int:
        """Erase what was withdrawn while it was being sent and then never left after all; tell how many (O10).

        A worker held the letter when the citizen withdrew, so nobody could tell then.
        """
        never_left = (
            select(ReferralRow)
            .join(OutgoingRow, col(OutgoingRow.letter_id) == col(ReferralRow.letter_id))
            .where(OutgoingRow.state == State.CANCELLED, col(ReferralRow.cancelled_at).is_(None))
        )
        with self.sessions.reading() as session:
            if session.exec(never_left).first() is None:
                return 0
        with self.sessions.session() as session:
            rows = session.exec(never_left).all()
            for row in rows:
                row.withdrawn_at = None  # as if it had been known then; the book of consents has when
                _erase(session, row, self.clock())
                noted_by_daemon(session, Action.ERASE, self.clock(), row.conversation_id)
        self.sessions.forget()
        return len(rows)

    def send_again(self, name: str, person: Person) -> bool:
        """Queue a referral again that came back or was given up, as it was; tell whether it was one.

        One whose consent the citizen has withdrawn is left alone.
        """
        with self._about(name, person, Action.SEND_AGAIN) as (session, row):
            return row.withdrawn_at is None and outbox.send_again(session, row.letter_id, self.machine())

    def content_for_anew(self, name: str, person: Person) -> Referral:
        """Give what was sent, for the desk to send anew once the citizen has said where they live (O7).

        Raises NotAnswered unless the municipality has answered «ikke vores borger» and it was not sent anew yet.
        """
        with self._about(name, person, Action.OPEN_REFERRAL) as (session, row):
            dossier = Dossier(session, self.vault, row)
            content = dossier.content
            if content is None or not dossier.waits_to_be_sent_anew:
                raise NotAnswered
            return content

    def propose_meeting(self, name: str, proposal: Proposal, person: Person, consent: Yes | None = None) -> Meeting:
        """Propose a joint meeting to the municipality (F5).

        `consent` is the citizen's yes to it and to everybody in it, taken by us, who convene (C7, O15); None when it
        stands in the book already. Raises ConsentError, MeetingError, or ReferralEnded after «ikke vores borger».
        """
        now = self.clock()
        with self._about(name, person, Action.PROPOSE_MEETING) as (session, found):
            row = _open(found, Act.CALL_MEETING, closed_too=True)
            if consent is not None:
                self._write_consent(session, row, proposal, consent, person)
            return self._meetings(session).propose(row.conversation_id, proposal, person, now)

    def move_meeting(self, meeting_id: str, proposal: Proposal, person: Person, consent: Yes | None = None) -> Meeting:
        """Propose another time, place or company for a meeting of ours; more company needs a new `consent` (C7).

        Raises ConsentError, MeetingError or ReferralEnded.
        """
        with self._of_meeting(meeting_id, person, Action.PROPOSE_MEETING) as (session, found):
            row = _open(found, Act.CALL_MEETING, closed_too=True)
            if consent is not None:
                self._write_consent(session, row, proposal, consent, person)
            return self._meetings(session).move(meeting_id, proposal, person, self.clock())

    def answer_meeting(self, meeting_id: str, attendance: Attendance, person: Person, remark: str = "") -> MeetingState:
        """Say whether we come to the municipality's meeting; raises MeetingError, ConsentError or ReferralEnded."""
        with self._of_meeting(meeting_id, person, Action.ANSWER_MEETING) as (session, row):
            _open(row, Act.CALL_MEETING, closed_too=True)
            return self._meetings(session).answer(meeting_id, attendance, person, self.clock(), remark)

    def cancel_meeting(self, meeting_id: str, person: Person, remark: str = "") -> MeetingState:
        """Call off a meeting of ours, whatever else has ended; raises MeetingError."""
        with self._of_meeting(meeting_id, person, Action.CANCEL_MEETING) as (session, _row):
            return self._meetings(session).cancel(meeting_id, person, self.clock(), remark)

    def meetings(self, name: str, person: Person) -> tuple[MeetingState, ...]:
        """List the meetings about a referral, the first to begin first."""
        with self._about(name, person, Action.OPEN_REFERRAL) as (session, row):
            return self._meetings(session).of(row.conversation_id)

    @contextmanager
    def _about(self, name: str, person: Person, action: Action) -> Iterator[tuple[Session, ReferralRow]]:
        """Begin an act about a referral."""
        with self._deed(person, action) as deed:
            row = Past(deed.session, self.vault).row(name)
            if row is None:
                raise ReferralNotFound
            deed.about = row.conversation_id
            yield deed.session, row

    @contextmanager
    def _of_meeting(self, meeting_id: str, person: Person, action: Action) -> Iterator[tuple[Session, ReferralRow]]:
        """Begin an act about a meeting; raises MeetingUnknown."""
        with self._deed(person, action) as deed:
            state = MeetingBook(deed.session, self.vault).find(meeting_id)
            if state is None:
                raise MeetingUnknown
            deed.about = state.conversation_id
            about = select(ReferralRow).where(ReferralRow.conversation_id == state.conversation_id)
            yield deed.session, deed.session.exec(about).one()

    @contextmanager
    def _deed(self, person: Person, action: Action) -> Iterator[Deed]:
        """Begin an act. Some are a municipality's too; here only who may open a referral may do anything about it."""
        with act(self.sessions, person, action, self.clock()) as deed:
            permit(deed.session, person, Action.OPEN_REFERRAL)
            yield deed

    def _meetings(self, session: Session) -> Meetings:
        return Meetings(session, self.vault, self.post, ConsentBook(session, self.vault), self.own)

    def _write_consent(self, session: Session, row: ReferralRow, proposal: Proposal, said: Yes, person: Person) -> None:
        now = self.clock()
        consent = Consent.checked(
            **dict(said),
            conversation_id=row.conversation_id,
            purpose=Purpose.JOINT_MEETING,
            municipality=row.municipality,
            parties=[party.role for party in proposal.parties],
            now=now,
        )
        ConsentBook(session, self.vault).write(consent, person, now)

    def _taken_back(self, session: Session, row: ReferralRow, now: datetime) -> Ended:
        """Hold back every letter that can still be; erase the referral when it is among them."""
        if outbox.cancel(session, row.letter_id, self.machine()):
            _erase(session, row, now)
            return Ended.CANCELLED
        take_back(session, row.conversation_id, self.machine())
        return Ended.WITHDRAWN

    def _signed(self, person: Person, now: datetime) -> dict[str, Any]:
        return {"written_at": now, "written_by": person.name, "sender_phone": self.own.phone}

    def _find_by(self, row: ReferralRow, supplement: Supplement, now: datetime) -> None:
        """Let the referral be found by a CPR number that came later; raises InvalidNumber (G1, L6)."""
        try:
            number = identify(supplement.cpr, today=local_day(now))
        except InvalidCpr as fault:
            raise InvalidNumber(fault) from None
        if number.names_one_person:
            row.cpr_index = cpr_index(self.vault, number.value)

    def _send(self, session: Session, row: ReferralRow, kind: Kind, body: Body) -> str:
        session.add(row)
        letter = Letter(kind, row.conversation_id, row.municipality, row.number, body.written())
        self.post(session, letter)
        return letter.letter_id


def _open(row: ReferralRow, act: Act, *, closed_too: bool = False) -> ReferralRow:
    """Let a referral pass whose municipality may be told more; raises ConsentWithdrawn or ReferralEnded."""
    if row.withdrawn_at or row.cancelled_at:
        raise ConsentWithdrawn(act)
    if row.answered_at or row.erased_at or (row.closed_at and not closed_too):
        raise ReferralEnded
    return row


def _erase(session: Session, row: ReferralRow, now: datetime) -> None:
    """Keep of a referral that never left only its number, its municipality and when; it leads to nobody any more."""
    row.cancelled_at, row.locked = now, b""
    row.cpr_index = row.phone_index = row.reference_index = row.previous_id = None
    row.citizen_id, row.first_sent_at, row.position = new_id(), row.submitted_at, 1
    session.add(row)
    session.exec(delete(SupplementRow).where(col(SupplementRow.referral_id) == row.letter_id))
    session.exec(delete(MeetingRow).where(col(MeetingRow.conversation_id) == row.conversation_id))
    for call in session.exec(select(CallRow).where(CallRow.referral_id == row.letter_id)):
        call.locked = b""
