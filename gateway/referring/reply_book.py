"""What was written by hand about a referral, as it is kept: once, locked, and waiting until somebody has read it."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from gateway.exchange.erasing import GONE
from gateway.referring.rows import ReferralRow, ReplyRow
from gateway.site.cipher import Vault
from gateway.wire.letters import new_id


class Words(BaseModel):
    """What is locked of an answer: who says they wrote it, and what it says, both made harmless."""

    by: str
    text: str


@dataclass(frozen=True)
class Reply:
    """One answer as the desk reads it. `read_at`: a person here has opened it; None: nobody has yet."""

    received_at: datetime
    read_at: datetime | None
    by: str = field(repr=False)
    text: str = field(repr=False)


def keep(session: Session, vault: Vault, referral: ReferralRow, words: Words, sign: str, received_at: datetime) -> bool:
    """Keep an answer for somebody to read; False when one with its sign was kept before."""
    if session.exec(select(ReplyRow.id).where(ReplyRow.sign == sign)).first():
        return False
    kept = ReplyRow(id=new_id(), referral_id=referral.letter_id, received_at=received_at, sign=sign, locked=b"")
    kept.locked = vault.lock(words.model_dump_json().encode(), reply_place(kept))
    session.add(kept)
    session.flush()
    return True


def replies_to(session: Session, vault: Vault, row: ReferralRow) -> tuple[Reply, ...]:
    """Read the answers to a referral, oldest first; what was erased is left out. Raises VaultDamaged."""
    kept = select(ReplyRow).where(ReplyRow.referral_id == row.letter_id, ReplyRow.locked != GONE)
    return tuple(_reply(vault, one) for one in session.exec(kept.order_by(col(ReplyRow.received_at))))


def read(session: Session, referral_id: str, now: datetime) -> int:
    """Note that a person at the desk has the answers to a referral before them; tell how many are new to the desk."""
    found = session.exec(select(ReplyRow).where(ReplyRow.referral_id == referral_id, _new())).all()
    for one in found:
        one.read_at = now
    session.flush()
    return len(found)


def unread_since(session: Session, row: ReferralRow) -> datetime | None:
    """Tell since when an answer waits for a person at the desk to read it; None when none does."""
    waits = select(func.min(ReplyRow.received_at)).where(ReplyRow.referral_id == row.letter_id, _new())
    return session.exec(waits).one()


def unread() -> ColumnElement[bool]:
    """Say which referrals have an answer that nobody at the desk has read."""
    return col(ReferralRow.letter_id).in_(select(ReplyRow.referral_id).where(_new()))


def _new() -> ColumnElement[bool]:
    return col(ReplyRow.read_at).is_(None)


def _reply(vault: Vault, row: ReplyRow) -> Reply:
    words = Words.model_validate_json(vault.open(row.locked, reply_place(row)))
    return Reply(row.received_at, row.read_at, words.by, words.text)


def reply_place(row: ReplyRow) -> str:
    """Name the place an answer is locked for."""
    return f"reply:{row.id}"
