"""The handbook is built as `make docs` builds it: nothing in it is doubtful, and no page fetches from elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.peers

DOCS = Path(__file__).parents[2] / "docs"
AS_IN_THE_MAKEFILE = ("-W", "--keep-going", "-q", "-n", "-b", "html")
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"(?:https?:)?//")


def test_the_handbook_is_built_without_a_warning_and_fetches_nothing(tmp_path):
    build = [sys.executable, "-m", "sphinx", *AS_IN_THE_MAKEFILE, "-d", tmp_path / "read", DOCS, tmp_path / "made"]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

    made = {str(page.relative_to(tmp_path / "made")): page.read_text("utf-8") for page in tmp_path.rglob("*.html")}
    assert {f"{page.relative_to(DOCS).with_suffix('.html')}" for page in DOCS.rglob("*.md")} <= set(made)
    assert [name for name, page in made.items() if FETCHED.search(page)] == []
