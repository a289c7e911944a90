"""What other people's programs did with our letters, collected over all workers: docs/peers.md is made from it.

A test of the marker `peers` calls `record`. When all of them have run, the page must say what was seen; only a version
may be another one on another machine. `PEERS=write` writes the page instead.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

PEER = "peer"
PAGE = Path(__file__).parents[1] / "docs" / "peers.md"
DID = {
    "opens": "Opens ours",
    "makes": "We open its",
    "keys": "Its own key",
    "shows": "Reads well",
    "carries": "Carries",
}
"""What a program can have done, and the heading over it."""
WORDS = {True: "yes", False: "no", None: "–"}
SAID = {word: value for value, word in WORDS.items()}
BEGIN, END = "<!-- made by the tests -->\n", "<!-- end -->\n"


@dataclass(frozen=True)
class Peer:
    """One program: True, it did so here; False, it cannot, as was seen; None, that is not what it is for."""

    name: str
    version: str
    opens: bool | None = None
    makes: bool | None = None
    keys: bool | None = None
    shows: bool | None = None
    carries: bool | None = None

    @property
    def did(self) -> dict[str, bool | None]:
        return {name: getattr(self, name) for name in DID}

    def joined(self, other: "Peer") -> "Peer":
        """Add what another test saw; a thing that failed anywhere counts as failed."""
        return replace(self, **{name: both(value, getattr(other, name)) for name, value in self.did.items()})


def both(one: bool | None, other: bool | None) -> bool | None:
    seen = {one, other} - {None}
    return None if not seen else False not in seen


def record(request: pytest.FixtureRequest, name: str, version: str, **did: bool | None) -> None:
    """Say what a program did: `opens`, `makes`, `keys`, `shows` or `carries`. Call it last, when it has been proved."""
    request.node.user_properties.append((PEER, asdict(Peer(name, version, **did))))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell what was recorded; fail the run where the page says something else, or write it (`PEERS=write`)."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    seen = collected(reporter.stats) if reporter and not hasattr(session.config, "workerinput") else {}
    if not seen:
        return
    reporter.write_line("")
    reporter.write_sep("-", "peers")
    if os.environ.get("PEERS") == "write" and not session.testsfailed:
        PAGE.write_text(page(PAGE.read_text("utf-8"), seen, whole=is_whole(session.config)), "utf-8")
    known = written(PAGE.read_text("utf-8"))
    for line in table(seen.values()):
        reporter.write_line(line)
    wrong = list(differing(seen, known, whole=is_whole(session.config)))
    for line in [*moved(seen, known), *wrong]:
        reporter.write_line(line)
    if wrong and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def is_whole(config: pytest.Config) -> bool:
    """Tell whether everything marked ran: nothing chosen by name or by file, nor what failed before alone."""
    chosen = config.option.keyword or config.option.lf or config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    return config.option.markexpr == "peers" and not chosen


def collected(stats: Mapping[str, list[Any]]) -> dict[str, Peer]:
    """Gather what all tests recorded, each program once."""
    seen: dict[str, Peer] = {}
    reports = (report for reports in stats.values() for report in reports)
    for report in reports:
        for name, told in getattr(report, "user_properties", ()):
            if name == PEER and report.when == "teardown":
                peer = Peer(**told)
                seen[peer.name] = seen[peer.name].joined(peer) if peer.name in seen else peer
    return seen


def differing(seen: Mapping[str, Peer], known: Mapping[str, Peer], *, whole: bool) -> Iterator[str]:
    """Say where the page is no longer true."""
    for name, peer in seen.items():
        if name not in known:
            yield f"{name} is not in {PAGE.name}: run with PEERS=write"
        for what, value in peer.did.items() if name in known else ():
            if value != known[name].did[what] and (whole or value is not None):
                yield f"{name}: »{DID[what]}« is {WORDS[value]}, and {PAGE.name} says {WORDS[known[name].did[what]]}"
    if whole:
        yield from (f"{name} is in {PAGE.name}, and no test recorded it" for name in known if name not in seen)


def moved(seen: Mapping[str, Peer], known: Mapping[str, Peer]) -> Iterator[str]:
    """Say which versions are others here than on the page; nothing is wrong with that."""
    for name, peer in seen.items():
        if name in known and known[name].version != peer.version:
            yield f"{name} is {peer.version} here, {known[name].version} in {PAGE.name}"


def table(peers: Iterable[Peer]) -> Iterator[str]:
    """Write the rows in order of name."""
    yield row("Program", "Version", *DID.values())
    yield row(*["---"] * (2 + len(DID)))
    for peer in sorted(peers, key=lambda peer: peer.name.casefold()):
        yield row(peer.name, peer.version, *(WORDS[value] for value in peer.did.values()))


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def written(text: str) -> dict[str, Peer]:
    """Read the rows of the page."""
    rows = re.findall(r"^\| ([^|]+) \|(.+)\|$", parted(text)[1], re.MULTILINE)[2:]
    cells = ((name, *(cell.strip() for cell in rest.split("|"))) for name, rest in rows)
    return {name: Peer(name, version, *(SAID[word] for word in did)) for name, version, *did in cells}


def page(text: str, seen: Mapping[str, Peer], *, whole: bool) -> str:
    """Put what was seen on the page; where only some tests ran the other rows stay."""
    before, _rows, after = parted(text)
    known = {} if whole else written(text)
    return before + BEGIN + "\n".join(table((known | dict(seen)).values())) + "\n" + END + after


def parted(text: str) -> tuple[str, str, str]:
    before, _begin, rest = text.partition(BEGIN)
    rows, _end, after = rest.partition(END)
    return before, rows, after
