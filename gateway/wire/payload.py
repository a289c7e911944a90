"""A letter as versioned JSON: who says what to whom, in which conversation, padded so that its size tells little."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from gateway.wire.errors import LetterUnreadable
from gateway.wire.letters import SCHEMA, Kind, Letter
from keys.fingerprint import Fingerprint

NUMBER: Final = r"^[0-9A-Za-z-]{0,32}$"
"""A referral's number; it goes into a header of whatever is answered, so nothing else may stand in it."""
UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

SHAPE: Final = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)


class Address(BaseModel):
    """A party as a letter names it: its code, mail address and the fingerprint of its key."""

    model_config = SHAPE

    party: str = Field(max_length=100)
    address: str = Field(max_length=254)
    fingerprint: str = Field(pattern=r"^[0-9A-F]{40}$")


class TrailHead(BaseModel):
    """How far a party's audit trail had come: the number of its last entry, and that entry's hash."""

    model_config = SHAPE

    seq: int = Field(ge=1, lt=2**62)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class Trail(BaseModel):
    """Heads of two audit trails: the sender's own, and the reader's as the sender has last seen it."""

    model_config = SHAPE

    own: TrailHead | None = None
    seen: TrailHead | None = None


def _or_none(value: object, read_trail: ValidatorFunctionWrapHandler) -> Trail | None:
    """Read past a trail that cannot be read: the citizen's letter it came with matters more."""
    try:
        trail: Trail | None = read_trail(value)
    except ValidationError:
        return None
    return trail


class Payload(BaseModel):
    """One letter on the wire. Fields a newer sender adds are ignored (E20)."""

    model_config = SHAPE

    schema_version: int = Field(SCHEMA, alias="schema", ge=1)
    letter_id: str = Field(pattern=UUID)
    conversation_id: str = Field(pattern=UUID)
    kind: Kind
    number: str = Field(pattern=NUMBER)
    sent_at: AwareDatetime
    from_: Address = Field(alias="from")
    to: Address
    body: dict[str, Any]
    trail: Annotated[Trail | None, WrapValidator(_or_none)] = None
    padding: str = ""

    def encoded(self) -> bytes:
        """Write the payload as JSON in UTF-8: the bytes whose SHA-256 a receipt names."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False).encode()


def address(party: str, mail: str, fingerprint: Fingerprint) -> Address:
    """Name a party for a letter."""
    return Address(party=party, address=mail, fingerprint=str(fingerprint))


def written(letter: Letter, *, sender: Address, reader: Address, now: datetime, trail: Trail | None = None) -> Payload:
    """Write `letter` down as it is sealed at `now`; `trail` goes along, whatever the letter is about."""
    return Payload.model_validate(
        {
            "schema": SCHEMA,
            "letter_id": letter.letter_id,
            "conversation_id": letter.conversation_id,
            "kind": letter.kind,
            "number": letter.number,
            "sent_at": now,
            "from": sender,
            "to": reader,
            "body": dict(letter.body),
            "trail": trail,
        },
    )


def read(content: bytes) -> Payload:
    """Read a payload; raises LetterUnreadable, whose text never quotes what was read."""
    try:
        return Payload.model_validate_json(content)
    except (ValidationError, RecursionError):
        raise LetterUnreadable from None


def digest(content: bytes) -> str:
    """Give the SHA-256 of a payload's bytes as a receipt states it: lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()
