"""Why the tables of a database are not taken back to an earlier release.

SchemaRefused       never raised itself
├── ReleaseUnknown  there is no such release, or it is later than the program
├── BackIsBarred    something has to be seen to first
└── BackWouldLose   something has no place in that release, and nobody has said that it may go
"""

from collections.abc import Mapping

from gateway.site.errors import SiteError


class SchemaRefused(SiteError):
    """The tables stay as they are."""


class ReleaseUnknown(SchemaRefused):
    """There is no such release, or it is later than the program."""

    code = "RELEASE_UNKNOWN"


class BackIsBarred(SchemaRefused):
    """Something has to be seen to first; `counts` says what, as codes, and how much of it there is."""

    code = "BACK_IS_BARRED"

    def __init__(self, counts: Mapping[str, int]) -> None:
        super().__init__(", ".join(counts))
        self.counts = counts


class BackWouldLose(SchemaRefused):
    """Something has no place in that release; `counts` says what, as codes, and how much of it there is."""

    code = "BACK_WOULD_LOSE"

    def __init__(self, counts: Mapping[str, int]) -> None:
        super().__init__(", ".join(counts))
        self.counts = counts
