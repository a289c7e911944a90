"""The demo at a terminal: both ends run in the background while a person sits at the inbox, or at the region's desk.

The referrals are those of the file, told as if they had come to one municipality over the last days, so that the inbox
has something overdue, something new and something that comes back.
"""

import asyncio
import copy
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from directory import municipalities
from gateway import bootstrap as region_end
from gateway.commands.console import DONE, Console
from gateway.commands.refer import line
from gateway.desk.app import DeskApp
from gateway.desk.joined import desk_ports
from gateway.language import gettext as _
from gateway.station import utc_now
from inbox_tui import bootstrap as municipal_end
from inbox_tui.app import InboxApp
from inbox_tui.demo.headless import SHORT, Referrals, kept
from inbox_tui.demo.journey import travel
from inbox_tui.demo.town import INTAKE_WORKER, PASSWORD, SENDER, Town, open_town, password_told, person_at

HOME_TOWN: Final = "730"
STORY: Final = (
    ("R11", timedelta(days=9), True),
    ("R02", timedelta(days=8), False),
    ("R05", timedelta(days=3), True),
    ("R01", timedelta(days=1), False),
    ("R03", timedelta(hours=7), False),
    ("R08", timedelta(hours=2), False),
)
"""Which referrals, how long ago, and whether somebody has acknowledged them already."""
LATER: Final = "R07"
LATER_SECONDS: Final = 20.0
"""A letter that arrives while the inbox is open."""


def interactive(console: Console, entries: Referrals, keep: Path, *, desk: bool = False) -> int:
    """Open the inbox, or the `desk`, over a running town; on leaving, say what happened and where it lies."""
    workplace = Path(tempfile.mkdtemp(prefix="stafet-", dir=SHORT))
    console.remark(_("Making two sites with fresh keys, and sending referrals between them …"))
    try:
        with _running(workplace, entries) as town:
            _sit_down(town, desk=desk)
            lines = _what_happened(town)
    finally:
        kept(workplace, keep)
    where = _("Everything lies in {folder}: the sites under sites, every letter as it crossed under wire.")
    console.answer({"folder": str(keep)}, *lines, where.format(folder=keep), password_told())
    return DONE


def _sit_down(town: Town, *, desk: bool) -> None:
    """Open the screen of one end, signed in."""
    station = town.region if desk else town.municipalities[HOME_TOWN]
    person = person_at(station, SENDER if desk else INTAKE_WORKER)
    notice = _("Demo: everything is invented. It signed in by itself; the password is {password}")
    notice = notice.format(password=PASSWORD)
    if desk:
        DeskApp(desk_ports(station, person, notice)).run()
    else:
        InboxApp(municipal_end.inbox_ports(station, person, notice)).run()


@dataclass
class _Background:
    """A town on a thread of its own; the terminal belongs to the inbox."""

    folder: Path
    entries: Referrals
    ready: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop | None = None
    leave: asyncio.Event | None = None
    town: Town | None = None
    trouble: BaseException | None = None

    def run(self) -> None:
        """Run the town until `leave` is set."""
        try:
            asyncio.run(self._run())
        except BaseException as error:  # noqa: BLE001 - carried over to the thread that waits
            self.trouble = error
        finally:
            self.ready.set()

    async def _run(self) -> None:
        self.loop, self.leave = asyncio.get_running_loop(), asyncio.Event()
        async with open_town(self.folder, (HOME_TOWN,), reminding=True) as town:
            named = {str(entry["id"]): entry["input"] for entry in self.entries}
            for name, ago, acknowledged in STORY:
                if name in named:
                    await travel(town, name, _retold(named[name], ago), acknowledge=acknowledged)
            town.clock.standing = None
            await town.post_office.tamper(town.municipalities[HOME_TOWN].own.address)
            self.town = town
            self.ready.set()
            await self._one_more(town, named)
            await self.leave.wait()

    async def _one_more(self, town: Town, named: Mapping[str, Mapping[str, Any]]) -> None:
        """Let one more letter arrive while somebody looks, unless they have left by then."""
        assert self.leave is not None  # noqa: S101 - set where this is called
        try:
            await asyncio.wait_for(self.leave.wait(), LATER_SECONDS)
        except TimeoutError:
            if LATER in named:
                await travel(town, LATER, _retold(named[LATER], timedelta()), acknowledge=False)
                town.clock.standing = None


@contextmanager
def _running(folder: Path, entries: Referrals) -> Iterator[Town]:
    background = _Background(folder, entries)
    thread = threading.Thread(target=background.run, name="town")
    thread.start()
    background.ready.wait()
    try:
        if background.town is None:
            raise background.trouble or RuntimeError
        yield background.town
    finally:
        if background.loop and background.leave and thread.is_alive():
            background.loop.call_soon_threadsafe(background.leave.set)
        thread.join()


def _what_happened(town: Town) -> list[str]:
    with town.region.database.reading() as session:
        latest = region_end.follow(town.region, session).latest()
    return [_("What Præhospitalet sees now:"), *(f"  {line(progress)}" for progress in latest)]


def _retold(referral: Mapping[str, Any], ago: timedelta) -> dict[str, Any]:
    """Tell a referral as if it had come from this town, `ago`; the invented people stay who they are."""
    told: dict[str, Any] = copy.deepcopy(dict(referral))
    place = municipalities.by_code(HOME_TOWN)
    name = place.official_name if place else ""
    citizen, consent = told["citizen"], told["consent"]
    for field_name in ("scope", "information_given"):
        consent[field_name] = consent[field_name].replace(citizen["home_municipality_text"], name)
    citizen["home_municipality_code"], citizen["home_municipality_text"] = HOME_TOWN, name
    if citizen["address"]:
        citizen["address"] = re.sub(r"[0-9]{4} [^,]+$", "8900 Randers C", citizen["address"])
    submitted = utc_now() - ago
    earlier = datetime.fromisoformat(told["submitted_at"]) - datetime.fromisoformat(consent["obtained_at"])
    told["submitted_at"], consent["obtained_at"] = submitted.isoformat(), (submitted - earlier).isoformat()
    return told
