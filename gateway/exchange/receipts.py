"""Technical receipts: the other gateway says by itself what it got; ours say what we got (E14, MedCom acknowledgement).

A receipt names the letter, the envelope it came in, a verdict, a reason code when it is not good, and the SHA-256 of
the payload that was opened: proof of what was received. Nobody answers a receipt.
"""

import enum
import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError
from sqlmodel import Session

from gateway.audit import put_back
from gateway.exchange import outbox, resend
from gateway.exchange.delivery import Course, State, retry_after
from gateway.exchange.ports import Arrived
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.letters import Kind, Letter
from gateway.wire.payload import SHAPE


class Verdict(enum.StrEnum):
    """The three words of a receipt."""

    OK = "ok"
    """Opened, checked and stored."""
    FATAL = "fatal-error"
    """Cannot be taken; sending the same again will not help."""
    TRANSIENT = "transient-error"
    """Could not be taken now; send it again."""


CODE: Final = re.compile(r"[A-Z][A-Z_]{0,63}")
NO_CODE: Final = "NO_CODE"


def _code(said: object) -> str | None:
    """Read a reason code; a sentence, a number or a name in its place goes no further than here."""
    if said is None:
        return None
    return said if isinstance(said, str) and CODE.fullmatch(said) else NO_CODE


class ReceiptBody(BaseModel):
    """What a receipt says."""

    model_config = SHAPE

    of: str | None = None
    envelope: str = Field(max_length=64)
    verdict: Verdict
    reason: Annotated[str | None, BeforeValidator(_code)] = None
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    received_at: AwareDatetime


def receipt_for(body: ReceiptBody, *, conversation_id: str, party: str, number: str) -> Letter:
    """Write the receipt for one letter to its sender."""
    return Letter(Kind.RECEIPT, conversation_id, party, number, body.model_dump(mode="json"))


def settle(session: Session, arrived: Arrived, now: datetime) -> None:
    """Let a receipt settle the delivery it is about.

    Around a restore from a backup some settle nothing, and the next copy is answered for its own: one that was signed
    before its sender was restored, and one for an envelope that we lost ourselves.
    Raises LetterUnreadable when it does not parse, LetterOutOfTurn when it is about a letter that never went to its
    sender, or states a digest of something we never sealed.
    """
    try:
        body = ReceiptBody.model_validate(dict(arrived.body))
    except ValidationError:
        raise LetterUnreadable from None
    envelope = session.get(EnvelopeRow, body.envelope)
    row = session.get(OutgoingRow, envelope.letter_id) if envelope else None
    if row is None and _is_for_a_lost_envelope(session, body, arrived.from_party):
        return
    if row is None or row.to_party != arrived.from_party:
        raise LetterOutOfTurn
    if body.digest not in {sealed.digest for sealed in outbox.envelopes(session, row.letter_id)}:
        raise LetterOutOfTurn
    if resend.is_of_a_lost_machine(session, row, arrived.signed_at) or _refuses_an_earlier_copy(session, body, row):
        return
    row.receipt_digest = body.digest
    outbox.steer(session, row, _course(body, row, now), now)


def _refuses_an_earlier_copy(session: Session, body: ReceiptBody, row: OutgoingRow) -> bool:
    """Tell whether a letter was refused before all that its reader had lost was sent again; it is on its way anew."""
    envelope = session.get(EnvelopeRow, body.envelope)
    if body.verdict is Verdict.OK or envelope is None:
        return False
    return resend.was_queued_since(session, row.letter_id, envelope.made_at)


def _is_for_a_lost_envelope(session: Session, body: ReceiptBody, party: str) -> bool:
    row = session.get(OutgoingRow, body.of) if body.of else None
    return row is not None and row.to_party == party and any(put_back.put_back(session))


def _course(body: ReceiptBody, row: OutgoingRow, now: datetime) -> Course:
    if body.verdict is Verdict.OK:
        return Course(State.RECEIVED, None)
    if body.verdict is Verdict.FATAL:
        return Course(State.REFUSED, None, body.reason or "")
    return Course(State.QUEUED, now + retry_after(max(row.tries, 1), 0.5), body.reason or "")
