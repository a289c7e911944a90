"""Whose tables a site has, and in which releases they changed.

Each owner's tables change by revisions of their own, a branch of Alembic's: what both ends share, what is the region's,
what is a municipality's. A site has two of them, and one table (`alembic_version`) says how far each has come. What is
written here is all that opening a site needs to know; Alembic is loaded only to bring a database forward or back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData

Release = tuple[int, ...]
"""A version of the program, like (0, 2, 0)."""

REVISIONS: Final = Path(__file__).parent / "revisions"


@dataclass(frozen=True)
class Step:
    """One revision: Alembic's name of it, `<branch>_<number>`, and the first release that has it."""

    revision: str
    release: str


@dataclass(frozen=True)
class Branch:
    """One owner's tables, and the steps they came by, oldest first; `folder` holds the revisions."""

    name: str
    tables: tuple[MetaData, ...]
    folder: Path
    steps: tuple[Step, ...]

    @property
    def head(self) -> str:
        """Name the newest revision."""
        return self.steps[-1].revision

    def at(self, release: Release) -> str:
        """Name the revision that a release has, be it with none of its own."""
        return next(step.revision for step in reversed(self.steps) if parsed(step.release) <= release)

    def owns(self, revision: str) -> bool:
        """Tell whether a revision is this branch's, also one that is not known yet."""
        return revision.rpartition("_")[0] == self.name


SHARED_STEPS: Final = (Step("shared_1", "0.1.0"), Step("shared_2", "0.2.0"), Step("shared_3", "0.3.0"))
REGION_STEPS: Final = (Step("region_1", "0.1.0"), Step("region_2", "0.2.0"), Step("region_3", "0.3.0"))


def parsed(release: str) -> Release:
    """Read a version such as "0.2.0", in which what follows the numbers is left out; raises ValueError."""
    return tuple(map(int, release.partition("+")[0].split(".")[:3]))


def newest(branches: Sequence[Branch]) -> str:
    """Tell which release these tables are of: the last one that changed any of them."""
    return release_of(branches, frozenset(branch.head for branch in branches)) or ""


def release_of(branches: Sequence[Branch], revisions: frozenset[str]) -> str | None:
    """Tell which release has these revisions; None where one of them is not known here."""
    known = {step.revision: step.release for branch in branches for step in branch.steps}
    if not revisions or not revisions <= known.keys():
        return None
    return max((known[one] for one in revisions), key=parsed)


def first(branches: Sequence[Branch]) -> str:
    """Tell which release was the first."""
    return min((branch.steps[0].release for branch in branches), key=parsed)


def every_table(branches: Sequence[Branch]) -> Iterator[MetaData]:
    """Give the families of tables, shared ones first."""
    for branch in branches:
        yield from branch.tables
