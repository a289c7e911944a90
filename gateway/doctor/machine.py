"""What the machine gives the site: room on the disk, a path GnuPG can use, a clock, and a daemon that runs."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from gateway.audit.rows import EntryRow
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.exchange.rows import ArrivalRow, StepRow
from gateway.retention.errors import RetentionRefused
from gateway.retention.run import is_due
from gateway.site.home import Home
from keys.keyring import LONGEST_HOME

MEGABYTE: Final = 1024 * 1024
LITTLE_ROOM: Final = 500
NO_ROOM: Final = 50
CLOCKS_DIFFER: Final = timedelta(minutes=5)


def disk(home: Home) -> Iterator[Finding]:
    """Ask for room: a full disk lets no letter in and none out."""
    free = shutil.disk_usage(home.path).free // MEGABYTE
    if free < NO_ROOM:
        yield bad(Check.MACHINE, "DISK_FULL", megabytes=free)
    elif free < LITTLE_ROOM:
        yield look(Check.MACHINE, "DISK_NEARLY_FULL", megabytes=free)
    else:
        yield well(Check.MACHINE, "DISK_ROOM", megabytes=free)


def path(home: Home) -> Iterator[Finding]:
    """Measure the path to the GnuPG home: beyond its limit no key can be used."""
    length = len(os.fsencode(home.gnupg.resolve()))
    if length > LONGEST_HOME:
        yield bad(Check.MACHINE, "PATH_TOO_LONG", length=length, longest=LONGEST_HOME)


def daemon(home: Home) -> Iterator[Finding]:
    """Ask whether the daemon runs."""
    yield well(Check.DAEMON, "RUNNING") if home.is_running() else bad(Check.DAEMON, "NOT_RUNNING")


def clock(session: Session, now: datetime) -> Iterator[Finding]:
    """Hold the clock against what was written last, and against the last run of retention."""
    columns = (EntryRow.at, ArrivalRow.arrived_at, StepRow.at)
    newest = [at for column in columns if (at := session.exec(select(func.max(col(column)))).one()) is not None]
    if newest and max(newest) > now + CLOCKS_DIFFER:
        yield bad(Check.CLOCK, "CLOCK_BEFORE_ROWS")
        return
    try:
        is_due(session, now)
    except RetentionRefused as refusal:
        yield bad(Check.CLOCK, refusal.code)
    else:
        yield well(Check.CLOCK, "CLOCK_BELIEVED")
