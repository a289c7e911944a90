"""Both programs, each with a small site of its own, and what one run of a command takes."""

import json
import subprocess
import sys
import time
from argparse import _SubParsersAction
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from daemons import running
from terminal import Program

from directory.model import REGION
from gateway import __main__ as region_program
from gateway import bootstrap as region_end
from gateway.commands.options import parser_for
from gateway.new_site import Plan, make_station
from gateway.schema.branch import Branch
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import DoorSettings, UnitSettings
from inbox_tui import bootstrap as municipal_end
from inbox_tui import program as municipal_program

GATEWAY, INBOX = "stafet-gateway", "stafet-inbox"
WHO, PASSWORD = "Testesen", "Regnen falder på taget"
MAY_END_WITH: Final = {0, 2}
"""An end that nobody has joined to another one is not healthy: whoever asks is told so by 2."""
BUILD: Final = {GATEWAY: region_program.build, INBOX: municipal_program.build}
SCREENS: Final = {GATEWAY: ("desk",), INBOX: ()}


@dataclass(frozen=True)
class Took:
    """What one run took: milliseconds by the clock and of processors, and megabytes at the most."""

    wall: float
    processor: float
    megabytes: float


class Launcher:
    """Runs programs one after another, by a small process that stays."""

    def __init__(self, complaints: Path) -> None:
        line = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py"))]
        self._process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._complaints = complaints

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._process.communicate()

    def run(self, *line: str, **environment: str) -> tuple[Took, str]:
        """Run one to its end; gives what it said on standard error. Raises RuntimeError when it ends as none should."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError(line)
        print(json.dumps([line, environment, str(self._complaints)]), file=self._process.stdin, flush=True)
        code, took = json.loads(self._process.stdout.readline())
        said = self._complaints.read_text("utf-8", "replace")
        if code not in MAY_END_WITH or "Traceback" in said:
            raise RuntimeError(line, code, said)
        return Took(*took), said


@dataclass(frozen=True)
class End:
    """One program with a site where one person works."""

    program: str
    home: Path
    launcher: Launcher

    def run(self, words: str) -> Took:
        """Run a command."""
        return self.launcher.run(*self._line(*words.split()))[0]

    def imported(self, words: str) -> list[str]:
        """Name all that a command imports."""
        _took, said = self.launcher.run(*self._line(*words.split()), PYTHONPROFILEIMPORTTIME="1")
        return [line.rpartition("|")[2].strip() for line in said.splitlines() if line.startswith("import time:")][1:]

    def commands(self) -> list[str]:
        """Name every command."""
        actions = BUILD[self.program](parser_for(self.program))._actions  # noqa: SLF001 - argparse has no public way to it
        return list(next(one for one in actions if isinstance(one, _SubParsersAction)).choices)

    def opened(self) -> Took:
        """Open the screens as far as their door."""
        with Program(self._line(*SCREENS[self.program]), {}, self.home) as program:
            return Took(program.opened("Ctrl+Q"), 0.0, program.megabytes)

    def served(self) -> Took:
        """Start the daemon, until mail can come."""
        began = time.perf_counter()
        with running(self.program, self.home) as daemon:
            wall = (time.perf_counter() - began) * 1000
            return Took(wall, daemon.seconds_used() * 1000, megabytes(daemon.process.pid))

    def _line(self, *words: str) -> list[str]:
        shared = ["--home", str(self.home), "--password-file", str(self.home / "password")]
        return [str(Path(sys.executable).with_name(self.program)), *shared, *words]


def megabytes(process: int) -> float:
    """Tell how much memory a process that runs has had at the most."""
    return int(Path(f"/proc/{process}/status").read_text("ascii").partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def both(folder: Path) -> Iterator[tuple[End, End]]:
    """Make both sites."""
    region = UnitSettings(party=REGION, name="AMK", address="henvendelser@praehospitalet.example", phone="+4584112000")
    unit = UnitSettings(party="730", name="Indgangen", address="sikkerpost@randers.example", phone="+4589150000")
    with ExitStack() as stack:
        made = (_made(folder, GATEWAY, region, region_end.BRANCH), _made(folder, INBOX, unit, municipal_end.BRANCH))
        gateway, inbox = (End(home.name, home, stack.enter_context(Launcher(home / "complaints"))) for home in made)
        yield gateway, inbox


def _made(folder: Path, program: str, unit: UnitSettings, branch: Branch) -> Path:
    home = Home(folder / program)
    make_station(home, Plan(unit, WHO, Role.ADMIN, PASSWORD, alone=True, door=DoorSettings(port=0)), branch)
    password = home.path / "password"
    password.touch(0o600)
    password.write_text(PASSWORD, "utf-8")
    return home.path
