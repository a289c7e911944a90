"""The figures of the line: how the parties are, whose keys end when, and whether the site itself is looked after."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from sqlmodel import Session, col, func, select

from directory.book import AddressBook
from directory.departments import is_department
from gateway.audit import checkpoints
from gateway.audit.last_signed import stands
from gateway.audit.raw import Signed
from gateway.audit.trail import head
from gateway.backup.last import last_backup
from gateway.liveness.board import Grade, Row
from gateway.liveness.rows import ToldRow
from gateway.monitor.exchange import age
from gateway.monitor.figures import Figure, Sample
from gateway.retention.run import last_run
from gateway.station import Station
from keys.errors import ImportRefused, KeyringError
from keys.keyring import inspect_public


def parties(rows: Sequence[Row], now: datetime) -> Iterator[Sample]:
    """Tell of each party what the board knows; what has not been is left out."""
    grades = Counter(row.grade for row in rows)
    yield from Figure.PARTIES.each((grade, grades[grade]) for grade in Grade)
    for facts in (row.facts for row in rows):
        yield Figure.BOUNCED.at(facts.bounced, facts.party)
        ages = (
            (Figure.HEARTBEAT_AGE, facts.heartbeat_at),
            (Figure.HEARD_AGE, facts.heard_at),
            (Figure.PERSON_AGE, facts.person_at),
        )
        yield from (figure.at(age(since, now), facts.party) for figure, since in ages if since)
        if facts.key and facts.key.ends_at:
            yield Figure.PINNED_KEY_LEFT.at(left(facts.key.ends_at, now), facts.party)


def notices(session: Session) -> Iterator[Sample]:
    """Count the warnings that stand, as the daemon has told them."""
    counts = select(ToldRow.what, func.count()).group_by(ToldRow.what).order_by(col(ToldRow.what))
    yield from Figure.NOTICES.each(session.exec(counts))


def keys(station: Station, session: Session, now: datetime) -> Iterator[Sample]:
    """Tell when our own key ends, and the first of those of departments that are reached by mail."""
    try:
        own = station.keyring.describe(station.own_book(session).current(now)).expires
    except KeyringError:  # the doctor says so; the other figures are given all the same
        own = None
    if own:
        yield Figure.OWN_KEY_LEFT.at(left(own, now))
    pins = (pin for pin in AddressBook(session).believed(now) if is_department(pin.party) and pin.valid_to is None)
    ends = [end for pin in pins if (end := _end_of(pin.certificate))]
    if ends:
        yield Figure.DEPARTMENT_KEY_LEFT.at(left(min(ends), now))


def certificate(file: Path | None, now: datetime) -> Iterator[Sample]:
    """Tell when the certificate shown at the door ends, where there is one."""
    try:
        shown = x509.load_pem_x509_certificate((file or Path()).read_bytes())
    except (OSError, ValueError):
        return
    yield Figure.CERTIFICATE_LEFT.at(left(shown.not_valid_after_utc, now))


def keeping(session: Session, signed: Signed | None, now: datetime) -> Iterator[Sample]:
    """Tell when the site was last backed up and rid of what is old, and how its trail stands."""
    reached, last, backup, erased = head(session), checkpoints.latest(session), last_backup(session), last_run(session)
    yield Figure.TRAIL_ENTRIES.at(reached.seq)
    yield Figure.TRAIL_UNSIGNED.at(reached.seq - (last.seq if last else 0))
    yield Figure.TRAIL_HOLDS.at(stands(session, signed))
    ages = (
        (Figure.TRAIL_SIGNED_AGE, last and last.at),
        (Figure.BACKUP_AGE, backup and backup.made_at),
        (Figure.RETENTION_AGE, erased),
    )
    yield from (figure.at(age(since, now)) for figure, since in ages if since)


def left(until: datetime, now: datetime) -> float:
    """Tell the seconds until a moment; negative when it has passed."""
    return (until - now).total_seconds()


def _end_of(certificate: bytes) -> datetime | None:
    try:
        return inspect_public(certificate).expires
    except ImportRefused:
        return None
