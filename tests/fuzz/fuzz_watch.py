"""What is demanded of every input: an answer that was foreseen, soon, and nothing of the content where it may not be.

A target reads one input and raises `Broken` when what came of it must not be; any other exception is one nobody
foresaw, and is a finding too.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from fuzz_mutations import Spoil, spoiled

CANARY = "Kanariehemmelighed"
"""Stands in every text of the corpus, so that content which turns up in a log or an error is known for what it is."""

CPU_SECONDS = 2.0
"""How long our own process may compute on one input; the slowest honest one takes a hundredth of it."""


class Broken(AssertionError):
    """Something came of an input that must not."""


@dataclass(frozen=True)
class Target:
    """A parser, inputs it knows, and ways to spoil them. `share` is how many of a hundred inputs it is given."""

    name: str
    read: Callable[[bytes], None] = field(repr=False)
    seeds: Sequence[bytes] = field(repr=False)
    ways: Sequence[Spoil] = field(repr=False)
    share: int = 100

    def case(self, seed: str, at: int) -> bytes:
        """Give input number `at`: the corpus as it is comes first."""
        if at < len(self.seeds):
            return self.seeds[at]
        random = Random(f"{seed}/{self.name}/{at}")  # noqa: S311 - to be repeated, not to be secret
        return spoiled(random, random.choice(self.seeds), self.seeds, self.ways)

    def count(self, asked: int) -> int:
        """Tell how many inputs it is given when `asked` are asked for: never fewer than its corpus."""
        return max(len(self.seeds), asked * self.share // 100)


@dataclass(frozen=True)
class Finding:
    """One input that led to what it must not."""

    target: str
    at: int
    what: str


def judge(target: Target, at: int, data: bytes) -> Finding | None:
    """Let the target read one input, and hold what came of it against what is demanded."""
    spent = time.process_time()
    with heard() as words:
        try:
            target.read(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            return Finding(target.name, at, told(error))
    spent = time.process_time() - spent
    if spent > CPU_SECONDS:
        return Finding(target.name, at, f"{spent:.1f} s of computing")
    if any(CANARY in word for word in words):
        return Finding(target.name, at, "content in a log record")
    return None


def told(error: BaseException) -> str:
    """Name an exception and where it was raised, without the content it may hold."""
    trace, place = error.__traceback__, "?"
    while trace:
        place, trace = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}", trace.tb_next
    words = str(error) if isinstance(error, Broken) else ""
    return f"{type(error).__name__} at {place} {words}".strip()


def refuses(read: Callable[[bytes], object], *expected: type[Exception]) -> Callable[[bytes], None]:
    """Make a target of a parser that gives a value or raises what it says it raises, without quoting the input."""

    def target(data: bytes) -> None:
        try:
            read(data)
        except expected as error:
            _quotes_nothing(error)

    return target


def _quotes_nothing(error: BaseException | None) -> None:
    while error is not None:
        if CANARY in str(error):
            raise Broken(f"{type(error).__name__} quotes what was read")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@contextmanager
def heard() -> Iterator[list[str]]:
    """Keep every log record of every level while the block runs."""
    words: list[str] = []
    root, keeper = logging.getLogger(), _Keeper(words)
    level = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        yield words
    finally:
        root.setLevel(level)
        root.removeHandler(keeper)


class _Keeper(logging.Handler):
    def __init__(self, words: list[str]) -> None:
        super().__init__()
        self.words = words
        self.writer = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(self.writer.format(record))  # with its traceback, as a log file would have it
