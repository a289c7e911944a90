"""Changes of a party's contact or key that wait for people: proposed by one, confirmed by another, then proved.

    PROPOSED ──► CONFIRMED ──► PROVED ──► active on its day
        └───────────┴────────────┴─────► refused, withdrawn

A second person rings the number that is known already (D11); a new address is proved by a signed answer from it.
"""

import enum
from datetime import datetime

from sqlalchemy import Index, column
from sqlmodel import Field, Session, col, func, select

from directory.columns import UtcDateTime
from directory.tables import DirectoryTable


class Stand(enum.StrEnum):
    """How far a change has come."""

    PROPOSED = "proposed"
    """One person, or the party itself, has asked for it; nobody has rung yet."""
    CONFIRMED = "confirmed"
    """A second person has rung. A new address waits for its signed answer."""
    PROVED = "proved"
    """Everything is in order; it takes effect on its day."""
    ACTIVE = "active"
    """It is in the book."""
    REFUSED = "refused"
    """Somebody here found it wrong, or withdrew it."""


class ChangeRow(DirectoryTable, table=True):
    """A change of one party's contact, key or both; what is None stays as it is.

    `proposed_by` is a person's id, or the party's code when it came as the signed letter `letter_id`. `called` is the
    number that was rung; `spoken_with` locks the name of the person there. `alone`: one administrator did both.
    `test_letter_id` is the last TEST sent to the new address, `code_sign` a keyed hash of the code in it, which
    `code_tries` people got wrong.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index(
            "changes_one_open_per_party",
            "party",
            unique=True,
            sqlite_where=column("ended_at").is_(None),
            postgresql_where=column("ended_at").is_(None),
        ),
    )

    id: str = Field(primary_key=True)
    party: str
    unit_name: str | None = None
    email: str | None = None
    phone: str | None = None
    hours: str | None = None
    kind: str | None = None
    gln: str | None = None
    sor: str | None = None
    postal: str | None = None
    fingerprint: str | None = None
    certificate: bytes | None = None
    valid_from: datetime = Field(sa_type=UtcDateTime)
    stand: str = Stand.PROPOSED
    proposed_by: str
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    letter_id: str | None = None
    confirmed_by: str = ""
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    called: str = ""
    spoken_with: bytes | None = None
    alone: bool = False
    test_letter_id: str | None = None
    tested_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    code_sign: str = ""
    code_tries: int = 0
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""


def open_change(session: Session, party: str) -> ChangeRow | None:
    """Find the one change of a party that is under way."""
    return session.exec(select(ChangeRow).where(ChangeRow.party == party, col(ChangeRow.ended_at).is_(None))).first()


def expected_address(session: Session, party: str) -> set[str]:
    """Give the address a party is about to have, once a person has confirmed it by phone."""
    change = open_change(session, party)
    return {change.email} if change and _is_expected(change) and change.email else set()


def expected_at(session: Session, address: str) -> ChangeRow | None:
    """Find the confirmed change by which a party is about to have an address."""
    same = func.lower(ChangeRow.email) == address.lower()
    waiting = session.exec(select(ChangeRow).where(same, col(ChangeRow.ended_at).is_(None)))
    return next(filter(_is_expected, waiting), None)


def _is_expected(change: ChangeRow) -> bool:
    return change.stand in (Stand.CONFIRMED, Stand.PROVED)
