"""A site's home folder: settings, GnuPG home, passphrase, data key and database, readable by its owner alone.

settings.toml     what a person may edit
gnupg/            the GnuPG home
passphrase        unlocks the site's OpenPGP key (or a service credential of the same name)
data.key.asc      the data key, sealed to the site's own OpenPGP key
stafet.db         the database, unless `database_url` names another
log-head          the last signed head of the audit trail
exports/          cases that somebody saved as files from a screen; erased after a week
in-use, running   locks: who uses the GnuPG home, and which daemon runs
workers           a lock: who sends and takes in beside the daemon
unfinished        a mark that stands only while the site is being made
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.site.errors import AlreadyRunning, DatabaseGone, HomeMissing, HomeTaken, SiteInUse
from gateway.site.handed import handed_over
from gateway.site.settings import Settings

DATABASE: Final = "stafet.db"
RESTORING: Final = b"restoring\n"
ATTEMPTS: Final = 5
ATTEMPT_SECONDS: Final = 0.05
"""A command that looks whether a daemon runs holds the lock for a moment; a daemon that starts then waits it out."""


@dataclass(frozen=True)
class Home:
    """One site's folder. Making the value touches nothing."""

    path: Path

    @property
    def settings_file(self) -> Path:
        """Give the path of the settings."""
        return self.path / "settings.toml"

    @property
    def gnupg(self) -> Path:
        """Give the path of the GnuPG home."""
        return self.path / "gnupg"

    @property
    def passphrase_file(self) -> Path:
        """Give the path of the passphrase: a service credential where the service manager hands one over."""
        return handed_over(self.path / "passphrase")

    @property
    def data_key_file(self) -> Path:
        """Give the path of the sealed data key."""
        return self.path / "data.key.asc"

    @property
    def log_head_file(self) -> Path:
        """Give the path of what was signed last of the audit trail."""
        return self.path / "log-head"

    @property
    def exports(self) -> Path:
        """Give the path of the folder that what people save from a screen lies in, until it is erased."""
        return self.path / "exports"

    @property
    def unfinished_file(self) -> Path:
        """Give the path of the mark that stands while a site is being made; it says so when that is from a backup."""
        return self.path / "unfinished"

    @property
    def is_half_restored(self) -> bool:
        """Tell whether a restore was broken off here; the next one clears it away."""
        mark = self.unfinished_file
        return not self.settings_file.exists() and mark.is_file() and mark.read_bytes() == RESTORING

    def make(self) -> None:
        """Begin to make the folder, rid of what an interrupted start left; raises HomeTaken when a site is there.

        A folder that only lost its settings is a site still: its data key and database are never touched.
        """
        kept = (self.data_key_file, *self.path.glob(f"{DATABASE}*"))
        lived_in = not self.unfinished_file.exists() and any(file.exists() for file in kept)
        if self.settings_file.exists() or lived_in or self.is_half_restored:
            raise HomeTaken(self.path.name)
        for leftover in kept:
            leftover.unlink(missing_ok=True)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        self.unfinished_file.touch(mode=0o600)

    def settings(self) -> Settings:
        """Read the settings; raises HomeMissing or SettingsUnreadable."""
        if not self.settings_file.is_file():
            raise HomeMissing(self.path.name)
        return Settings.read(self.settings_file)

    def write_settings(self, settings: Settings) -> None:
        """Write the settings anew; a crash leaves either the old file or the new one."""
        write_anew(self.settings_file, settings.text(self.path).encode())

    def database_url(self, settings: Settings) -> str:
        """Tell which database the site uses; a new site's file is made so that only its owner can read it.

        Raises DatabaseGone where a site that is no longer new has none: it is never begun anew without a word.
        """
        if settings.database_url:
            return settings.database_url
        file = self.path / DATABASE
        if not file.exists():
            if not self.unfinished_file.exists():
                raise DatabaseGone
            file.touch(mode=0o600)
        return f"sqlite:///{file}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be the one daemon of this home; raises AlreadyRunning."""
        with ExitStack() as held:
            for attempts_left in reversed(range(ATTEMPTS)):
                try:
                    held.enter_context(_locked(self.path / "running", fcntl.LOCK_EX | fcntl.LOCK_NB))
                    break
                except AlreadyRunning:
                    if not attempts_left:
                        raise
                    time.sleep(ATTEMPT_SECONDS)
            yield

    def is_running(self) -> bool:
        """Tell whether a daemon runs on this home."""
        try:
            with _locked(self.path / "running", fcntl.LOCK_SH | fcntl.LOCK_NB):
                return False
        except AlreadyRunning:
            return True

    @contextmanager
    def working(self) -> Iterator[None]:
        """Be one of those who take in and send out beside the daemon."""
        with _locked(self.path / "workers", fcntl.LOCK_SH):
            yield

    @contextmanager
    def without_workers(self) -> Iterator[bool]:
        """Tell whether nobody works beside the daemon; then nobody begins to in the meantime either."""
        with ExitStack() as held:
            try:
                held.enter_context(_locked(self.path / "workers", fcntl.LOCK_EX | fcntl.LOCK_NB))
                alone = True
            except AlreadyRunning:
                alone = False
            yield alone

    @contextmanager
    def in_use(self) -> Iterator["LastOne"]:
        """Be one of those who use the GnuPG home; tells, on leaving, whether one is the last."""
        with _locked(self.path / "in-use", fcntl.LOCK_SH) as file:
            yield LastOne(file)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one here; who opens the site meanwhile waits. Raises AlreadyRunning or SiteInUse."""
        with self.running(), self.in_use() as the_only_one:
            if not the_only_one:
                raise SiteInUse
            yield


@dataclass(frozen=True)
class LastOne:
    """Answers whether anyone else still uses the home."""

    file: int

    def __bool__(self) -> bool:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def write_private(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, durably, and never over another."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _make_durable(path.parent)


def write_anew(path: Path, content: bytes) -> None:
    """Write a file in the place of another, for its owner alone; a crash leaves either the old or the new."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_private(fresh, content)
    fresh.replace(path)
    _make_durable(path.parent)


def _make_durable(folder: Path) -> None:
    """Let a name that was written in `folder` survive a power cut, as the file's content does already."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, kind)
        yield handle
    except BlockingIOError:
        raise AlreadyRunning(path.parent.name) from None
    finally:
        os.close(handle)
