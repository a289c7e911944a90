"""Fuzz every reader of what others wrote: `python tests/fuzz/fuzz_run.py --count 50000 --seed 1`.

Every input is an entry of the corpus spoiled in a few ways, and is the same for the same seed: `--target NAME --only N`
reads one again, and `--write FILE` keeps it. Exit code 1 when anything was found.
"""

import argparse
import faulthandler
import multiprocessing
import queue
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fuzz_targets import opened_targets  # noqa: E402 - found through the path above
from fuzz_watch import Finding, Target, judge  # noqa: E402 - likewise

WATCHDOG_SECONDS = 180
"""A batch that takes longer hangs: where is printed, and the process ends."""
MEMORY_BYTES = 4 * 1024**3
BATCH = 250
TELL_EVERY = 10_000
"""How often progress is told where no terminal shows it all the time."""
SHOWN = 5
"""Findings at the same place that are told one by one."""

Told = tuple[str, int, list[Finding]]


@dataclass
class Tally:
    """What came of it so far."""

    given: Counter[str] = field(default_factory=Counter)
    found: list[Finding] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(self, told: Told) -> None:
        name, count, findings = told
        self.given[name] += count
        self.found += findings
        begin, end = ("\r", " ") if sys.stderr.isatty() else ("", "\n")
        if end == " " or self.given.total() % TELL_EVERY < count:
            sys.stderr.write(f"{begin}{name:<22} {self.given.total():>9} inputs, {len(self.found)} findings{end}")
            sys.stderr.flush()

    def lines(self) -> list[str]:
        """Lay it out as a table, and the findings below it by where they came up."""
        by_place: dict[str, list[Finding]] = {}
        for one in self.found:
            by_place.setdefault(f"{one.target}: {one.what}", []).append(one)
        table = [f"{name:<22}{count:>8}" for name, count in self.given.items()]
        numbers = {what: ", ".join(str(one.at) for one in same[:SHOWN]) for what, same in by_place.items()}
        told = [f"{len(same):>6} x {what} (inputs {numbers[what]})" for what, same in by_place.items()]
        seconds = time.monotonic() - self.began
        return [*table, f"{self.given.total()} inputs in {seconds:.0f} s; {len(self.found)} findings", *told]


def main() -> int:
    """Run what was asked for; tell how many inputs, how long, and what was found."""
    asked = _asked()
    if asked.only is not None:
        return _one(asked)
    tally, context = Tally(), multiprocessing.get_context("fork")
    told: multiprocessing.Queue[Told] = context.Queue()
    jobs = [context.Process(target=_work, args=(asked, part, told)) for part in range(asked.jobs)]
    for job in jobs:
        job.start()
    while any(job.is_alive() for job in jobs) or not told.empty():
        try:
            tally.add(told.get(timeout=0.5))
        except queue.Empty:
            continue
    sys.stdout.write("\n" + "\n".join(tally.lines()) + "\n")
    ended = [job.exitcode for job in jobs]
    if any(ended):
        sys.stdout.write(f"A process ended before its time: {ended}\n")
    return 1 if tally.found or any(ended) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50_000, help="inputs for each target (default: %(default)s)")
    parser.add_argument("--seed", default="1", help="the same seed gives the same inputs (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--target", action="append", metavar="NAME", help="only this one; may be given several times")
    parser.add_argument("--only", type=int, metavar="N", help="only input number N, of each target that was named")
    parser.add_argument("--write", type=Path, metavar="FILE", help="with --only: keep the input")
    return parser.parse_args()


def _chosen(asked: argparse.Namespace, every: Mapping[str, Target]) -> list[Target]:
    return [target for name, target in every.items() if not asked.target or name in asked.target]


def _work(asked: argparse.Namespace, part: int, told: "multiprocessing.Queue[Told]") -> None:
    """Read every input whose number, divided by the number of processes, leaves `part`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    with opened_targets() as every:
        for target in _chosen(asked, every):
            numbers = range(part, target.count(asked.count), asked.jobs)
            for start in range(0, len(numbers), BATCH):
                faulthandler.dump_traceback_later(WATCHDOG_SECONDS, exit=True)
                batch = numbers[start : start + BATCH]
                found = [judge(target, at, target.case(asked.seed, at)) for at in batch]
                told.put((target.name, len(batch), [one for one in found if one]))
        faulthandler.cancel_dump_traceback_later()


def _one(asked: argparse.Namespace) -> int:
    with opened_targets() as every:
        for target in _chosen(asked, every):
            data = target.case(asked.seed, asked.only)
            if asked.write:
                asked.write.write_bytes(data)
            sys.stdout.write(f"{target.name} {asked.only}: {len(data)} bytes\n")
            target.read(data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
