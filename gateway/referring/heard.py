"""What a municipality tells the region: it has taken it, it is not ours, it is closed, the citizen has withdrawn.

Each letter is about a referral the region sent to that very municipality; what the exchange lets through is looked up
again here, so that no municipality speaks of another's. Nothing that is taken in tells of the case itself (L4, O16).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from gateway.consents.book import ConsentBook
from gateway.exchange import outbox
from gateway.exchange.delivery import UNDER_WAY
from gateway.exchange.ports import Arrived
from gateway.exchange.rows import OutgoingRow
from gateway.referring.dossier import acknowledgement_place, answer_place
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault
from gateway.site.ports import Clock
from gateway.wire.answers import Acknowledgement, Closed, NotOurs, Withdrawal
from gateway.wire.errors import LetterOutOfTurn


@dataclass(frozen=True)
class TakeAcknowledgement:
    """The region's handler for acknowledgements: the referral is from now on in the municipality's hands (L5)."""

    vault: Vault

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Note who took the referral; raises LetterUnreadable, or LetterOutOfTurn for a referral never sent.

        The first answer stands: a municipality that was restored from a backup may take the citizen once more.
        """
        said, row = Acknowledgement.read(arrived.body), _referral(session, arrived)
        if row.acknowledged_at is not None:
            return
        row.acknowledged_at = _counted_from(said.acknowledged_at, row, arrived)
        row.acknowledgement = self.vault.lock(said.model_dump_json().encode(), acknowledgement_place(row))
        session.add(row)


@dataclass(frozen=True)
class TakeNotOurs:
    """The region's handler for «ikke vores borger»: the citizen is to be asked, and the referral sent anew (O7)."""

    vault: Vault

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Keep the first answer; raises LetterUnreadable, or LetterOutOfTurn for a referral never sent."""
        said, row = NotOurs.read(arrived.body), _referral(session, arrived)
        row.answered_at = _counted_from(said.answered_at, row, arrived)
        row.answer = self.vault.lock(said.model_dump_json().encode(), answer_place(row))
        session.add(row)


def take_closed(session: Session, arrived: Arrived) -> None:
    """Note that the municipality has ended the case, and nothing of how (O16).

    Raises LetterUnreadable, or LetterOutOfTurn for a referral never sent.
    """
    said, row = Closed.read(arrived.body), _referral(session, arrived)
    row.closed_at = _counted_from(said.closed_at, row, arrived)
    session.add(row)


@dataclass(frozen=True)
class TakeWithdrawal:
    """The region's handler for a withdrawal that the citizen made at the municipality (O10). `machine` is its clock."""

    vault: Vault
    machine: Clock

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """End every consent of the conversation; raises LetterUnreadable, or LetterOutOfTurn if it was never sent."""
        said, row = Withdrawal.read(arrived.body), _referral(session, arrived)
        take_back(session, row.conversation_id, self.machine())
        book = ConsentBook(session, self.vault)
        book.end(row.conversation_id, recorded_by=arrived.from_party, now=arrived.received_at)
        row.withdrawn_at = row.withdrawn_at or _counted_from(said.withdrawn_at, row, arrived)
        session.add(row)


def take_back(session: Session, conversation_id: str, now: datetime) -> None:
    """Cancel every letter of a conversation that can still be held back; `now` is the machine's."""
    waiting = select(OutgoingRow.letter_id).where(
        OutgoingRow.conversation_id == conversation_id, col(OutgoingRow.state).in_(UNDER_WAY)
    )
    for letter_id in session.exec(waiting).all():
        outbox.cancel(session, letter_id, now)


def _counted_from(said: datetime, row: ReferralRow, arrived: Arrived) -> datetime:
    """Take the municipality's word for when, unless its clock is wrong: then it counts from when the letter came.

    No answer is older than its question, or yet to come.
    """
    possible = row.submitted_at <= said <= arrived.received_at
    return said if possible else max(row.submitted_at, arrived.received_at)


def _referral(session: Session, arrived: Arrived) -> ReferralRow:
    """Find the referral a letter is about; raises LetterOutOfTurn unless it went to the letter's own sender."""
    row = session.exec(select(ReferralRow).where(ReferralRow.conversation_id == arrived.conversation_id)).first()
    if row is None or row.municipality != arrived.from_party or _never_left(row):
        raise LetterOutOfTurn
    return row


def _never_left(row: ReferralRow) -> bool:
    """Tell whether it was taken back before anybody saw it; what had arrived after all is withdrawn as well."""
    return row.cancelled_at is not None and row.withdrawn_at is None
