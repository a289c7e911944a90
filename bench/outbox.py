"""The outbox with one, two and four processes at it, on a file and on a server: how fast it empties; none doubles."""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from figures import Aim, Chapter, Finding, Sample, ratio
from postgresql_server import postgresql, program
from several import PATIENCE, Line, joined, until
from sites import RANDERS
from sqlalchemy import update
from sqlmodel import Session, col, select
from stopwatch import Tell

from directory.model import REGION
from gateway.exchange.delivery import State
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.station import utc_now
from gateway.wire.envelope import unwrap

PROCESSES: Final = (1, 2, 4)
LETTERS, ROUNDS = 60, 2
HELD: Final = timedelta(hours=1)
LOOK_SECONDS: Final = 0.001
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
SURE: Final = ("jit=off",)
"""How the server runs: as safe as it is when nobody changes anything."""

Place = Callable[[str], str | None]
"""Tells where each end has its database."""

Rates = dict[str, dict[int, list[float]]]


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Measure one after the other; letters are queued while the processes are held still, and let go together."""
    letters, rounds, processes = (4, 1, (1, 2)) if small else (LETTERS, ROUNDS, PROCESSES)
    rates: Rates = {}
    doubled = 0
    for name, places in _places():
        folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
        try:
            with places(folder) as place, joined(folder, place) as line:
                line.post.brings.clear()
                rates[name] = {count: [] for count in processes}
                for nth in range(rounds):
                    for count in processes:
                        tell(f"{name}, round {nth + 1} of {rounds}: {count} at it")
                        rates[name][count].append(emptied(line, letters, count))
                doubled += _doubled(line)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return _chapter(rates, doubled)


def _chapter(rates: Rates, doubled: int) -> Chapter:
    growth = [
        Finding(
            f"{name}: {many} processes / one",
            ratio(each[many], each[1]),
            *((Aim.AT_LEAST, 1.2) if name == POSTGRESQL and many == PROCESSES[1] else ()),
        )
        for name, each in rates.items()
        for many in each
        if many > 1
    ]
    return Chapter(
        "The outbox with several processes at it",
        "Letters are queued, and then let go: each is claimed, sealed, handed over by TLS and settled. The processes "
        "are the program's own (`run --worker`); the mail server only counts. The databases are as durable as ever. "
        "Two processors seal no more than two letters at a time, whoever asks.",
        tuple(
            Sample(f"{name}, {count} at it", "letters/s", tuple(values))
            for name, each in rates.items()
            for count, values in each.items()
        ),
        (*growth, Finding("letters that left twice", doubled, Aim.AT_MOST, 0)),
        () if POSTGRESQL in rates else ("PostgreSQL is not installed: it is left out.",),
    )


def emptied(line: Line, letters: int, processes: int) -> float:
    """Tell how many letters a second leave, from the first to the last."""
    queued, before = line.refer(letters), len(line.post.came)
    line.region.change(lambda session: _due(session, queued, utc_now() + HELD))
    workers = line.region.workers(processes)
    line.region.change(lambda session: _due(session, queued, utc_now()))
    began = _when(line, before + 1)
    took = _when(line, before + letters) - began
    until(lambda: line.states(queued) == {State.SENT}, line.how_it_stands)
    for one in workers:
        one.stop()
    return (letters - 1) / took


def _due(session: Session, letters: set[str], at: datetime) -> None:
    session.execute(update(OutgoingRow).where(col(OutgoingRow.letter_id).in_(letters)).values(next_at=at))


def _when(line: Line, mails: int) -> float:
    """Wait until so many have come, and tell when that was."""
    deadline = time.monotonic() + PATIENCE
    while len(line.post.came) < mails:
        if time.monotonic() > deadline:
            raise TimeoutError(line.how_it_stands())
        time.sleep(LOOK_SECONDS)
    return time.perf_counter()


def _doubled(line: Line) -> int:
    """Count how often a letter came again."""
    with line.region.station.database.reading() as session:
        of = dict(session.exec(select(EnvelopeRow.envelope_id, EnvelopeRow.letter_id)).all())
        sent = set(session.exec(select(OutgoingRow.letter_id).where(col(OutgoingRow.kind) == "referral")))
    mails = line.post.to(RANDERS)
    came = Counter(of[unwrap(mail).message_id.strip("<>").partition("@")[0]] for mail in mails)
    return sum(times - 1 for letter, times in came.items() if letter in sent)


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
