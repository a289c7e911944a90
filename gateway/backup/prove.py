"""Prove that a restored site can do what it is for: open a letter that came before, with its own key.

Old letters are the proof because nothing else needs all of it at once: the passphrase, the secret key, the data key and
the database, each from the backup.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from directory.book import PinnedKeyRow
from gateway.backup.errors import BackupOpensNothing
from gateway.backup.ports import Opened
from gateway.exchange.arrivals import Outcome
from gateway.exchange.rows import ArrivalRow
from gateway.site.errors import VaultDamaged
from gateway.wire import envelope as mail
from gateway.wire.errors import WireError
from keys.errors import KeyNotFound, OpenRefused, OpenSignerExpired, OpenSignerRevoked
from keys.fingerprint import Fingerprint
from keys.sealing import open_sealed, seal

TRIED: Final = 20
"""Letters that are tried, the newest first: one may have been signed by a key that is long gone."""
TEST: Final = b"stafet restore test"


@dataclass(frozen=True)
class Proof:
    """What was opened: a letter that came at `arrived_at`, or (None) a test text, since the backup holds no letter."""

    arrived_at: datetime | None


def prove(site: Opened, now: datetime) -> Proof:
    """Open the newest letter the site still holds; raises BackupOpensNothing, or a KeyringError when gpg fails."""
    with site.database.reading() as session:
        signers = frozenset(Fingerprint.parse(text) for text in session.exec(select(PinnedKeyRow.fingerprint)))
        letters = _letters(session)
    for letter in letters:
        if _opens(site, letter, signers, now):
            return Proof(letter.arrived_at)
    if letters:
        raise BackupOpensNothing
    _test(site, now)
    return Proof(None)


def _letters(session: Session) -> list[ArrivalRow]:
    """Find what came sealed to us and was believed; what retention has erased opens nothing any more."""
    ours = select(ArrivalRow).where(
        col(ArrivalRow.outcome).in_((Outcome.TAKEN, Outcome.DUPLICATE)), ArrivalRow.locked != b""
    )
    return list(session.exec(ours.order_by(col(ArrivalRow.id).desc()).limit(TRIED)))


def _opens(site: Opened, letter: ArrivalRow, signers: frozenset[Fingerprint], now: datetime) -> bool:
    try:
        envelope = mail.unwrap(site.vault.open(letter.locked, letter.place))
    except (VaultDamaged, WireError):
        return False
    return any(_opens_with(site, envelope.ciphertext, key, signers, now) for key in _own_keys(site))


def _own_keys(site: Opened) -> Iterator[Fingerprint]:
    """Give our keys, newest first; also one that has ended: its letters are still ours."""
    with site.database.reading() as session:
        rows = site.own_book(session).keys()
    yield from (Fingerprint(row.fingerprint) for row in reversed(rows))


def _opens_with(site: Opened, sealed: bytes, key: Fingerprint, signers: frozenset[Fingerprint], now: datetime) -> bool:
    try:
        open_sealed(site.keyring, sealed, reader=key, signers=signers, now=now)
    except (OpenSignerExpired, OpenSignerRevoked):
        return True  # it was opened, and rightly signed when it came; that the signer's key has ended since is no fault
    except (OpenRefused, KeyNotFound):
        return False
    return True


def _test(site: Opened, now: datetime) -> None:
    with site.database.reading() as session:
        own = site.own_book(session).current(now)
    sealed = seal(site.keyring, TEST, signer=own, reader=own)
    try:
        opened = open_sealed(site.keyring, sealed.ciphertext, reader=own, signers={own}, now=now)
    except OpenRefused:
        raise BackupOpensNothing from None
    if opened.content != TEST:
        raise BackupOpensNothing
