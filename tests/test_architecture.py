"""The layout is a contract (DESIGN, section 3): `.importlinter` says it, and these tests hold the code to it."""

import ast
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("keys", "directory", "gateway", "inbox_tui")
MODULES = tuple(sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")))
LONGEST_MODULE = 400


def name(path):
    return str(path.relative_to(ROOT))


def lint_imports(contracts):
    """Run the checker in a process of its own: it takes the loggers of the one it runs in."""
    line = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", contracts]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_import_contract_is_kept():
    told = lint_imports(".importlinter")

    assert told.returncode == 0, told.stdout + told.stderr


def test_a_contract_that_is_not_kept_would_be_noticed(tmp_path):
    backwards = tmp_path / "backwards.ini"
    backwards.write_text(
        "[importlinter]\nroot_packages =\n    directory\n    keys\n"
        "[importlinter:contract:backwards]\nname = Backwards\ntype = layers\nlayers =\n    keys\n    directory\n"
    )

    told = lint_imports(backwards)

    assert told.returncode != 0
    assert "Backwards BROKEN" in told.stdout


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=name)
def test_a_package_says_what_it_is_for_and_imports_nothing(path):
    tree = ast.parse(path.read_text("utf-8"))

    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_longer_than_one_can_hold_in_mind(package):
    long = [name(path) for path in MODULES if path.is_relative_to(ROOT / package) and lines(path) > LONGEST_MODULE]

    assert not long


def lines(path):
    return path.read_text("utf-8").count("\n")


SCREENS = ("textual", "rich", "fpdf", "matplotlib", "fhir", "inbox_tui.demo", "inbox_tui.app")
MAIL = ("aiosmtpd", "aiosmtplib", "imapclient")
LATER = ("pythonjsonlogger", "prometheus_client", "gateway.monitor.joined")
ANY = ("sqlalchemy", "pydantic", "cryptography", "gnupg", "pysequoia")
LOADED = [
    ("gateway.__main__", "'status'", (*SCREENS, *MAIL, *LATER, "gateway.daemon", "gateway.doctor")),
    ("gateway.__main__", "'health'", (*SCREENS, *LATER, "aiosmtpd", "imapclient", "gateway.daemon")),
    ("gateway.__main__", "'run'", (*SCREENS, *LATER, "gateway.desk", "gateway.commands.refer")),
    ("gateway.__main__", "", (*SCREENS, *LATER)),
    ("inbox_tui.program", "'list'", (*SCREENS, *MAIL, *LATER, "gateway.daemon", "gateway.doctor", "gateway.referring")),
    ("inbox_tui.program", "", (*SCREENS, *LATER, "gateway.referring")),
]
"""What is loaded by the time a command, or with none named every command, has been read; and what must not be."""


@pytest.mark.parametrize(("program", "command", "needless"), LOADED)
def test_a_command_loads_what_it_needs_and_neither_the_screens_nor_the_other_end(program, command, needless):
    """A command is typed while somebody waits on the line, and the daemon keeps what it has loaded."""
    read = f"{program}.build(parser_for('stafet'), {command})"
    ask = f"import {program}; from gateway.commands.options import parser_for; {read}; {_loaded_of(needless)}"

    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == ""


@pytest.mark.parametrize("program", ["gateway", "inbox_tui"])
def test_to_say_its_version_a_program_loads_nothing_that_opens_a_site(program):
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", program, "--version"], capture_output=True, text=True, check=True
    )

    assert told.stdout.endswith(f"{version('stafet')}\n")
    assert not re.findall(rf"\b({'|'.join(ANY)})$", told.stderr, re.MULTILINE)


def _loaded_of(needless):
    return f"import sys; [print(name) for name in {needless!r} if name in sys.modules]"


def test_nothing_is_opened_or_read_when_modules_are_imported(tmp_path):
    """Habit 2: whoever imports a module has not yet touched a home, a database or a key ring."""
    ask = "import gateway.__main__, inbox_tui.__main__, inbox_tui.app, inbox_tui.demo.show"
    nowhere = {"HOME": str(tmp_path), "PATH": "/nonexistent", "XDG_DATA_HOME": str(tmp_path / "data")}

    subprocess.run([sys.executable, "-c", ask], env=nowhere, check=True, capture_output=True)

    assert list(tmp_path.iterdir()) == []
