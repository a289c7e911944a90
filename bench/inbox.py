"""The inbox with 20,000 cases beside neomutt on a Maildir of 20,000 mails and an empty Textual application."""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import filled
from figures import Aim, Chapter, Finding, Sample, ratio
from stopwatch import Tell
from terminal import Program

MANY: Final = 20_000
ROUNDS: Final = 3
DOWN, UP = "\x1b[B", "\x1b[A"
ROWS: Final = 7
"""Rows that can be moved down without anything being scrolled."""
KEYS: Final = 28
INBOX, EMPTY, TABLE = "the inbox", "an empty Textual application", "Textual's own table"
NO_CACHE, WARM = "neomutt, no header cache", "neomutt, warm header cache"
OPEN, LIST = "first screen", "from the password, typed at once, to the list"
MOVE, SCROLL, FILTER = "a key that moves", "a key that scrolls", "another view, 3 keys"
NAME, PHONE = "search by name, from Enter", "search by phone, from Enter"
MEMORY, PEAK = "memory", "memory at most"

Times = dict[str, list[float]]


@dataclass(frozen=True)
class Contender:
    """One program: how it is started, how it is opened, and its keys; what it lacks is empty.

    `searches` are what is typed before Enter and what is seen when it is found, where that is painted whole.
    """

    start: Callable[[], Program]
    ready: Callable[[Program], Mapping[str, float]]
    moves: Sequence[str] = (DOWN,) * KEYS
    scrolls: Sequence[str] = ()
    views: Sequence[str] = ()
    searches: Mapping[str, tuple[str, str]] | None = None


def one_round(compared: Mapping[str, Contender], keys: int) -> dict[str, Times]:
    """Open every one; then move in each by a key in turn, so that whatever else the machine does falls on all alike."""
    with ExitStack() as stack:
        running, times = {}, {}
        for name, one in compared.items():
            running[name] = program = stack.enter_context(one.start())
            times[name] = {what: [value] for what, value in one.ready(program).items()}
            program.settle()
        for nth in range(keys):
            for name, one in compared.items():
                times[name].setdefault(MOVE, []).append(running[name].painted(one.moves[nth]))
        for name, one in compared.items():
            running[name].press(one.moves[0] * (ROWS if one.scrolls else 0))
            running[name].settle()
        for nth in range(keys):
            for name, one in compared.items():
                times[name].setdefault(SCROLL, []).extend(
                    running[name].painted(key) for key in one.scrolls[nth : nth + 1]
                )
        for name, one in compared.items():
            times[name] |= looked(one, running[name])
    return times


def looked(one: Contender, program: Program) -> Times:
    """Turn to other views, and search; what each sets going comes to rest before the next."""
    times: Times = {}
    for keys in one.views:
        times.setdefault(FILTER, []).append(program.painted(keys))
        program.settle()
    for what, (typed, found) in (one.searches or {}).items():
        program.painted(typed)
        program.settle()
        times[what] = [program.entered("\r", found) if found else program.painted("\r")]
        program.settle()
    return times | {MEMORY: [program.resident], PEAK: [program.megabytes]}


def compiled(folder: Path) -> dict[str, str]:
    """Let Python keep what it compiles, as where it is installed, whatever the environment here says of that."""
    return {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}


