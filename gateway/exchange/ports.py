"""What the exchange needs from the world, and what it hands to the end it runs at."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from gateway.wire.letters import Kind, Letter
from keys.fingerprint import Fingerprint


@dataclass(frozen=True)
class Arrived:
    """A letter that was opened, checked and found to be new: what a handler acts on.

    `received_at` is read from the rules' clock; `signed_at` is what the signature says.
    """

    letter_id: str
    conversation_id: str
    kind: Kind
    from_party: str
    number: str
    body: Mapping[str, Any] = field(repr=False)
    received_at: datetime
    signed_by: Fingerprint
    signed_at: datetime


Handler = Callable[[Session, Arrived], None]
"""Takes a letter over in the transaction that remembers it; raises LetterUnreadable or LetterOutOfTurn to refuse it."""

Post = Callable[[Session, Letter], None]
"""Writes a letter into the outbox in the caller's transaction; the daemon seals and sends it."""


class Passage(enum.StrEnum):
    """How an attempt to hand an envelope to the relay ended."""

    ACCEPTED = "accepted"
    """The relay answered 250 to the whole letter."""
    UNCERTAIN = "uncertain"
    """The connection broke after the content went; it may have been accepted. It goes again; a receipt settles it."""
    NOT_REACHED = "not-reached"
    """Nothing was handed over: no connection, no trusted TLS, or a 4xx answer. Try again."""
    REFUSED = "refused"
    """The relay said 5xx: trying the same again will not help by itself."""


@dataclass(frozen=True)
class Attempt:
    """What one attempt came to. `detail` is a short code for the log, never what the server wrote."""

    passage: Passage
    detail: str = ""


class Relay(Protocol):
    """The way out: a mail server we trust by its certificate."""

    async def send(self, envelope: bytes, sender: str, recipient: str) -> Attempt:
        """Hand over one envelope to one recipient over verified TLS; never raises for trouble on the way."""
        ...
