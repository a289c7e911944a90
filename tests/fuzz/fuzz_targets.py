"""All targets, opened: the parsers, and `receive` at both ends with keys and databases of their own."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sites
from fuzz_ends import joined_ends
from fuzz_parsers import parsers, quick
from fuzz_receiving import receiving
from fuzz_watch import Target

from gateway.station import Station


@contextmanager
def joined_targets(opened: Mapping[str, Station], folder: Path) -> Iterator[Mapping[str, Target]]:
    """Give every target by its name, at sites that are open."""
    with joined_ends(opened, folder) as ends:
        keys = [one.station.keyring.export_public(one.key) for one in (ends.region.site, ends.stranger)]
        yield {target.name: target for target in (*parsers(keys), *receiving(ends))}


@contextmanager
def opened_targets() -> Iterator[Mapping[str, Target]]:
    """Give every target by its name, at sites made for them."""
    with (
        tempfile.TemporaryDirectory(prefix="st-", dir=quick() or "/tmp", ignore_cleanup_errors=True) as name,  # noqa: S108
        sites.stations(Path(name)) as opened,
        joined_targets(opened, Path(name)) as every,
    ):
        yield every
