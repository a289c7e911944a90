"""One referral at the keyboard, from the letter to its ending: what is masked, asked, kept and told (S12–S16)."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from textual import events

from gateway.terminal.letter_view import LetterView
from gateway.wire.letters import Kind
from inbox_tui import commands
from inbox_tui.casework.notes import Assessment, Contact
from inbox_tui.screens.form import FormScreen
from inbox_tui.screens.typed import day
from tests.inbox_site import ANNE, BENT, NOW, REFERRALS, RITA, arrived, conversation, referral
from tests.screens.seen import opened, seen, until

CASE = conversation("2026-0001")
TODAY = NOW.date()


@pytest.fixture
def taken(site):
    site.receive(arrived(referral("R02", urgency_remark="Haster, siger jeg!")))
    site.store.acknowledge(CASE, ANNE, NOW)
    site.posted.clear()
    return site


def burst(pilot, *keys):
    """Let many keys come at once, as they do on a slow line."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))


def asked_for_cpr(site):
    return [(who, about) for action, who, about, _outcome in site.trail() if action == "show-cpr"]


async def test_c_shows_the_cpr_number_notes_it_each_time_and_masks_it_again(taken):
    """S30: leaving the letter masks it too."""
    async with opened(taken.ports(), (100, 50)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        await until(pilot, "190668-••••")
        for times in (1, 2):
            await pilot.press("c")
            await until(pilot, "190668-7074")
            assert asked_for_cpr(taken) == [(ANNE.id, CASE)] * times
            await pilot.press("c")
            await until(pilot, "190668-••••")
        await pilot.press("c")
        await until(pilot, "190668-7074")
        await pilot.press("escape")
        await until(pilot, "◐ 1 venter")
        await pilot.press("enter")
        assert "7074" not in await until(pilot, "190668-••••")
    assert len(asked_for_cpr(taken)) == 3


async def test_c_brings_the_number_into_sight_wherever_it_stands(site):
    """S30: what is noted as seen is seen; on a small screen it stands further down."""
    site.receive(arrived(referral("R02", text="Han har ringet før. " * 60)))
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        assert "190668" not in await until(pilot, "Sådan vil borgeren kontaktes")
        await pilot.press("c")
        await until(pilot, "190668-7074")
        place = pilot.app.screen.query_one(LetterView).scroll_y
        await pilot.press("c")
        assert "7074" not in await until(pilot, "190668-••••")
        assert pilot.app.screen.query_one(LetterView).scroll_y == place
    assert asked_for_cpr(site) == [(ANNE.id, CASE)]


def test_who_may_not_see_the_number_has_no_key_for_it():
    assert commands.CPR in commands.offered(commands.LETTER, ANNE)
    assert commands.CPR not in commands.offered(commands.LETTER, RITA)


async def test_without_the_note_the_number_stays_masked(taken, monkeypatch):
    async with opened(taken.ports(), (100, 50)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        await until(pilot, "190668-••••")
        monkeypatch.setattr(taken.store, "looked_at_cpr", locked)
        await pilot.press("c")
        assert "7074" not in await until(pilot, "Databasen kunne ikke læses")


def locked(*_args, **_more):
    raise OperationalError("UPDATE", {}, Exception("database is locked"))


async def test_an_acute_case_shows_whom_to_ring_and_t_notes_how_it_went(taken):
    """E1, E2, E3, S13: the definition and the sender's remark stand beside the choice, and neither makes it."""
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter", "u")
        text = await until(pilot, "Akut betyder her", "Haster, siger jeg!", "( ) Akut", "( ) Ikke akut", "Esc fortryd")
        assert "Afsenders bemærkning" in text
        await pilot.press("enter", *"alene", "enter")
        await until(pilot, "Vælg én")
        await pilot.press("down", "enter", "enter")
        text = await until(pilot, "Ring nu: +45 95 00 01 02", "Telefon efter kl. 11.", "T notér kontakt")
        assert "få fat i borgeren senest 23-11-2026" in text
        await pilot.press("t")
        await until(pilot, "Borgeren blev truffet")
        await pilot.press("down", "enter", "enter")
        text = await until(pilot, "Kontakten er noteret.", "akut: alene")
        assert "få fat i" not in text
    case = taken.case(CASE)
    assert (case.of(Assessment)[0].why, case.of(Contact)[0].reached, case.acute_by) == ("alene", True, None)


async def test_without_a_phone_the_screen_says_so_and_the_clock_runs_on(site):
    site.receive(arrived(referral("R02", citizen={"phone": None})))
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("u")
        await until(pilot, "( ) Akut")
        await pilot.press("down", "enter", "x", "enter")
        await until(pilot, "ikke oplyst noget telefonnummer", "Esc senere")
        await pilot.press("escape")
        await until(pilot, "! 1 akut")


async def test_who_assesses_second_is_told_who_was_first_and_sees_it_behind_the_form(taken):
    async with opened(taken.ports(), (80, 30)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter", "u")
        await until(pilot, "( ) Akut")
        taken.acts.assess(CASE, acute=False, why="Bents ord.", person=BENT, now=NOW)
        await pilot.press("down", "enter", *"mit", "ctrl+s")
        await until(pilot, "! Bent Prøvegaard har vurderet", "mit")
        await pilot.press("escape")
        await until(pilot, "Jeres vurdering", "Bents ord.")
    assert [one.why for one in taken.case(CASE).of(Assessment)] == ["Bents ord."]


async def test_k_may_promise_a_date_and_nothing_else(site):
    """E15."""
    site.receive(arrived(referral("R02")))
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("k")
        await until(pilot, "I kontakter borgeren senest", "Der går intet tilbage om borgeren.")
        await pilot.press(*"snart", "enter")
        await until(pilot, "! Skriv datoen som 27-11")
        await pilot.press(*("backspace",) * 5, *"19-11-2026", "enter")
        await until(pilot, "! Skriv en dato fra i dag og højst 30 dage frem")
        assert site.posted == []
        await pilot.press(*("backspace",) * 10, *"27-11", "enter")
        await until(pilot, "◐ Kvitteret")
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes")
    (letter,) = site.posted
    assert (letter.kind, letter.body["contact_by"]) == (Kind.ACKNOWLEDGEMENT, "2026-11-27")


async def test_what_was_typed_is_there_still_when_the_database_did_not_answer(taken, monkeypatch):
    works = taken.acts.contact
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        monkeypatch.setattr(taken.acts, "contact", locked)
        await pilot.press("t")
        await until(pilot, "Borgeren blev truffet")
        await pilot.press("down", "down", "enter", *"svarede ikke", "enter")
        text = await until(pilot, "! Databasen kunne ikke læses", "svarede ikke")
        assert "(•) Borgeren blev ikke truffet" in text
        monkeypatch.setattr(taken.acts, "contact", works)
        await pilot.press("enter")
        await until(pilot, "Kontakten er noteret.")
    (contact,) = taken.case(CASE).of(Contact)
    assert (contact.reached, contact.remark) == (False, "svarede ikke")


async def test_keys_that_come_at_once_are_all_taken_before_the_one_that_sends(taken):
    """On a slow line a whole form is one burst."""
    taken.acts.assess(CASE, acute=False, why="Rolig.", person=ANNE, now=NOW)
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("t")
        await until(pilot, "Borgeren blev truffet")
        burst(pilot, "down", "down", "enter", *"ikke hjemme", "ctrl+s")
        await until(pilot, "Kontakten er noteret.")
        await pilot.press("a")
        await until(pilot, "[ ] botilbud")
        burst(pilot, "down", "space", "down", "space", "enter", *"aftalt", "enter")
        await until(pilot, "Ingen åbne henvendelser")
    case = taken.case(CASE)
    assert [(one.reached, one.remark) for one in case.of(Contact)] == [(False, "ikke hjemme")]
    assert (case.ending.outcomes, case.ending.reason) == (("housing-support", "home-care"), "aftalt")


@pytest.mark.parametrize("key", ["R08", "R09"])
async def test_long_text_wraps_and_scrolls_in_eighty_cells(site, key):
    """E18: æøå, bullets and dialect."""
    site.receive(arrived(referral(key)))
    wanted, found = REFERRALS[key]["text"].split(), ""
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "2026-0001")
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes")
        page = pilot.app.screen.query_one(LetterView)
        while "Det er der sket" not in found:
            found += seen(pilot)
            await pilot.press("pagedown")
            page.scroll_to(y=page.scroll_target_y, animate=False)
        missing = [word for word in wanted if word not in found]
    assert missing == []


FORMS = {
    "u": "Vurdér",
    "t": "Notér kontakt",
    "l": "Egen læge",
    "m": "Fælles møde",
    "i": "Ikke vores borger",
    "s": "Borgeren har trukket",
    "a": "Afslut sagen",
}


async def test_every_form_fits_a_small_screen_with_its_keys_below(taken):
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        for key, title in FORMS.items():
            await pilot.press(key)
            text = await until(pilot, title, "Ctrl+S", "Esc fortryd")
            assert isinstance(pilot.app.screen, FormScreen)
            dialog = pilot.app.screen.query_one(".dialog")
            assert dialog.max_scroll_y == 0, text
            await pilot.press("escape")
            await until(pilot, "◐ 1 venter")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("27-11", "2026-11-27"),
        (" 1/12 ", "2026-12-01"),
        ("20.11", "2026-11-20"),
        ("19-11", "2027-11-19"),
        ("19-11-2026", "2026-11-19"),
        ("29-2", None),
        ("31-04-2027", None),
        ("27-11-26", None),
        ("٢٧-١١", None),
        ("i morgen", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_danes_write_it(typed, read):
    """Without a year it is the next such day."""
    found = day(typed, NOW.date())
    assert (found.isoformat() if found else None) == read
    assert found is None or "2026" in typed or found - TODAY >= timedelta(0)
