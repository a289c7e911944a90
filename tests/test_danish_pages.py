"""The pages for daily use say what the screens say: every key, word, command, picture and link in them exists.

A page may drift from the product without anybody noticing, and is read by somebody who has not used it for six months.
"""

import argparse
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
from babel.messages.pofile import read_po

from gateway import __main__ as region_command
from gateway import language
from gateway.commands.options import parser_for
from gateway.desk import commands as desk
from gateway.keeping import commands as keeping
from gateway.terminal import commands as terminal
from gateway.terminal import sign_in
from gateway.terminal.commands import Command
from inbox_tui import commands as inbox
from inbox_tui import house_commands as house
from inbox_tui import program as municipal_command

DOCS: Final = Path(__file__).parents[1] / "docs"
DANISH: Final = sorted((DOCS / "da").glob("*.md"))
TWINS: Final = (DOCS / "what-to-do-when.md", DOCS / "da" / "naar-noget-gaar-galt.md")
PAGES: Final = [*DANISH, TWINS[0]]
KEYS_OF: Final[tuple[ModuleType, ...]] = (desk, keeping, terminal, sign_in, inbox, house)
PROGRAMS: Final[Mapping[str, Callable[[argparse.ArgumentParser], argparse.ArgumentParser]]] = {
    "stafet-gateway": region_command.build,
    "stafet-inbox": municipal_command.build,
}
KEY: Final = re.compile(r"\*\*((?:Ctrl\+|F\d|Enter|Esc|Tab|Mellemrum|Space|↑↓|[0-9A-Z/](?= |\*))[^*]*)\*\*")
SAID: Final = re.compile(r"«(?=[^\s»])([^»]+)»")
TYPED: Final = re.compile(r"`([^`\n]+)`")
PICTURE: Final = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK: Final = re.compile(r"(?<!!)\[[^\]]+\]\(([^)]+)\)")
TARGET: Final = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
WORD: Final = re.compile(r"\w{3}")
HOLE: Final = re.compile(r"\{\w+\}")
SIGN: Final = re.compile("^[▲◆●◐→◉✓↩!☎] ")
LEAST_WORDS: Final = 3
"""A piece of a longer text on a screen may be quoted alone when it is this long; anything shorter must be whole."""


@cache
def texts() -> tuple[str, ...]:
    """Give all the Danish there is on any screen, singular and plural."""
    with (language.LOCALE / "da" / "LC_MESSAGES" / "stafet.po").open("rb") as file:
        found = [message.string or "" for message in read_po(file) if message.id]
    return tuple(one for said in found for one in ([said] if isinstance(said, str) else said) if one)


def is_on_a_screen(words: str) -> bool:
    bare = SIGN.sub("", words)
    return any(_is_it(bare, SIGN.sub("", text)) for text in texts())


def _is_it(words: str, text: str) -> bool:
    """Tell whether words are a text, with its holes filled in, or a piece of it that is long enough to stand alone."""
    if words in text:
        alone = rf"(?<!\w){re.escape(words)}(?!\w)"
        return words == text or (len(words.split()) >= LEAST_WORDS and re.search(alone, text) is not None)
    pieces = HOLE.split(text)
    if len(pieces) == 1 or not all(piece in words for piece in pieces) or not WORD.search("".join(pieces)):
        return False
    return re.fullmatch(".{1,40}?".join(map(re.escape, pieces)), words) is not None


@cache
def keys(spoken: str) -> frozenset[str]:
    """Give every key with its label, as they stand on the line below, in a language."""
    before = language.in_use()
    language.use(spoken)
    try:
        found = (one for module in KEYS_OF for one in vars(module).values() if isinstance(one, Command))
        drawn = {(language.gettext(one.shown), language.gettext(one.label)) for one in found}
    finally:
        language.use(before)
    return frozenset({f"{key} {label}" for key, label in drawn} | {key for key, _label in drawn})


@cache
def parsers() -> Mapping[str, argparse.ArgumentParser]:
    return {name: build(parser_for(name)) for name, build in PROGRAMS.items()}


