from datetime import timedelta

import pytest
from textual.events import Key

from directory.calendar import local_day
from gateway import language
from inbox_tui.casework.case import CaseState
from inbox_tui.widgets.case_list import CaseList
from tests.inbox_site import ANNE, BENT, NOW, arrived, referral
from tests.screens.seen import opened, seen, until


async def test_an_empty_inbox_explains_itself(site):
    """A1, H6: some municipalities get none for months."""
    async with opened(site.ports()) as pilot:
        text = await until(pilot, "Ingen henvendelser")
        assert "dukker den op her af sig selv" in " ".join(text.split())


async def test_a_new_letter_shows_up_without_a_restart(site):
    async with opened(site.ports(poll_seconds=0.1)) as pilot:
        await until(pilot, "Ingen henvendelser")
        site.receive(arrived(referral("R02"), "2026-0042"))
        text = await until(pilot, "Karen Testdal", "2026-0042", "● Ny", "i dag kl. 9.14", "5 hverdage tilbage")
        assert "Ingen henvendelser" not in text
        assert pilot.app.focused is pilot.app.screen.query_one(CaseList)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40)])
async def test_a_row_says_state_days_and_marks_in_words(site, size):
    note = {"safety_note": "Gå to."}
    site.receive(arrived(referral("R16", citizen=note), "2026-0042", NOW - timedelta(days=9)))
    async with opened(site.ports(), size) as pilot:
        text = await until(pilot, "Anders Ø. Testgård", "! 2 hverdage over", "▲ sikkerhed", "frist 18-11")
        assert "11-11 kl. 9.14" in text
        assert "1 over fristen" in text


async def test_the_one_that_needs_a_person_first_is_on_top(site):
    site.receive(arrived(referral("R02"), "2026-0001"))
    site.receive(arrived(referral("R05"), "2026-0002", NOW - timedelta(days=20)))
    async with opened(site.ports()) as pilot:
        text = await until(pilot, "Karen", "Sanne")
        assert text.index("Sanne") < text.index("Karen")


