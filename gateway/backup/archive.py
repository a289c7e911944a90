"""The plain archive inside a locked backup: a tar file of few names, written and read by the letter.

Read is only what the list at its beginning names, and each file once, as long as the list says and with its digest:
no folder outside, no link, no device, no name that no site has.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from gateway.backup.contents import FOLDERS, MANIFEST, SETTINGS, Listed, Manifest
from gateway.backup.errors import BackupDamaged, BackupUnfit
from gateway.site.settings import Settings

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
LARGEST_LIST: Final = 4 * 1024 * 1024
"""Bytes of the list and of the settings, which are read into memory."""
CHUNK: Final = 1024 * 1024


@dataclass(frozen=True)
class Item:
    """One file for the archive: what it is called there, and its content, or the path to it when it is large."""

    name: str
    content: bytes | Path = field(repr=False)

    @property
    def listed(self) -> Listed:
        """Give its size and digest."""
        size, digest = 0, hashlib.sha256()
        with self.opened() as file:
            while part := file.read(CHUNK):
                size += len(part)
                digest.update(part)
        return Listed(size=size, sha256=digest.hexdigest())

    def opened(self) -> IO[bytes]:
        """Open it for reading."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")


def pack(target: Path, begun: Manifest, items: Sequence[Item]) -> Manifest:
    """Write the archive to a new file: the list first, then the items in their order; gives the list."""
    whole = begun.model_copy(update={"files": {item.name: item.listed for item in items}})
    first = Item(MANIFEST, whole.model_dump_json(indent=1).encode())
    with _private(target) as file, tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in FOLDERS:
            archive.addfile(_entry(name, whole.made_at, tarfile.DIRTYPE))
        for item, size in ((first, first.listed.size), *((item, whole.files[item.name].size) for item in items)):
            with item.opened() as content:
                archive.addfile(_entry(item.name, whole.made_at, tarfile.REGTYPE, size), content)
    return whole


@dataclass
class Unpack:
    """Unpacks an archive into an empty folder. Raises BackupUnfit and BackupDamaged; what is there then is a part."""

    archive: Path
    folder: Path

    def __call__(self) -> tuple[Manifest, Settings]:
        """Write every file, the settings under another name; give the list and the settings."""
        with self.archive.open("rb") as file, _guarded(), tarfile.open(fileobj=file, mode="r:") as found:
            members = self._files(found)
            manifest = Manifest.read(_small(found, *_next(members, MANIFEST)))
            listed = dict(manifest.files)
            settings = self._settings(found, members, listed.pop(SETTINGS))
            manifest.require_known(settings, self.folder)
            self._rest(found, members, listed)
        return manifest, settings

    @property
    def settings_file(self) -> Path:
        """Where the settings stand until everything else is right: without them the folder is no site."""
        return self.folder / f"{SETTINGS}.restored"

    def _files(self, found: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
        """Give the members that are files; raises BackupUnfit for what is neither that nor a folder of ours."""
        for member in found:
            if member.type == tarfile.REGTYPE and not member.issparse():
                yield member
            elif not (member.isdir() and member.name in FOLDERS):
                raise BackupUnfit("another kind of file")

    def _settings(self, found: tarfile.TarFile, members: Iterator[tarfile.TarInfo], listed: Listed) -> Settings:
        content = _small(found, *_next(members, SETTINGS))
        _require(listed, len(content), hashlib.sha256(content).hexdigest())
        with _private(self.settings_file) as file:
            file.write(content)
        return Settings.read(self.settings_file)

    def _rest(self, found: tarfile.TarFile, members: Iterator[tarfile.TarInfo], listed: dict[str, Listed]) -> None:
        for name in FOLDERS:
            (self.folder / name).mkdir(mode=FOLDER_MODE)
        for member in members:
            expected = listed.pop(member.name, None)
            if expected is None:
                raise BackupUnfit("a file that is not in its list, or there twice")
            self._write(found, member, expected)
        if listed:
            raise BackupDamaged

    def _write(self, found: tarfile.TarFile, member: tarfile.TarInfo, expected: Listed) -> None:
        digest, content = hashlib.sha256(), found.extractfile(member)
        if content is None or member.size != expected.size:
            raise BackupDamaged
        with _private(self.folder / member.name) as file:
            while part := content.read(CHUNK):
                digest.update(part)
                file.write(part)
            _require(expected, file.tell(), digest.hexdigest())


def _next(members: Iterator[tarfile.TarInfo], name: str) -> tuple[tarfile.TarInfo, str]:
    member = next(members, None)
    if member is None:
        raise BackupUnfit(name)
    return member, name


def _small(found: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> bytes:
    content = found.extractfile(member)
    if content is None or member.name != name or member.size > LARGEST_LIST:
        raise BackupUnfit(name)
    return content.read()


def _require(expected: Listed, size: int, sha256: str) -> None:
    if (size, sha256) != (expected.size, expected.sha256):
        raise BackupDamaged


@contextmanager
def _guarded() -> Iterator[None]:
    """Let nothing that a file holds come out as anything but a refusal."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, OverflowError):
        raise BackupUnfit("not an archive") from None


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """Make a new file for its owner alone, durably."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _entry(name: str, at: datetime, kind: bytes, size: int = 0) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.mtime = kind, size, int(at.timestamp())
    entry.mode = FOLDER_MODE if kind == tarfile.DIRTYPE else FILE_MODE
    return entry
