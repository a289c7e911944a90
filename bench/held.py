"""What one more letter costs, and what is looked at every day, while 100, 10,000 and 100,000 letters are held."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from copies import Mark, copied, fill
from figures import Aim, Chapter, Finding, Sample, ratio, samples
from held_ends import BOARD, CODE, PARTS, READ, REGION_READ, Ends, Times
from sqlmodel import col, select
from stopwatch import Tell

from gateway import bootstrap as region_end
from gateway.adapters.database import Database
from gateway.exchange.arrivals import Outcome
from gateway.exchange.rows import ArrivalRow, OutgoingRow
from gateway.referring.example import example
from gateway.site.people import Person
from gateway.station import Clocks, Station, utc_now
from inbox_tui import bootstrap as municipal_end
from inbox_tui.demo.journey import travel
from inbox_tui.demo.town import INTAKE_WORKER, SENDER, Town, open_town, person_at

SIZES: Final = (100, 10_000, 100_000)
SMALL: Final = (30, 60, 90)
ROUNDS: Final = 10
LATER: Final = timedelta(days=100)
"""By then a letter's content is erased."""
PATIENCE: Final = 30.0
REGION, MUNICIPALITY = "the region", "the municipality"

MORE: Final = 1.5
"""How much more anything may cost where a thousand times as many letters are held."""
LARGER: Final = 1.2
"""How much more room a letter may take where ten times as many are held."""

Cost = dict[str, dict[int, list[float]]]


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Let one referral travel, copy what it left, and measure in turn at each size."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        return asyncio.run(_in_town(folder, small=small, tell=tell))
    finally:
        shutil.rmtree(folder)


async def _in_town(folder: Path, *, small: bool, tell: Tell) -> Chapter:
    sizes = SMALL if small else SIZES
    async with open_town(folder, (CODE,)) as town:
        tell("one referral, from its beginning to its end")
        patterns = await _travelled(town, folder)
        await town.stop()
        tell(f"copies: {', '.join(f'{size:,}' for size in sizes)}")
        bytes_each = await asyncio.to_thread(_fill, patterns, sizes)
        cost = await asyncio.to_thread(_measured, patterns, sizes, 1 if small else ROUNDS, tell)
    return _chapter(cost, bytes_each, sizes)


@dataclass(frozen=True)
class Pattern:
    """One end, what the letter left there, and the same after retention has been at work."""

    station: Station
    left: Path
    erased: Path
    mark: Mark

    def of(self, size: int) -> Path:
        """Name the database that holds so many."""
        return self.left.with_name(f"{self.left.stem}-{size}.db")

    @contextmanager
    def holding(self, file: Path, **changes: Any) -> Iterator[Station]:  # noqa: ANN401 - parts of a station
        """Give the end with another database in the place of its own."""
        database = Database(f"sqlite:///{file}")
        try:
            yield replace(self.station, database=database, **changes)
        finally:
            database.close()


async def _travelled(town: Town, folder: Path) -> Mapping[str, Pattern]:
    """Let a referral be sent, received, acknowledged, assessed and closed, and be erased after its time."""
    ends = {REGION: town.region, MUNICIPALITY: town.municipalities[CODE]}
    marks = {who: Mark.of(_file(station)) for who, station in ends.items()}
    await travel(town, "one", example(CODE, utc_now()))
    town.clock.standing = None
    await asyncio.to_thread(_close, ends[MUNICIPALITY])
    town.wake()
    async with asyncio.timeout(PATIENCE):
        while any(map(_is_busy, ends.values())):  # noqa: ASYNC110 - rows tell
            await asyncio.sleep(0.01)
    for station in ends.values():  # where letters come one by one, the trail is signed after each
        await asyncio.to_thread(station.checkpoints.tick)
    patterns = {}
    for place, (who, station) in enumerate(ends.items()):
        left, erased = folder / f"{place}.db", folder / f"{place}-erased.db"
        copied(_file(station), left)
        copied(left, erased)
        patterns[who] = Pattern(station, left, erased, marks[who])
        await asyncio.to_thread(_erase, patterns[who])
    return patterns


def _file(station: Station) -> Path:
    return station.home.path / "stafet.db"


def _close(station: Station) -> None:
    """Do what a municipality does with a case."""
    store, acts, worker = municipal_end.case_store(station), municipal_end.acts(station), _person(station)
    with store.looking(worker, utc_now()) as cases:
        (line,) = cases.page(0, 1, utc_now().date())
    store.open(line.id, worker, utc_now())
    acts.assess(line.id, acute=False, why="Ikke akut.", person=worker, now=utc_now())
    acts.close(line.id, ["own-gp"], "Borgeren har talt med sin læge.", worker, utc_now())


