"""The morning at the keyboard: what needs a person first, what to look for and how, and an empty list that explains."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from textual.events import Key
from textual.widgets import Input

from directory.model import REGION
from gateway.exchange.rows import OutgoingRow
from gateway.liveness.board import Limits, judge
from gateway.site.settings import KeepingSettings, PromiseSettings
from gateway.wire.letters import Kind
from inbox_tui.drills import OpenDrill
from inbox_tui.line import Pulse
from inbox_tui.widgets.case_list import CaseList
from tests.inbox_site import ANNE, BODIL, HANS, HOME_CARE, NOW, SARA, SOCIAL, arrived, conversation, referral
from tests.screens import line_example
from tests.screens.seen import opened, seen, until

DAY = timedelta(days=1)


def line(now, **facts):
    """The line to Præhospitalet, as `facts` say."""
    row = line_example.row(now, enrolled=True)
    row = judge(replace(row.facts, **facts), Limits(KeepingSettings(), PromiseSettings()), now)
    return SimpleNamespace(pulse=lambda _person: Pulse(now, row))


@pytest.fixture
def busy(site):
    """One acute, one overdue, two new, one on its way, one taken over, one ended."""
    for key, number, days in (("R06", "2026-0036", 9), ("R01", "2026-0039", 2), ("R02", "2026-0041", 0)):
        site.receive(arrived(referral(key), number, NOW - days * DAY))
    site.store.acknowledge(conversation("2026-0036"), ANNE, NOW - 8 * DAY)
    for key, number, department in (("R16", "2026-0034", HOME_CARE), ("R07", "2026-0035", SOCIAL)):
        case_id = site.receive(arrived(referral(key, citizen={"safety_note": "Gå to."}), number, NOW - 3 * DAY))
        site.store.acknowledge(case_id, ANNE, NOW - 3 * DAY)
        site.store.forward(case_id, department, ANNE, "", NOW)
    site.store.take_over(conversation("2026-0035"), SARA, NOW)
    acute = site.receive(arrived(referral("R11"), "2026-0033", NOW - DAY))
    site.store.acknowledge(acute, ANNE, NOW - DAY)
    site.acts.assess(acute, acute=True, why="Ingen varme.", person=ANNE, now=NOW - DAY)
    ended = site.receive(arrived(referral("R12"), "2026-0012", NOW - 40 * DAY))
    site.store.acknowledge(ended, ANNE, NOW - 39 * DAY)
    site.acts.assess(ended, acute=False, why="Rolig.", person=ANNE, now=NOW - 39 * DAY)
    site.acts.close(ended, ["not-now"], "Ønsket.", ANNE, NOW - 30 * DAY)
    return site


async def test_the_morning_begins_with_what_needs_a_person_and_says_why(busy):
    """S11, E3, E4, E13, at 80×24; the terminal's own cursor stands on the chosen row."""
    async with opened(busy.ports(), (80, 24)) as pilot:
        said = ("! akut: kontakt i dag", "ingen har kvitteret i 2 hverdage", "venter på Hjemmepleje", "mandag")
        text = await until(pilot, *said)
        order = ("Ruth", "Inger", "Viggo", "Karen", "Anders", "Emil")
        assert [text.index(name) for name in order] == sorted(text.index(name) for name in order)
        assert "! 1 akut · ! 1 over fristen · ● 2 nye · → 1 på vej" in text
        assert "1 påmindelse · 3 dage til næste hverdag: mandag" in " ".join(text.split())
        assert "Anders Ø. Testgård  ▲ sikkerhed" in text
        assert "Sara Testlund" in text
        assert "Lotte" not in text
        await pilot.press("down", "down")
        await pilot.pause()
        row = text.splitlines()[pilot.app.cursor_position.y]
        assert "Viggo" in row
        assert pilot.app.cursor_position.x == 0


async def test_x_shows_something_else_and_esc_everything_open_again(busy):
    """E10: the cursor follows its case when it is there."""
    async with opened(busy.ports(), (80, 24)) as pilot:
        await until(pilot, "Ruth", "Emil")
        await pilot.press("end", "x")
        await until(pilot, "✓ alle åbne", "gentagne henvendelser")
        await pilot.press("end", *("up",) * 7, "enter")
        text = await until(pilot, "Viser: alle åbne (6) · efter afdeling · Esc viser alle åbne")
        cases = pilot.app.screen.query_one(CaseList)
        assert cases.selected.citizen.startswith("Emil")
        assert text.index("Inger") < text.index("Anders") < text.index("Emil")
        await pilot.press("x", "end", "enter")
        await until(pilot, "ingen henvendelser her lige nu", "hos Arbejdsmarked · efter afdeling")
        await pilot.press("escape")
        text = await until(pilot, "Ruth", "Emil")
        assert "Viser" not in text


