"""What arrives about joint meetings: the handlers of the three letters, the same at both ends."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from gateway.exchange.ports import Arrived, Handler
from gateway.exchange.rows import ConversationRow
from gateway.meetings.book import MeetingBook, MeetingState
from gateway.site.cipher import Vault
from gateway.wire.conversation import Stage
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind
from gateway.wire.meeting import Meeting, MeetingAnswer, MeetingCancelled


def handlers(vault: Vault) -> Mapping[Kind, Handler]:
    """Tell how each letter about a meeting is taken; raises LetterUnreadable or LetterOutOfTurn, as handlers do."""
    take = TakeMeeting(vault)
    return {
        Kind.MEETING: take.proposal,
        Kind.MEETING_ANSWER: take.answer,
        Kind.MEETING_CANCELLED: take.cancellation,
    }


@dataclass(frozen=True)
class TakeMeeting:
    """Takes over what the other side writes about a meeting."""

    vault: Vault

    def proposal(self, session: Session, arrived: Arrived) -> None:
        """Take a new meeting, or another time or place for one the other side has proposed."""
        meeting = Meeting.read(arrived.body)
        book = MeetingBook(session, self.vault)
        known = book.find(meeting.meeting_id)
        if known is None:
            book.keep(MeetingState(arrived.conversation_id, meeting, proposed_here=False))
        else:
            book.keep(_same(known, arrived).moved(meeting, here=False))

    def answer(self, session: Session, arrived: Arrived) -> None:
        """Take an answer to what we proposed; one that our own later word crossed on the way changes nothing."""
        answer = MeetingAnswer.read(arrived.body)
        book = MeetingBook(session, self.vault)
        state = _same(book.find(answer.meeting_id), arrived)
        if not state.overtaken(answer):
            book.keep(state.answered(answer, here=False))

    def cancellation(self, session: Session, arrived: Arrived) -> None:
        """Take note that what the other side proposed is called off.

        A proposal that had not left when the citizen withdrew was held back, and its cancellation changes nothing here.
        """
        cancelled = MeetingCancelled.read(arrived.body)
        book = MeetingBook(session, self.vault)
        state = book.find(cancelled.meeting_id)
        if state is None and _withdrawn(session, arrived.conversation_id):
            return
        book.keep(_same(state, arrived).called_off(cancelled, here=False))


def _withdrawn(session: Session, conversation_id: str) -> bool:
    conversation = session.get(ConversationRow, conversation_id)
    return conversation is not None and conversation.stage == Stage.WITHDRAWN


def _same(state: MeetingState | None, arrived: Arrived) -> MeetingState:
    """Hold a meeting to its own conversation, so that nobody speaks in another's."""
    if state is None or state.conversation_id != arrived.conversation_id:
        raise LetterOutOfTurn
    return state
