"""What people install: the wheel in an environment of its own, and from it both programs as they are used."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
import sites
from journey_sites import workplace
from journey_terminal import ENTER, Typed, room

pytestmark = pytest.mark.peers
ROOT = Path(__file__).parents[2]
PROGRAMS = ("stafet-gateway", "stafet-inbox")


@pytest.fixture(scope="module")
def typed(wheel):
    """Type a command of the wheel's, on a machine that knows nothing but it."""
    with workplace() as folder:

        def typing(program, *words, code=0):
            done = subprocess.run(
                [wheel.programs / program, *map(str, words)],
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                env={
                    "PATH": "/usr/bin:/bin",
                    "HOME": str(folder),
                    "LANG": "C.UTF-8",
                    "STAFET_HOME": str(folder / "site"),
                    "STAFET_PASSWORD_FILE": os.environ["STAFET_PASSWORD_FILE"],
                },
                cwd="/",
                timeout=60,
                check=False,
            )
            assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
            return done.stdout

        unit = ("--municipality", "730", "--address", "sikkerpost@randers.example", "--phone", "89 15 00 00", "--alone")
        own = ("--person", "Mette Testgaard", "--new-password-file", os.environ["STAFET_PASSWORD_FILE"])
        typing("stafet-inbox", "init", *unit, *own)
        typing.home = folder / "site"
        yield typing


def test_the_program_is_the_wheels_and_says_which_it_is(wheel):
    for package in ("gateway", "inbox_tui", "directory", "keys"):
        assert wheel.python(f"import {package}; print({package}.__file__)").startswith(str(wheel.folder))
    said = wheel.python("from importlib.metadata import version; print(version('stafet'))")
    assert said == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_says_in_danish_what_it_can_do(typed, program):
    assert typed(program, "--help").startswith(f"brug: {program}")


def test_a_site_that_was_made_is_looked_at_by_the_doctor(typed):
    assert "GnuPG" in typed("stafet-inbox", "doctor", "--offline", code=2)


def test_the_inbox_opens_at_a_terminal_and_lets_somebody_in(typed, wheel):
    told = {"PATH": "/usr/bin:/bin", "HOME": str(typed.home.parent), "STAFET_HOME": str(typed.home)}
    with room(typed.home.parent, told) as place:
        desk = place.desk("inbox", [wheel.programs / "stafet-inbox"])
        desk.see("Randers Kommune", "Adgangskode")
        desk.press(Typed("Mette Testgaard"), ENTER, Typed(sites.PASSWORD), ENTER)
        desk.see("Præhospitalet", "F1")


def test_a_shell_learns_the_commands_from_it(typed):
    script = typed("stafet-gateway", "completion", "bash")
    ask = f"{script}\n_complete() {{ complete -p stafet-gateway; }}; _complete"
    done = subprocess.run(["bash", "--norc", "--noprofile", "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("complete ")
    assert done.stderr == ""


def test_what_a_machine_is_set_up_with_lies_beside_it(wheel):
    there = {str(path.relative_to(wheel.shared)) for path in wheel.shared.rglob("*") if path.is_file()}
    own = {str(path.relative_to(ROOT / "deploy")) for path in (ROOT / "deploy").rglob("*") if path.is_file()}
    assert there == own
    for script in wheel.shared.rglob("*.sh"):
        subprocess.run(["sh", "-n", script], check=True)
    assert (wheel.shared / "systemd" / "stafet-.service.d" / "sandbox.conf").is_file()


def test_an_environment_without_it_has_none_of_it(wheel):
    """What is lent to the wheel by the tests' own environment is not the program itself."""
    with pytest.raises(subprocess.CalledProcessError):
        wheel.python("import sys; sys.path = [p for p in sys.path if not p.startswith(sys.prefix)]; import gateway")
