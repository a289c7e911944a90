"""Measure everything in one run, and write RESULTS.md; or only the chapters that are named, and print them.

`make bench`, or `make bench ONLY="seal inbox"`. `--small` measures hardly anything: it shows that all of it still runs.
"""

import argparse
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import versions
from figures import Chapter
from report import page, report

CHAPTERS: Final = ("seal", "accept", "road", "held", "outbox", "inbox", "startup", "trail")
RESULTS: Final = Path(__file__).with_name("RESULTS.md")
CLEAR: Final = "\r\x1b[2K"
WIDEST: Final = 100


class Progress:
    """Says on standard error what is being measured and how long it has taken; on a terminal on one line."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._place = ""

    def chapter(self, nth: int, name: str) -> None:
        """Begin a chapter."""
        self._place = f"{nth} of {len(CHAPTERS)}, {name}"
        self(" ")

    def __call__(self, what: str) -> None:
        """Say what comes now."""
        line = f"{self.minutes * 60:4.0f} s   {self._place}: {what}"
        on_one_line = sys.stderr.isatty()
        print(
            f"{CLEAR}{line[:WIDEST]}" if on_one_line else line,
            end="" if on_one_line else "\n",
            file=sys.stderr,
            flush=True,
        )

    @property
    def minutes(self) -> float:
        """Tell how long all of it has taken."""
        return (time.monotonic() - self._began) / 60


def measured(name: str, *, small: bool, tell: Callable[[str], None]) -> Chapter:
    """Measure one chapter."""
    chapter: Chapter = import_module(name).measure(small=small, tell=tell)
    return chapter


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", metavar="CHAPTER", help=f"one or more of: {', '.join(CHAPTERS)}")
    parser.add_argument("--small", action="store_true", help="measure hardly anything")
    arguments = parser.parse_args()
    unknown = set(arguments.only) - set(CHAPTERS)
    if unknown:
        parser.error(f"there is no chapter {', '.join(sorted(unknown))}; there are {', '.join(CHAPTERS)}")
    wanted = [name for name in CHAPTERS if name in arguments.only or not arguments.only]
    tell, chapters = Progress(), []
    for name in wanted:
        tell.chapter(CHAPTERS.index(name) + 1, name)
        chapters.append(measured(name, small=arguments.small, tell=tell))
    if sys.stderr.isatty():
        print(CLEAR, end="", file=sys.stderr)
    if arguments.only or arguments.small:
        print("\n".join(map(page, chapters)))
        return
    made = report(
        chapters,
        versions.all_of_them(),
        command="make bench",
        day=time.strftime("%Y-%m-%d"),
        minutes=tell.minutes,
    )
    RESULTS.write_text(made, encoding="utf-8")
    print(f"Written: bench/{RESULTS.name}")


if __name__ == "__main__":
    main()
