"""Draw every screen of the inbox for a person to look at: `make gallery` writes pictures and a page of them.

Each is drawn at 80 by 24 and at 120 by 40, dark and light, as a picture and as plain text; nothing is compared.
"""

import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a program, this finds what the tests share there
sys.path.insert(0, str(Path(__file__).parents[2]))
from gateway.wire.letters import Kind
from inbox_tui.app import InboxApp
from inbox_tui.erasing import EraseCases
from tests.inbox_site import (
    ANNE,
    HANS,
    HOME_CARE,
    SARA,
    SOCIAL,
    InboxSite,
    arrived,
    referral,
)
from tests.screens.line_example import ports as line_ports
from tests.screens.screenshots import days_ago, filled

SIZES = ((80, 24), (120, 40))
CALM = 0.16
"""Seconds until a screen has come to rest."""
DAY = timedelta(days=1)
TAKEN_BY = {"taken_by": "Mette Testgaard", "unit": "AMK-vagtcentralen", "phone": "+45 84 11 20 00"}
ACUTE, WITHDRAWN, LONG, AGAIN, HELD = ("2026-0033", "2026-0038", "2026-0040", "2026-0041", "2026-0034")

Keys = Sequence[str]
Steps = Mapping[str, Keys]
"""By the picture's name: what is pressed since the picture before."""


def busy(folder: Path) -> InboxSite:
    """A morning with something of everything."""
    site = filled(folder)
    acute = site.receive(arrived(referral("R11", citizen={"safety_note": "Gå to."}), ACUTE, days_ago(1.2)))
    site.store.acknowledge(acute, ANNE, days_ago(1.1))
    site.acts.assess(acute, acute=True, why="Ingen varme, og alene.", person=ANNE, now=days_ago(1))
    held = site.receive(arrived(referral("R12"), HELD, days_ago(4)))
    site.store.acknowledge(held, ANNE, days_ago(4))
    site.store.forward(held, HOME_CARE, ANNE, "Ring, før I kører.", days_ago(3), also=[SOCIAL])
    site.store.take_over(held, HANS, days_ago(2))
    site.receive(arrived(referral("R08", urgency_remark="Haster efter min mening."), LONG, days_ago(0.2)))
    site.receive(arrived(referral("R07"), WITHDRAWN, days_ago(5)))
    withdrawal = {"withdrawn_at": days_ago(4).isoformat(), **TAKEN_BY}
    site.hear(Kind.WITHDRAWAL, withdrawal, WITHDRAWN, received_at=days_ago(4))
    old = ended(site, "2025-0007", 200)
    with site.db.session() as session:
        rule = EraseCases(site.vault)
        rule.erase(session, [one for one in rule.due(session, days_ago(100)) if one.id == old], 90, days_ago(100))
    ended(site, "2026-0012", 30)
    return site


def ended(site: InboxSite, number: str, days: float) -> str:
    """Let a case have ended some days ago; gives its id."""
    case_id = site.receive(arrived(referral("R14"), number, days_ago(days + 9)))
    site.store.acknowledge(case_id, ANNE, days_ago(days + 8))
    site.acts.assess(case_id, acute=False, why="Rolig.", person=ANNE, now=days_ago(days + 8))
    site.acts.close(case_id, ["not-now"], "Ønsket af borgeren.", ANNE, days_ago(days))
    return case_id


def nobody_s(folder: Path) -> InboxSite:
    """An inbox to which nothing has come."""
    return InboxSite(folder / "inbox.db")


def quiet(folder: Path) -> InboxSite:
    """An inbox in which all has ended."""
    site = nobody_s(folder)
    ended(site, "2026-0012", 3)
    return site


def find(number: str) -> Keys:
    """Search for a case, and open it."""
    return "slash", *number, "enter", "enter"


@dataclass(frozen=True)
class Walk:
    """A walk through some screens: where, who walks, and what is pressed."""

    steps: Steps
    site: Any = busy
    ports: Mapping[str, Any] = field(default_factory=dict)
    line: bool = False
    enrolled: bool = True


