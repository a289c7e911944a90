"""The layout is a contract (DESIGN, section 3): `.importlinter` says it, and these tests hold the code to it."""

import ast
import subprocess
import sys
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


@pytest.mark.parametrize("command", ["gateway.__main__", "inbox_tui.__main__"])
def test_a_command_starts_without_the_screens_and_the_other_end(command):
    """A command is typed while somebody waits on the line: what only screens or the demo need is not loaded."""
    heavy = ("textual", "rich", "fpdf", "matplotlib", "fhir", "inbox_tui.demo", "inbox_tui.app")
    heavy += ("pythonjsonlogger", "prometheus_client", "gateway.monitor.joined")
    ask = f"import sys, {command}; print(*[name for name in {heavy!r} if name in sys.modules])"

    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == ""


def test_a_municipality_s_command_never_loads_what_is_the_region_s_alone():
    ask = (
        "import sys, inbox_tui.__main__; print(*[name for name in sys.modules if name.startswith('gateway.referring')])"
    )

    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == ""


def test_nothing_is_opened_or_read_when_modules_are_imported(tmp_path):
    """Habit 2: whoever imports a module has not yet touched a home, a database or a key ring."""
    ask = "import gateway.__main__, inbox_tui.__main__, inbox_tui.app, inbox_tui.demo.show"
    nowhere = {"HOME": str(tmp_path), "PATH": "/nonexistent", "XDG_DATA_HOME": str(tmp_path / "data")}

    subprocess.run([sys.executable, "-c", ask], env=nowhere, check=True, capture_output=True)

    assert list(tmp_path.iterdir()) == []
