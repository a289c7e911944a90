"""That the log was put back to what a backup held: signed, so that what others saw beyond it is explained by that.

What was noted between the backup and the restore is lost here. Others have seen heads of it, and go on telling of them
until they hear that this site was restored. Such a head is no sign of tampering when it lies beyond the last entry the
backup held; one that names an entry up to there must be held by the log as ever. Nobody but who holds the site's secret
key can sign that a log was put back, and it is told at each verification.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from gateway.audit.chain import Head
from gateway.audit.rows import EntryRow, RestoreRow
from gateway.audit.statements import Notary, Statement
from gateway.audit.trail import head

SETTLING: Final = timedelta(days=14)
"""How long others may still tell of what was lost; one who has heard of the restore no longer does."""

BACKUP: Final = "backup"
MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"
"""How the entry about a restore says, in UTC, when its backup was made."""


@dataclass(frozen=True)
class PutBack:
    """The log was put back `at` to the backup in which `kept` was its last entry; `backup` is when that was made."""

    kept: int
    at: datetime
    backup: str = ""


def sign(session: Session, notary: Notary, now: datetime) -> Head:
    """Sign, before anything else is noted, how far the backup held the log; raises SealRefused or KeyringError."""
    kept = head(session)
    signature = notary.sign(Statement.RESTORE, kept, now)
    session.add(RestoreRow(seq=kept.seq, hash=kept.hash, at=now, signed_by=notary.own, signature=signature))
    return kept


def put_back(session: Session) -> Iterator[PutBack]:
    """List when the log was put back, oldest first, without proving it."""
    rows = select(RestoreRow.seq, RestoreRow.at).order_by(col(RestoreRow.seq))
    return (PutBack(seq, at) for seq, at in session.exec(rows))


def backup_of(session: Session, kept: int) -> str:
    """Tell when the backup was made, as the entry after the last one it held says; empty when it says nothing."""
    try:
        said = json.loads(session.exec(select(EntryRow.detail).where(EntryRow.seq == kept + 1)).one())[BACKUP]
        return f"{datetime.strptime(said, MOMENT).replace(tzinfo=UTC):{MOMENT}}"
    except (SQLAlchemyError, ValueError, TypeError, LookupError):  # somebody else has written there
        return ""


def explains(restores: Iterable[PutBack], seq: int, told_at: datetime) -> bool:
    """Tell whether a head that another party told of is one that was lost with a restore."""
    return any(one.kept < seq and told_at <= one.at + SETTLING for one in restores)
