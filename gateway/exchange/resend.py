"""Please send again: what is asked of the others after a restore from a backup, and what is done when one of them asks.

Every letter goes again under the id it had, in its conversation's order. What the asker holds already it takes for a
copy, so a day too much is asked for. Nobody can make a flood of it: only what is kept goes, to nobody but the party
that asked, sealed to its newest key, and each letter once an hour at most.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, delete, func, select

from directory.book import AddressBook
from directory.model import Contact
from directory.own import KnownThereRow
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.audit import witness
from gateway.exchange.delivery import FAILED, State
from gateway.exchange.outbox import about_withdrawn
from gateway.exchange.ports import Arrived, Post
from gateway.exchange.rows import ConversationRow, OutgoingRow, StepRow, TakenRow
from gateway.site.ports import Clock
from gateway.wire.answers import Withdrawal
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.keeping import Resend
from gateway.wire.letters import Kind, Letter, new_id

MARGIN: Final = timedelta(days=1)
"""How much more is asked for than was lost: clocks differ, and letters were on their way."""
SPACING: Final = timedelta(hours=1)
RESTORED: Final = "RESTORED"
"""Why a letter was queued again: its reader was restored from a backup."""

MOOT: Final = (Kind.RECEIPT, Kind.HEARTBEAT, Kind.RESEND)
"""What is never sent again: a receipt is repeated when its letter is, a TEST and a request had their moment."""

STANDS: Final = (State.SENT, State.HANDED_OVER, State.RECEIVED, *sorted(FAILED))
"""Where a letter must be sent once more; one that is queued or parked goes by itself, one cancelled never does."""


def ask(session: Session, post: Post, backup_of: datetime, kept: int) -> tuple[str, ...]:
    """Ask every gateway that can be reached to send again, in the caller's transaction; tell which those are.

    `backup_of` is when the backup was made, `kept` the last entry of the log it held.
    """
    book = AddressBook(session)
    parties = tuple(contact.party for contact in book.contacts() if not contact.by_hand and book.pinned(contact.party))
    body = Resend(since=backup_of - MARGIN, kept=kept).model_dump(mode="json")
    for party in parties:
        post(session, Letter(Kind.RESEND, new_id(), party, "", body))
    return parties


@dataclass(frozen=True)
class TakeResend:
    """The handler, at either end, for a party that was restored. `clock` is the machine's, `unit` is our own."""

    clock: Clock
    post: Post
    unit: Callable[[], Contact]

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Queue again what the party may have lost; raises LetterUnreadable.

        Raises LetterOutOfTurn unless the party's newest key signed it: an older one may be in other hands by now.
        """
        said, now, party = Resend.read(arrived.body), self.clock(), arrived.from_party
        newest = AddressBook(session).pinned(party)
        if newest is None or newest.fingerprint != arrived.signed_by:
            raise LetterOutOfTurn
        witness.restored(session, party, said.kept, arrived.letter_id, arrived.signed_at)
        _forget_what_it_knew(session, party, said.since, now)
        again = sum(_queue_again(session, row, now) for row in _lost(session, party, said.since))
        again += sum(self._told_back(session, taken) for taken in _withdrawn_there(session, party, said.since))
        noted_by_daemon(session, Action.SEND_AGAIN, now, party, RESTORED, {"letters": again})

    def _told_back(self, session: Session, taken: TakenRow) -> bool:
        """Tell the party what it told us itself: that a citizen has withdrawn the consent must not be lost (O10)."""
        number = session.get_one(ConversationRow, taken.conversation_id).number
        own = self.unit()
        said = Withdrawal(withdrawn_at=taken.taken_at, taken_by=own.unit_name, unit=own.unit_name, phone=own.phone)
        self.post(session, Letter(Kind.WITHDRAWAL, taken.conversation_id, taken.party, number, said.written()))
        return True


def was_asked(session: Session, party: str, since: datetime) -> bool:
    """Tell whether a party was restored after `since`."""
    asked = exists().where(
        col(TakenRow.party) == party,
        col(TakenRow.kind) == Kind.RESEND,
        col(TakenRow.reason) == "",
        col(TakenRow.taken_at) > since,
    )
    return bool(session.exec(select(asked)).one())


def is_of_a_lost_machine(session: Session, row: OutgoingRow, signed_at: datetime) -> bool:
    """Tell whether what the reader of a letter signed of it was signed before the restore it had to be queued for.

    Both times are of the reader's own clock. A letter is lost at most until the next copy of it is answered.
    """
    restored_at = witness.restored_at(session, row.to_party)
    signed_before = restored_at is not None and signed_at < restored_at.replace(microsecond=0)
    return signed_before and _last_queued(session, row.letter_id) is not None


def was_queued_since(session: Session, letter_id: str, since: datetime) -> bool:
    """Tell whether a letter had to be queued again for a restore since one copy of it was made."""
    last = _last_queued(session, letter_id)
    return last is not None and last > since


def _lost(session: Session, party: str, since: datetime) -> Iterator[OutgoingRow]:
    """Find what something happened to since then, and what is about a citizen only while the consent holds (O10)."""
    found = select(OutgoingRow).where(
        OutgoingRow.to_party == party,
        OutgoingRow.to_address == "",
        OutgoingRow.locked != b"",
        col(OutgoingRow.kind).not_in(MOOT),
        col(OutgoingRow.state).in_(STANDS),
        _moved_since(since),
        ~about_withdrawn(),
    )
    yield from session.exec(found.order_by(col(OutgoingRow.posted_at), col(OutgoingRow.turn))).all()


def _withdrawn_there(session: Session, party: str, since: datetime) -> Sequence[TakenRow]:
    """Find the withdrawals the party wrote of since then, where no letter of our own says so already."""
    ours = exists().where(
        col(OutgoingRow.conversation_id) == col(TakenRow.conversation_id), col(OutgoingRow.kind) == Kind.WITHDRAWAL
    )
    theirs = select(TakenRow).where(
        TakenRow.party == party,
        TakenRow.kind == Kind.WITHDRAWAL,
        TakenRow.reason == "",
        col(TakenRow.taken_at) >= since,
    )
    return session.exec(theirs.where(~ours)).all()


def _moved_since(since: datetime) -> ColumnElement[bool]:
    return exists().where(col(StepRow.letter_id) == col(OutgoingRow.letter_id), col(StepRow.at) >= since)


def _queue_again(session: Session, row: OutgoingRow, now: datetime) -> bool:
    """Queue one letter, at once or when an hour has passed since it was last asked for."""
    last = _last_queued(session, row.letter_id)
    row.state, row.reason, row.times_sent, row.claimed_until = State.QUEUED, "", 0, None
    row.next_at = max(now, last + SPACING) if last and last <= now else now
    session.add_all([row, StepRow(letter_id=row.letter_id, state=State.QUEUED, reason=RESTORED, at=now)])
    return True


def _last_queued(session: Session, letter_id: str) -> datetime | None:
    queued = select(func.max(StepRow.at)).where(StepRow.letter_id == letter_id, StepRow.reason == RESTORED)
    return session.exec(queued).one()


def _forget_what_it_knew(session: Session, party: str, since: datetime, now: datetime) -> None:
    """Take back what the party has learnt of our keys and addresses since then; it is told again, and shows it."""
    learnt = (col(KnownThereRow.at) >= since) & (col(KnownThereRow.at) < now)
    session.exec(delete(KnownThereRow).where(col(KnownThereRow.party) == party, learnt))