def below(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    choices = (one.choices for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return dict(next(choices, {}))


def wrong_with(command: str) -> str:
    """Say which word of a command its program does not know; "" when it knows them all."""
    name, *rest = command.split()
    parser = parsers()[name]
    for word in rest:
        if word.startswith("-"):
            if word not in parser._option_string_actions:
                return word
        elif word in below(parser):
            parser = below(parser)[word]
        elif below(parser):
            return word
    return ""


def numbered(pages: list[Path], pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for page in pages:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
            for found in pattern.findall(line):
                yield f"{page.name}:{number}", found


def test_every_key_the_pages_name_is_a_key_with_that_label() -> None:
    danish = [(where, key) for where, key in numbered(DANISH, KEY) if key not in keys("da")]
    english = [(where, key) for where, key in numbered([TWINS[0]], KEY) if key not in keys("en")]
    assert not danish + english


def test_every_word_the_pages_quote_stands_on_a_screen() -> None:
    assert not [(where, said) for where, said in numbered(DANISH, SAID) if not is_on_a_screen(said)]


def test_every_command_the_pages_name_is_one() -> None:
    named = [(where, typed) for where, typed in numbered(PAGES, TYPED) if typed.startswith("stafet-") and " " in typed]
    assert not [(where, typed, wrong_with(typed)) for where, typed in named if wrong_with(typed)]
    assert {typed.split()[0] for _where, typed in named} == set(PROGRAMS)


def test_every_picture_is_there_and_is_told_in_words_to_whoever_cannot_see_it() -> None:
    pictures = [(page, alt, to) for page in PAGES for alt, to in PICTURE.findall(page.read_text(encoding="utf-8"))]
    assert pictures
    assert not [to for page, _alt, to in pictures if not (page.parent / to).is_file()]
    assert not [to for _page, alt, to in pictures if len(alt) < len("A sentence or so.")]


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for to in LINK.findall(text):
            place, _hash, target = to.partition("#")
            found = (page.parent / place) if place else page
            assert found.is_file(), (page.name, to)
            assert not target or target in TARGET.findall(found.read_text(encoding="utf-8")), (page.name, to)


def test_every_danish_page_is_reached_from_the_first() -> None:
    listed = (DOCS / "da" / "index.md").read_text(encoding="utf-8").partition("```{toctree}")[2].split()
    assert {page.stem for page in DANISH} - {"index"} <= set(listed)


def test_what_to_do_when_says_the_same_in_both_languages() -> None:
    """As many headings of each rank, in each part as many steps and commands: what is added to one is added to both."""
    shapes = [
        [
            (rank, len(re.findall(r"^\d\. ", part, re.MULTILINE)), sorted(TYPED.findall(part)))
            for rank, part in re.findall(
                r"^(#+) [^\n]*\n(.*?)(?=^#|\Z)", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
            )
        ]
        for page in TWINS
    ]
    for english, danish in zip(*map(_without_language, shapes), strict=True):
        assert english == danish


def _without_language(
    shape: list[tuple[str, int, list[str]]],
) -> list[tuple[str, int, list[str]]]:
    return [(rank, steps, [one for one in typed if one != "--lang en"]) for rank, steps, typed in shape]


@pytest.mark.parametrize("label", ["den udsatte", "de udsatte", "misbruger", "storforbruger", "klient", "tilfælde"])
def test_a_citizen_is_called_a_citizen(label: str) -> None:
    """A14: no labels."""
    assert not [
        page.name for page in DANISH if re.search(rf"(?<!\w){label}(?!\w)", page.read_text("utf-8"), re.IGNORECASE)
    ]


@pytest.mark.parametrize(
    ("quoted", "there"),
    [("Ny henvendelse i Stafet", True), ("Ny henvendelse i Stafetten", False), ("RING NU: 1 enhed", True)],
)
def test_a_quotation_is_found_only_when_it_is_whole(quoted: str, there: bool) -> None:
    assert is_on_a_screen(quoted) is there


def test_a_command_with_a_word_that_is_none_is_found_out() -> None:
    assert wrong_with("stafet-inbox keys lots") == "lots"
    assert wrong_with("stafet-inbox keys lost --hastily") == "--hastily"
