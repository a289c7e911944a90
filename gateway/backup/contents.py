"""What a backup holds: the files a site is, by their names in its folder, and the list that proves them.

The names are the same in the backup as in the folder, so that unpacking it into an empty folder is all of a restore
that a person without this program has to do.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from gateway.backup.errors import BackupUnfit
from gateway.site.home import DATABASE, Home
from gateway.site.settings import Settings

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SETTINGS: Final = "settings.toml"
PASSPHRASE: Final = "passphrase"  # noqa: S105 - the name of a file
DATA_KEY: Final = "data.key.asc"
LOG_HEAD: Final = "log-head"
REQUIRED: Final = frozenset({SETTINGS, PASSPHRASE, DATA_KEY, DATABASE})
ALWAYS_KNOWN: Final = REQUIRED | {LOG_HEAD}
MOST_FILES: Final = 2_000
FOLDERS: Final = ("gnupg", "gnupg/private-keys-v1.d", "gnupg/openpgp-revocs.d", "gnupg/public-keys.d")
OF_GNUPG: Final = re.compile(
    r"gnupg/(?:pubring\.(?:kbx|gpg)|trustdb\.gpg|gpg-agent\.conf|common\.conf|public-keys\.d/pubring\.db"
    r"|private-keys-v1\.d/[0-9A-F]{40}\.key|openpgp-revocs\.d/[0-9A-F]{40}\.rev)"
)
"""The keys, and no socket, lock or agent's own file."""

OF_ONE_S_OWN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
"""How a file that the settings name may be called to be taken along; it lies in the folder itself."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Listed(_Shape):
    """One file: its size in bytes, and its SHA-256."""

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(_Shape):
    """What the backup is of, when it was made, and every file in it."""

    format: int
    party: str = Field(max_length=16)
    made_at: AwareDatetime
    stafet: str = Field(max_length=40)
    newest_key: Annotated[str, Field(pattern=r"^[0-9A-F]{40}$")]
    files: Mapping[str, Listed] = Field(max_length=MOST_FILES)

    @classmethod
    def read(cls, content: bytes) -> "Manifest":
        """Read it; raises BackupUnfit for none at all, one of another format, or one that lacks what a site needs."""
        try:
            read = cls.model_validate_json(content)
        except ValidationError:
            raise BackupUnfit(MANIFEST) from None
        if read.format != FORMAT:
            raise BackupUnfit(f"{MANIFEST}, {read.format}")
        for name in sorted(REQUIRED - read.files.keys()):
            raise BackupUnfit(name)
        return read

    def require_known(self, settings: Settings, home: Path) -> None:
        """Raise BackupUnfit for a file that no site has: nothing else is ever unpacked."""
        known = ALWAYS_KNOWN | {name for name, _path in named_inside(settings, home)}
        for name in self.files:
            if name not in known and not OF_GNUPG.fullmatch(name):
                raise BackupUnfit("another file")


def of_gnupg(home: Home) -> Iterator[tuple[str, Path]]:
    """Find the keys, by their names in a backup."""
    for path in sorted(home.gnupg.rglob("*")):
        name = str(PurePosixPath(path.relative_to(home.path)))
        if OF_GNUPG.fullmatch(name) and path.is_file() and not path.is_symlink():
            yield name, path


def named_inside(settings: Settings, home: Path) -> Iterator[tuple[str, Path]]:
    """Find the files that the settings name and that lie in the folder, by their names in a backup."""
    for path in _named(settings):
        if path.parent == home and OF_ONE_S_OWN.fullmatch(path.name) and path.name not in ALWAYS_KNOWN | {MANIFEST}:
            yield path.name, path


def named_elsewhere(settings: Settings, home: Path) -> tuple[Path, ...]:
    """Find the files that the settings name and that no backup holds, for somebody to see to."""
    inside = {path for _name, path in named_inside(settings, home)}
    return tuple(path for path in _named(settings) if path not in inside)


def _named(settings: Settings) -> Iterator[Path]:
    door, relay = settings.door, settings.relay
    picked = (settings.pickup.ca_file, settings.pickup.password_file) if settings.pickup else ()
    yield from filter(None, (door.certificate, door.key, relay.ca_file, relay.password_file, *picked))
