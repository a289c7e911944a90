"""What was taken back and turns out to have arrived after all is withdrawn at the municipality too (O10).

A mail server may deny what it has passed on. The region then holds that nobody has seen the referral, and cancels it;
the municipality's receipt is the proof that somebody has.
"""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from directory.model import Contact
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.consents.book import ConsentBook
from gateway.exchange.delivery import State
from gateway.exchange.ports import Post
from gateway.exchange.rows import OutgoingRow
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault
from gateway.site.people import People
from gateway.site.ports import Clock, Sessions
from gateway.wire.answers import Withdrawal
from gateway.wire.letters import Kind, Letter


@dataclass(frozen=True)
class WithdrawAfterAll:
    """A chore of the region's daemon. `clock` is the rules' clock; `own` is the region's unit."""

    sessions: Sessions
    vault: Vault
    post: Post
    clock: Clock
    own: Contact

    def __call__(self) -> int:
        """Post each withdrawal that is owed, once; tell how many those were."""
        with self.sessions.reading() as session:
            if session.exec(_ARRIVED).first() is None:
                return 0
        with self.sessions.session() as session:
            rows = session.exec(_ARRIVED).all()
            for row in rows:
                self._withdraw(session, row)
        return len(rows)

    def _withdraw(self, session: Session, row: ReferralRow) -> None:
        now, own = self.clock(), self.own
        row.withdrawn_at = row.cancelled_at or now
        session.add(row)
        taken_by = self._who(session, row.conversation_id)
        said = Withdrawal(withdrawn_at=row.withdrawn_at, taken_by=taken_by, unit=own.unit_name, phone=own.phone)
        letter = Letter(Kind.WITHDRAWAL, row.conversation_id, row.municipality, row.number, said.written())
        self.post(session, letter)
        noted_by_daemon(session, Action.WITHDRAW, now, row.conversation_id)

    def _who(self, session: Session, conversation_id: str) -> str:
        """Name who wrote the citizen's withdrawal down; our unit, should that person be nobody we know."""
        recorded_by = ConsentBook(session, self.vault).ended_by(conversation_id)
        person = People(session, self.vault).with_id(recorded_by) if recorded_by else None
        return person.name if person else self.own.unit_name


_ARRIVED = (
    select(ReferralRow)
    .join(OutgoingRow, col(OutgoingRow.letter_id) == col(ReferralRow.letter_id))
    .where(
        OutgoingRow.state == State.CANCELLED,
        col(OutgoingRow.receipt_digest).is_not(None),
        col(ReferralRow.cancelled_at).is_not(None),
        col(ReferralRow.withdrawn_at).is_(None),
    )
)
"""Taken back by us, receipted by the municipality, and not withdrawn there yet."""
