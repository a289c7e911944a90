"""Make a backup: everything the site is, as it stands at one moment, in one file that only the recovery code opens.

The daemon runs meanwhile. What is older is read first: the last signed head, then the database, then the keys; so what
the database names is always there. The plain archive lies in a folder of its own in the home, and is gone when the
backup is made or has failed; one that was killed is cleared away by the next.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData

from gateway.access.act import act
from gateway.access.actions import Action
from gateway.backup import contents, last, snapshot
from gateway.backup.archive import Item, pack
from gateway.backup.contents import FORMAT, Manifest
from gateway.backup.errors import BackupRuns, BackupTaken
from gateway.language import gettext as _
from gateway.site.handed import handed_over
from gateway.site.home import DATABASE, Home
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import Settings
from keys import locked_file
from keys.errors import KeyNotFound
from keys.keyring import KeyInfo, Keyring

WORKPLACE: Final = "backing-up"


@dataclass(frozen=True)
class Made:
    """A backup that was made. `left_out` are files the settings name that lie outside the folder."""

    made_at: datetime
    size: int
    left_out: tuple[Path, ...]


@dataclass(frozen=True)
class BackUp:
    """Backs a site up. `tables` are all it has; `clock` is the machine's; `progress` hears what is done now."""

    home: Home
    settings: Settings
    sessions: Sessions
    tables: Sequence[MetaData]
    keyring: Keyring
    clock: Clock
    progress: Callable[[str], None] = lambda _step: None

    def __call__(self, target: Path, code: str, person: Person) -> Made:
        """Make the backup in a new file; that it was asked for is noted first, and so stands in the backup too.

        Raises MayNot, PersonGone, BackupTaken, BackupRuns, SnapshotFailed, CopyDiffers, RecoveryCodeMistyped, OSError
        or a KeyringError; then nothing is left of it.
        """
        with act(self.sessions, person, Action.BACK_UP, self.clock()):
            pass
        if target.exists() or target.is_symlink():
            raise BackupTaken
        made_at, newest = self.clock(), newest_key(self.keyring)
        if newest is None:
            raise KeyNotFound
        with self._workplace() as place:
            archive = self._packed(place, made_at, newest)
            self.progress(_("Locking it with the recovery code …"))
            locked_file.lock_file(archive, target, code)
        with self.sessions.session() as session:
            last.remember(session, last.LastBackup(made_at, newest.fingerprint))
        return Made(made_at, target.stat().st_size, self._left_out())

    def _packed(self, place: Path, made_at: datetime, newest: KeyInfo) -> Path:
        archive, copy = place / "backup.tar", place / DATABASE
        head = self._small(contents.LOG_HEAD, self.home.log_head_file)
        self.progress(_("Copying the database …"))
        self._copy_database(copy)
        begun = Manifest(
            format=FORMAT,
            party=self.settings.unit.party,
            made_at=made_at,
            stafet=version("stafet"),
            newest_key=newest.fingerprint,
            files={},
        )
        pack(archive, begun, [*self._files(), *head, Item(DATABASE, copy)])
        copy.unlink()
        return archive

    def _copy_database(self, copy: Path) -> None:
        database = snapshot.database_file(self.home, self.settings)
        if database is None:
            snapshot.gather(self.sessions, self.tables, copy)
        else:
            snapshot.copy(database, copy)

    def _files(self) -> Iterator[Item]:
        """Read the small files; the settings come first, for they tell what else may come."""
        yield from self._small(contents.SETTINGS, self.home.settings_file)
        yield from self._small(contents.PASSPHRASE, self.home.passphrase_file)
        yield from self._small(contents.DATA_KEY, self.home.data_key_file)
        for name, path in contents.named_inside(self.settings, self.home.path):
            yield from self._small(name, handed_over(path))
        with self.keyring.reading():
            yield from [Item(name, path.read_bytes()) for name, path in contents.of_gnupg(self.home)]

    def _small(self, name: str, path: Path) -> list[Item]:
        return [Item(name, path.read_bytes())] if path.is_file() else []

    def _left_out(self) -> tuple[Path, ...]:
        return contents.named_elsewhere(self.settings, self.home.path)

    @contextmanager
    def _workplace(self) -> Iterator[Path]:
        """Give an empty folder that is gone afterwards, to one backup at a time."""
        place = self.home.path / WORKPLACE
        place.mkdir(mode=0o700, exist_ok=True)
        with _alone_in(place):
            try:
                for leftover in place.iterdir():
                    leftover.unlink()
                yield place
            finally:
                shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise BackupRuns from None
    try:
        yield
    finally:
        os.close(handle)


def newest_key(keyring: Keyring) -> KeyInfo | None:
    """Find the newest of our own keys; raises a KeyringError."""
    return max(map(keyring.describe, keyring.secret_keys()), key=lambda info: info.created, default=None)
