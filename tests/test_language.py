"""The Danish catalogue says everything the code says, in the words of a considerate colleague (E1, E3)."""

import argparse
import ast
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from gateway import language
from gateway.commands.console import ARGPARSE_SAYS

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "gateway" / "locale" / "da" / "LC_MESSAGES" / "stafet.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "mark": None, "danish": None}
PLACEHOLDER = re.compile(r"\{(\w*)[^}]*\}|%\((\w+)\)[a-z]")

LABELS = (
    "storforbruger",
    "klient",
    "misbruger",
    "alkoholiker",
    "narkoman",
    "psykisk syg",
    "hjemløse ",
    "hyppig opkalder",
    "svingdør",
    "belastet",
    "patient",
)
"""Words for people that this system does not use: who calls is a citizen, "borgeren"."""

STIFF = ("vedrørende", "ovenstående", "nedenstående", "såfremt", "pågældende", "foretage", "i henhold til", "anvende")
"""Words nobody says aloud."""


def extracted():
    """List what the code says, as gettext's key: the message, or the singular of two."""
    found = {}
    for package in ("gateway", "inbox_tui"):
        for file, line, message, _comments, _context in extract_from_dir(ROOT / package, keywords=KEYWORDS):
            found[message if isinstance(message, str) else message[0]] = (f"{package}/{file}:{line}", message)
    return found


MESSAGES = extracted()
with CATALOGUE.open("rb") as opened:
    DANISH = read_po(opened, locale="da")
TRANSLATED = [message for message in DANISH if message.id]


def texts(value):
    return value if isinstance(value, tuple | list) else (value,)


def said():
    return [(message, text) for message in TRANSLATED for text in texts(message.string)]


def test_the_code_speaks():
    assert len(MESSAGES) > 300


def test_every_message_of_the_code_has_its_danish():
    known = {texts(message.id)[0] for message in TRANSLATED if all(texts(message.string))}

    assert sorted(f"{where}: {message}" for text, (where, message) in MESSAGES.items() if text not in known) == []


def test_nothing_is_said_inside_an_f_string_where_no_catalogue_finds_it():
    found = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for package in ("gateway", "inbox_tui")
        for file in sorted((ROOT / package).rglob("*.py"))
        for text in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
        if any(isinstance(said, ast.Constant) for said in call.args)
    ]
    assert found == []


def test_the_catalogue_holds_nothing_the_code_no_longer_says():
    assert [message.id for message in TRANSLATED if texts(message.id)[0] not in MESSAGES] == []
    assert list(DANISH.obsolete) == []


def test_nothing_in_the_catalogue_is_a_guess():
    assert [message.id for message in TRANSLATED if message.fuzzy] == []


@pytest.mark.parametrize("message", TRANSLATED, ids=lambda message: texts(message.id)[0][:60])
def test_what_is_filled_in_is_the_same_in_both_languages(message):
    """What argparse says may leave the name of a Python type out."""
    for text in texts(message.string):
        wanted = [fields(one) for one in texts(message.id)]
        assert fields(text) in wanted or (message.id in ARGPARSE_SAYS and set(fields(text)) < set(wanted[0]))


def fields(text):
    return sorted(map(str, PLACEHOLDER.findall(text)))


def test_a_plural_has_both_its_forms():
    for text, (_where, message) in MESSAGES.items():
        if not isinstance(message, str):
            found = DANISH.get(text)
            assert found is not None
            assert len(found.string) == 2


def test_the_compiled_catalogue_is_the_one_people_edit():
    compiled = BytesIO()
    write_mo(compiled, DANISH)
    compiled.seek(0)
    with CATALOGUE.with_suffix(".mo").open("rb") as shipped:
        assert contents(read_mo(shipped)) == contents(read_mo(compiled))


def test_make_locale_would_change_nothing(tmp_path):
    """A catalogue in the form pybabel gives it: then a new message changes its own lines and no others."""
    rule = (ROOT / "Makefile").read_text("utf-8").partition("\nlocale:")[2].partition("\n\n")[0].partition("\n")[2]
    folder = tmp_path / "locale"
    shutil.copytree(ROOT / "gateway" / "locale", folder)
    told = {"$(BIN)": str(Path(sys.executable).parent), "$(VENV)": str(tmp_path), "gateway/locale": str(folder)}
    for written, meant in told.items():
        rule = rule.replace(written, meant)
    subprocess.run(rule.replace("@", ""), shell=True, cwd=ROOT, check=True)  # noqa: S602 - the Makefile's own lines
    for made in (CATALOGUE, CATALOGUE.with_suffix(".mo")):
        same = made.read_bytes() == (folder / made.relative_to(ROOT / "gateway" / "locale")).read_bytes()
        assert same, f"Run make locale: it leaves another {made.name}."


def contents(catalogue):
    return {tuple(texts(message.id)): tuple(texts(message.string)) for message in catalogue if message.id}


@pytest.mark.parametrize("word", LABELS)
def test_no_citizen_is_given_a_label(word):
    assert [text for _message, text in said() if word in text.casefold()] == []


@pytest.mark.parametrize("word", STIFF)
def test_the_danish_is_what_a_colleague_would_say(word):
    assert [text for _message, text in said() if re.search(rf"\b{word}\b", text.casefold())] == []


def test_the_danish_is_danish_and_not_left_in_english():
    english = re.compile(r"\b(the|and|is not|cannot|please|error)\b", re.IGNORECASE)

    assert [text for _message, text in said() if english.search(text)] == []


def test_a_sentence_ends_as_its_english_does():
    for message, text in said():
        for end in ".?!:":
            assert text.rstrip().endswith(end) == texts(message.id)[0].rstrip().endswith(end), text


def test_the_letters_of_danish_are_whole_everywhere():
    for _message, text in said():
        assert not re.search("Ã|Â|\ufffd|aa(?!r)", text.replace("Aabenraa", "")), text


def test_the_argument_parser_speaks_danish_too(monkeypatch, capsys):
    monkeypatch.setattr(language, "_in_use", "da")
    monkeypatch.setenv("LANGUAGE", "da")
    language.use("da")
    with pytest.raises(SystemExit):
        argparse.ArgumentParser(prog="stafet-gateway").parse_args(["--nonsense"])

    told = capsys.readouterr().err
    assert "fejl" in told
    assert "error" not in told


@pytest.mark.parametrize("message", ARGPARSE_SAYS)
def test_what_is_marked_for_the_argument_parser_is_what_it_says(message):
    """Python's own source is the only list there is; a new Python may word it anew."""
    assert message in Path(argparse.__file__).read_text("utf-8").replace("\\n", "\n")


def test_english_is_what_the_code_says(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setattr(language, "_in_use", "en")

    assert language.gettext("waiting here") == "waiting here"
    assert language.danish("waiting here") != "waiting here"