def _person(station: Station) -> Person:
    return person_at(station, INTAKE_WORKER if station.own.party == CODE else SENDER)


def _is_busy(station: Station) -> bool:
    """Tell whether anything of a letter is still to come."""
    queued = select(OutgoingRow.letter_id).where(col(OutgoingRow.next_at).is_not(None))
    waiting = select(ArrivalRow.id).where(ArrivalRow.outcome == Outcome.WAITING)
    with station.database.reading() as session:
        return any(session.exec(found).first() is not None for found in (queued, waiting))


def _erase(pattern: Pattern) -> None:
    """Let retention erase what the letter said."""
    later = utc_now() + LATER
    with pattern.holding(pattern.erased, clocks=Clocks(lambda: later, lambda: later)) as station:
        end = municipal_end if station.own.party == CODE else region_end
        end.retain(station).by_hand(_person(station), confirmed=True)


def _fill(patterns: Mapping[str, Pattern], sizes: tuple[int, ...]) -> dict[str, dict[int, float]]:
    """Make a database of each size at either end, side by side; give how many bytes a letter takes up."""
    entries = max(one.mark.added(one.erased, "audit_entries") for one in patterns.values())
    with ProcessPoolExecutor(len(patterns), get_context("spawn")) as processes:
        for size in sizes:
            made = [copied(one.left, one.of(size)) for one in patterns.values()]
            wanted = ((to, one.mark, one.left, one.erased) for to, one in zip(made, patterns.values(), strict=True))
            tuple(processes.map(fill, *zip(*wanted, strict=True), [size] * len(made), [entries] * len(made)))
    return {who: {size: one.of(size).stat().st_size / size for size in sizes} for who, one in patterns.items()}


def _measured(patterns: Mapping[str, Pattern], sizes: tuple[int, ...], rounds: int, tell: Tell) -> Cost:
    cost: Cost = {}
    held, loop = {}, asyncio.Runner()
    with loop:
        for size in sizes:
            region, municipality = (
                replace(one.station, database=Database(f"sqlite:///{one.of(size)}")) for one in patterns.values()
            )
            held[size] = Ends(region, municipality, loop)
            _everything(held[size])  # not counted
        for nth in range(rounds):
            tell(f"round {nth + 1} of {rounds}")
            for size in sizes[nth % len(sizes) :] + sizes[: nth % len(sizes)]:
                for what, took in _everything(held[size]).items():
                    cost.setdefault(what, {one: [] for one in sizes})[size].append(took)
        for ends in held.values():
            ends.close()
    return cost


def _everything(ends: Ends) -> Times:
    return {**ends.letter(), **ends.looks()}


def _chapter(cost: Cost, bytes_each: dict[str, dict[int, float]], sizes: tuple[int, ...]) -> Chapter:
    few, many, most = sizes
    told = {what: each for what, each in cost.items() if what not in PARTS[1:]}
    return Chapter(
        "What is held",
        "One referral travels from its beginning to its end, which takes three letters and their receipts. What it "
        "left at both ends is copied until so many are held: all with one municipality, over five years, the content "
        "of the newest three months not erased yet. Then one letter more is handed in, sealed, opened and answered, "
        "in process and without mail servers, and what daemons, people and monitors look at is looked at. The board "
        "and a monitor count the last three months, which are as much fuller here: for them there is no aim.",
        (
            *(
                sample
                for what, each in told.items()
                for sample in samples("ms", {f"{what}, {size:,} held": each[size] for size in sizes})
            ),
            *(
                Sample(f"what is held of a referral at {who}, {size:,} held", "bytes", (each[size],))
                for who, each in bytes_each.items()
                for size in sizes
            ),
        ),
        (
            *(
                Finding(f"{what}: {most:,} held / {few:,}", ratio(each[most], each[few]), *_aim(what))
                for what, each in told.items()
            ),
            *(
                Finding(f"bytes at {who}: {most:,} held / {many:,}", each[most] / each[many], Aim.AT_MOST, LARGER)
                for who, each in bytes_each.items()
            ),
        ),
    )


def _aim(what: str) -> tuple[Aim, float] | tuple[()]:
    return () if what in {BOARD, REGION_READ, READ} else (Aim.AT_MOST, MORE)
