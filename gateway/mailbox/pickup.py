"""How picking up mail goes, for those who look after the site: noted by the daemon, read by `doctor`."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from gateway.mailbox.rows import PickupRow

TROUBLE_AFTER: Final = timedelta(hours=1)
"""How long it may fail before those who keep the site are told."""


def state(session: Session) -> PickupRow:
    """Tell how it goes; a new row, where it was never tried."""
    return session.get(PickupRow, 1) or PickupRow()


def failing(session: Session, now: datetime) -> datetime | None:
    """Tell since when it has failed, or has not been tried; None where that is not long enough to tell anybody."""
    row = state(session)
    since = row.failing_since or row.looked_at
    return since if since is not None and now - since >= TROUBLE_AFTER else None


def went_well(session: Session, now: datetime, too_large: int) -> None:
    """Note that everything in the mailbox has been looked at; `too_large` of it was left there."""
    row = state(session)
    row.looked_at, row.failing_since, row.reason, row.too_large = now, None, "", too_large
    session.add(row)


def failed(session: Session, now: datetime, reason: str) -> None:
    """Note why it fails; since when stays, until it goes well again."""
    row = state(session)
    row.failing_since, row.reason = row.failing_since or now, reason
    session.add(row)
