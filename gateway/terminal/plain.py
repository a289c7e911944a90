"""The one place where text somebody else wrote is made harmless for a terminal.

A letter may hold anything: escape sequences that write the clipboard (OSC 52), C1 controls, characters that turn the
reading direction or cannot be seen, line separators, lone surrogates. What comes out prints as the characters it shows
and nothing else. Nothing is hidden: where a control stood, U+FFFD stands. The text is never markup either: screens wrap
it in `Content` or `Text`, with `markup=False`.
"""

import re
import unicodedata
from typing import Final

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
MAX_MARKS: Final = 3
"""Combining marks kept in a row; more would paint over the lines above and below."""
TAB: Final = 4
"""Columns a tab is widened to: a terminal's own tab stops would move what stands beside it."""

_LINE_ENDS: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REPLACED: Final = frozenset(("Cc", "Cs", "Co", "Cn"))  # controls, surrogates, private use, unassigned
_MARKS: Final = frozenset(("Mn", "Me"))
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]",
)  # default-ignorable characters that are not of category Cf (Unicode 15, DerivedCoreProperties)


class _Table(dict[int, str]):
    """What each character becomes, worked out the first time it is met."""

    def __missing__(self, point: int) -> str:
        self[point] = _harmless(chr(point))
        return self[point]


def plain(text: str) -> str:
    """Make `text` harmless, keeping its lines."""
    whole = _LINE_ENDS.sub("\n", text).expandtabs(TAB).translate(_TABLE)
    return whole if whole.isascii() else _few_marks(whole)


def one_line(text: str) -> str:
    """Make `text` harmless and lay it on one line."""
    return " ".join(plain(text).split())


def _harmless(character: str) -> str:
    """Keep a character that shows itself; drop what cannot be seen; put U+FFFD where a control stood."""
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if character in _BIDI or category in _REPLACED:
        return REPLACEMENT
    return "" if category == "Cf" or _INVISIBLE.match(character) else character


def _few_marks(text: str) -> str:
    """Keep at most `MAX_MARKS` combining marks in a row."""
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in _MARKS else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


_TABLE: Final = _Table()
