"""Tests that are about SQLite itself: what it alone would hold, its file, its pragmas. PostgreSQL is not asked them."""

import pytest
from databases import ON_POSTGRESQL

needs_file = pytest.mark.skipif(ON_POSTGRESQL, reason="about SQLite itself, or its file")


def only_in_a_file(*values):
    """Give values of a parameter that only SQLite can be asked about."""
    return () if ON_POSTGRESQL else values


def only_on_server(*values):
    """Give values of a parameter that only PostgreSQL can be asked about."""
    return values if ON_POSTGRESQL else ()
