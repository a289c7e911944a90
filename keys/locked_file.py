"""One file locked by a code that a person keeps on paper: gpg alone opens it, on an empty machine too.

Nothing but the code is needed, no key and no key ring, since it is for the day on which those are lost. Files go from
disk to disk and may be larger than the memory. Symmetric OpenPGP: AES-256, the code stretched by SHA-512 as often as
the format allows (RFC 4880 3.7.1.3), integrity protected (5.13), not compressed.
"""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from keys.errors import (
    GpgFailed,
    LockedFileCutShort,
    LockedFileDamaged,
    NotALockedFile,
    RecoveryCodeMistyped,
    WrongRecoveryCode,
)
from keys.gpg import HardenedGPG, Reply, complaints, values
from keys.packets import CutShort, MalformedPackets, Tag, kinds
from keys.passphrase import sync_folder

_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nobody takes one of these for another on paper: no 0 or O, no 1, I or L."""
_LENGTH, _GROUP = 28, 4
_SEPARATORS: Final = str.maketrans("", "", "- \t\r\n\N{NO-BREAK SPACE}\N{HYPHEN}\N{EN DASH}")

_HOW: Final = (
    *("-z", "0", "--compress-algo", "none", "--cipher-algo", "AES256", "--set-filename", ""),
    *("--s2k-mode", "3", "--s2k-cipher-algo", "AES256", "--s2k-digest-algo", "SHA512", "--s2k-count", "65011712"),
)
_ALONE: Final = ("--no-keyring", "--no-symkey-cache")
_START_SECONDS: Final = 30.0
_SLOWEST_BYTES_PER_SECOND: Final = 1_000_000
_WRONG_CODE: Final = ("symkey_decrypt.maybe_error", "11_BAD_PASSPHRASE")


def new_recovery_code() -> str:
    """Make a code of 133 random bits, in seven groups of four to write down; its last character tells mistakes."""
    drawn = [secrets.randbelow(len(_ALPHABET)) for _ in range(_LENGTH - 1)]
    return _grouped("".join(_ALPHABET[value] for value in (*drawn, -_weighed(drawn) % len(_ALPHABET))))


def read_recovery_code(text: str) -> str:
    """Read a code as people type it: small letters, with or without spaces and hyphens. Give it as it was made.

    Raise RecoveryCodeMistyped, always when one character is wrong or two neighbours have changed places.
    """
    typed = text.translate(_SEPARATORS).upper()
    places = [_ALPHABET.find(character) for character in typed]
    if len(places) != _LENGTH or -1 in places or _weighed(places) % len(_ALPHABET):
        raise RecoveryCodeMistyped
    return _grouped(typed)


def lock_file(source: Path, target: Path, code: str) -> None:
    """Lock the content of `source` in a new file that only its owner reads; it appears whole, or not at all.

    By hand it opens with `gpg --decrypt`, the code typed as it was made: capitals, and hyphens between the groups.
    Raise RecoveryCodeMistyped, FileExistsError rather than replace a file, OSError, or a KeyringError.
    """
    passphrase = read_recovery_code(code)
    with source.open("rb") as content, _appearing(target) as (locked, gpg):
        made = _pour(gpg, *_HOW, "--symmetric", source=content, target=locked, passphrase=passphrase)
        if made.returncode != 0 or not values(made, "END_ENCRYPTION"):
            raise GpgFailed(complaints(made))
        _check_kind(locked)


def open_file(source: Path, target: Path, code: str) -> None:
    """Open what `lock_file` locked into a new file that only its owner reads; it appears whole and proved, or not.

    Raise a LockedFileRefused for the fault of code or file, FileExistsError, OSError, or a KeyringError.
    """
    passphrase = read_recovery_code(code)
    with source.open("rb") as locked, _appearing(target) as (content, gpg):
        _check_kind(locked)
        _judge(_pour(gpg, "--decrypt", source=locked, target=content, passphrase=passphrase))


def _weighed(values: list[int]) -> int:
    """Sum the places, each by its own weight: as 31 is a prime, one slip always changes the sum modulo 31."""
    return sum((_LENGTH - at) * value for at, value in enumerate(values))


def _grouped(code: str) -> str:
    return "-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def _check_kind(file: BinaryIO) -> None:
    """Raise unless the file is one message for one code, to its last byte; leave it at its start."""
    try:
        found = list(islice(kinds(file), 3))
    except CutShort:
        raise LockedFileCutShort from None
    except MalformedPackets:
        raise NotALockedFile from None
    if found == [Tag.SKESK]:
        raise LockedFileCutShort
    if found != [Tag.SKESK, Tag.SEIP]:
        raise NotALockedFile
    file.seek(0)


def _judge(reply: Reply) -> None:
    """Believe no single line, as with letters: raise unless all of them tell that the whole content was proved."""
    if list(_WRONG_CODE) in values(reply, "ERROR"):
        raise WrongRecoveryCode
    told = [name for name, _ in reply.status_lines if name in {"PLAINTEXT", "DECRYPTION_OKAY", "GOODMDC"}]
    if told != ["PLAINTEXT", "DECRYPTION_OKAY", "GOODMDC"]:
        raise LockedFileDamaged
    if reply.returncode != 0:
        raise GpgFailed(f"it cannot write; {complaints(reply)}")


def _pour(gpg: HardenedGPG, *args: str, source: BinaryIO, target: BinaryIO, passphrase: str) -> Reply:
    seconds = _deadline(source)
    return gpg.pour(*_ALONE, *args, source=source, target=target, passphrase=passphrase, deadline_seconds=seconds)


def _deadline(source: BinaryIO) -> float:
    return _START_SECONDS + os.fstat(source.fileno()).st_size / _SLOWEST_BYTES_PER_SECOND


@contextmanager
def _appearing(target: Path) -> Iterator[tuple[BinaryIO, HardenedGPG]]:
    """Give a file that takes its name when the block has succeeded, durably, and is gone when it has not.

    It grows in a folder of its own beside its place, which is an empty home for gpg as well.
    """
    if target.exists():
        raise FileExistsError
    folder = target.parent / f".{secrets.token_hex(8)}.part"
    folder.mkdir(mode=stat.S_IRWXU)
    try:
        descriptor = os.open(folder / "content", os.O_RDWR | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(descriptor, "w+b") as file:
            yield file, HardenedGPG(folder, deadline_seconds=_START_SECONDS)
            os.fsync(file.fileno())
        (folder / "content").rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(folder)
