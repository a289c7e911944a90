"""Follow a referral: where its letter is, who has taken it, and whom to phone. Never any municipal content (L4)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session, col, select

from directory.book import AddressBook
from directory.model import Contact
from gateway.exchange import outbox
from gateway.exchange.delivery import State
from gateway.exchange.ports import Arrived
from gateway.exchange.rows import OutgoingRow
from gateway.referring.past import Past
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.payload import SHAPE
from gateway.wire.referral import Moment

ACKNOWLEDGED = "acknowledged"


class Acknowledgement(BaseModel):
    """A person at the municipality has taken over: who, in which unit, on which phone, when (L6)."""

    model_config = SHAPE

    acknowledged_by: str = Field(min_length=1, max_length=200)
    unit: str = Field(max_length=200)
    phone: str = Field(max_length=32)
    acknowledged_at: Moment


@dataclass(frozen=True)
class Step:
    """One step of a referral's way."""

    state: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """Where one referral is. `digest_ok`: the receipt names exactly what we sealed (None: no receipt yet)."""

    referral_id: str
    number: str
    municipality: str
    submitted_at: datetime
    steps: tuple[Step, ...]
    contact: Contact | None
    acknowledgement: Acknowledgement | None
    digest_ok: bool | None

    @property
    def state(self) -> str:
        """Give where it stands now."""
        return self.steps[-1].state

    @property
    def reason(self) -> str:
        """Give why it stands there, as a code; empty when all is well."""
        return self.steps[-1].reason


@dataclass(frozen=True)
class TakeAcknowledgement:
    """The region's handler for acknowledgements: the referral is from now on in the municipality's hands (L5)."""

    vault: Vault

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Note who took the referral; raises LetterUnreadable, or LetterOutOfTurn for a referral never sent."""
        try:
            said = Acknowledgement.model_validate(dict(arrived.body))
        except ValidationError:
            raise LetterUnreadable from None
        conversation = select(ReferralRow).where(ReferralRow.conversation_id == arrived.conversation_id)
        row = session.exec(conversation).first()
        if row is None:
            raise LetterOutOfTurn
        row.acknowledged_at = said.acknowledged_at
        row.acknowledgement = self.vault.lock(said.model_dump_json().encode(), _place(row))
        session.add(row)


@dataclass(frozen=True)
class Follow:
    """Answers where referrals are, in one session."""

    session: Session
    vault: Vault

    def named(self, name: str) -> Progress | None:
        """Find one by letter id, number or the sender's reference."""
        row = Past(self.session, self.vault).row(name)
        return self._progress(row) if row else None

    def latest(self, limit: int = 50) -> Sequence[Progress]:
        """List those nobody has taken over, all of them, and then the latest of the others; newest first in each."""
        newest = select(ReferralRow).order_by(col(ReferralRow.submitted_at).desc())
        open_ones = self.session.exec(newest.where(col(ReferralRow.acknowledged_at).is_(None))).all()
        taken = self.session.exec(newest.where(col(ReferralRow.acknowledged_at).is_not(None)).limit(limit)).all()
        return [self._progress(row) for row in (*open_ones, *taken)]

    def send_again(self, name: str, now: datetime) -> Progress | None:
        """Queue a referral again that came back or was given up, as it was; others are left alone."""
        row = Past(self.session, self.vault).row(name)
        if row is not None:
            outbox.send_again(self.session, row.letter_id, now)
        return self._progress(row) if row else None

    def _progress(self, row: ReferralRow) -> Progress:
        steps = [Step(step.state, step.at, step.reason) for step in outbox.history(self.session, row.letter_id)]
        acknowledgement = self._acknowledgement(row)
        if acknowledgement is not None:
            steps.append(Step(ACKNOWLEDGED, acknowledgement.acknowledged_at))
        return Progress(
            referral_id=row.letter_id,
            number=row.number,
            municipality=row.municipality,
            submitted_at=row.submitted_at,
            steps=tuple(steps),
            contact=AddressBook(self.session).contact(row.municipality),
            acknowledgement=acknowledgement,
            digest_ok=self._digest_ok(row.letter_id),
        )

    def _acknowledgement(self, row: ReferralRow) -> Acknowledgement | None:
        if row.acknowledgement is None:
            return None
        return Acknowledgement.model_validate(json.loads(self.vault.open(row.acknowledgement, _place(row))))

    def _digest_ok(self, letter_id: str) -> bool | None:
        delivery = self.session.get_one(OutgoingRow, letter_id)
        if delivery.state != State.RECEIVED:
            return None
        return delivery.receipt_digest in {sealed.digest for sealed in outbox.envelopes(self.session, letter_id)}


def _place(row: ReferralRow) -> str:
    return f"acknowledgement:{row.letter_id}"
