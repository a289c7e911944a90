"""A new address is proved by a TEST sent to it: its signed receipt comes back, or a person reads its code out (D11)."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from directory.changes import ChangeRow
from directory.model import Contact, UnitKind
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.contacts.errors import CodeSpent
from gateway.exchange.delivery import State
from gateway.exchange.ports import Post
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, StepRow
from gateway.site.cipher import Vault
from gateway.wire.keeping import Heartbeat, Why
from gateway.wire.letters import Kind, Letter, new_id

AGAIN_AFTER: Final = timedelta(days=1)
TRIES: Final = 5
CODE_DIGITS: Final = 6


@dataclass(frozen=True)
class Proving:
    """Sends TESTs and hears their answers."""

    vault: Vault
    post: Post
    unit: Callable[[], Contact]

    def test(self, session: Session, row: ChangeRow, now: datetime) -> None:
        """Send a TEST to the address of a confirmed change; the code of the one before counts no more."""
        code = _code() if row.kind == UnitKind.MAIL_CLIENT else ""
        row.code_sign, row.code_tries = (self._sign(row, code) if code else ""), 0
        row.test_letter_id, row.tested_at = self._send(session, row.party, Why.ADDRESS, row.email or "", code), now
        noted_by_daemon(session, Action.TEST, now, row.party, detail={"change": row.id})

    def greet(self, session: Session, contact: Contact) -> None:
        """Send a TEST to a gateway whose key was just pinned: its receipt shows that both ends use the right keys."""
        if contact.kind is UnitKind.GATEWAY:
            self._send(session, contact.party, Why.GREETING)

    def is_right(self, row: ChangeRow, code: str) -> bool:
        """Compare a code that was read aloud; a wrong one is counted. Raises CodeSpent."""
        if not row.code_sign or row.code_tries >= TRIES:
            raise CodeSpent
        digits = "".join(filter(str.isdecimal, code))
        right = hmac.compare_digest(row.code_sign, self._sign(row, digits))
        row.code_tries += not right
        return right

    def _send(self, session: Session, party: str, why: Why, to_address: str = "", code: str = "") -> str:
        unit = self.unit()
        grouped = f"{code[:3]} {code[3:]}".strip()
        body = Heartbeat(why=why, unit=unit.unit_name, phone=unit.phone, code=grouped).written()
        letter = Letter(Kind.HEARTBEAT, new_id(), party, "", body, to_address=to_address)
        self.post(session, letter)
        return letter.letter_id

    def _sign(self, row: ChangeRow, code: str) -> str:
        return self.vault.index(f"code:{row.id}:{code}")


def answered(session: Session, row: ChangeRow) -> datetime | None:
    """Tell when the signed receipt of a TEST to the new address came, if one has."""
    receipt = (
        select(StepRow.at)
        .join(OutgoingRow, col(OutgoingRow.letter_id) == col(StepRow.letter_id))
        .join(EnvelopeRow, col(EnvelopeRow.letter_id) == col(StepRow.letter_id))
        .where(
            OutgoingRow.to_party == row.party,
            OutgoingRow.to_address == row.email,
            OutgoingRow.state == State.RECEIVED,
            col(OutgoingRow.posted_at) >= row.confirmed_at,
            EnvelopeRow.address == row.email,
            EnvelopeRow.digest == OutgoingRow.receipt_digest,
            StepRow.state == State.RECEIVED,
        )
    )
    return session.exec(receipt).first()


def wants_another(session: Session, row: ChangeRow, now: datetime) -> bool:
    """Tell whether a gateway has been silent for a day since the last TEST left; one that still waits is enough."""
    if row.kind == UnitKind.MAIL_CLIENT or row.tested_at is None or now < row.tested_at + AGAIN_AFTER:
        return False
    last = session.get(OutgoingRow, row.test_letter_id or "")
    return last is None or last.state not in (State.QUEUED, State.PARKED)


def _code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
