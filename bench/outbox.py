"""The outbox with one, two and four processes at it, on a file and on a server: how fast it empties; none doubles."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final, Self
from unittest import mock

import several
from figures import Aim, Chapter, Finding, ratio, samples
from postgresql_server import postgresql, program
from several import Line, Post
from sites import RANDERS
from stopwatch import Tell

from directory.model import REGION
from gateway.exchange.rows import EnvelopeRow
from gateway.wire.envelope import unwrap

PROCESSES: Final = (1, 2, 4)
LETTERS, ROUNDS = 48, 3
ANSWER_SECONDS: Final = 0.1
"""What an ordinary mail server takes to look at a letter and put it on its disk."""
AT_ONCE, SLOWLY, DATABASE = "an answer at once", "an answer after 100 ms", "the database alone"
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
SURE: Final = ("jit=off",)
"""How the server runs: as safe as it is when nobody changes anything."""
ALONE: Final = "--database-alone"
DOUBLED, LOST = "letters that left twice", "letters that did not leave"
GROWS: Final = 1.2

Place = Callable[[str], str | None]
"""Tells where each end has its database."""

Times = dict[tuple[str, str], dict[int, list[float]]]
"""Letters a second, by database and mail server, and by how many were at it."""


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Measure on each database, with real letters and then without sealing and sending."""
    letters, rounds, processes = (8, 1, (1, 2)) if small else (LETTERS, ROUNDS, PROCESSES)
    rates: Times = {}
    miscounted = Counter[str]()
    for name, places in _places():
        folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
        try:
            with (
                mock.patch.object(several, "Post", Counting),
                places(folder) as place,
                several.joined(folder, place) as line,
            ):
                mailed = _measured(name, line, rates, Plan(letters, rounds, processes), tell)
                miscounted.update(_miscounted(line, mailed))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return _chapter(rates, miscounted)


@dataclass(frozen=True)
class Plan:
    """How many letters are queued how often, and for how many processes."""

    letters: int
    rounds: int
    processes: tuple[int, ...]


class Counting(Post):
    """The mail server: it keeps every letter, and answers after a while."""

    seconds: float = 0.0

    async def _take(self, mail: tuple[bytes, str, str]) -> str:
        await asyncio.sleep(self.seconds)
        return await super()._take(mail)


@dataclass
class Workers:
    """Processes that are ready to empty one outbox."""

    home: Path
    words: tuple[str, ...]
    most: int
    _processes: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def __enter__(self) -> Self:
        line = [sys.executable, str(Path(__file__).with_name("outbox_worker.py")), str(self.home), *self.words]
        for _nth in range(self.most):
            process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self._processes.append(process)
        for process in self._processes:
            _said(process)
        return self

    def __exit__(self, *_raised: object) -> None:
        for process in self._processes:
            process.communicate()

    def empty(self, processes: int) -> float:
        """Let some of them empty it; tell how many letters a second that is."""
        began = time.perf_counter()
        for process in self._processes[:processes]:
            if process.stdin:
                print("now", file=process.stdin, flush=True)
        delivered = [int(_said(process)) for process in self._processes[:processes]]
        return sum(delivered) / (time.perf_counter() - began)


def _said(process: "subprocess.Popen[str]") -> str:
    said = process.stdout.readline() if process.stdout else ""
    if not said:
        raise RuntimeError(process.args)
    return said


def _measured(name: str, line: Line, rates: Times, plan: Plan, tell: Tell) -> set[str]:
    """Empty the outbox of one site again and again, each time by another number of processes; give what was mailed."""
    line.post.brings.clear()
    mailed: set[str] = set()
    for kinds, words in (((AT_ONCE, SLOWLY), ()), ((DATABASE,), (ALONE,))):
        with Workers(line.region.station.home.path, words, max(plan.processes)) as workers:
            line.refer(plan.letters)
            workers.empty(max(plan.processes))  # not counted
            for nth, kind in product(range(plan.rounds), kinds):
                line.post.seconds = ANSWER_SECONDS if kind == SLOWLY else 0.0
                each = rates.setdefault((name, kind), {count: [] for count in plan.processes})
                for count in plan.processes:
                    tell(f"{name}, {kind}, round {nth + 1} of {plan.rounds}: {count} at it")
                    queued = line.refer(plan.letters)
                    each[count].append(workers.empty(count))
                    mailed |= queued if kind != DATABASE else set()
    return mailed


def _miscounted(line: Line, mailed: set[str]) -> Mapping[str, int]:
    """Count the letters that came again at the mail server, or never did."""
    of = {row.envelope_id: row.letter_id for row in line.region.rows(EnvelopeRow)}
    came = Counter(of[unwrap(mail).message_id.strip("<>").partition("@")[0]] for mail in line.post.to(RANDERS))
    again = Counter(row.letter_id for row in line.region.rows(EnvelopeRow) if row.letter_id not in mailed)
    doubled = sum(times - 1 for letters in (came, again) for times in letters.values())
    return {DOUBLED: doubled, LOST: len(mailed - came.keys())}


def _chapter(rates: Times, miscounted: Mapping[str, int]) -> Chapter:
    return Chapter(
        "The outbox with several processes at it",
        "Referrals are queued, and then one, two or four processes are let go at once: each claims, seals, hands over "
        "by TLS and settles four at a time until none is left. The mail server counts them, and answers at once, or "
        "after as long as one takes that looks at mail and writes it down. Then the same without sealing and sending, "
        "which is what the database decides. Both databases are as durable as ever.",
        tuple(
            sample
            for (name, kind), each in rates.items()
            for sample in samples("letters/s", {f"{name}, {kind}, {count} at it": each[count] for count in each})
        ),
        (
            *(
                Finding(f"{name}, {kind}: {many} at it / one", ratio(each[many], each[1]), *_aim(name, kind))
                for (name, kind), each in rates.items()
                for many in each
                if many > 1
            ),
            *(Finding(what, miscounted[what], Aim.AT_MOST, 0) for what in (DOUBLED, LOST)),
        ),
        () if any(name == POSTGRESQL for name, _kind in rates) else ("PostgreSQL is not installed: it is left out.",),
    )


def _aim(name: str, kind: str) -> tuple[Aim, float] | tuple[()]:
    return (Aim.AT_LEAST, GROWS) if (name, kind) == (POSTGRESQL, SLOWLY) else ()


def _places() -> Iterator[tuple[str, Callable[[Path], AbstractContextManager[Place]]]]:
    yield SQLITE, _files
    with suppress(AssertionError):
        program("postgres")
        yield POSTGRESQL, _server


@contextmanager
def _files(_folder: Path) -> Iterator[Place]:
    yield lambda _party: None


@contextmanager
def _server(folder: Path) -> Iterator[Place]:
    (folder / "server").mkdir()
    folder.chmod(0o755)  # PostgreSQL is another user
    with postgresql(folder / "server", *SURE) as server:
        for party in (REGION, RANDERS):
            server.create(f"site_{party}")
        yield lambda party: server.url(f"site_{party}")