async def test_a_search_finds_the_ended_ones_too_and_forgets_what_was_typed(busy):
    """E10, S30: a burst of keys lands in the search line, and does nothing to the case the cursor is on."""
    async with opened(busy.ports(), (80, 24)) as pilot:
        await until(pilot, "Ruth")
        await pilot.press("slash", *"kva")
        await until(pilot, "Søg på CPR-nummer", "kva")
        await pilot.press("escape", "ctrl+f", *"lot", "enter")
        text = await until(pilot, "Fundet på navn: 1 · Esc viser alle åbne", "✓ Afsluttet", "Lotte Testbæk")
        assert "Ruth" not in text
        assert not pilot.app.query(Input)
        await pilot.press("slash", *"95000102", "enter")
        await until(pilot, "Fundet på telefon: 1", "Karen")
        await pilot.press("x", "0")
        pilot.app.screen.query_one(Input).value += "10203-0000"
        await until(pilot, "010203-0000")
        await pilot.press("enter")
        text = await until(pilot, "Intet blev fundet", "Prøv med CPR-nummeret")
        assert "010203" not in text
        await pilot.press("escape")
        await until(pilot, "Ruth", "● 2 nye")
    assert [entry[0] for entry in busy.trail() if entry[0] == "search"] == ["search"] * 3
    assert busy.trail()[-1][0] == "search"


@pytest.mark.parametrize(
    ("person", "keys"), [(ANNE, ("K kvittér", "V videresend")), (SARA, ("O overtag", "R send tilbage"))]
)
async def test_keys_that_can_do_nothing_with_an_ended_case_leave_the_line_below(busy, person, keys):
    ended, also_hers = conversation("2026-0035"), conversation("2026-0034")
    busy.acts.assess(ended, acute=False, why="Rolig.", person=ANNE, now=NOW)
    busy.acts.close(ended, ["not-now"], "Ønsket.", ANNE, NOW)
    busy.store.forward(also_hers, SOCIAL, ANNE, "", NOW, seen=busy.case(also_hers).handovers)
    async with opened(busy.ports(person=person), (80, 24)) as pilot:
        await until(pilot, *keys, "F mere …")
        await pilot.press("slash", *"2026-0035", "enter")
        text = await until(pilot, "✓ Afsluttet", "Enter læs  F mere …")
        assert not any(key in text for key in keys)
        await pilot.press("enter")
        text = await until(pilot, "Sådan vil borgeren kontaktes", "F mere …", "C vis CPR")
        assert not any(key in text for key in keys)
        await pilot.press("escape")
        await until(pilot, "Fundet på")
        await pilot.press("escape")
        await until(pilot, "→ Videresendt", *keys)


async def test_a_letter_that_ends_while_it_is_read_loses_the_keys_at_once(busy):
    async with opened(busy.ports(person=ANNE), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("slash", *"2026-0041", "enter")
        await until(pilot, "Fundet på")
        await pilot.press("enter")
        await until(pilot, "K kvittér", "V videresend", "C vis CPR")
        await pilot.press("i")
        await until(pilot, "( ) borgeren er flyttet")
        await pilot.press("down", "space", "enter")
        text = await until(pilot, "↩ Ikke vores", "C vis CPR")
        assert "K kvittér" not in text
        assert "V videresend" not in text


async def test_space_is_a_letter_in_the_search_line_and_chooses_in_the_list(busy):
    """Enter and Space choose alike where one alone can be chosen."""
    async with opened(busy.ports(), (80, 24)) as pilot:
        await until(pilot, "Ruth")
        await pilot.press("slash", *"lotte test", "enter")
        await until(pilot, "Fundet på navn: 1", "Lotte Testbæk")
        await pilot.press("x")
        await until(pilot, "Enter vælg")
        await pilot.press("home", "space")
        await until(pilot, "Ruth", "● 2 nye")
        await pilot.press("f", "space")
        await until(pilot, "( ) Akut")


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ({}, "✓ Linjen til Præhospitalet virker: sidst hørt i dag kl. 4.12."),
        ({"heard_at": NOW - 9 * DAY}, "▲ Præhospitalet er ikke hørt siden 11-11 kl. 9.14. Ring +45 84 11 20 00."),
        ({"heard_at": None, "listened_since": NOW}, "◆ Linjen til Præhospitalet er ikke prøvet endnu."),
    ],
)
async def test_an_empty_list_says_why_and_whether_the_line_is_alive(site, heard, said):
    """A1, D12: nothing is open, but something has ended."""
    case_id = site.receive(arrived(referral("R02")))
    site.store.acknowledge(case_id, ANNE, NOW)
    site.acts.withdraw(case_id, ANNE, NOW)
    async with opened(site.ports(line=line(NOW, **heard)), (80, 24)) as pilot:
        text = " ".join((await until(pilot, "Ingen åbne henvendelser", said[:20])).split())
        assert "1 er afsluttet: X viser den." in text
        assert said in text


