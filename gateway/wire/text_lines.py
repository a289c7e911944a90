"""The lines a letter in plain Danish is made of; no line of what somebody wrote can pass for one of ours."""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final
from unicodedata import category

from directory.calendar import COPENHAGEN

Lines = Iterable[str]

WIDTH: Final = 76
"""Characters in a line of a letter; with a mark of quotation it is still no longer than mail's lines should be."""
_DEEPEST: Final = 8
_INSTEAD: Final = "\N{REPLACEMENT CHARACTER}"
_TURNS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the reading direction."""


def moment(value: datetime) -> str:
    """Write a moment as Danes do: 22-11-2026 kl. 8.14."""
    local = value.astimezone(COPENHAGEN)
    return local.strftime("%d-%m-%Y kl. ") + f"{local.hour}.{local.minute:02}"


def day(value: date) -> str:
    """Write a date as Danes do: 22-11-2026."""
    return value.strftime("%d-%m-%Y")


def section(title: str, lines: Iterable[str | None]) -> Lines:
    """Set lines under a heading; nothing at all when there are none."""
    written = [line for line in lines if line]
    return ["", title, "-" * len(title), *written] if written else []


def fact(label: str, value: object) -> str | None:
    """Write a fact with its label on one line; None when it is not known."""
    return f"{label}: {on_one_line(value)}" if value not in (None, "") else None


def on_one_line(value: object) -> str:
    """Keep a fact from looking like several."""
    return _shown(" ".join(str(value).split()))


def indented(text: str) -> str:
    """Set prose in, so that no line of it can pass for one of ours."""
    return "\n".join(f"  {_shown(line.expandtabs(4))}".rstrip() for line in text.splitlines())


def broken(lines: Iterable[str]) -> Iterator[str]:
    """Break long lines between words and set in what follows: broken by a mail program, it would begin as ours do."""
    for line in "\n".join(lines).split("\n"):
        yield from [line] if len(line) <= WIDTH else _wrapped(line)


def _wrapped(line: str) -> list[str]:
    words, listed = line.lstrip(" "), line.lstrip(" -•*")
    hanging = " " * min(max(len(line) - len(listed), 2), _DEEPEST)
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=line[: len(line) - len(words)],
        subsequent_indent=hanging,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _shown(line: str) -> str:
    """Put U+FFFD where a control stands: many a mail client shows letters in a terminal, and in any reading order."""
    return "".join(_INSTEAD if character in _TURNS or category(character) == "Cc" else character for character in line)
