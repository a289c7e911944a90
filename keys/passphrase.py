"""The machine-made passphrase that protects a site's secret key: 256 bits in a file only the service account reads."""

import os
import secrets
import stat
from pathlib import Path

from keys.errors import PassphraseMissing

_RANDOM_BYTES = 32
_LARGEST_FILE = 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make() -> str:
    """Make a passphrase of 256 random bits, printable and on one line."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def write(path: Path) -> str:
    """Make a passphrase, put it durably in a new file only the owner reads, and return it.

    Raise FileExistsError rather than replace one: a lost passphrase is a lost key.
    """
    passphrase = make()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(passphrase + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return passphrase


def read(path: Path) -> str:
    """Read the passphrase; raise PassphraseMissing when the file is absent, empty, or open to group or others."""
    try:
        with path.open("rb") as file:
            open_to_others = os.fstat(file.fileno()).st_mode & _OTHERS
            passphrase = file.read(_LARGEST_FILE).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise PassphraseMissing("the passphrase file cannot be read") from None
    if open_to_others:
        raise PassphraseMissing("the passphrase file is open to group or others: chmod 600")
    if not passphrase.isprintable() or not passphrase:
        raise PassphraseMissing("the passphrase file is empty or holds more than one line")
    return passphrase


def sync_folder(folder: Path) -> None:
    """Make a file's new name outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
