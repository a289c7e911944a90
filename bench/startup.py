"""Every command of both programs, from its start to its end, beside the least that Python and Textual can do."""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from ends import GATEWAY, INBOX, PASSWORD, End, Took, both
from figures import Aim, Chapter, Finding, Sample, number, ratio
from report import table
from stopwatch import Tell, milliseconds
from terminal import Program

from gateway.access import passwords

ROUNDS: Final = 5
PASS, EMPTY = "python -c pass", "an empty Textual application"
DOOR, SERVING = "its screens, as far as the door", "run, until mail can come"

AT_EITHER: Final = (
    *("health", "doctor --offline", "database status", "completion bash", "quarantine", "stats", "mailbox"),
    *("audit verify", "audit head", "audit list", "audit samples", "keys show", "keys status", "staff list"),
    *("retention list", "retention due"),
)
DONE: Final[Mapping[str, Sequence[str]]] = {
    GATEWAY: (*AT_EITHER, "example", "status", "due", "drafts", "directory list", "directory status", "drill list"),
    INBOX: (*AT_EITHER, "list", "departments list", "drills list", "contact status"),
}
"""What changes nothing is really done; of every other command it is the help that is asked for."""
TYPICAL: Final[Mapping[str, Sequence[str]]] = {
    GATEWAY: ("--version", "completion bash", "health", "status --help", "status", "keys show"),
    INBOX: ("--version", "health", "list --help", "list"),
}
NEEDLESS: Final[Mapping[str, Sequence[str]]] = {
    "--version": ("sqlalchemy", "pydantic", "cryptography", "gnupg", "pysequoia", "textual"),
    "health": ("textual", "aiosmtpd", "aiosmtplib", "imapclient"),
    "status": ("textual", "aiosmtpd", "aiosmtplib", "imapclient"),
    "list": ("textual", "aiosmtpd", "aiosmtplib", "imapclient"),
}
"""Libraries of which a command has no use."""

Runs = dict[str, list[Took]]


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Measure the typical ones in turn, and then every command once."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        with both(folder) as ends:
            runs = _in_turn(1 if small else ROUNDS, _works(ends, folder), tell)
            unlocking = [_checking_a_password() for _time in range(1 if small else 2 * ROUNDS)]
            imported = {_named(end, words): end.imported(words) for end in ends for words in TYPICAL[end.program]}
            tell("every command")
            every = _every(ends, small=small)
    finally:
        shutil.rmtree(folder)
    return _chapter(runs, unlocking, imported, every)


def _works(ends: Sequence[End], folder: Path) -> dict[str, Callable[[], Took]]:
    works: dict[str, Callable[[], Took]] = {
        PASS: lambda: ends[0].launcher.run(sys.executable, "-c", "pass")[0],
        EMPTY: lambda: _empty(folder),
    }
    for end in ends:
        for words in TYPICAL[end.program]:
            works[_named(end, words)] = lambda end=end, words=words: end.run(words)  # type: ignore[misc]
        works[_named(end, DOOR)] = end.opened
        works[_named(end, SERVING)] = end.served
    return works


def _named(end: End, words: str) -> str:
    return f"{end.program}{':' if words in (DOOR, SERVING) else ''} {words}"


def _empty(folder: Path) -> Took:
    line = [sys.executable, str(Path(__file__).with_name("empty_app.py"))]
    with Program(line, {}, folder) as program:
        return Took(program.opened("ready 0"), 0.0, program.megabytes)


def _in_turn(rounds: int, works: Mapping[str, Callable[[], Took]], tell: Tell) -> Runs:
    """Run each once in every round, another one first each time."""
    names = list(works)
    runs: Runs = {name: [] for name in names}
    for nth in range(rounds):
        tell(f"round {nth + 1} of {rounds}")
        for name in names[nth % len(names) :] + names[: nth % len(names)]:
            runs[name].append(works[name]())
    return runs


def _checking_a_password() -> float:
    known = passwords.hashed(PASSWORD)
    return milliseconds(lambda: passwords.matches(known, PASSWORD))


def _every(ends: Sequence[End], *, small: bool) -> list[tuple[str, Took]]:
    """Run every command once, those of both programs beside each other."""
    with ThreadPoolExecutor(len(ends)) as pool:
        return [one for each in pool.map(lambda end: _each(end, small=small), ends) for one in each]


def _each(end: End, *, small: bool) -> list[tuple[str, Took]]:
    done = DONE[end.program]
    names = {words.split()[0] for words in done}
    lines = [*done, *(f"{name} --help" for name in end.commands() if name not in names)]
    return [(f"{end.program} {words}", end.run(words)) for words in lines[:: 20 if small else 1]]


def _chapter(
    runs: Runs, unlocking: Sequence[float], imported: Mapping[str, Sequence[str]], every: Sequence[tuple[str, Took]]
) -> Chapter:
    wall = {name: [one.wall for one in took] for name, took in runs.items()}
    used = {name: [one.processor for one in took] for name, took in runs.items()}
    memory = {name: [one.megabytes for one in took] for name, took in runs.items()}
    commands = list(imported)
    return Chapter(
        "Starting",
        "Each command as a process of its own on a small site, a password handed over by file; the screens in a "
        "pseudo-terminal of 80 × 24 until their door is there, and `run` until its port is open. The table at the end "
        "has every command once, those of both programs beside each other: what changes nothing is really done, of the "
        "others it is the help that is asked for.",
        (
            *(Sample(name, "ms", tuple(times)) for name, times in wall.items()),
            *(Sample(f"{name}: processors", "ms", tuple(used[name])) for name in (PASS, *commands)),
            *(Sample(f"{name}: memory", "MB", tuple(all_of_it)) for name, all_of_it in memory.items()),
            Sample("checking a password", "ms", tuple(unlocking)),
        ),
        (
            Finding("libraries loaded by a command that has no use for them", _needless(imported), Aim.AT_MOST, 0),
            *(Finding(f"{name} / {PASS}", ratio(wall[name], wall[PASS])) for name in commands),
            *(
                Finding(f"{name} / {EMPTY}", ratio(wall[name], wall[EMPTY]))
                for name in wall
                if name.endswith((DOOR, SERVING))
            ),
            *(
                Finding(f"{name}: what it does, once it is loaded", _beyond(wall, name), unit="ms")
                for name in commands
                if f"{name} --help" in wall
            ),
            *(Finding(f"{name}: imports", len(modules), unit="modules") for name, modules in imported.items()),
        ),
        (table(("every command, once", "processors, ms", "memory, MB"), [_row(*one) for one in every]),),
    )


def _needless(imported: Mapping[str, Sequence[str]]) -> int:
    return sum(
        library in modules for name, modules in imported.items() for library in NEEDLESS.get(name.partition(" ")[2], ())
    )


def _beyond(wall: Mapping[str, Sequence[float]], name: str) -> float:
    return statistics.median(wall[name]) - statistics.median(wall[f"{name} --help"])


def _row(name: str, took: Took) -> tuple[str, ...]:
    return f"`{name}`", number(took.processor), number(took.megabytes)
