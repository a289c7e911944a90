"""Lets every program that a test starts make its sites on PostgreSQL too: Python reads this file when it starts."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

import databases  # noqa: F401 - it does so when it is read
