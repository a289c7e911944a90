"""The pictures of the desk: an ordinary Tuesday morning on the duty officer's board, and one referral's way."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bodies import NOT_OURS
from desk_site import DeskSite
from referring_site import RANDERS, at

from gateway.desk.app import DeskApp
from gateway.desk.ports import DeskPorts
from gateway.exchange.delivery import State
from gateway.referring.promise import CallOutcome
from gateway.site.people import People, Role
from gateway.wire.letters import Kind
from tests.screens.keeping_example import BIRGIT, Example

SIZE = (100, 30)
SILKEBORG = "740"
FRIDAY, MONDAY, TUESDAY = at("2026-11-20 08:10"), at("2026-11-23 21:47"), at("2026-11-24 10:12")
PAUSE = 0.4
WAITED_FOR = frozenset({"enter", "tab", "j", "n", "1", "b", "e", "f6", "ctrl+s"})
"""What opens something; the next key waits for it."""


def called(name: str, cpr: str, phone: str) -> dict[str, str]:
    return {"name": name, "cpr": cpr, "phone": phone}


def acknowledged(desk: DeskSite) -> dict[str, str]:
    return {
        "acknowledged_by": "Birgit Prøvegaard",
        "unit": "Den sociale indgang, Randers Kommune",
        "phone": "+45 89 15 00 00",
        "acknowledged_at": desk.clock().isoformat(),
    }


def filled(folder: Path) -> DeskSite:
    """A shift's desk: two units to phone, one not theirs, some on their way, two drafts, one finished."""
    desk = DeskSite(folder)
    desk.clock.now = FRIDAY
    desk.refer(RANDERS, citizen=called("Karen Testdal", "190668-7074", "+45 95 00 01 02"))
    done = desk.refer(RANDERS, citizen=called("Sanne Prøvedal", "", "+45 95 00 01 07"))
    moved = desk.refer(RANDERS, citizen=called("Ole Testmark", "", "+45 95 00 01 03"))
    desk.clock.now = MONDAY
    desk.hears(done, Kind.ACKNOWLEDGEMENT, acknowledged(desk))
    desk.hears(moved, Kind.NOT_OURS, NOT_OURS)
    desk.refer("710", citizen=called("Anders Ø. Testgård", "", "+45 95 00 01 04"))
    waits = desk.refer(SILKEBORG, delivery=None, citizen=called("Grethe Prøvesen", "", "+45 95 00 01 05"))
    desk.parked(waits, "NO_CONTACT")
    desk.clock.now = TUESDAY - timedelta(hours=3)
    said_yes = {"given": True, "for_municipality": RANDERS}
    lives = {"name": "Poul Testborg", "home_municipality_code": RANDERS}
    desk.ports().drafts.begin(desk.karim, {"citizen": lives, "consent": said_yes})
    desk.clock.now = TUESDAY - timedelta(minutes=25)
    urgent = desk.refer(
        RANDERS, citizen=called("Mona Testlund", "", "+45 95 00 01 06"), urgency_remark="Natten er svær for hende."
    )
    desk.duty.log_call(urgent, CallOutcome.NO_ANSWER, "", desk.karim)
    desk.clock.now = TUESDAY - timedelta(minutes=9)
    desk.refer("710", delivery=State.SENT, citizen=called("Inger Prøveholm", "", "+45 95 00 01 08"))
    desk.clock.now = TUESDAY
    return desk


CLEAR = ("n", "n", "n", "1")
CHOSEN = (*CLEAR, *"randers", "enter")
WRITTEN = (
    *CHOSEN,
    "j",
    *"2305757654",
    "enter",
    *("K", "a", "r", "e", "n", "space", "T", "e", "s", "t", "b", "y"),
    "enter",
    *"95000109",
    "enter",
    *("R", "i", "n", "g", "space", "e", "f", "t", "e", "r", "space", "k", "l", "full_stop", "space", "1", "1"),
    "enter",
    *("H", "u", "n", "space", "e", "r", "space", "a", "l", "e", "n", "e", "space", "o", "m"),
    *("space", "a", "f", "t", "e", "n", "e", "n", "full_stop"),
    "tab",
    "1",
    "2",
)

PICTURES = {
    "desk-board": (),
    "desk-screening": ("n", "n"),
    "desk-stop": ("n", "n", "j", "n"),
    "desk-municipality": (*CLEAR, *"rand"),
    "desk-consent": CHOSEN,
    "desk-form": WRITTEN,
    "desk-sent": (*WRITTEN, "ctrl+s"),
    "desk-referral": ("down", "enter"),
    "desk-call": ("r",),
    "desk-seen": (*CHOSEN, "j", *"1906687074", "enter", "f4"),
    "desk-journal": ("down", "enter", "j"),
    "desk-find": ("f2", *"95000107", "enter"),
    "desk-help": ("f1",),
}


SILKEBORG_S_PAGE = ("f6", "down", "down", "down", "enter")
ASKED = (*SILKEBORG_S_PAGE, "b", "enter", "j")
KEEPING_PICTURES = {
    "desk-notices": ("f7",),
    "desk-directory": ("f6",),
    "desk-unit": SILKEBORG_S_PAGE,
    "desk-confirm": (*ASKED, *("space",) * 6),
    "desk-own-key": ("f6", "e", "rest"),
    "desk-rotation": ("f6", "e"),
}
"""What an administrator sees; «rest» is no key, but our key as it is when none is being changed."""


def kept(desk: DeskSite, **changes: Any) -> DeskPorts:
    """An administrator's desk, with an invented line."""
    with desk.db.session() as session:
        birgit = People(session, desk.vault).add(BIRGIT.name, Role.ADMIN)
    at_rest = bool(changes.pop("at_rest", False))
    line = Example(TUESDAY)
    return desk.ports(person=birgit, keeper=lambda who: line.keeper(who, at_rest=at_rest), **changes)


async def desk_picture(folder: Path, images: Path, name: str, keys: Sequence[str], *, dark: bool = True) -> Path:
    """Press some keys at a desk of its own, and save what is seen."""
    desk = filled(folder)
    if name in KEEPING_PICTURES:
        ports = kept(desk, dark=dark, poll_seconds=60, at_rest="rest" in keys)
    else:
        ports = desk.ports(dark=dark, poll_seconds=60)
    app = DeskApp(ports)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(PAUSE)
        for key in keys:
            if key != "rest":
                await pilot.press(key)
            await pilot.pause(PAUSE if key in WAITED_FOR else 0)
        await pilot.pause(PAUSE)
        saved = Path(app.save_screenshot(f"{name}.svg", str(images)))
    desk.db.close()
    return saved


async def desk_pictures(images: Path) -> AsyncIterator[Path]:
    """Save every picture of the desk, and the board in the light colours."""
    for name, keys in {**PICTURES, **KEEPING_PICTURES}.items():
        with tempfile.TemporaryDirectory(prefix="st-") as folder:
            yield await desk_picture(Path(folder), images, name, keys)
    with tempfile.TemporaryDirectory(prefix="st-") as folder:
        yield await desk_picture(Path(folder), images, "desk-board-light", (), dark=False)
