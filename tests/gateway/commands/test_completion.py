"""`completion` prints what a shell needs to complete the commands: made from the parser, and tried in a real shell."""

import json
import shutil
import subprocess
import sys

import pytest

from gateway import __main__ as gateway_command
from gateway.commands.completion import SHELLS, _actions
from gateway.commands.options import parser_for
from inbox_tui import __main__ as inbox_command

MAIN = {"stafet-gateway": gateway_command.main, "stafet-inbox": inbox_command.main}
ASK = r"""
source "$1" && shift
program=$1
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
completes=$(complete -p "$program" | sed 's/.*-F \([^ ]*\).*/\1/')
"$completes" "$program" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def said(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("STAFET_HOME", str(tmp_path / "no site"))

    def saying(program, *words):
        with pytest.raises(SystemExit) as ended:
            MAIN[program](["completion", *words])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return saying


@pytest.fixture
def completed(said, tmp_path):
    """Type a line in a real bash, and press Tab."""

    def completing(program, *words, language="da"):
        script = tmp_path / f"{program}.{language}.bash"
        if not script.exists():
            script.write_text(said(program, "bash", "--lang", language))
        command = ["bash", "--norc", "--noprofile", "-c", ASK, "bash", script, program, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert done.stderr == ""
        return set(done.stdout.split())

    return completing


@pytest.mark.parametrize("program", MAIN)
def test_commands_options_and_choices_are_completed(completed, program):
    assert completed(program, "qua") == {"quarantine"}
    assert {"add", "end", "password"} <= completed(program, "staff", "")
    assert completed(program, "staff", "add", "--ro") == {"--role"}
    assert {"admin", "auditor"} <= completed(program, "staff", "add", "--role", "")
    assert completed(program, "--lang", "") == {"da", "en"}
    assert completed(program, "completion", "") == set(SHELLS)


def test_what_only_one_end_has_is_completed_there_alone(completed):
    assert "desk" in completed("stafet-gateway", "")
    assert "acknowledge" in completed("stafet-inbox", "")
    assert completed("stafet-inbox", "des") == set()


def test_files_and_folders_are_completed_where_they_are_asked_for(completed, tmp_path):
    (tmp_path / "backup-1.gpg").touch()
    (tmp_path / "backups").mkdir()
    assert {"backup-1.gpg", "backups"} <= completed("stafet-gateway", "restore", "backup")
    assert completed("stafet-gateway", "--home", "backup") == {"backups"}
    assert "backup-1.gpg" in completed("stafet-inbox", "backup", "--code-file", "backup")


def test_an_english_speaker_gets_the_same(completed):
    assert completed("stafet-inbox", "mail", language="en") == completed("stafet-inbox", "mail") == {"mailbox"}


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("program", MAIN)
def test_whatever_the_help_says_the_script_is_one(said, program, language, tmp_path):
    """Quotes and æøå in the help must end no string: the shells read every line."""
    for shell in {"bash", "zsh"} & {shell for shell in SHELLS if shutil.which(shell)}:
        script = tmp_path / shell
        script.write_text(said(program, shell, "--lang", language))
        subprocess.run([shell, "-n", script], check=True)


def test_what_is_printed_is_the_script_byte_for_byte(said):
    """What a terminal must never act on is taken from all that is printed; nothing in here is such."""
    facts = json.loads(said("stafet-inbox", "zsh", "--json"))
    assert facts["shell"] == "zsh"
    assert said("stafet-inbox", "zsh") == facts["script"].rstrip("\n") + "\n"


@pytest.mark.parametrize("program", MAIN)
def test_every_option_that_takes_a_file_says_so_in_its_name(program):
    """Completion goes by what the help calls it: FILE or DIR."""
    build = {"stafet-gateway": gateway_command.build}.get(program) or sys.modules["inbox_tui.program"].build
    for action in _actions(build(parser_for(program))):
        if action.dest.endswith("file") or action.dest in {"home", "keep", "csv", "html", "ics"}:
            assert str(action.metavar).startswith(("FILE", "DIR")), action.option_strings
