"""How mail to a mailbox goes: what left last, what does not get through, and what came back."""

import enum
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete, select

from gateway.mailbox.rows import MailRow, ToldMailboxRow

CAME_BACK: Final = "CAME_BACK"

TROUBLE_AFTER: Final = timedelta(days=1)
"""How long a mail may fail to get through before those who keep the site are told."""


class Whose(enum.StrEnum):
    """Whose mailbox."""

    UNIT = "unit"
    """The unit's: whoever takes referrals reads it."""
    KEEPERS = "keepers"
    """The administrators'."""


class MailState(enum.StrEnum):
    """How a mail stands."""

    WAITING = "waiting"
    """It is to leave, or did not get through yet."""
    SENT = "sent"
    """The relay has taken it."""
    BOUNCED = "bounced"
    """It came back."""


def waiting(session: Session, whose: Whose) -> MailRow | None:
    """Give the mail that is to leave, if there is one."""
    return session.exec(select(MailRow).where(MailRow.whose == whose, MailRow.state == MailState.WAITING)).first()


def last_sent(session: Session, whose: Whose) -> MailRow | None:
    """Give the mail that left last, also when it came back."""
    sent = select(MailRow).where(MailRow.whose == whose, col(MailRow.sent_at).is_not(None))
    return session.exec(sent.order_by(col(MailRow.sent_at).desc())).first()


def trouble(session: Session, now: datetime, whose: Whose) -> MailRow | None:
    """Give a mail that came back, or has not got through for a day."""
    late = (
        (col(MailRow.state) == MailState.WAITING)
        & (col(MailRow.tries) > 0)
        & (col(MailRow.made_at) <= now - TROUBLE_AFTER)
    )
    failed = (col(MailRow.state) == MailState.BOUNCED) | late
    return session.exec(select(MailRow).where(MailRow.whose == whose, failed)).first()


def is_ours(session: Session, ids: Collection[str]) -> bool:
    """Tell whether one of `ids` is a mail's that left here."""
    return session.exec(select(MailRow.id).where(col(MailRow.id).in_(ids))).first() is not None


def came_back(session: Session, ids: Collection[str], status: str) -> bool:
    """Note that a mail server could not deliver a mail, if one of `ids` is its own; `status` is a code (RFC 3463)."""
    row = session.exec(select(MailRow).where(col(MailRow.id).in_(ids))).first()
    if row is None:
        return False
    if row.state == MailState.SENT:
        row.state, row.reason = MailState.BOUNCED, "_".join(filter(None, (CAME_BACK, status)))
        session.add(row)
    return True


def forget(session: Session) -> None:
    """Forget everything, as when another mailbox is chosen: that one was told nothing yet, and has no trouble."""
    session.exec(delete(MailRow))
    session.exec(delete(ToldMailboxRow))