LEAVE = ("escape",)
WALKS = (
    Walk({"door": (), "door-refused": (*"Anne Testesen", "enter", *"forkert", "enter")}, ports={"person": None}),
    Walk(
        {
            "list": (),
            "list-end": ("end",),
            "show": ("x",),
            "list-all": ("home", *("down",) * 10, "enter"),
            "list-overdue": ("x", "home", "down", "down", "down", "enter"),
            "list-nothing": ("x", "end", "enter"),
            "find": ("slash", *"0101"),
            "found": (*("backspace",) * 4, *"test", "enter"),
            "found-nothing": ("slash", *"zzzz", "enter"),
            "more-list": ("escape", "f"),
            "help": ("escape", "f1"),
            "help-end": ("end",),
            "quarantine": ("escape", "q"),
            "locked": ("escape", "ctrl+l"),
        }
    ),
    Walk(
        {
            "letter-acute": find(ACUTE),
            "letter-cpr": ("c", "end"),
            "form-assess": ("u",),
            "form-assess-missing": ("down", "enter", "enter"),
            "form-contact": ("escape", "t"),
            "form-known": ("escape", "e", "e"),
            "form-gp": ("escape", "l"),
            "form-meeting": ("escape", "m"),
            "form-withdraw": ("escape", "s"),
            "form-close": ("escape", "a"),
            "more": ("escape", "f"),
            "forward": ("escape", "v"),
            "forward-outside": ("space", *("down",) * 5),
            "export": ("escape", "g"),
            "exported": ("enter",),
            "ring": ("enter", "u", "down", "enter", *"Fryser", "enter"),
        }
    ),
    Walk(
        {
            "letter-again": find(AGAIN),
            "acknowledge": ("k",),
            "form-not-ours": ("escape", "i"),
            "letter-long": ("escape", "escape", "escape", *find(LONG)),
            "letter-long-end": ("end",),
            "letter-withdrawn": ("escape", "escape", *find(WITHDRAWN)),
            "letter-erased": ("escape", "escape", *find("2025-0007")),
            "letter-handed": ("escape", "escape", *find(HELD)),
            "form-take-over": ("escape", "escape", *find("2026-0031"), "o"),
            "form-send-back": ("escape", "r"),
        }
    ),
    Walk(
        {
            "department-list": (),
            "department-letter": ("enter",),
            "department-take-over": ("o",),
            "department-send-back": ("escape", "r"),
        },
        ports={"person": SARA},
    ),
    Walk({"empty": ()}, nobody_s),
    Walk({"empty-ended": ()}, quiet),
    Walk({"empty-department": ()}, nobody_s, {"person": HANS}),
    Walk(
        {
            "administrator": (),
            "line": ("p",),
            "line-address": ("a",),
            "line-key": ("escape", "n"),
            "line-theirs": ("escape", "r"),
            "drill": ("escape", "escape", "d"),
            "notices": ("escape", "b"),
            "departments": ("escape", "h"),
            "department-new": ("n",),
            "department-kind": ("escape", "t"),
            "department-shut": ("escape", "l"),
            "departments-help": ("escape", "f1"),
            "staff": ("escape", "m"),
            "staff-new": ("n",),
            "staff-role": ("escape", "r"),
            "staff-first-password": ("escape", "p", "j"),
            "staff-end": ("enter", "s"),
        },
        line=True,
    ),
    Walk({"line-none": ("p",), "enrol": ("e",)}, line=True, enrolled=False),
)


async def walked(walk: Walk, folder: Path, size: tuple[int, int], *, dark: bool) -> list[str]:
    """Take one walk, and draw what is seen on it; gives the pictures' names."""
    end = f"{size[0]}-{'dark' if dark else 'light'}"
    with tempfile.TemporaryDirectory(prefix="st-") as place:
        site = walk.site(Path(place))
        changes = {"dark": dark, "poll_seconds": 60, **walk.ports}
        ports = line_ports(site, enrolled=walk.enrolled, **changes) if walk.line else site.ports(**changes)
        app = InboxApp(ports)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(CALM)
            for name, keys in walk.steps.items():
                for key in keys:
                    await pilot.press(key)
                    await pilot.pause(0 if len(key) == 1 and key.isdigit() else CALM / 2)
                await pilot.pause(CALM)
                app.save_screenshot(f"{name}-{end}.svg", str(folder))
                lines = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
                (folder / f"{name}-{end}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        site.db.close()
    return [f"{name}-{end}" for name in walk.steps]


def sheet(names: Sequence[str]) -> str:
    """Write a page with all the pictures."""
    shown = "".join(
        f'<figure><img src="{escape(one)}.svg"><figcaption>{escape(one)}</figcaption></figure>' for one in names
    )
    style = "body{font:14px sans-serif;background:#888}figure{display:inline-block;margin:6px}img{width:760px}"
    return f"<!doctype html><meta charset=utf-8><title>Stafet</title><style>{style}</style>{shown}"


async def main(folder: Path) -> None:
    for size in SIZES:
        for dark in (True, False):
            names = [name for walk in WALKS for name in await walked(walk, folder, size, dark=dark)]
            page = folder / f"{size[0]}-{'dark' if dark else 'light'}.html"
            page.write_text(sheet(names), encoding="utf-8")
            sys.stdout.write(f"{page}\n")


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(where))
