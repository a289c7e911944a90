"""Every clause of the agreement has its test, and says so: `docs/agreement.md` against `tests/agreement.csv`.

An id that loses its test, a test that is renamed away from its id, a row nobody filled in: each fails here.
"""

import csv
import re
import subprocess
import sys
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "agreement.md").read_text("utf-8")
CLAUSES = dict(re.findall(r"^\| ([A-Z]\d+) \| (.+) \|$", PAGE, re.MULTILINE))
SECTIONS = {"A": 14, "B": 10, "C": 9, "D": 19, "E": 22, "F": 6, "G": 10, "H": 13, "L": 13, "O": 25}
"""How many requirements each section has: 116, and the 25 points the agreement leaves open."""

with (ROOT / "tests" / "agreement.csv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table, delimiter=";"))


def by_id(row):
    return row["id"]


@cache
def collected():
    """List what pytest itself collects in the files that are named, each parametrised test once."""
    files = sorted({test.partition("::")[0] for row in ROWS for test in row["tests"].split()})
    there = [file for file in files if (ROOT / file).is_file()]
    line = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *there]
    told = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    return {found.partition("[")[0] for found in told.stdout.splitlines() if "::" in found}


def test_every_requirement_is_on_the_page_once_and_in_order():
    expected = [f"{section}{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]

    assert re.findall(r"^\| ([A-Z]\d+) \|", PAGE, re.MULTILINE) == expected
    assert sum(SECTIONS.values()) == 116 + 25


def test_every_requirement_says_what_the_software_does_in_a_line_of_its_own():
    assert [clause for clause, words in CLAUSES.items() if not words.endswith(".")] == []
    assert len(set(CLAUSES.values())) == len(CLAUSES)


def test_every_requirement_has_one_row_and_every_row_its_requirement():
    assert [row["id"] for row in ROWS] == list(CLAUSES)


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_a_row_names_its_tests_or_says_why_there_are_none(row):
    tests, why = row["tests"].split(), row["why"].strip()

    assert None not in row, "more columns than the table has"
    assert {"tested": bool(tests), "context": not tests and bool(why)}[row["status"]]


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_every_test_that_is_named_is_collected(row):
    named = row["tests"].split()

    assert [test for test in named if test not in collected()] == []
    assert len(set(named)) == len(named)


def test_a_test_that_was_renamed_would_be_noticed():
    named = set(chain.from_iterable(row["tests"].split() for row in ROWS))

    assert named
    assert named <= collected()
    assert f"{named.pop()}_renamed" not in collected()
