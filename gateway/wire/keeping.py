"""What the two gateways tell each other about the line itself: tests, keys, contacts. No citizen is in any of it."""

import enum
from typing import Annotated

from pydantic import Field

from gateway.wire.body import Body, Name, Phone, Short
from gateway.wire.referral import Moment

Print = Annotated[str, Field(pattern=r"^[0-9A-F]{40}$")]
Armoured = Annotated[str, Field(max_length=90_000, pattern=r"^-----BEGIN PGP [ -~\r\n]+$")]


class Why(enum.StrEnum):
    """Why a TEST is sent."""

    NIGHTLY = "nightly"
    """Once a night, so that silence is seen (D12)."""
    ADDRESS = "address"
    """To a new address, before it is used (D11)."""
    GREETING = "greeting"
    """To a party whose key was just pinned: its receipt shows that both ends use the right keys."""
    ASKED = "asked"
    """A person wanted to know."""


class Heartbeat(Body):
    """A TEST. `code` is read back by phone where a person with a mail program, not a gateway, opens it."""

    why: Why
    unit: Short
    phone: Phone
    code: Annotated[str, Field(max_length=16)] = ""


class Drill(Body):
    """A TEST referral: a person acknowledges it by hand, as they would a citizen's."""

    asked_at: Moment
    unit: Short
    phone: Phone


class KeyChange(Body):
    """A new key for an old one: `proof` is the new key's own signature on `statement`.

    From `old_ends_at` on nothing is sealed to the old key any more, and nothing signed by it that arrives is believed.
    """

    old: Print
    new: Print
    certificate: Armoured
    proof: Armoured
    old_ends_at: Moment


class ContactChange(Body):
    """How the sender's unit is reached from `valid_from` on (D5). It counts when people have confirmed it by phone."""

    unit_name: Name
    email: Annotated[str, Field(max_length=254)]
    phone: Phone
    hours: Short = ""
    kind: Annotated[str, Field(max_length=16)] = "gateway"
    valid_from: Moment
    written_by: Name


class Resend(Body):
    """The sender lost what came since this moment, and asks for it again; letters keep their ids.

    `kept` is the last entry of its own log that it still has.
    """

    since: Moment
    kept: Annotated[int, Field(ge=0, lt=2**63)] = 0


def statement(*, party: str, old: str, new: str) -> bytes:
    """Give what a new key signs to prove that its owner holds it, and whose successor it is for whom."""
    return f"stafet-key-change\n1\n{party}\n{old}\n{new}\n".encode()
