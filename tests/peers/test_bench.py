"""The measurements run: each chapter once, hardly measured. What they say is for bench/RESULTS.md, never for a test."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.peers
ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench" / "run.py"


def chapters():
    named = (one for one in ast.parse(BENCH.read_text("utf-8")).body if isinstance(one, ast.AnnAssign))
    return next(ast.literal_eval(one.value) for one in named if one.target.id == "CHAPTERS")


def bench(*arguments):
    line = [sys.executable, str(BENCH), *arguments]
    path = os.pathsep.join(str(ROOT / "tests" / name) for name in ("", "peers", "journeys"))
    environment = os.environ | {"PYTHONPATH": path}
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("chapter", chapters())
def test_every_chapter_of_the_measurements_still_runs_and_leaves_nothing_missing_unsaid(chapter):
    told = bench(chapter, "--small")
    assert told.returncode == 0, told.stderr
    assert "| measured |" in told.stdout
    assert "not installed" not in told.stdout


def test_a_chapter_that_is_not_there_is_said_to_be_missing_with_those_that_are():
    told = bench("speed")
    assert told.returncode == 2
    assert "there is no chapter speed; there are seal" in told.stderr
