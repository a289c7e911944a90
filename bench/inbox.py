"""The inbox with 20,000 cases beside neomutt on a Maildir of 20,000 mails and an empty Textual application."""

import shutil
import statistics
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

from figures import Aim, Chapter, Finding, Sample, ratio
from sqlalchemy import insert
from stopwatch import Tell
from terminal import Program

from directory.calendar import target_date
from directory.model import REGION
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import UnitSettings
from gateway.station import Plan, make_station, utc_now
from gateway.wire.referral import Citizen, Origin, Referral, Sender
from inbox_tui import bootstrap, signs
from inbox_tui.casework.case import Case, CaseState, Seal
from inbox_tui.locked import Locked
from inbox_tui.tables import CaseRow, ContentRow
from keys.fingerprint import Fingerprint

MANY: Final = 20_000
STILL_OPEN: Final = 200
ROUNDS: Final = 5
KEYS: Final = 60
WHO: Final = "Anne Testesen"
PASSWORD: Final = "Regnen falder på taget"  # noqa: S105 - everything here is invented
NAMES: Final = ("Karen", "Poul", "Søren", "Åse", "Ingrid", "Jens", "Bodil", "Hans")
LAST: Final = ("Testdal", "Prøvegaard", "Testlund", "Prøvedal", "Testborg")
RAREST: Final = "Karen Sjældenprøve"
DOWN: Final = "\x1b[B"
INBOX, EMPTY = "the inbox", "an empty Textual application"
OPEN, MOVE, FILTER = "first screen", "key to screen, moving", "key to screen, filtering"
SEARCH, MEMORY = "search by name", "memory"

Results = dict[str, dict[str, list[float]]]


def name_of(place: int) -> str:
    """Name the citizen of a case; one in a thousand has the name that is searched for."""
    return RAREST if place % 1000 == 0 else f"{NAMES[place % len(NAMES)]} {LAST[place % len(LAST)]}"


def facts(row: Any) -> dict[str, Any]:  # noqa: ANN401 - rows of several tables
    """Read a row's columns, to insert many at once."""
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def filled_site(folder: Path, many: int) -> Path:
    """Make a municipality's site with all the cases, of which a few are open."""
    home = Home(folder / "site")
    unit = UnitSettings(
        party="730", name="Den sociale indgang", address="sikkerpost@randers.example", phone="+4589150000"
    )
    make_station(home, Plan(unit, WHO, Role.ADMIN, PASSWORD), bootstrap.BRANCH)
    with bootstrap.open_municipality(home) as station, station.database.session() as session:
        locked, now = Locked(station.vault), utc_now()
        cases = [a_case(place, now - timedelta(hours=place)) for place in range(many)]
        session.execute(insert(CaseRow), [facts(locked.row(one)) for one in cases])
        session.execute(insert(ContentRow), [facts(locked.content(one)) for one in cases])
        for one in cases:
            signs.keep(session, station.vault, one.id, one.referral.citizen.phone)
    return home.path


def a_case(place: int, came: Any) -> Case:  # noqa: ANN401 - a moment
    """Invent one case."""
    citizen = Citizen(name=name_of(place), phone=f"+45951{place:05}"[:11])
    return Case(
        id=str(uuid.uuid4()),
        letter_id=str(uuid.uuid4()),
        number=f"2026-{place:05}",
        seal=Seal(REGION, Fingerprint("ABCD1234EF567890ABCD1234EF567890ABCD1234"), came),
        referral=Referral(origin=Origin.AMK_CALL, sender=Sender(name="Mette"), citizen=citizen, text="Ring. " * 100),
        notices=(),
        previous=None,
        received_at=came,
        target_date=target_date(came) if place < STILL_OPEN else came.date(),
        state=CaseState.NEW if place < STILL_OPEN else CaseState.CLOSED,
    )


def filled_maildir(folder: Path, many: int) -> Path:
    """Write the same people's mails."""
    place_of = {name: folder / "mail" / name for name in ("cur", "new", "tmp")}
    for place in place_of.values():
        place.mkdir(parents=True)
    now = utc_now()
    for place in range(many):
        mail = EmailMessage()
        mail["From"] = f"{name_of(place)} <a{place}@citizens.example>"
        mail["To"], mail["Subject"] = "sikkerpost@randers.example", f"2026-{place:05}"
        mail["Date"], mail["Message-ID"] = format_datetime(now - timedelta(hours=place)), f"<{place}@example>"
        mail.set_content("Ring. " * 100)
        (place_of["cur"] / f"{1_700_000_000 - place}.M{place}.here:2,S").write_bytes(mail.as_bytes())
    return folder / "mail"


@dataclass(frozen=True)
class Contender:
    """One program: how it is started, how it is opened, and what its keys are; a key it lacks is ""."""

    name: str
    start: Callable[[], Program]
    ready: Callable[[Program], Mapping[str, float]]
    down: str = DOWN
    only: str = ""
    every: str = ""
    search: str = ""
    found: str = ""