def inbox(site: Path, many: int) -> Contender:
    """Give the inbox, through its door."""
    line = [str(Path(sys.executable).with_name("stafet-inbox")), "--home", str(site), "--as", filled.WHO]

    def ready(program: Program) -> Mapping[str, float]:
        door = program.opened("Ctrl+Q")
        return {OPEN: door, LIST: program.entered(filled.PASSWORD + "\r", "2026-0")}

    rare, some = filled.RARE, many // 2 + 1
    return Contender(
        lambda: Program(line, compiled(site.parent), site),
        ready,
        moves=((DOWN,) * ROWS + (UP,) * ROWS) * (KEYS // (2 * ROWS)),
        scrolls=(DOWN,) * KEYS,
        views=("x" + DOWN * 10 + "\r", "x\x1b[H\r"),
        searches={
            NAME: (f"/{filled.RAREST}", filled.number_of(rare)),
            PHONE: (f"/{filled.phone_of(some)}", filled.number_of(some)),
        },
    )


def textual(folder: Path, program: str, *words: str, in_a_list: bool = False) -> Contender:
    """Give a Textual application that lies beside this file."""
    line = [sys.executable, str(Path(__file__).with_name(program)), *words]
    moves = ((DOWN,) * ROWS + (UP,) * ROWS) * (KEYS // (2 * ROWS)) if in_a_list else (DOWN,) * KEYS
    return Contender(
        lambda: Program(line, compiled(folder), folder),
        lambda one: {OPEN: one.opened("ready")},
        moves=moves,
        scrolls=(DOWN,) * KEYS if in_a_list else (),
    )


def neomutt(mail: Path, many: int, cache: Path | None = None) -> Contender:
    """Give neomutt, without a header cache or with one that is warm."""
    settings = mail.parent / f"neomuttrc-{bool(cache)}"
    settings.write_text(
        f"set charset=utf-8\nset folder={mail}\nset sort=reverse-date\nset quit=yes\nset wait_key=no\n"
        + (f"set header_cache={cache}\n" if cache else ""),
        encoding="utf-8",
    )
    line = ["neomutt", "-n", "-F", str(settings), "-f", str(mail)]
    return Contender(
        lambda: Program(line, {"LC_ALL": "C.UTF-8", "HOME": str(mail.parent)}, mail.parent),
        lambda one: {OPEN: one.opened(f"Msgs:{many}")},
        moves=(("j",) * ROWS + ("k",) * ROWS) * (KEYS // (2 * ROWS)),
        views=("l~d<2d\r", "l~A\r"),
        searches={NAME: (f"l~f {filled.RAREST.split()[1]}", "")},
    )


def contenders(folder: Path, many: int) -> dict[str, Contender]:
    """Make everything that is compared, by name."""
    beside = {
        INBOX: inbox(filled.site(folder, many), many),
        EMPTY: textual(folder, "empty_app.py"),
        TABLE: textual(folder, "table_app.py", str(filled.STILL_OPEN), in_a_list=True),
    }
    if shutil.which("neomutt"):
        mail, cache = filled.maildir(folder, many), folder / "cache"
        cache.mkdir()
        beside |= {NO_CACHE: neomutt(mail, many), WARM: neomutt(mail, many, cache)}
    return beside


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Make all of it, and measure in turn."""
    many, rounds, keys = (2 * filled.RARE, 1, 2) if small else (MANY, ROUNDS, KEYS)
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        tell(f"{many:,} cases and mails")
        compared = contenders(folder, many)
        results: dict[str, Times] = {name: {} for name in compared}
        for one in compared.values():  # once uncounted: Python compiles, and the cache gets warm
            with one.start() as program:
                one.ready(program)
        for nth in range(rounds):
            tell(f"round {nth + 1} of {rounds}")
            for name, times in one_round(compared, keys).items():
                for what, values in times.items():
                    results[name].setdefault(what, []).extend(values)
    finally:
        shutil.rmtree(folder)
    return chapter(results)


def chapter(results: Mapping[str, Times]) -> Chapter:
    """Hold what was measured against the aims."""
    samples = (
        Sample(f"{who}: {what}", "MB" if what in {MEMORY, PEAK} else "ms", tuple(values))
        for who, each in results.items()
        for what, values in each.items()
        if values
    )
    return Chapter(
        "The inbox with 20,000 cases",
        "In a pseudo-terminal of 80 × 24, beside neomutt on a Maildir of as many mails, a Textual application whose "
        "one line tells how often a key was pressed, and Textual's own table of 200 rows. A first screen is the "
        "inbox's door, and neomutt's list: without its header cache as it opens a mailbox for the first time, with a "
        "warm one as it does every day. The password is typed by a machine the moment the door is there, and unlocking "
        "takes as long as it does on purpose. A key is measured from when it was typed to the last byte that it "
        "changed on the screen; where it scrolls, that is the whole list.",
        tuple(samples),
        tuple(findings(results)),
        () if NO_CACHE in results else ("neomutt is not installed: it is left out.",),
    )


def findings(results: Mapping[str, Times]) -> Iterator[Finding]:
    """Say what it amounts to."""
    ours, empty, table = results[INBOX], results[EMPTY], results[TABLE]
    for name in (NO_CACHE, WARM):
        if name in results:
            aim = Aim.AT_MOST if name == NO_CACHE else None
            yield Finding(f"first screen: the inbox / {name}", ratio(ours[OPEN], results[name][OPEN]), aim, 1.0)
    if NO_CACHE in results:
        both = [door + inside for door, inside in zip(ours[OPEN], ours[LIST], strict=True)]
        yield Finding(f"door and list, no pause: the inbox / {NO_CACHE}", ratio(both, results[NO_CACHE][OPEN]))
    yield Finding(f"{MOVE}: the inbox / {EMPTY}", ratio(ours[MOVE], empty[MOVE]), Aim.AT_MOST, 1.2)
    yield Finding(f"{SCROLL}: the inbox / {EMPTY}", ratio(ours[SCROLL], empty[MOVE]), Aim.AT_MOST, 1.2)
    yield Finding(f"{MOVE}: the inbox / {TABLE}", ratio(ours[MOVE], table[MOVE]))
    yield Finding(f"{SCROLL}: the inbox / {TABLE}", ratio(ours[SCROLL], table[SCROLL]))
    yield Finding(NAME, statistics.median(ours[NAME]), Aim.AT_MOST, 200, "ms")
    yield Finding(f"memory: the inbox / {EMPTY}", ratio(ours[MEMORY], empty[MEMORY]))
