"""Without colour, on a light ground, and read line by line: what a colour says, a sign or a word says too (E18, G8)."""

from datetime import timedelta
from itertools import chain

import pytest
from textual.filter import monochrome_style

from gateway.terminal import theme
from gateway.wire.answers import Elsewhere
from inbox_tui import __main__ as program
from inbox_tui.app import OpeningInboxApp
from inbox_tui.casework.case import CaseState, Rank
from inbox_tui.presentation import state
from tests.inbox_site import ANNE, HANS, HOME_CARE, NOW, SOCIAL, arrived, conversation, referral
from tests.screens import line_example
from tests.screens.seen import opened, seen, until

DAY = timedelta(days=1)
READABLE = 4.5
"""WCAG 2.2, 1.4.3: the least contrast of text on its ground."""
DRAWN = frozenset("─│╭╮╰╯▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▔▕┃━ ⎸⎹•")
"""What is drawn, and says nothing that is not written beside it."""


@pytest.fixture
def every(site):
    """A case of every state and every rank; by the citizen's name, what its rows must say."""
    for number, key, days in (("2026-0001", "R11", 1), ("2026-0002", "R06", 20), ("2026-0003", "R01", 0)):
        site.receive(arrived(referral(key, citizen={"safety_note": "Gå to."}), number, NOW - days * DAY))
    site.acts.assess(conversation("2026-0001"), acute=True, why="Alene.", person=ANNE, now=NOW - DAY)
    for number, key in (("2026-0004", "R02"), ("2026-0005", "R16"), ("2026-0006", "R12"), ("2026-0007", "R07")):
        site.store.acknowledge(site.receive(arrived(referral(key), number, NOW)), ANNE, NOW)
    for number in ("2026-0005", "2026-0006"):
        site.store.forward(conversation(number), HOME_CARE, ANNE, "", NOW, also=[SOCIAL])
    site.store.take_over(conversation("2026-0006"), HANS, NOW)
    site.acts.assess(conversation("2026-0007"), acute=False, why="Rolig.", person=ANNE, now=NOW)
    site.acts.close(conversation("2026-0007"), ["not-now"], "Ønsket.", ANNE, NOW)
    elsewhere = site.receive(arrived(referral("R05"), "2026-0008", NOW))
    site.acts.not_ours(elsewhere, Elsewhere.MOVED, "", ANNE, NOW)
    return site


SAID = {
    "2026-0001": (CaseState.NEW, Rank.ACUTE, ("! akut: kontakt i dag", "▲ sikkerhed")),
    "2026-0002": (CaseState.NEW, Rank.OVERDUE, ("! ", " hverdage over")),
    "2026-0003": (CaseState.NEW, Rank.NEW, ("hverdage tilbage", "ulæst")),
    "2026-0004": (CaseState.ACKNOWLEDGED, Rank.WAITING, ("hverdage tilbage",)),
    "2026-0005": (CaseState.FORWARDED, Rank.ON_ITS_WAY, ("venter på Hjemmepleje +1",)),
    "2026-0006": (CaseState.TAKEN_OVER, Rank.HANDED_OVER, ("Hans Prøvedal, Hjemmepleje +1",)),
    "2026-0007": (CaseState.CLOSED, Rank.ENDED, ()),
    "2026-0008": (CaseState.NOT_OURS, Rank.ENDED, ()),
}