def settled(program: Program, keys: str) -> float:
    """Time keys, and let all they set going come to rest."""
    took = program.painted(keys)
    program.settle()
    return took


def measured(one: Contender) -> dict[str, list[float]]:
    """Open it, move, filter and search."""
    with one.start() as program:
        times = {name: [value] for name, value in one.ready(program).items()}
        program.settle()
        times[MOVE] = [program.painted(one.down) for _key in range(KEYS)]
        if one.only:
            times[FILTER] = [settled(program, keys) for keys in (one.every, one.only) * 5]
        if one.search:
            program.painted(one.every)
            program.settle()
            times[SEARCH] = [program.entered(one.search, one.found)]
            program.settle()
        times[MEMORY] = [program.megabytes]
    return times


def inbox(site: Path) -> Contender:
    """Give the inbox, through its door."""
    line = [str(Path(sys.executable).with_name("stafet-inbox")), "--home", str(site), "--as", WHO]

    def ready(program: Program) -> Mapping[str, float]:
        door = program.opened("Ctrl+Q")
        inside = program.entered(PASSWORD + "\r", "2026-0")
        return {OPEN: door, "from the password, typed at once, to the list": inside}

    return Contender(
        INBOX,
        lambda: Program(line, {}, site),
        ready,
        only="x\x1b[H\r",
        every="x" + DOWN * 10 + "\r",
        search=f"/{RAREST}\r",
        found="2026-01000",
    )


def empty() -> Contender:
    """Give the empty Textual application."""
    line = [sys.executable, str(Path(__file__).with_name("empty_app.py"))]
    return Contender(EMPTY, lambda: Program(line, {}, Path.cwd()), lambda one: {OPEN: one.opened("ready 0")})


def neomutt(mail: Path, cache: Path | None, many: int) -> Contender:
    """Give neomutt, without a header cache or with one that is warm."""
    settings = mail.parent / f"neomuttrc-{bool(cache)}"
    settings.write_text(
        f"set charset=utf-8\nset folder={mail}\nset sort=reverse-date\nset quit=yes\nset wait_key=no\n"
        + (f"set header_cache={cache}\n" if cache else ""),
        encoding="utf-8",
    )
    line = ["neomutt", "-n", "-F", str(settings), "-f", str(mail)]
    return Contender(
        f"neomutt, {'warm' if cache else 'no'} header cache",
        lambda: Program(line, {"LC_ALL": "C.UTF-8", "HOME": str(mail.parent)}, mail.parent),
        lambda one: {OPEN: one.opened(f"Msgs:{many}")},
        down="j",
        only="l~d<2d\r",
        every="l~A\r",
        search=f"l~f {RAREST.split()[1]}\r",
        found=f"2026-{many - 1000:05}",
    )


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Make both, and measure in turn."""
    many, rounds = (2000, 1) if small else (MANY, ROUNDS)
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        tell(f"{many:,} cases and mails")
        contenders = [inbox(filled_site(folder, many)), empty()]
        if shutil.which("neomutt"):
            mail, cache = filled_maildir(folder, many), folder / "cache"
            cache.mkdir()
            contenders += [neomutt(mail, None, many), neomutt(mail, cache, many)]
        results: Results = {one.name: {} for one in contenders}
        for turn in range(rounds):
            for one in contenders:
                tell(f"round {turn + 1} of {rounds}: {one.name}")
                for what, values in measured(one).items():
                    results[one.name].setdefault(what, []).extend(values)
    finally:
        shutil.rmtree(folder)
    return chapter(results)


def chapter(results: Results) -> Chapter:
    """Hold what was measured against the aims."""
    ours = results[INBOX]
    return Chapter(
        "The inbox with 20,000 cases",
        "In a pseudo-terminal of 80 × 24, beside neomutt on a Maildir of as many mails and a Textual application whose "
        "one line tells how often a key was pressed. A key is measured from when it was typed to the last byte that it "
        "changed on the screen; the inbox asks for a password, which is typed as soon as its door is there.",
        tuple(
            Sample(f"{who}: {what}", "MB" if what == MEMORY else "ms", tuple(values))
            for who, each in results.items()
            for what, values in each.items()
        ),
        (
            *(
                Finding(f"first screen: the inbox / {other}", ratio(ours[OPEN], each[OPEN]), Aim.AT_MOST, 1.0)
                for other, each in results.items()
                if other.startswith("neomutt")
            ),
            Finding(
                "a key: the inbox / the empty application", ratio(ours[MOVE], results[EMPTY][MOVE]), Aim.AT_MOST, 1.2
            ),
            Finding("search by name", statistics.median(ours[SEARCH]), Aim.AT_MOST, 200, "ms"),
            Finding("memory: the inbox / the empty application", ratio(ours[MEMORY], results[EMPTY][MEMORY])),
        ),
        () if len(results) > len((INBOX, EMPTY)) else ("neomutt is not installed: it is left out.",),
    )
