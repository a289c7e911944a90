"""Nothing a sender writes can act on the terminal."""

import os
import pty
import select
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest

from gateway.site.people import Person, Role
from tests.inbox_site import ANNE, NOW, arrived, referral
from tests.screens.seen import opened, seen, until

MARKUP = ("[/]", "[@click=app.quit]x[/]", "[link=file:///etc/passwd]x[/link]", "$primary {text} %s %(name)s")
ESCAPES = ("\x1b]52;c;aGVq\x07", "\x1b[31m\x1b[2J", "\x9b2J\x9d52;c;aGVq\x9c")
UNSEEN = ("abc\u202egpj.exe\u2066", "a\x85b\u2028c\u2029d\x0be\x0cf\rg", "\U000e0041\U000e007f", "a" + "\u0301" * 200)
WIDE = ("日本語" * 40, "👩‍👩‍👧‍👦🏳️‍🌈" * 20)
HOSTILE = {"markup": MARKUP, "escapes": ESCAPES, "unseen": UNSEEN, "wide": WIDE}
CITIZEN = ("name", "cpr", "phone", "address", "residence", "how_to_reach", "safety_note", "interpreter")
ALL = "".join("".join(texts) for texts in HOSTILE.values())


def everywhere(text: str) -> dict:
    """A referral with `text` in every place a sender can write."""
    line = text[:480]
    return referral(
        "R03",
        citizen=dict.fromkeys(CITIZEN, line),
        consent={"form": line, "obtained_by": line, "scope": line, "information_given": line, "journal_ref": line},
        sender={"name": line, "role": line, "unit": line, "phone": line},
        re_referral={"reason": line},
        caller=line,
        problem_types=[line],
        text=text,
        urgency_remark=line,
    )


def harmless(text: str) -> bool:
    return not {unicodedata.category(one) for one in text.replace("\n", "")} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_is_only_text_on_every_screen(site, name):
    text = " ".join(HOSTILE[name])
    case_id = site.receive(arrived(everywhere(text), "2026-0001"))
    site.put_aside(text, 1)
    evil = Person("evil", text, Role.INTAKE)
    site.employ(evil)
    async with opened(site.ports(person=evil, notice=text), (90, 44)) as pilot:
        await until(pilot, "2026-0001")
        assert harmless(seen(pilot))
        for key, awaited in (("k", "Dette går"), ("enter", "◐ Kvitteret"), ("v", "Hvilken afdeling")):
            await pilot.press(key)
            assert harmless(await until(pilot, awaited))
        await pilot.press("enter", "enter")
        await until(pilot, "→ Videresendt")
        await pilot.press("enter")
        assert harmless(await until(pilot, "Sådan vil borgeren kontaktes"))
        for y in range(8, 40, 6):
            await pilot.click(offset=(25, y))
        await pilot.press("end")
        await pilot.press("escape")
        await until(pilot, "→ Videresendt")
        await pilot.press("q")
        assert harmless(await until(pilot, "Kan ikke stoles på"))
        assert pilot.app.is_running
    assert site.case(case_id).acknowledged.by == text


async def test_a_line_of_a_hundred_thousand_characters_is_cut_not_choked_on(site):
    department = "A" * 100_000
    with site.db.session() as session:
        session.connection().exec_driver_sql("UPDATE departments SET name = ? WHERE position = 0", (department,))
    case_id = site.receive(arrived(referral("R02", text="x" * 20_000)))
    site.store.acknowledge(case_id, ANNE, NOW)
    site.store.forward(case_id, "social-og-psykiatri", ANNE, "y" * 100_000, NOW)
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen", "…")
        await pilot.press("enter")
        await until(pilot, "AAAA")


PROGRAM = """
import sys
from pathlib import Path
sys.path.append("tests")
from inbox_tui.app import InboxApp
from tests.inbox_site import ANNE, NOW, InboxSite, arrived
from tests.screens.test_hostile_text import ALL, everywhere
site = InboxSite(Path(sys.argv[1]) / "inbox.db")
site.receive(arrived(everywhere(ALL), "2026-0001"))
InboxApp(site.ports()).run()
"""


def read_until(terminal: int, words: bytes, seconds: float = 20) -> bytes:
    """Read what is written to the terminal until `words` come, or the time is up."""
    written, end = b"", time.monotonic() + seconds
    while words not in written and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            written += os.read(terminal, 65536)
    return written


def test_a_real_terminal_gets_no_escape_of_the_senders(tmp_path):
    """OSC 52 writes the clipboard; nothing like it may reach a terminal."""
    mine, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    program = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(program, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=root) as app:
        os.close(theirs)
        written = read_until(mine, b"2026-0001")
        os.write(mine, b"\r")
        written += read_until(mine, b"Forseglet")
        os.write(mine, b"\x11")
        written += read_until(mine, b"\x1b[?1049l", 10)
        os.close(mine)
        app.wait(timeout=20)
    assert b"Forseglet" in written
    assert b"[@click=app.quit]" in written
    for escape in (b"\x1b]52", b"\x9b2J", b"\x9d52", b"\x1b[31m", "\u202e".encode(), "\x85".encode()):
        assert escape not in written
