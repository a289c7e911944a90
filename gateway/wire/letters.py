"""What one end tells the other, and the fixed heading each letter carries (E9)."""

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.language import mark

SCHEMA: Final = 1
"""The version of the payload's shape; a reader ignores fields it does not know (E20)."""


class Kind(enum.StrEnum):
    """The kinds of letter."""

    REFERRAL = "referral"
    """The region passes a citizen's request for help on to the municipality."""
    RECEIPT = "receipt"
    """The other gateway says by itself that a letter arrived, and what it held. Nobody answers a receipt."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """A named person at the municipality has taken the referral."""


HEADINGS: Final[Mapping[Kind, str]] = {
    Kind.REFERRAL: mark("Concern referral"),
    Kind.RECEIPT: mark("Technical receipt"),
    Kind.ACKNOWLEDGEMENT: mark("Acknowledgement"),
}


def new_id() -> str:
    """Make the id of a letter, an envelope or a case: a random UUID, as MedCom wants them."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Letter:
    """One letter before it is sealed: who it is for and what it says.

    `number` is the referral's number that people quote on the phone ("2026-0042"). `body` is JSON, and personal.
    """

    kind: Kind
    conversation_id: str
    to_party: str
    number: str
    body: Mapping[str, Any] = field(repr=False)
    letter_id: str = field(default_factory=new_id)
