"""The inbox with 20,000 cases beside neomutt on a Maildir of 20,000 mails and an empty Textual application."""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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


def measured(one: Contender, keys: int = KEYS) -> Times:
    """Open it, move, turn to other views, search."""
    with one.start() as program:
        times = {name: [value] for name, value in one.ready(program).items()}
        program.settle()
        times[MOVE] = [program.painted(key) for key in one.moves[:keys]]
        program.press(one.moves[0] * (ROWS if one.scrolls else 0))
        program.settle()
        times[SCROLL] = [program.painted(key) for key in one.scrolls[:keys]]
        times[FILTER] = list(_each_settled(program, one.views))
        for what, (typed, found) in (one.searches or {}).items():
            program.painted(typed)
            program.settle()
            times[what] = [program.entered("\r", found) if found else program.painted("\r")]
            program.settle()
        times |= {MEMORY: [program.resident], PEAK: [program.megabytes]}
    return {what: values for what, values in times.items() if values}


def _each_settled(program: Program, many: Sequence[str]) -> Iterator[float]:
    """Time keys, and let all they set going come to rest."""
    for keys in many:
        yield program.painted(keys)
        program.settle()


def inbox(site: Path, many: int) -> Contender:
    """Give the inbox, through its door."""
    line = [str(Path(sys.executable).with_name("stafet-inbox")), "--home", str(site), "--as", filled.WHO]

    def ready(program: Program) -> Mapping[str, float]:
        door = program.opened("Ctrl+Q")
        return {OPEN: door, LIST: program.entered(filled.PASSWORD + "\r", "2026-0")}

    rare, some = filled.RARE, many // 2 + 1
    return Contender(
        lambda: Program(line, {}, site),
        ready,
        moves=((DOWN,) * ROWS + (UP,) * ROWS) * (KEYS // (2 * ROWS)),
        scrolls=(DOWN,) * KEYS,
        views=("x" + DOWN * 10 + "\r", "x\x1b[H\r") * 2,
        searches={
            NAME: (f"/{filled.RAREST}", filled.number_of(rare)),
            PHONE: (f"/{filled.phone_of(some)}", filled.number_of(some)),
        },
    )


def textual(program: str, *words: str, in_a_list: bool = False) -> Contender:
    """Give a Textual application that lies beside this file."""
    line = [sys.executable, str(Path(__file__).with_name(program)), *words]
    moves = ((DOWN,) * ROWS + (UP,) * ROWS) * (KEYS // (2 * ROWS)) if in_a_list else (DOWN,) * KEYS
    return Contender(
        lambda: Program(line, {}, Path.cwd()),
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
        views=("l~d<2d\r", "l~A\r") * 2,
        searches={NAME: (f"l~f {filled.RAREST.split()[1]}", "")},
    )


def contenders(folder: Path, many: int) -> dict[str, Contender]:
    """Make everything that is compared, by name."""
    beside = {
        INBOX: inbox(filled.site(folder, many), many),
        EMPTY: textual("empty_app.py"),
        TABLE: textual("table_app.py", str(filled.STILL_OPEN), in_a_list=True),
    }
    if shutil.which("neomutt"):
        mail, cache = filled.maildir(folder, many), folder / "cache"
        cache.mkdir()
        beside |= {NO_CACHE: neomutt(mail, many), WARM: neomutt(mail, many, cache)}
        with beside[WARM].start() as program:
            beside[WARM].ready(program)
    return beside


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Make all of it, and measure in turn."""
    many, rounds, keys = (2 * filled.RARE, 1, 2) if small else (MANY, ROUNDS, KEYS)
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        tell(f"{many:,} cases and mails")
        compared = contenders(folder, many)
        results: dict[str, Times] = {name: {} for name in compared}
        for nth in range(rounds):
            for name, one in compared.items():
                tell(f"round {nth + 1} of {rounds}: {name}")
                for what, values in measured(one, keys).items():
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
