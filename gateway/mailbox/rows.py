"""What a mailbox was told, and how picking up from one goes, as rows: ids, codes and times.

What no longer stands is deleted, so they stay few.
"""

from datetime import date, datetime

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime


class MailboxTable(SQLModel, registry=registry()):
    """The family of tables about mail without content."""


class MailRow(MailboxTable, table=True):
    """A mail that is to leave, or the last one that did: `whose` mailbox, its matter as `kind`, and how it stands.

    Its id is the mail's own, and stays the same however often it is tried.
    """

    __tablename__ = "mailbox_mails"

    id: str = Field(primary_key=True)
    whose: str = Field(index=True)
    kind: str
    state: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    reason: str = ""


class ToldMailboxRow(MailboxTable, table=True):
    """What a mailbox was told of, and on which day last: why (`what`), and about which case or party."""

    __tablename__ = "mailbox_told"

    whose: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    step: int = Field(primary_key=True, default=0)
    day: date


class PickupRow(MailboxTable, table=True):
    """How picking up goes; there is one row at the most.

    `looked_at`: when all that lay there was looked at last. `reason`: why that fails now, since `failing_since`; empty:
    it does not. `too_large`: mails for us that were left there, because nobody may send us so large ones.
    """

    __tablename__ = "mailbox_pickup"

    id: int = Field(primary_key=True, default=1)
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""
    too_large: int = 0
