"""A family of tables makes, backs up and moves the tables that are loaded: who opens a site has to load them all."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ENDS = {
    "gateway.bootstrap": ("directory", "gateway"),
    "inbox_tui.bootstrap": ("directory", "gateway", "inbox_tui"),
}
OF_THE_REGION_ALONE = "gateway.referring."


def homes_of_tables(packages):
    """Name every module that says what a table is."""
    for package in packages:
        for file in (ROOT / package).rglob("*.py"):
            if "table=True)" in file.read_text("utf-8"):
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("end", ENDS)
def test_whoever_opens_a_site_has_loaded_every_table_it_has(end):
    wanted = {
        module
        for module in homes_of_tables(ENDS[end])
        if end == "gateway.bootstrap" or not module.startswith(OF_THE_REGION_ALONE)
    }
    assert len(wanted) > len(ENDS)
    ask = f"import sys, {end}; print(*({wanted!r} - sys.modules.keys()))"

    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert told.stdout.split() == []
