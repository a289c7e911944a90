"""The exchange's tables: what goes out, what came in, and what was said in each conversation. Rows are not rules."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime


class ExchangeTable(SQLModel, registry=registry()):
    """The family of tables of the exchange."""


class OutgoingRow(ExchangeTable, table=True):
    """One letter on its way out. `locked` is its body under the site's data key, until retention takes it.

    `to_address` is where a TEST goes that proves a new address; every other letter goes where the book says then.
    `turn` counts our letters of one conversation from 1, which is the order they leave in; a receipt has none (0).
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        Index("outgoing_due", "next_at"),
        Index("outgoing_turn", "conversation_id", "turn"),
        Index("outgoing_state", "state"),
    )

    letter_id: str = Field(primary_key=True)
    conversation_id: str
    kind: str
    to_party: str
    to_address: str = ""
    number: str
    turn: int = 0
    locked: bytes
    state: str
    reason: str = ""
    tries: int = 0
    times_sent: int = 0
    receipt_digest: str | None = None
    posted_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EnvelopeRow(ExchangeTable, table=True):
    """One sealing of a letter: which key signed it, which key and address it was sealed to, and what it held.

    `bounced` is what a mail server said of it later, as a code: a hint, for anybody can write such mail.
    """

    __tablename__ = "envelopes"

    envelope_id: str = Field(primary_key=True)
    letter_id: str = Field(index=True)
    digest: str
    signed_by: str
    sealed_to: str = Field(index=True)
    address: str
    made_at: datetime = Field(sa_type=UtcDateTime, index=True)
    passage: str = ""
    bounced: str = ""


class StepRow(ExchangeTable, table=True):
    """One change of state of a letter on its way out."""

    __tablename__ = "steps"

    id: int | None = Field(default=None, primary_key=True)
    letter_id: str = Field(index=True)
    state: str
    reason: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class ArrivalRow(ExchangeTable, table=True):
    """One mail as it came through the door, byte for byte; 250 was answered only after this row was stored.

    `locked` is the mail under the site's data key, for the place named `place`. `from_nobody`: the peer gave no sender
    (RFC 5321, section 4.5.5). `tries` counts the times it could not be looked at, `look_at` says when it is tried next.
    """

    __tablename__ = "arrivals"

    id: int | None = Field(default=None, primary_key=True)
    place: str
    locked: bytes
    size: int
    arrived_at: datetime = Field(sa_type=UtcDateTime)
    rules_at: datetime = Field(sa_type=UtcDateTime)
    from_nobody: bool = False
    tries: int = 0
    look_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = Field(default="waiting", index=True)
    reason: str = ""
    letter_id: str | None = None


class TakenRow(ExchangeTable, table=True):
    """The memory of one letter that was answered; it never expires, so that no copy is shown twice.

    `signed_by` is the sender's key, `opened_with` the one of ours it was sealed to.
    """

    __tablename__ = "taken"
    __table_args__ = (Index("taken_heard", "party", "taken_at"),)

    letter_id: str = Field(primary_key=True)
    party: str
    kind: str
    conversation_id: str
    digest: str
    signed_by: str
    opened_with: str = Field(default="", index=True)
    verdict: str
    reason: str = ""
    receipt_id: str | None = None
    taken_at: datetime = Field(sa_type=UtcDateTime)


class ConversationRow(ExchangeTable, table=True):
    """How far one conversation has come, and with whom it is."""

    __tablename__ = "conversations"

    conversation_id: str = Field(primary_key=True)
    party: str
    number: str
    stage: str
