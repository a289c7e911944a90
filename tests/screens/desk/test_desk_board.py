"""The board: what must be phoned, what is waited for, what is being written; «har kommunen fået det?»."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from bodies import NOT_OURS
from databases import everything_in
from desk_screenshots import SILKEBORG, acknowledged
from desk_site import at_desk, seen, typed, until
from referring_site import RANDERS

from gateway.exchange.delivery import State
from gateway.exchange.rows import OutgoingRow
from gateway.referring.promise import CallOutcome
from gateway.referring.rows import CallRow, DraftRow
from gateway.referring.words import why_waiting
from gateway.terminal.row_list import RowList
from gateway.wire.letters import Kind
from tests.screens.test_hostile_text import ALL, harmless

if TYPE_CHECKING:
    from gateway.referring.drafts import Drafts

CITIZEN = {"name": "Karen Testdal", "cpr": "190668-7074", "phone": "+45 95 00 01 02"}


def one_paragraph(text):
    return " ".join(text.replace("│", " ").replace("█", " ").split())


async def test_an_empty_board_says_what_to_do(desk):
    async with at_desk(desk.ports()) as pilot:
        text = one_paragraph(await until(pilot, "Intet venter her"))
        assert "Tryk N, når en borger ringer 1-1-2" in text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_must_be_phoned_is_on_top_with_the_number_in_front(desk, size):
    """E13, D17."""
    waiting = desk.refer(citizen=CITIZEN | {"name": "Ole Testmark"})
    desk.clock.go(timedelta(days=6))
    desk.refer("710", citizen=CITIZEN | {"name": "Sanne Prøvedal"})
    async with at_desk(desk.ports(), size) as pilot:
        text = await until(pilot, "☎ RING NU: 1 enhed", "+45 89 15 00 00", waiting, "Venter på kommunen (1)", "Sanne")
        assert text.index("RING NU") < text.index("+45 89 15 00 00") < text.index("Venter på kommunen")


async def test_what_can_wait_for_the_unit_to_open_does_not_shout(desk):
    """E16: it was due on Thursday; on a Sunday nobody answers there."""
    number = desk.refer(citizen=CITIZEN)
    desk.clock.go(timedelta(days=5))
    async with at_desk(desk.ports(), (100, 24)) as pilot:
        text = await until(pilot, "Skal ringes op, når enheden åbner", number, "åbner mandag 8.00")
        assert "RING NU" not in text


async def test_a_closed_unit_says_when_it_opens(desk):
    """D17."""
    desk.clock.go(timedelta(days=4, hours=10))
    desk.refer(citizen=CITIZEN, urgency_remark="Natten er svær.")
    async with at_desk(desk.ports(), (100, 24)) as pilot:
        await until(pilot, "☎ RING NU", "+45 89 15 00 00", "åbner mandag 8.00")


async def test_news_shows_by_itself_and_what_is_taken_leaves_the_board(desk):
    """L3, L5."""
    number = desk.refer(citizen=CITIZEN, delivery=None)
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, number, "○ i kø", "Karen Testdal", "Randers")
        desk.delivered(number, State.RECEIVED)
        await until(pilot, "◐ modtaget af kommunens gateway")
        desk.hears(number, Kind.ACKNOWLEDGEMENT, acknowledged(desk))
        await until(pilot, "Intet venter her")
        await pilot.press("a")
        await until(pilot, "Afsluttet hos os", number, "overtaget af Birgit Prøvegaard")
        await pilot.press("enter")
        await until(pilot, "Randers Kommune har kvitteret")


async def test_a_referral_that_waits_says_why_and_what_to_do(desk):
    """D6, S7."""
    number = desk.refer(SILKEBORG, delivery=None, citizen=CITIZEN)
    desk.parked(number, "NO_CONTACT")
    async with at_desk(desk.ports(), (100, 24)) as pilot:
        text = await until(pilot, "ingen registreret modtager", "Ring til kommunens hovednummer")
        assert "NO_CONTACT" not in text


@pytest.mark.parametrize("reason", ["BOUNCED", "BOUNCED_5.1.1", "RELAY_REFUSED", "READER_EXPIRED"])
async def test_a_letter_that_came_back_or_stands_still_says_why_and_whom_to_phone(desk, reason):
    """D6, S7: the number stands there without opening anything."""
    number = desk.refer(delivery=None, citizen=CITIZEN)
    desk.parked(number, reason)
    async with at_desk(desk.ports(), (160, 24)) as pilot:
        what, _means, doing = why_waiting(reason)
        text = one_paragraph(await until(pilot, number, what, "☎ +45 89 15 00 00", doing))
        assert reason not in text
        await pilot.press("enter")
        await until(pilot, what.split(".")[0])


async def test_a_cpr_number_stands_in_no_list(desk):
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports()) as pilot:
        assert "190668" not in await until(pilot, number)


async def test_a_draft_with_a_consent_is_chased(desk):
    """B1: passing on is a duty once the citizen has said yes."""
    drafts: Drafts = desk.ports().drafts
    drafts.begin(desk.karim, {"citizen": {"name": "Poul Testborg"}, "consent": {"given": True}})
    async with at_desk(desk.ports()) as pilot:
        text = await until(pilot, "Kladder (1)", "Karim Prøvesen", "borgeren har sagt ja")
        assert "send den" not in text
        desk.clock.go(timedelta(hours=3))
        await until(pilot, "▲ sagde ja for 3 timer siden: send den")


async def test_a_draft_somebody_has_sent_is_not_opened(desk):
    drafts: Drafts = desk.ports().drafts
    draft = drafts.begin(desk.karim, {"citizen": {"name": "Poul Testborg"}})
    async with at_desk(desk.ports(poll_seconds=60)) as pilot:
        await until(pilot, "Poul Testborg")
        drafts.drop(draft.id, desk.karim)
        await pilot.press("enter")
        await until(pilot, "blevet sendt eller", "Intet venter her")


async def test_a_call_is_logged_with_one_key_for_how_it_went(desk):
    """O4, E13: the board asks again, until somebody there has it."""
    desk.refer(citizen=CITIZEN)
    desk.clock.go(timedelta(days=6))
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "☎ RING NU")
        await pilot.press("r")
        await until(pilot, "☎ +45 89 15 00 00", "Hvordan gik det?")
        await pilot.press("ctrl+s")
        await until(pilot, "Hvordan gik opkaldet?")
        await pilot.press("1", "enter")
        await typed(pilot, "Talte med Birgit")
        await pilot.press("enter")
        await until(pilot, "Intet venter her")
    [call] = desk.rows(CallRow)
    assert call.outcome == CallOutcome.TAKEN
    assert call.person_id == desk.person.id


@pytest.mark.parametrize("asked", ["190668-7074", "1906687074", "95000102", "+45 95 00 01 02", "2026-0001"])
async def test_has_the_municipality_got_it_is_one_key_the_number_and_enter(desk, asked):
    """L6: «Randers Kommune har kvitteret 24/11 kl. 10.00, tlf. …», ready to be read aloud."""
    number = desk.refer(citizen=CITIZEN)
    desk.hears(number, Kind.ACKNOWLEDGEMENT, acknowledged(desk))
    desk.clock.go(timedelta(days=9))
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press("slash")
        await typed(pilot, asked)
        await pilot.press("enter")
        await until(pilot, "Randers Kommune har kvitteret 24/11 kl. 10.00, tlf. +45 89 15 00 00.")


async def test_before_anybody_has_taken_over_it_is_said_so(desk):
    desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("f2")
        await typed(pilot, "95000102")
        await pilot.press("enter")
        text = one_paragraph(await until(pilot, "Randers Kommune fik det kl. 10.00"))
        assert "Ingen dér har endnu sagt, at de har taget over" in text


async def test_a_number_nobody_was_referred_by_finds_nothing_and_is_not_kept(desk):
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press("f2")
        await typed(pilot, "2305757654")
        await pilot.press("enter")
        await until(pilot, "Der er ikke sendt noget om det nummer")
    assert b"2305757654" not in everything_in(desk.folder / "region.db")


async def test_not_their_citizen_comes_first_and_is_sent_anew_in_one_step(desk):
    """O7: the first answer is kept; screening, municipality and consent are asked anew."""
    number = desk.refer(citizen=CITIZEN, text="Hun er alene om aftenen.")
    desk.hears(number, Kind.NOT_OURS, NOT_OURS)
    desk.clock.go(timedelta(minutes=5))
    async with at_desk(desk.ports(), (100, 30)) as pilot:
        await until(pilot, "Ikke deres borger", number)
        await pilot.press("enter")
        await until(pilot, "borgeren er flyttet", "Birgit Prøvegaard", "S send igen")
        await pilot.press("s")
        await until(pilot, "akut somatisk")
        assert "✓ nej" not in seen(pilot)
        await pilot.press("n", "n")
        await until(pilot, "Hvilken kommune")
        await typed(pilot, "favrskov")
        await until(pilot, "Modtagelsen")
        await pilot.press("enter")
        await until(pilot, "Læs op", "Favrskov Kommune")
        await pilot.press("j")
        await until(pilot, "Karen Testdal", "Hun er alene om aftenen.")
        await pilot.press("ctrl+s")
        await until(pilot, "✓ I kø: 2026-0002 til Favrskov Kommune")
        await pilot.press("enter")
        await until(pilot, "Venter på kommunen (1)", "2026-0002")
        assert "Ikke deres borger" not in seen(pilot)
    assert desk.row("2026-0002").anew_of == desk.row(number).letter_id
    assert "previous" not in desk.letters(Kind.REFERRAL)[-1]


async def test_a_no_to_sending_anew_does_not_say_that_nothing_is_kept(desk):
    """C9, O7: the draft goes; the first referral was sent, and stands."""
    number = desk.refer(citizen=CITIZEN, text="Hun er alene om aftenen.")
    desk.hears(number, Kind.NOT_OURS, NOT_OURS)
    async with at_desk(desk.ports(), (100, 30)) as pilot:
        await until(pilot, "Ikke deres borger", number)
        await pilot.press("enter")
        await until(pilot, "S send igen")
        await pilot.press("s")
        await until(pilot, "akut somatisk")
        await pilot.press("n", "n")
        await until(pilot, "Hvilken kommune")
        await typed(pilot, "favrskov")
        await until(pilot, "Modtagelsen")
        await pilot.press("enter")
        await until(pilot, "Læs op", "Favrskov Kommune")
        await pilot.press("n")
        await until(pilot, "Skal kladden slettes?")
        await pilot.press("j")
        text = await until(pilot, "Det er helt i orden", "Den tidligere")
        assert "Intet om" not in text
    assert desk.rows(DraftRow) == []
    assert desk.row(number).cpr_index


async def test_the_cursor_follows_its_row(desk):
    first = desk.refer(citizen=CITIZEN | {"name": "Ole Testmark"})
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Ole")
        held = pilot.app.screen.query_one(RowList).selected
        desk.clock.go(timedelta(minutes=5))
        desk.refer(citizen=CITIZEN)
        await until(pilot, "Karen", "Venter på kommunen (2)")
        assert pilot.app.screen.query_one(RowList).selected == held == f"referral:{desk.row(first).letter_id}"


async def test_hostile_text_is_only_text_on_the_desk(desk):
    """Nothing that a municipality, or a colleague's clipboard, has written acts on the terminal."""
    line = ALL[:180]
    number = desk.refer(citizen=CITIZEN | {"name": line})
    desk.hears(number, Kind.ACKNOWLEDGEMENT, {**acknowledged(desk), "acknowledged_by": line, "unit": line})
    moved = desk.refer(citizen=CITIZEN | {"name": line})
    desk.hears(moved, Kind.NOT_OURS, {**NOT_OURS, "answered_by": line, "remark": line})
    desk.ports().drafts.begin(desk.karim, {"citizen": {"name": line}, "text": line})
    async with at_desk(desk.ports(person=replace(desk.person, name=line), notice=line), (100, 44)) as pilot:
        assert harmless(await until(pilot, moved))
        await pilot.press("enter")
        assert harmless(await until(pilot, "Hvorfor"))
        await pilot.press("escape", "a")
        await until(pilot, number)
        await pilot.press("enter")
        assert harmless(await until(pilot, "har kvitteret"))
        await pilot.press("j")
        assert harmless(await until(pilot, "Journalnotat"))
        assert pilot.app.is_running


@pytest.mark.parametrize(
    ("keys", "awaited"),
    [
        ((), "afslut"),
        (("n",), "på stedet"),
        (("f1",), "Taster"),
        (("f2",), "Enter find"),
        (("a",), "Intet er afsluttet"),
    ],
)
async def test_every_command_bar_fits_eighty_columns(desk, keys, awaited):
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press(*keys)
        await until(pilot, awaited)
        bar = pilot.app.screen.query("CommandKey").last()
        assert bar.region.right <= 80


def test_the_desk_reads_no_table_of_a_municipality_s_work(desk):
    """L4: there is none here to read."""
    names = set(DraftRow.metadata.tables) | set(OutgoingRow.metadata.tables)

    assert not {name for name in names if "case" in name or "department" in name}
    assert RANDERS in {row.municipality for row in [desk.row(desk.refer())]}
