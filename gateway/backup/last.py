"""When this site was last backed up, for whoever should be reminded; nothing of what the backup holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from directory.columns import UtcDateTime
from keys.fingerprint import Fingerprint

THE_LAST = 1


class BackupTable(SQLModel, registry=registry()):
    """The family of tables about backups."""


class BackupRow(BackupTable, table=True):
    """The last backup that was made, or that this site was restored from: one row, which the next one replaces."""

    __tablename__ = "backups"

    id: int = Field(primary_key=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    fingerprint: str


@dataclass(frozen=True)
class LastBackup:
    """The last backup: when it was made, and the newest of our keys it holds."""

    made_at: datetime
    newest_key: Fingerprint


def last_backup(session: Session) -> LastBackup | None:
    """Tell of the last backup; None when there has been none."""
    row = session.get(BackupRow, THE_LAST)
    return LastBackup(row.made_at, Fingerprint(row.fingerprint)) if row else None


def remember(session: Session, made: LastBackup) -> None:
    """Keep in the caller's transaction that a backup was made."""
    session.merge(BackupRow(id=THE_LAST, made_at=made.made_at, fingerprint=made.newest_key))
