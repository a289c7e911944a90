"""Propose, move, answer and call off a joint meeting, at either end (F5, O15).

Nothing about a meeting leaves before the citizen has said yes to it and to everybody who is to come (C7). Each step is
a letter in the caller's transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError
from sqlmodel import Session

from directory.model import Contact
from gateway.consents.book import ConsentBook
from gateway.consents.model import Act
from gateway.exchange.ports import Post
from gateway.exchange.rows import ConversationRow
from gateway.meetings.book import MeetingBook, MeetingState, Standing
from gateway.meetings.errors import MeetingIncomplete, MeetingOver, MeetingUnknown, NotOurTurn
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.wire.body import Body
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.meeting import Attendance, Meeting, MeetingAnswer, MeetingCancelled, Party

Said = TypeVar("Said", bound=Body)


@dataclass(frozen=True)
class Proposal:
    """What a person fills in: when, where, on which phone the convener is reached, and who is to come."""

    starts_at: datetime
    ends_at: datetime
    parties: tuple[Party, ...]
    place: str = field(default="", repr=False)
    phone: str = ""


@dataclass(frozen=True)
class Meetings:
    """The joint meetings of one end, in one session. `unit` is our own."""

    session: Session
    vault: Vault
    post: Post
    consents: ConsentBook
    unit: Contact

    def propose(self, conversation_id: str, proposal: Proposal, person: Person, now: datetime) -> Meeting:
        """Propose a meeting to the other side.

        Raises NoConsent (or one of its kinds), MeetingIncomplete, or LetterOutOfTurn when the conversation is over.
        """
        meeting = self._written(conversation_id, proposal, person, now, meeting_id=new_id())
        self._keep_and_post(MeetingState(conversation_id, meeting, proposed_here=True), Kind.MEETING, meeting)
        return meeting

    def move(self, meeting_id: str, proposal: Proposal, person: Person, now: datetime) -> Meeting:
        """Propose another time, place or company for a meeting of ours; the other side answers anew (C7).

        Raises MeetingUnknown, NotOurTurn, MeetingOver, and what `propose` raises.
        """
        state = self._ours(meeting_id, proposed_here=True)
        sequence = state.meeting.sequence + 1
        meeting = self._written(state.conversation_id, proposal, person, now, meeting_id=meeting_id, sequence=sequence)
        self._keep_and_post(state.moved(meeting, here=True), Kind.MEETING, meeting)
        return meeting

    def answer(
        self, meeting_id: str, attendance: Attendance, person: Person, now: datetime, remark: str = ""
    ) -> MeetingState:
        """Say whether we come; the latest word counts. Raises MeetingUnknown, NotOurTurn, MeetingOver."""
        state = self._ours(meeting_id, proposed_here=False)
        answer = _checked(
            MeetingAnswer,
            meeting_id=meeting_id,
            sequence=state.meeting.sequence,
            attendance=attendance,
            answered_by=person.name,
            unit=self.unit.unit_name,
            answered_at=now,
            remark=remark,
        )
        return self._keep_and_post(state.answered(answer, here=True), Kind.MEETING_ANSWER, answer)

    def cancel(self, meeting_id: str, person: Person, now: datetime, remark: str = "") -> MeetingState:
        """Call off a meeting of ours. Raises MeetingUnknown, NotOurTurn, MeetingOver."""
        state = self._ours(meeting_id, proposed_here=True)
        cancelled = _checked(
            MeetingCancelled,
            meeting_id=meeting_id,
            sequence=state.meeting.sequence,
            cancelled_by=person.name,
            unit=self.unit.unit_name,
            cancelled_at=now,
            remark=remark,
        )
        return self._keep_and_post(state.called_off(cancelled, here=True), Kind.MEETING_CANCELLED, cancelled)

    def of(self, conversation_id: str) -> tuple[MeetingState, ...]:
        """List the meetings of a conversation, the first to begin first."""
        return self._book.of(conversation_id)

    @property
    def _book(self) -> MeetingBook:
        return MeetingBook(self.session, self.vault)

    def _ours(self, meeting_id: str, *, proposed_here: bool) -> MeetingState:
        """Find a meeting about which the next word may be ours."""
        state = self._book.find(meeting_id)
        if state is None:
            raise MeetingUnknown
        if state.proposed_here is not proposed_here:
            raise NotOurTurn
        if state.standing is Standing.CANCELLED:
            raise MeetingOver
        return state

    def _written(
        self,
        conversation_id: str,
        proposal: Proposal,
        person: Person,
        now: datetime,
        *,
        meeting_id: str,
        sequence: int = 0,
    ) -> Meeting:
        """Write a proposal down, resting on the consent that covers everybody in it."""
        if proposal.starts_at <= now:
            raise MeetingIncomplete("starts_at")
        roles = tuple(party.role for party in proposal.parties)
        consent = self.consents.required(conversation_id, Act.CALL_MEETING, now, roles)
        return _checked(
            Meeting,
            meeting_id=meeting_id,
            sequence=sequence,
            starts_at=proposal.starts_at,
            ends_at=proposal.ends_at,
            place=proposal.place,
            phone=proposal.phone or self.unit.phone,
            convened_by=person.name,
            unit=self.unit.unit_name,
            parties=[party.written() for party in proposal.parties],
            consent={
                "obtained_at": consent.obtained_at,
                "obtained_by": consent.taken_by,
                "form": consent.form,
                "parties": consent.parties,
            },
            proposed_at=now,
        )

    def _keep_and_post(self, state: MeetingState, kind: Kind, said: Body) -> MeetingState:
        """Write the letter and how the meeting stands after it, both or neither."""
        conversation = self.session.get(ConversationRow, state.conversation_id)
        if conversation is None:
            raise MeetingUnknown
        letter = Letter(kind, state.conversation_id, conversation.party, conversation.number, said.written())
        self.post(self.session, letter)
        self._book.keep(state)
        return state


def _checked(shape: type[Said], **said: object) -> Said:
    """Build what is said; raises MeetingIncomplete naming the field that does not hold."""
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        where = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    raise MeetingIncomplete(str(where[0]) if where else "ends_at")
