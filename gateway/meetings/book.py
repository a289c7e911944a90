"""The joint meetings of one site as rows: read as `MeetingState`, and moved on by the letters either end writes.

The same rules at both ends: whoever proposed a meeting may move it or call it off, the other side answers the proposal
that counts, and nothing follows a cancellation. So letters that cross leave both ends with the same standing.
"""

import enum
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from sqlmodel import Session, select

from gateway.meetings.rows import MeetingRow
from gateway.site.cipher import Vault
from gateway.site.settings import LONGER_THAN_A_CONSENT
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.meeting import Attendance, Meeting, MeetingAnswer, MeetingCancelled

AT_THE_LONGEST: Final = timedelta(days=LONGER_THAN_A_CONSENT)


class Standing(enum.StrEnum):
    """How a meeting stands."""

    PROPOSED = "proposed"
    """The other side has not answered."""
    ACCEPTED = "accepted"
    """The other side comes."""
    DECLINED = "declined"
    """The other side cannot; another time may be proposed."""
    CANCELLED = "cancelled"
    """Called off by who proposed it; final."""


@dataclass(frozen=True)
class MeetingState:
    """One joint meeting as it stands: the proposal that counts, and what was said to it."""

    conversation_id: str
    meeting: Meeting = field(repr=False)
    proposed_here: bool
    standing: Standing = Standing.PROPOSED
    answer: MeetingAnswer | None = field(default=None, repr=False)
    cancelled: MeetingCancelled | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """Give the meeting's id, which stays the same when it is moved."""
        return self.meeting.meeting_id

    @property
    def waits_for_us(self) -> bool:
        """Tell whether it is for us to answer."""
        return self.standing is Standing.PROPOSED and not self.proposed_here

    @property
    def last_word(self) -> tuple[str, datetime]:
        """Tell who spoke last about it, and when."""
        if self.cancelled:
            return self.cancelled.cancelled_by, self.cancelled.cancelled_at
        if self.answer:
            return self.answer.answered_by, self.answer.answered_at
        return self.meeting.convened_by, self.meeting.proposed_at

    def moved(self, meeting: Meeting, *, here: bool) -> Self:
        """Let a later proposal by the same side take the place of this one; raises LetterOutOfTurn."""
        if here is not self.proposed_here or self._over or meeting.sequence <= self.meeting.sequence:
            raise LetterOutOfTurn
        return replace(self, meeting=meeting, standing=Standing.PROPOSED, answer=None)

    def answered(self, answer: MeetingAnswer, *, here: bool) -> Self:
        """Let the other side say whether it comes, and change its mind; raises LetterOutOfTurn."""
        if here is self.proposed_here or self._over or answer.sequence != self.meeting.sequence:
            raise LetterOutOfTurn
        standing = Standing.ACCEPTED if answer.attendance is Attendance.ACCEPTED else Standing.DECLINED
        return replace(self, standing=standing, answer=answer)

    def overtaken(self, answer: MeetingAnswer) -> bool:
        """Tell whether our cancellation or new time crossed this answer to us on the way: an honest one, too late."""
        return self.proposed_here and (self._over or answer.sequence < self.meeting.sequence)

    def called_off(self, cancelled: MeetingCancelled, *, here: bool) -> Self:
        """Let who proposed it call it off; raises LetterOutOfTurn."""
        if here is not self.proposed_here or self._over or cancelled.sequence != self.meeting.sequence:
            raise LetterOutOfTurn
        return replace(self, standing=Standing.CANCELLED, cancelled=cancelled)

    @property
    def _over(self) -> bool:
        return self.standing is Standing.CANCELLED


@dataclass(frozen=True)
class MeetingBook:
    """The meetings, in one session."""

    session: Session
    vault: Vault

    def find(self, meeting_id: str) -> MeetingState | None:
        """Give a meeting as it stands."""
        row = self.session.get(MeetingRow, meeting_id)
        return self._state(row) if row else None

    def of(self, conversation_id: str) -> tuple[MeetingState, ...]:
        """List the meetings of a conversation, the first to begin first."""
        rows = self.session.exec(select(MeetingRow).where(MeetingRow.conversation_id == conversation_id))
        return tuple(sorted(map(self._state, rows), key=lambda state: (state.meeting.starts_at, state.id)))

    def busy_until(self, conversation_id: str, last: datetime) -> datetime:
        """Tell until when a conversation is about something to come, when `last` was the last thing that happened.

        A meeting keeps it for as long as a consent can hold (O11), whatever year its proposer wrote.
        """
        begins = [state.meeting.starts_at for state in self.of(conversation_id)]
        return max(last, min(max(begins, default=last), last + AT_THE_LONGEST))

    def keep(self, state: MeetingState) -> None:
        """Write down how a meeting stands now."""
        said = {"meeting": state.meeting, "answer": state.answer, "cancelled": state.cancelled}
        written = {name: body.written() for name, body in said.items() if body}
        self.session.merge(
            MeetingRow(
                meeting_id=state.id,
                conversation_id=state.conversation_id,
                proposed_here=state.proposed_here,
                sequence=state.meeting.sequence,
                standing=state.standing,
                locked=self.vault.lock(json.dumps(written).encode(), _place(state.id)),
            )
        )
        self.session.flush()

    def _state(self, row: MeetingRow) -> MeetingState:
        said: dict[str, Any] = json.loads(self.vault.open(row.locked, _place(row.meeting_id)))
        return MeetingState(
            conversation_id=row.conversation_id,
            meeting=Meeting.read(said["meeting"]),
            proposed_here=row.proposed_here,
            standing=Standing(row.standing),
            answer=MeetingAnswer.read(said["answer"]) if "answer" in said else None,
            cancelled=MeetingCancelled.read(said["cancelled"]) if "cancelled" in said else None,
        )


def _place(meeting_id: str) -> str:
    return f"meeting:{meeting_id}"
