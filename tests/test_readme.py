"""The README's commands are the product's own: each is read by the parser that would run it; each target exists."""

import re
import shlex
from pathlib import Path

import pytest

from gateway import __main__ as gateway_command
from gateway.commands.console import Subcommand
from inbox_tui import program as inbox_command

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = {"stafet-gateway": gateway_command.build, "stafet-inbox": inbox_command.build}
TYPED = [line.replace("\\\n", " ") for line in re.findall(r"^\$ (stafet-(?:[^\\\n]|\\\n)+)", README, re.MULTILINE)]


def test_the_readme_shows_how_two_sites_are_joined():
    verbs = {tuple(shlex.split(line)[:2]) for line in TYPED}
    assert {
        ("stafet-gateway", verb) for verb in ("init", "keys", "directory", "relay", "run", "refer", "status")
    } <= verbs
    assert {("stafet-inbox", verb) for verb in ("init", "keys", "contact", "relay", "run")} <= verbs


@pytest.mark.parametrize("line", TYPED)
def test_each_command_of_the_readme_can_be_typed(line):
    program, *words = shlex.split(line.partition(" > ")[0])
    arguments = COMMANDS[program](Subcommand(prog=program)).parse_args(words)
    assert callable(arguments.run)


@pytest.mark.parametrize("target", re.findall(r"^\$ make (\w+)", README, re.MULTILINE))
def test_each_target_of_the_readme_is_in_the_makefile(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", re.findall(r"\]\(((?!http)[^)]+)\)", README))
def test_each_file_the_readme_points_to_is_there(path):
    assert (ROOT / path).exists()