async def test_the_letter_shows_the_seal_above_and_the_wish_first(site):
    """A13, G8, F4 and E2 in the order they are read."""
    when = NOW.isoformat()
    previous = {"number": "2026-0012", "sent_at": when, "position": 2, "first_sent_at": "2026-03-02T22:18:00+00:00"}
    body = referral("R03", citizen={"safety_note": "Gå to."}, urgency_remark="Ring i dag.")
    site.receive(arrived(body, "2026-0042", previous=previous))
    async with opened(site.ports(), (100, 60)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        text = await until(pilot, "✓ Forseglet og underskrevet af Præhospitalet · nøgle ABCD 1234 …", "Borgeren")
        order = (
            "✓ Forseglet",
            "Sådan vil borgeren kontaktes",
            "▲ Vær opmærksom: sikkerhed",
            "2. henvendelse – ringer fortsat (første 2/3)",
            "Afsenders bemærkning",
            "Det skriver Præhospitalet",
            "190668-••••",
        )
        assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
        assert "7074" not in text
        await pilot.press("c")
        await until(pilot, "190668-7074")


async def test_the_weekend_ahead_is_said(site):
    """E4: a Friday."""
    site.receive(arrived(referral("R11")))
    async with opened(site.ports()) as pilot:
        await until(pilot, "3 dage til næste hverdag")


async def test_k_shows_what_goes_back_and_enter_sends_it(site):
    case_id = site.receive(arrived(referral("R02")))
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("k")
        await until(pilot, "Anne Testesen", "Den sociale indgang, Randers Kommune", "+45 89 15 00 00")
        assert site.posted == []
        await pilot.press("enter")
        await until(pilot, "◐ Kvitteret")
    assert site.posted[0].body["acknowledged_by"] == "Anne Testesen"
    assert site.case(case_id).acknowledged.by == "Anne Testesen"


async def test_escape_leaves_the_case_unacknowledged(site):
    case_id = site.receive(arrived(referral("R02")))
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("k")
        await until(pilot, "Der går intet tilbage om borgeren.")
        await pilot.press("escape")
        await until(pilot, "● Ny")
    assert site.case(case_id).acknowledged is None
    assert site.posted == []


async def test_the_second_person_sees_who_was_first(site):
    case_id = site.receive(arrived(referral("R02")))
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("k")
        await until(pilot, "Der går intet tilbage om borgeren.")
        site.store.acknowledge(case_id, BENT, NOW)
        await pilot.press("enter")
        await until(pilot, "Bent Prøvegaard har kvitteret")
    assert len(site.posted) == 1


async def test_forwarding_a_new_case_asks_for_k_first(site):
    site.receive(arrived(referral("R02")))
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("v")
        await until(pilot, "Kvittér først")


async def test_v_forwards_with_a_note(site):
    case_id = site.receive(arrived(referral("R02")))
    site.store.acknowledge(case_id, ANNE, NOW)
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes")
        await pilot.press("v")
        await until(pilot, "Social og Psykiatri", "Sundhedspleje")
        await pilot.press("down", "enter", *"ring", "enter")
        await until(pilot, "→ Videresendt · Hjemmepleje")
    moved = site.case(case_id)
    assert (moved.state, moved.responsible.name, moved.history[0].note) == (CaseState.FORWARDED, "Hjemmepleje", "ring")


async def test_outside_the_consent_a_reason_is_needed(site):
    """C4: Arbejdsmarked is neither social nor health."""
    case_id = site.receive(arrived(referral("R02")))
    site.store.acknowledge(case_id, ANNE, NOW)
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("v")
        await until(pilot, "Arbejdsmarked")
        await pilot.press("end")
        await until(pilot, "Borgeren har sagt ja til kontakt med sociale eller sundhedsfaglige")
        await pilot.press("ctrl+s")
        await until(pilot, "Her skal der en begrundelse til.")
        assert site.case(case_id).responsible is None
        await pilot.press(*"aftalt", "enter")
        await until(pilot, "→ Videresendt")
    assert site.case(case_id).history[0].reason == "aftalt"


async def test_the_cursor_follows_its_case_when_new_ones_come_above(site):
    site.receive(arrived(referral("R02"), "2026-0001"))
    async with opened(site.ports(poll_seconds=0.1)) as pilot:
        await until(pilot, "Karen")
        site.receive(arrived(referral("R05"), "2026-0002", NOW - timedelta(days=30)))
        await until(pilot, "Sanne")
        assert pilot.app.screen.query_one(CaseList).selected.number == "2026-0001"


async def test_a_long_list_is_fetched_as_it_is_scrolled(site):
    for place in range(120):
        site.receive(arrived(referral("R02"), f"2026-{place:04}", NOW - timedelta(minutes=120 - place)))
    async with opened(site.ports()) as pilot:
        await until(pilot, "2026-0000")
        cases = pilot.app.screen.query_one(CaseList)
        assert len(cases._rows) < 120
        await pilot.press("end")
        await until(pilot, "2026-0119")
        await pilot.press("pageup", "up")
        await until(pilot, "2026-0107")
        await pilot.press("home")
        await until(pilot, "2026-0000")


async def test_q_tells_why_a_letter_cannot_be_trusted_and_what_to_do(site):
    site.put_aside("UNSIGNED", 4_210)
    site.put_aside("A_CODE_OF_TOMORROW", 10)
    async with opened(site.ports()) as pilot:
        await until(pilot, "2 breve kan ikke stoles på")
        await pilot.press("q")
        text = await until(pilot, "ingen har underskrevet det", "Brevet kan ikke stoles på.", "Ring til Præhospitalet")
        assert "20-11-2026 kl. 9.14 · 4 kB · UNSIGNED" in text
        await pilot.press("escape")
        await until(pilot, "Ingen henvendelser")


@pytest.mark.parametrize("key", ["f1", "question_mark"])
async def test_help_is_one_key_away_and_names_every_command(site, key):
    async with opened(site.ports(), (100, 45)) as pilot:
        await until(pilot, "Ingen henvendelser")
        await pilot.press(key)
        await until(pilot, "Taster", "Flyt markøren", "fem hverdage")
        await pilot.press("end")
        await until(pilot, "Ctrl+Q")
        await pilot.press("escape")
        await until(pilot, "Ingen henvendelser")


async def test_a_database_that_cannot_be_opened_is_said_and_the_inbox_lives_on(site):
    case_id = site.receive(arrived(referral("R02")))
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen")
        with site.db.session() as session:
            session.connection().exec_driver_sql("UPDATE case_contents SET content = x'00'")
        await pilot.press("enter")
        await until(pilot, "Databasen kunne ikke læses")
        assert "Karen" in seen(pilot)
    assert sum(site.tally(local_day(NOW)).values()) == 1
    assert case_id


async def test_the_inbox_speaks_english_when_asked(site):
    site.receive(arrived(referral("R02")))
    language.use("en")
    try:
        async with opened(site.ports()) as pilot:
            await until(pilot, "● New", "5 working days left", "acknowledge")
    finally:
        language.use("da")


async def test_the_demo_line_stands_on_top(site):
    async with opened(site.ports(notice="Demo – du er Anne")) as pilot:
        assert (await until(pilot, "Demo – du er Anne")).splitlines()[1].strip() == "Demo – du er Anne"


async def test_escape_pressed_twice_in_one_burst_leaves_the_letter_and_not_the_list(site):
    """Keys that are quicker than the screens close nothing below: the second is not the list's."""
    site.receive(arrived(referral("R02")))
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        for way_in, seen_there in (("enter", "Sådan vil borgeren kontaktes"), ("f1", "Esc"), ("f", "Flere")):
            await pilot.press(way_in)
            await until(pilot, seen_there)
            for _time in range(3):
                pilot.app.post_message(Key("escape", None))
            await until(pilot, "Karen Testdal", "Tilstand")
        assert pilot.app.is_running
