"""Who can sign in, whether the trail holds, and whether what is old is erased."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from gateway.access.tries import FREE
from gateway.audit import checkpoints
from gateway.audit.last_signed import stands
from gateway.audit.raw import Signed
from gateway.audit.rows import EntryRow
from gateway.audit.trail import head
from gateway.audit.witness import contradictions
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.retention.look import kept_back
from gateway.retention.run import Retain, last_run
from gateway.site.people import CredentialRow, PersonRow, Role, TriesRow

LATE: Final = timedelta(hours=1)
"""A checkpoint is signed every quarter of an hour while anything happens."""
TWO_DAYS: Final = timedelta(days=2)


def people(session: Session) -> Iterator[Finding]:
    """Count those who keep the site, those who cannot sign in, and those who have tried in vain."""
    active = [*session.exec(select(PersonRow).where(col(PersonRow.active)))]
    admins = sum(row.role == Role.ADMIN for row in active)
    passwords = set(session.exec(select(CredentialRow.person_id)))
    without = sum(row.id not in passwords for row in active)
    waiting = session.exec(select(func.count()).where(col(TriesRow.wrong) > FREE)).one()
    if not admins:
        yield bad(Check.PEOPLE, "ADMINS_NONE")
    elif admins == 1:
        yield look(Check.PEOPLE, "ADMINS_ONE")
    if without:
        yield look(Check.PEOPLE, "PASSWORDS_MISSING", count=without)
    if waiting:
        yield look(Check.PEOPLE, "TRIED_IN_VAIN", count=waiting)
    yield well(Check.PEOPLE, "PEOPLE", count=len(active), admins=admins)


def trail(session: Session, signed: Signed | None, now: datetime) -> Iterator[Finding]:
    """Hold the head of the trail against its last entry, the last checkpoints, and what others have seen of it."""
    reached, last = head(session), checkpoints.latest(session)
    row = session.get(EntryRow, reached.seq)
    found = []
    if reached.seq and (row is None or row.hash != reached.hash):
        found.append(bad(Check.LOG, "LOG_HEAD_DIFFERS"))
    if not stands(session, signed):
        found.append(bad(Check.LOG, "LOG_NOT_AS_SIGNED"))
    if told := contradictions(session):
        found.append(bad(Check.LOG, "LOG_CONTRADICTED", count=len(told)))
    behind = last is None or (last.seq < reached.seq and now - last.at > LATE)
    if reached.seq and behind:
        found.append(look(Check.LOG, "LOG_NOT_SIGNED", entries=reached.seq - (last.seq if last else 0)))
    yield from found or [well(Check.LOG, "LOG_HOLDS", entries=reached.seq)]


def retention(session: Session, retain: Retain, now: datetime) -> Iterator[Finding]:
    """Ask when retention last ran, and what is old and waits for a person."""
    last, held = last_run(session), kept_back(session, retain.erasers, retain.terms, now)
    if last is None:
        yield look(Check.RETENTION, "RETENTION_NOT_YET")
    elif now - last > TWO_DAYS:
        yield bad(Check.RETENTION, "RETENTION_LATE", days=(now - last).days)
    else:
        yield well(Check.RETENTION, "RETENTION_RUNS")
    if held:
        yield look(Check.RETENTION, "RETENTION_HELD", count=len(held))
