"""Every program that `make` starts finds what it needs, also those that no test runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.peers
ROOT = Path(__file__).parents[2]
LINE = re.compile(r"(?:PYTHONPATH=(\S+) )?\$\(BIN\)/python (\S+\.py)")
STARTED = {program: path for path, program in LINE.findall((ROOT / "Makefile").read_text("utf-8"))}
READ = "import runpy, sys; sys.path[0] = sys.argv[1]; runpy.run_path(sys.argv[2], run_name='read')"


def test_there_are_such_programs():
    assert "tests/screens/screenshots.py" in STARTED


@pytest.mark.parametrize("program", sorted(STARTED))
def test_a_program_that_make_starts_can_be_read_with_all_it_imports(program):
    file = ROOT / program
    line = [sys.executable, "-c", READ, str(file.parent), str(file)]
    environment = os.environ | ({"PYTHONPATH": STARTED[program]} if STARTED[program] else {})
    told = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
