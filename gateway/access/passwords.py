"""Passwords: which are good enough, how they are hashed (argon2id, RFC 9106), and the first one a person is given."""

import secrets
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.access.errors import PasswordPoor

SHORTEST: Final = 12
LONGEST: Final = 1024
CONSONANTS: Final = "bdfgjklmnrsv"
VOWELS: Final = "aeiou"
SYLLABLES: Final = 12
"""Sixty ways each: 70 bits."""

HASHER = PasswordHasher()
"""The library's parameters: those RFC 9106 (4) recommends where memory is dear."""


def check(password: str, name: str) -> None:
    """Accept a new password; raises PasswordPoor whose text is `short`, `long` or `name`."""
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise PasswordPoor("short")
    if len(normal) > LONGEST:
        raise PasswordPoor("long")
    if _letters(normal) == _letters(name):
        raise PasswordPoor("name")


def hashed(password: str) -> str:
    """Hash a password."""
    return HASHER.hash(_normal(password))


def matches(known: str | None, password: str) -> bool:
    """Tell whether the password is the one that was hashed. That nothing is known takes as long to find out."""
    if known is None:
        hashed(password)
        return False
    try:
        return HASHER.verify(known, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(known: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(known)


def first_password() -> str:
    """Make a password that can be read aloud and written down: six pairs of syllables, like "bofa-kelu-…"."""
    said = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _syllable in range(SYLLABLES)]
    return "-".join(map("".join, zip(said[::2], said[1::2], strict=True)))


def _normal(password: str) -> str:
    """Write the password as one keyboard or another would have (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, _normal(text).casefold()))
