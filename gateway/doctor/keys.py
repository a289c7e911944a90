"""GnuPG, the site's own key, and the certificates of the doors: do they work, and for how long still."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from gateway.adapters.tls import client_context
from gateway.backup.last import last_backup
from gateway.backup.make import newest_key
from gateway.doctor.files import text_in
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.rotation.model import Rotating, rotating
from gateway.site.settings import DoorKind, DoorSettings
from gateway.station import Station

SOON: Final = timedelta(days=60)
"""How long before a key or a certificate ends it is time to make the next one and agree on it."""


def own_key(station: Station) -> Iterator[Finding]:
    """Look at the newest of our keys, and whether the others know it; raises KeyringError."""
    now = station.clocks.machine()
    with station.database.reading() as session:
        book = station.own_book(session)
        rows = book.keys()
        own, ours, stands = book.current(now), {row.fingerprint for row in rows}, rotating(book, now)
    secret = station.keyring.secret_keys()
    if own not in secret:
        yield bad(Check.KEY, "KEY_NOT_HERE")
        return
    info = station.keyring.describe(own)
    unusable = info.unusable_at(now)
    if unusable is not None:
        yield bad(Check.KEY, f"KEY_{unusable.name}")
        return
    if strange := set(secret) - ours:
        yield look(Check.KEY, "KEYS_SEVERAL", count=len(strange))
    yield from _changing(stands, now)
    version = ".".join(map(str, station.keyring.gpg.version))
    days = (info.expires - now).days if info.expires else None
    if days is not None and days < SOON.days:
        yield look(Check.KEY, "KEY_ENDS_SOON", days=days)
    else:
        yield well(Check.KEY, "KEY_WORKS", version=version, days="–" if days is None else days)


def backup(station: Station) -> Iterator[Finding]:
    """Ask when the site was last backed up, and whether that holds its newest key; raises KeyringError."""
    newest, now = newest_key(station.keyring), station.clocks.machine()
    with station.database.reading() as session:
        last = last_backup(session)
    days = (now - last.made_at).days if last else 0
    if last is None:
        yield look(Check.BACKUP, "BACKUP_NEVER")
    elif newest and last.newest_key != newest.fingerprint:
        yield bad(Check.BACKUP, "BACKUP_LACKS_KEY")
    elif days >= station.settings.keeping.backup_days:
        yield look(Check.BACKUP, "BACKUP_OLD", days=days)
    else:
        yield well(Check.BACKUP, "BACKUP_MADE", days=max(days, 0))


def _changing(stands: Rotating, now: datetime) -> Iterator[Finding]:
    """Tell how the change of our key stands, if there is one."""
    if stands.new is None or stands.old_ends_at is None:
        return
    days, count = max((stands.old_ends_at - now).days, 0), len(stands.stragglers)
    facts: dict[str, str | int] = {"key": stands.new[-8:], "days": days, "count": count}
    if not stands.runs:
        yield bad(Check.KEY, "KEY_UNTOLD", **facts)
    elif stands.stragglers:
        yield look(Check.KEY, "KEY_CHANGING", **facts)
    else:
        yield well(Check.KEY, "KEY_CHANGED", **facts)


def doors(station: Station) -> Iterator[Finding]:
    """Look at the certificate mail comes in by, and at what the relay is trusted by."""
    settings, now = station.settings, station.clocks.machine()
    if settings.door.kind is DoorKind.SMTP:
        yield from _shown(settings.door, now)
    yield from _signing_in("RELAY", settings.relay.ca_file, settings.relay.password_file)
    if bool(settings.relay.user) != bool(settings.relay.password_file):
        yield look(Check.DOOR, "RELAY_SIGN_IN_HALF")
    if settings.pickup:
        yield from _signing_in("PICKUP", settings.pickup.ca_file, settings.pickup.password_file)


def _shown(door: DoorSettings, now: datetime) -> Iterator[Finding]:
    """Look at what other mail servers know our door by; one on this machine is not shown anything."""
    yield from _certificate(door.certificate, now)
    if door.key is None or not door.key.is_file():
        yield bad(Check.DOOR, "DOOR_KEY_MISSING")


def _signing_in(server: str, ca_file: Path | None, password_file: Path | None) -> Iterator[Finding]:
    """Read what a mail server is trusted by, and what we sign in with."""
    try:
        client_context(ca_file)
    except OSError:
        yield bad(Check.DOOR, f"{server}_CERTIFICATE_UNREADABLE")
    if password_file and not text_in(password_file):
        yield bad(Check.DOOR, f"{server}_PASSWORD_MISSING")


def _certificate(file: Path | None, now: datetime) -> Iterator[Finding]:
    try:
        certificate = x509.load_pem_x509_certificate((file or Path()).read_bytes())
    except (OSError, ValueError):
        yield bad(Check.DOOR, "DOOR_CERTIFICATE_UNREADABLE")
        return
    days = (certificate.not_valid_after_utc - now).days
    if days < 0:
        yield bad(Check.DOOR, "DOOR_CERTIFICATE_ENDED", days=-days)
    elif days < SOON.days:
        yield look(Check.DOOR, "DOOR_CERTIFICATE_ENDS_SOON", days=days)
    else:
        yield well(Check.DOOR, "DOOR_CERTIFICATE", days=days)
