"""Who can read the site's files: every file is its owner's alone (0600), and so is every folder (0700)."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from gateway.backup.move import MOVED
from gateway.doctor.findings import Check, Finding, Grade, bad, look, well
from gateway.site.handed import handed_over
from gateway.site.home import DATABASE, Home
from gateway.site.settings import Settings

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
PRIVATE_FILE: Final = stat.S_IRUSR | stat.S_IWUSR
PRIVATE_FOLDER: Final = stat.S_IRWXU
A_DAY: Final = timedelta(days=1)
PUBLIC: Final = frozenset({"door.pem"})
"""What is given to the other party, and may be read by anybody."""


def examine(home: Home, settings: Settings | None) -> Iterator[Finding]:
    """Look at the home, at what lies in it, and at the secrets the settings say lie elsewhere."""
    found = [finding for path in _all(home, settings) for finding in _look_at(path, _name(home, path))]
    yield from found or [well(Check.FILES, "FILES_PRIVATE")]
    if home.passphrase_file.parent != home.path:
        yield well(Check.FILES, "PASSPHRASE_HANDED_OVER")


def open_to_others(home: Home) -> Iterator[Finding]:
    """Look for what stands open in the home, for the daemon to say so in its log when it starts."""
    found = (finding for path in _within(home) for finding in _look_at(path, _name(home, path)))
    return (finding for finding in found if finding.grade is Grade.BAD)


def saved(home: Home, now: datetime) -> Iterator[Finding]:
    """Count what people saved from a screen a day ago or more, and have not fetched: each holds a CPR number."""
    files = [*home.exports.iterdir()] if home.exports.is_dir() else []
    if old := sum(_age(file, now) >= A_DAY for file in files):
        yield look(Check.FILES, "EXPORTS_LIE", count=old)


def left_behind(home: Home, settings: Settings) -> Iterator[Finding]:
    """Look for the file that the database lay in before it was moved: what is erased goes on lying there."""
    if settings.database_url:
        old = (file.name for file in home.path.glob(f"{DATABASE}*") if file.name == DATABASE or MOVED in file.suffix)
        yield from (look(Check.FILES, "OLD_DATABASE_LIES", file=name) for name in sorted(old))


def mend(home: Home) -> tuple[str, ...]:
    """Take everybody else's rights away from what is ours in the home; tell which files and folders that were."""
    return tuple(_name(home, path) for path in _within(home) if _mended(path))


def text_in(file: Path | None) -> str | None:
    """Read a password, as those who sign in with it do; None when there is none, or it cannot be read."""
    try:
        return handed_over(file).read_text("utf-8").strip() or None if file else None
    except (OSError, ValueError):
        return None


def _all(home: Home, settings: Settings | None) -> Iterator[Path]:
    yield from _within(home)
    picked = (settings.pickup.password_file,) if settings and settings.pickup else ()
    named = (settings.relay.password_file, settings.door.key, *picked) if settings else ()
    yield from (path for path in named if path and path.exists() and not path.is_relative_to(home.path))


def _within(home: Home) -> Iterator[Path]:
    yield home.path
    yield from sorted(home.path.rglob("*"))


def _look_at(path: Path, name: str) -> Iterator[Finding]:
    try:
        found = path.lstat()
    except FileNotFoundError:  # it was a moment's, as the database's journal is
        return
    if stat.S_ISLNK(found.st_mode):
        yield look(Check.FILES, "SYMBOLIC_LINK", file=name)
        return
    if found.st_uid != os.geteuid():
        yield bad(Check.FILES, "OTHER_OWNER", file=name)
    if found.st_mode & OTHERS and path.name not in PUBLIC:
        code = "FOLDER_OPEN" if stat.S_ISDIR(found.st_mode) else "FILE_OPEN"
        yield bad(Check.FILES, code, file=name, mode=f"{stat.S_IMODE(found.st_mode):04o}")


def _age(path: Path, now: datetime) -> timedelta:
    try:
        return now - datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except FileNotFoundError:  # it was fetched, or erased, just now
        return timedelta(0)


def _mended(path: Path) -> bool:
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid() or not found.st_mode & OTHERS:
            return False
        path.chmod(PRIVATE_FOLDER if stat.S_ISDIR(found.st_mode) else PRIVATE_FILE)
    except FileNotFoundError:  # it was a moment's, as the database's journal is
        return False
    return True


def _name(home: Home, path: Path) -> str:
    return str(path.relative_to(home.path.parent) if path.is_relative_to(home.path) else path)
