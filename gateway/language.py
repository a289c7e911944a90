"""The language people are spoken to in: Danish unless they ask for English.

The code is written in English; `locale/da` holds the Danish. One language is in use per process. A letter to a
municipality is always Danish, whatever language its sender works in, so `danish` looks only there.
"""

import functools
import gettext as _library
import os
from pathlib import Path
from typing import Final

DOMAIN: Final = "stafet"
LOCALE: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = ("da", "en")

_in_use = "da"


@functools.cache
def _catalogue(language: str) -> _library.NullTranslations:
    """Open a catalogue once; English is what the code itself says."""
    if language == "en":
        return _library.NullTranslations()
    return _library.translation(DOMAIN, LOCALE, languages=[language])


def use(language: str) -> None:
    """Speak `language` ("da" or "en") from now on, in argparse's own words too."""
    global _in_use  # noqa: PLW0603 - one language per process, chosen once at the edge
    _in_use = language if language in LANGUAGES else "da"
    os.environ["LANGUAGE"] = _in_use
    _library.bindtextdomain(DOMAIN, str(LOCALE))
    _library.textdomain(DOMAIN)


def in_use() -> str:
    """Tell which language is spoken, as a code."""
    return _in_use


def gettext(message: str) -> str:
    """Say `message` in the language in use."""
    return _catalogue(_in_use).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Say one of two messages by `count`, in the language in use."""
    return _catalogue(_in_use).ngettext(singular, plural, count)


def danish(message: str) -> str:
    """Say `message` in Danish, whatever the language in use."""
    return _catalogue("da").gettext(message)


def mark(message: str) -> str:
    """Mark a message for the catalogue where it is named long before it is said (`gettext(TEXTS[code])`)."""
    return message
