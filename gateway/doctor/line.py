"""Whether the line to the other parties is alive, and what of contacts and keys waits for a person (D12)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from gateway import upkeep
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.liveness.board import Grade, Reason
from gateway.liveness.notices import (
    BACKUP_NEVER,
    BACKUP_OLD,
    MAILBOX_FAILS,
    OWN_KEY_ENDED,
    OWN_KEY_ENDS,
    PICKUP_FAILS,
    Notice,
)
from gateway.station import Station
from gateway.terminal import dates

TOLD_ELSEWHERE: Final = frozenset(
    {Reason.NOT_VERIFIED, OWN_KEY_ENDS, OWN_KEY_ENDED, BACKUP_OLD, BACKUP_NEVER, MAILBOX_FAILS, PICKUP_FAILS}
)
"""These have checks of their own; a contact that was never confirmed shows on the board."""


def examine(station: Station, session: Session, now: datetime) -> Iterator[Finding]:
    """Tell what those who keep the site are to act on, each with the phone to ring."""
    found: defaultdict[tuple[str, Grade], list[Notice]] = defaultdict(list)
    for notice in upkeep.notices(station).now(session, now):
        if notice.code not in TOLD_ELSEWHERE:
            found[notice.code, notice.grade].append(notice)
    for (code, grade), notices in found.items():
        make = bad if grade is Grade.RED else look
        yield make(Check.LINE, f"LINE_{code}", parties=", ".join(filter(None, map(_named, notices))))
    if not found:
        yield well(Check.LINE, "LINE_ALIVE")


def _named(notice: Notice) -> str:
    phone = dates.phone(notice.phone)
    return f"{notice.name} ({phone})" if phone else notice.name
