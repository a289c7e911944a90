"""What the machine gives the site: room on the disk, a path GnuPG can use, a clock, and a daemon that runs."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from gateway.audit.rows import EntryRow
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.doctor.traffic import LATELY
from gateway.exchange.rows import ArrivalRow, StepRow
from gateway.retention.errors import RetentionRefused
from gateway.retention.run import is_due
from gateway.site.home import Home
from keys import gpg
from keys.errors import GpgMissing, KeyringError, SignedInFuture
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


def gnupg() -> Iterator[Finding]:
    """Ask which GnuPG there is; one that works is told of with the key."""
    try:
        version = gpg.installed()
    except GpgMissing:
        yield bad(Check.KEY, "GPG_MISSING")
    except KeyringError as error:
        yield bad(Check.KEY, "GPG_FAILS", reason=error.code)
    else:
        if version < gpg.OLDEST:
            yield bad(Check.KEY, "GPG_TOO_OLD", version=".".join(map(str, version)))


def agent(home: Home) -> Iterator[Finding]:
    """Ask for GnuPG's agent, where a key could not be used."""
    with home.in_use() as last_one:
        answers = gpg.agent_answers(home.gnupg)
        if answers and last_one:
            gpg.stop_agent(home.gnupg)
    if not answers:
        yield bad(Check.KEY, "AGENT_SILENT")


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
    if ahead := _signed_ahead(session, now):
        yield look(Check.CLOCK, "CLOCK_LETTERS_AHEAD", count=ahead, days=LATELY.days)
    try:
        is_due(session, now)
    except RetentionRefused as refusal:
        yield bad(Check.CLOCK, refusal.code)
    else:
        yield well(Check.CLOCK, "CLOCK_BELIEVED")


def _signed_ahead(session: Session, now: datetime) -> int:
    """Count the letters that came lately, signed later than our clock said it was."""
    came = select(func.count()).where(
        ArrivalRow.reason == SignedInFuture.code, col(ArrivalRow.arrived_at) > now - LATELY
    )
    return session.exec(came).one()