async def test_on_holidays_nothing_nags_and_a_reminder_stops_when_a_colleague_has_acted(site):
    """S18, E13."""
    case_id = site.receive(arrived(referral("R02"), at=datetime(2026, 12, 22, 8, tzinfo=UTC)))
    site.now = datetime(2026, 12, 26, 8, tzinfo=UTC)
    async with opened(site.ports(poll_seconds=0.1), (80, 24)) as pilot:
        text = await until(pilot, "Karen", "2 dage til næste hverdag: mandag")
        assert "påmindelse" not in text
        assert "kvitteret i" not in text
        site.now += 2 * DAY
        await until(pilot, "ingen har kvitteret i 2 hverdage", "1 påmindelse")
        site.store.acknowledge(case_id, BODIL, site.now)
        text = await until(pilot, "◐ Kvitteret")
        assert "påmindelse" not in text


async def test_with_every_band_there_is_room_for_three_cases(busy):
    """80×24, with a letter that does not get through besides."""
    busy.put_aside("UNSIGNED")
    number = "2026-0036"
    said = {"conversation_id": conversation(number), "kind": Kind.ACKNOWLEDGEMENT, "to_party": REGION, "number": number}
    with busy.db.session() as session:
        session.add(OutgoingRow(letter_id="x", locked=b"", state="parked", reason="NO_KEY", posted_at=NOW, **said))
    drill = OpenDrill("d1", NOW, "AMK", line_example.PHONE)
    ports = busy.ports(
        person=BODIL,
        notice="Demo – du er Bodil",
        drills=SimpleNamespace(open=lambda _person, _now: (drill,)),
        keeper=lambda person: line_example.keeper(NOW, person),
    )
    async with opened(ports, (80, 24)) as pilot:
        await until(pilot, "▲ TEST", "Demo", "B viser", "Ruth")
        await pilot.press("x", "end", *("up",) * 7, "enter")
        text = await until(pilot, "efter afdeling", "▲ TEST", "kan ikke stoles på", "! Kvitteringen for 2026-0036")
        rows = [name for name in ("Inger", "Ruth", "Viggo", "Karen", "Anders", "Emil") if name in text]
        assert len(rows) >= len(("three", "of", "them"))


async def test_a_department_with_nothing_to_do_is_told_where_it_would_come_from(site):
    site.receive(arrived(referral("R02")))
    async with opened(site.ports(person=HANS, line=line(NOW)), (80, 24)) as pilot:
        text = await until(pilot, "Ingen henvendelser", "✓ Linjen til Præhospitalet virker")
        assert "jeres kolleger" in text


async def test_a_department_sees_its_own_deadline_and_what_waits_for_it(busy):
    """S19, E12: it is offered no other departments to look at."""
    async with opened(busy.ports(person=HANS), (80, 24)) as pilot:
        text = await until(pilot, "Anders Ø. Testgård", "venter på, at I overtager", "2 hverdage tilbage")
        assert "→ 1 at overtage" in text
        await pilot.press("x", "end")
        text = await until(pilot, "efter afdeling")
        assert "alle afdelinger" not in text
        await pilot.press("escape", "slash", *"ruth", "enter")
        await until(pilot, "Intet blev fundet")
        assert "Ruth" not in seen(pilot)


async def test_what_is_typed_in_the_same_burst_as_the_search_key_is_searched_by(site):
    """E10: a quick «/karen» and Enter finds her; not a letter of it is lost, or taken for a key of the list."""
    site.receive(arrived(referral("R02")))
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        for key in ("slash", *"karen", "enter"):
            pilot.app.post_message(Key(key, "/" if key == "slash" else key if len(key) == 1 else "\r"))
        await until(pilot, "Fundet på navn: 1")
    assert [action for action, *_rest in site.trail()] == ["search"]


async def test_keys_that_come_faster_than_the_dialog_goes_close_nothing_else(site):
    """A burst reaches a dialog that has answered already: it answers once, and the list below stays."""
    site.receive(arrived(referral("R02")))
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        for key in ("x", "enter") * 6:
            pilot.app.post_message(Key(key, "x" if key == "x" else "\r"))
        await pilot.pause(0.3)
        await pilot.press("escape", "escape")
        await until(pilot, "Karen Testdal")