async def test_without_colour_every_state_and_rank_stands_there_in_a_sign_and_a_word(every, monkeypatch):
    """The rows are read one after the other, as somebody hears them; the terminal's cursor leads the way."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(every.ports(), (80, 40)) as pilot:
        await until(pilot, "! 1 akut")
        await pilot.press("x", "home", *("down",) * 10, "enter")
        lines = (await until(pilot, "Viser: alle, også de afsluttede (8)")).splitlines()
        first = pilot.app.cursor_position.y
        rows = {
            text[1].strip("▌ ").split()[0]: "\n".join(text)
            for text in zip(lines[first::2], lines[first + 1 :: 2], strict=False)
            if text[1].strip()
        }
        for number, (case_state, rank, words) in SAID.items():
            assert every.case(conversation(number)).rank(NOW.date()) is rank
            assert state(case_state) in rows[number]
            assert [word for word in words if word not in rows[number]] == []
        assert "▌" in lines[first]
        await pilot.press("down")
        await pilot.pause()
        assert (pilot.app.cursor_position.y, "▌" in seen(pilot).splitlines()[first + 2]) == (first + 2, True)
        assert {len(set(colour)) for _text, style in drawn(pilot) for colour in colours(style)} == {1}
    assert {one for one, *_rest in SAID.values()} == set(CaseState)
    assert {rank for _state, rank, _words in SAID.values()} == set(Rank)


def drawn(pilot):
    """Give what is written on the top screen, and in which style."""
    dialogs = pilot.app.screen.query(".dialog")
    strips = pilot.app.screen._compositor.render_strips()
    if dialogs:
        region = dialogs.first().region
        strips = [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]
    for text, style, _control in chain.from_iterable(strips):
        if style and set(text) - DRAWN:
            yield text.strip(), style


def colours(style):
    """Give a style's letters and ground."""
    return style.color.get_truecolor(), style.bgcolor.get_truecolor()


def hard_to_read(style):
    return any(contrast(*colours(one)) < READABLE for one in (style, monochrome_style(style)))


def contrast(letters, ground):
    """WCAG 2.2: from 1 to 21."""
    darker, lighter = sorted(map(luminance, (letters, ground)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = (part / 255 for part in colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


LOOKED_AT = (
    *("end", "x", "escape", "f", "escape", "slash", "escape", "v", "end", "escape", "u", "escape", "a", "escape"),
    *("f1", "escape", "q", "escape", "enter", "escape", "h", "m", "escape", "escape", "p", "escape", "d", "escape"),
    *("b", "escape", "ctrl+l"),
)
"""Through every kind of screen there is."""


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
async def test_everything_that_is_written_can_be_read_on_its_ground(every, dark):
    """In colour, and in the greys that stand for it where there is none."""
    every.put_aside("UNSIGNED")
    poor, kinds = set(), set()
    async with opened(line_example.ports(every, dark=dark), (80, 24)) as pilot:
        await until(pilot, "▲ TEST", "! 1 akut")
        for key in LOOKED_AT:
            await pilot.press(key)
            kinds.add(type(pilot.app.screen).__name__)
            poor |= {(text, style) for text, style in drawn(pilot) if hard_to_read(style)}
    assert poor == set()
    assert len(kinds) >= len(
        {
            "list",
            "look",
            "more",
            "forward",
            "form",
            "help",
            "aside",
            "letter",
            "two of the house",
            "line",
            "drill",
            "notices",
            "door",
        }
    ), kinds


@pytest.mark.parametrize(
    ("environment", "setting", "drawn_in"),
    [
        ({"COLORFGBG": "0;15"}, "auto", theme.LIGHT),
        ({"STAFET_APPEARANCE": "light"}, "dark", theme.LIGHT),
        ({}, "light", theme.LIGHT),
        ({}, "auto", theme.DARK),
    ],
)
def test_the_inbox_opens_on_the_ground_the_terminal_the_person_or_the_site_has(
    environment, setting, drawn_in, monkeypatch, tmp_path
):
    monkeypatch.delenv("COLORFGBG", raising=False)
    monkeypatch.setattr(program, "at_terminal", lambda: True)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "settings.toml").write_text(f'appearance = "{setting}"\n', "utf-8")
    themes = []
    monkeypatch.setattr(OpeningInboxApp, "run", lambda app: themes.append(app.theme))
    with pytest.raises(SystemExit):
        program.main(["--home", str(tmp_path)])
    assert themes == [drawn_in.name]
