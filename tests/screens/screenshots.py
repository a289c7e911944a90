"""Make the pictures in the README: `make screenshots` writes docs/images/*.svg, always the same."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a program, this finds what the tests share there
from inbox_tui.app import InboxApp
from inbox_tui.ports import InboxPorts
from tests.inbox_site import ANNE, BENT, BODIL, NOW, InboxSite, arrived, conversation, referral
from tests.screens.desk_screenshots import desk_pictures
from tests.screens.line_example import ports as line_ports

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZE = (100, 30)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def filled(folder: Path) -> InboxSite:
    """An inbox on an ordinary Friday morning: one overdue, some new, some in hand."""
    site = InboxSite(folder / "inbox.db")
    first = days_ago(17)
    site.receive(arrived(referral("R02"), "2026-0031", first))
    site.store.acknowledge(conversation("2026-0031"), BENT, first + timedelta(hours=9))
    site.store.forward(conversation("2026-0031"), "social-og-psykiatri", BENT, "Kendt hos jer.", days_ago(16))
    site.receive(arrived(referral("R06"), "2026-0036", days_ago(9)))
    site.store.acknowledge(conversation("2026-0036"), BENT, days_ago(8.8))
    site.receive(arrived(referral("R05"), "2026-0037", days_ago(3.1)))
    site.store.acknowledge(conversation("2026-0037"), ANNE, days_ago(2.9))
    again = {
        "number": "2026-0031",
        "sent_at": first.isoformat(),
        "position": 2,
        "first_sent_at": first.isoformat(),
    }
    note = {"safety_note": "Kan blive højrøstet, når han føler sig presset. Gå to, og ring først."}
    body = referral("R03", urgency_remark="Nætterne er værst. Vi har bedt hende ringe til jer i dag.")
    site.receive(arrived(body, "2026-0041", days_ago(0.3), again))
    site.receive(arrived(referral("R16", citizen=note), "2026-0042", days_ago(0.08)))
    site.receive(arrived(referral("R01"), "2026-0039", days_ago(1.6)))
    site.put_aside("UNKNOWN_SIGNER", 11_904, datetime(2026, 11, 19, 22, 41, tzinfo=UTC))
    site.put_aside("UNSIGNED", 4_210, datetime(2026, 11, 18, 13, 5, tzinfo=UTC))
    return site


async def picture(site: InboxSite, name: str, keys: Sequence[str], *, dark: bool = True) -> Path:
    """Press some keys in an ordinary inbox, and save what is seen."""
    return await drawn(site.ports(dark=dark, poll_seconds=60), name, keys)


async def drawn(ports: InboxPorts, name: str, keys: Sequence[str]) -> Path:
    """Press some keys, and save what is seen."""
    app = InboxApp(ports)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.3)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.3)
        return Path(app.save_screenshot(f"{name}.svg", str(IMAGES)))


PICTURES = {
    "inbox": ("down",),
    "letter": (*("down",) * 3, "enter"),
    "acknowledge": (*("down",) * 3, "k"),
    "forward": ("v", *("down",) * 5),
    "more": ("f",),
    "close": ("a",),
    "help": ("f1",),
    "quarantine": ("q",),
    "find": ("slash",),
    "not-ours": (*("down",) * 4, "i"),
}

ACUTE = (*("down",) * 4, "k", "enter", "u", "down", "enter", *"Alene", "enter")
"""It acts, so it is pictured last."""


LINE_PICTURES = {
    "drill": ("d",),
    "line": ("p",),
    "line-own-key": ("p", "n"),
}


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="st-") as folder:
        site = filled(Path(folder))
        for name, keys in PICTURES.items():
            sys.stdout.write(f"{await picture(site, name, keys)}\n")
        sys.stdout.write(f"{await picture(site, 'inbox-light', ('down',), dark=False)}\n")
        for name, keys in LINE_PICTURES.items():
            sys.stdout.write(f"{await drawn(line_ports(site), name, keys)}\n")
        sys.stdout.write(f"{await drawn(line_ports(site, enrolled=False), 'line-enrolment', ('p', 'e'))}\n")
        for name, person, keys in (("sign-in", None, ()), ("staff", BODIL, ("h", "m"))):
            sys.stdout.write(f"{await drawn(site.ports(person=person, dark=True), name, keys)}\n")
        sys.stdout.write(f"{await picture(site, 'acute', ACUTE)}\n")
    async for saved in desk_pictures(IMAGES):
        sys.stdout.write(f"{saved}\n")


if __name__ == "__main__":
    asyncio.run(main())
