"""The rarer acts at the keyboard: each asks first, says what leaves, and shows what became of it."""

from datetime import timedelta

import pytest
from rich.cells import cell_len

from gateway import language
from gateway.consents.model import Form, Purpose
from gateway.language import gettext as _
from gateway.meetings.book import Standing
from gateway.wire.answers import Reminder, Withdrawal
from gateway.wire.letters import Kind
from gateway.wire.meeting import Meeting
from gateway.wire.supplement import Supplement
from inbox_tui import commands, house_commands
from inbox_tui.acts import Obtained
from inbox_tui.casework.case import CaseState
from inbox_tui.screens.typed import moment, parties
from tests.inbox_site import ANNE, BENT, NOW, arrived, conversation, referral
from tests.screens.seen import opened, until

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNIT = {"unit": "AMK-vagtcentralen", "phone": "+4584112000"}
CASE = conversation("2026-0001")


@pytest.fixture
def taken(site):
    site.receive(arrived(referral("R02")))
    site.store.acknowledge(CASE, ANNE, NOW)
    site.posted.clear()
    return site


async def found(pilot):
    """Find a case that has ended: it is not among what is open."""
    await until(pilot, "Ingen åbne henvendelser")
    await pilot.press("slash", *"2026-0001", "enter")
    await until(pilot, "2026-0001  ")


def supplement(**said):
    return Supplement(written_at=NOW, written_by="Mette Testgaard", **said).written()


def proposed(meeting_id="5b0f1c1e-0000-4000-8000-000000000001"):
    consent = {"obtained_at": NOW, "obtained_by": "Mette", "form": "spoken", "parties": ["egen læge"]}
    return Meeting(
        meeting_id=meeting_id,
        starts_at=NOW + 3 * DAY,
        ends_at=NOW + 3 * DAY + HOUR,
        place="Rådhuset, lokale 2",
        convened_by="Mette Testgaard",
        unit="AMK-vagtcentralen",
        parties=({"role": "egen læge"},),
        consent=consent,
        proposed_at=NOW,
    ).written()


@pytest.mark.parametrize("spoken", ["da", "en"])
@pytest.mark.parametrize("bar", ["INBOX", "LETTER", "DEPARTMENTS", "WHO_WORKS_HERE"])
def test_the_keys_below_fit_in_eighty_cells(bar, spoken):
    language.use(spoken)
    try:
        shown = [f"{one.shown} {_(one.label)}  " for one in {**vars(commands), **vars(house_commands)}[bar]]
    finally:
        language.use("da")
    assert cell_len("".join(shown).rstrip()) <= 80 - 2


def test_no_two_commands_share_a_key():
    keys = [key for one in {*commands.INBOX, *commands.LETTER, *commands.RARER} for key in one.keys.split(",")]
    assert len(keys) == len(set(keys))


async def test_f_shows_the_rarer_commands_and_a_letter_chooses_one(taken):
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("f")
        await until(pilot, "ikke vores borger", "fælles møde", "samtykke trukket tilbage")
        await pilot.press("u")
        await until(pilot, "Hvorfor, på én linje")


async def test_u_assesses_with_a_line_of_why(taken):
    """E1, S13."""
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("u")
        text = await until(pilot, "Akut betyder her", "samme dag, senest", "( ) Akut", "( ) Ikke akut")
        assert "(•)" not in text
        await pilot.press("down", "down", "enter", "enter")
        await until(pilot, "Skriv hvorfor, på én linje.")
        await pilot.press(*"rolig", "enter")
        await until(pilot, "Vurderingen er noteret.")
    assert (taken.case(CASE).assessment.acute, taken.case(CASE).assessment.why) == (False, "rolig")
    assert taken.posted == []


async def test_an_acute_case_says_so_in_the_list_and_in_the_letter(taken):
    taken.acts.assess(CASE, acute=True, why="Alene i nat.", person=BENT, now=NOW)
    async with opened(taken.ports(), (100, 60)) as pilot:
        await until(pilot, "! 1 akut")
        await pilot.press("enter")
        text = await until(pilot, "Jeres vurdering", "akut: Alene i nat.", "Bent Prøvegaard, 20-11-2026 kl. 9.14")
        assert "få fat i borgeren senest 23-11-2026" in text


async def test_t_notes_that_the_citizen_was_tried(taken):
    """E5, S15."""
    async with opened(taken.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("t")
        await until(pilot, "( ) Borgeren blev truffet")
        await pilot.press("down", "down", "enter", "enter")
        await until(pilot, "Kontakten er noteret.")
    assert taken.case(CASE).notes[-1].reached is False


async def test_one_key_marks_the_citizen_as_known_and_a_second_asks_for_the_number(taken):
    """A10."""
    async with opened(taken.ports()) as pilot:
        await until(pilot, "Karen")
        await pilot.press("e")
        await until(pilot, "Markeret som kendt i kommunen")
        assert taken.case(CASE).familiar.known
        await pilot.press("e")
        await until(pilot, "Jeres eget sagsnummer")
        await pilot.press("enter", *"27.45", "enter")
        await until(pilot, "Noteret.")
    assert taken.case(CASE).familiar.own_case == "27.45"


async def test_i_answers_not_ours_and_the_case_leaves_the_working_list(site):
    """O7, S16."""
    site.receive(arrived(referral("R02")))
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "1 ny")
        await pilot.press("i")
        await until(pilot, "Send ikke", "anden kommune", "( ) borgeren er flyttet")
        await pilot.press("enter", "enter")
        await until(pilot, "Vælg én")
        await pilot.press("down", "enter", "enter")
        await until(pilot, "Ingen åbne henvendelser", "ikke er jeres borger", "Der er ikke noget, der venter på dig.")
    assert [letter.kind for letter in site.posted] == [Kind.NOT_OURS]


async def test_a_closes_with_several_outcomes_and_a_reason(taken):
    """H11, E5, L11."""
    taken.acts.assess(CASE, acute=False, why="Rolig.", person=ANNE, now=NOW)
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("a")
        await until(pilot, "[ ] botilbud", "Mellemrum vælger")
        await pilot.press("ctrl+s")
        await until(pilot, "Vælg mindst én.")
        await pilot.press("down", "space", "end", "up", "up", "space")
        await until(pilot, "[x] bostøtte", "[x] borgeren ønsker ikke hjælp nu")
        await pilot.press("enter", *"aftalt", "enter")
        await until(pilot, "Ingen åbne henvendelser", "1 er afsluttet")
    ending = taken.case(CASE).ending
    assert (ending.outcomes, ending.reason) == (("housing-support", "not-now"), "aftalt")
    assert [set(letter.body) for letter in taken.posted] == [{"closed_at", "unit", "phone"}]


async def test_closing_before_the_assessment_says_what_is_missing(taken):
    """E1."""
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("a")
        await until(pilot, "[ ] botilbud")
        await pilot.press("space", "tab", *"x", "enter")
        await until(pilot, "Vurdér først, om det er akut")
    assert taken.case(CASE).state is CaseState.ACKNOWLEDGED


async def test_s_writes_a_withdrawal_down_and_the_banner_stands_on_top(taken):
    """O10."""
    async with opened(taken.ports(), (80, 30)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes")
        await pilot.press("s")
        await until(pilot, "der spørges ikke om en")
        await pilot.press("enter", "ctrl+s")
        assert taken.posted == []
        await pilot.press("down", "enter")
        text = await until(pilot, "▲ Borgeren har trukket sit samtykke tilbage", "! samtykke trukket tilbage")
        assert text.index("▲ Borgeren har trukket") < text.index("Sådan vil borgeren kontaktes")
        await pilot.press("v")
        await until(pilot, "tilbage, så det kan ikke lade sig")
    assert [letter.kind for letter in taken.posted] == [Kind.WITHDRAWAL]


async def test_l_asks_for_the_consent_first_and_then_notes_the_gp(taken):
    """C5."""
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("l")
        await until(pilot, "Egen læge: borgerens samtykke", "Samtalen foregik i telefon.")
        await pilot.press("ctrl+s")
        await until(pilot, "Gem, når lægen er inddraget", "Esc senere")
        assert taken.case(CASE).consents[0].purpose is Purpose.OWN_GP
        await pilot.press("enter")
        await until(pilot, "Det er noteret, at egen læge er")
        await pilot.press("l")
        await until(pilot, "Gem, når lægen er inddraget")


async def test_m_asks_for_consent_and_parties_before_time_and_place(taken):
    """C7, S21."""
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("m")
        await until(pilot, "Fælles møde: borgerens samtykke", "Hvem deltager ud over jer")
        await pilot.press("enter", "ctrl+s")
        await until(pilot, "Skriv, hvem der deltager.")
        await pilot.press(*"bostyrer", "ctrl+s")
        await until(pilot, "Dato (24-11-2026)")
        assert taken.posted == []
        await pilot.press(*"24-11-2026", "enter", *"13", "enter", *"14.00", "enter", "enter")
        await until(pilot, "Skriv datoen som 24-11-2026")
        await pilot.press("up", "up", *"13.30", "ctrl+s")
        await until(pilot, "Præhospitalet bliver spurgt.", "◐ Kvitteret")
    (letter,) = taken.posted
    assert (letter.kind, letter.body["starts_at"]) == (Kind.MEETING, "2026-11-24T12:30:00Z")
    assert [party["role"] for party in letter.body["parties"]] == ["bostyrer"]


async def test_m_answers_a_meeting_that_waits(taken):
    """F5."""
    taken.hear(Kind.MEETING, proposed())
    async with opened(taken.ports(), (100, 60)) as pilot:
        await until(pilot, "møde foreslået")
        await pilot.press("enter")
        await until(pilot, "Rådhuset, lokale 2", "venter på jeres svar (M)", "23-11-2026 kl. 9.14–10.14")
        await pilot.press("m")
        await until(pilot, "Vi kommer")
        await pilot.press("down", "enter", "enter")
        await until(pilot, "vi har sagt, at vi kommer")
    assert taken.case(CASE).meetings[0].standing is Standing.ACCEPTED


async def test_m_calls_a_meeting_of_ours_off(taken):
    from gateway.meetings.flow import Proposal  # noqa: PLC0415 - one use
    from gateway.wire.meeting import Party  # noqa: PLC0415 - one use

    yes = Obtained(Form.WRITTEN, "Et møde.", "Hvem der kommer.", parties=("bostyrer",))
    proposal = Proposal(NOW + DAY, NOW + DAY + HOUR, (Party(role="bostyrer"),))
    taken.acts.propose(CASE, proposal, ANNE, NOW, yes)
    async with opened(taken.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("m")
        await until(pilot, "Foreslå et nyt møde", "Aflys: 21-11-2026 kl. 9.14")
        await pilot.press("end", "enter", "enter")
        await until(pilot, "Aflyst.")
    assert taken.case(CASE).meetings[0].standing is Standing.CANCELLED


async def test_what_was_added_stands_under_its_own_heading_and_is_used(site):
    """G1, O23: the letter's own words stand unchanged."""
    site.receive(arrived(referral("R01")))
    site.hear(Kind.SUPPLEMENT, supplement(cpr="190668-7074", text="Han har oplyst sit nummer."))
    site.hear(Kind.SUPPLEMENT, supplement(how_to_reach="Kun på herberget.", correction=True))
    async with opened(site.ports(), (100, 80)) as pilot:
        listed = await until(pilot, "2 tilføjelser")
        assert "CPR ikke oplyst" not in listed
        await pilot.press("enter")
        text = await until(
            pilot,
            "Tilføjet den 20-11-2026 kl. 9.14",
            "Han har oplyst sit nummer.",
            "Rettet den 20-11-2026 kl. 9.14",
            "Kun på herberget. (rettet 20-11)",
            "190668-•••• (tilføjet 20-11)",
            "Sådan stod der først i brevet",
        )
        assert "7074" not in text
        await pilot.press("c")
        await until(pilot, "190668-7074 (tilføjet 20-11)")


async def test_a_reminder_says_who_asks_and_what_to_do(site):
    """E13."""
    site.receive(arrived(referral("R02")))
    site.hear(Kind.REMINDER, Reminder(referred_at=NOW, reminded_at=NOW, **UNIT).written())
    async with opened(site.ports(), (100, 40)) as pilot:
        await until(pilot, "Præhospitalet har rykket")
        await pilot.press("enter")
        await until(pilot, "AMK-vagtcentralen · +45 84 11 20 00", "Tryk K, når I har taget imod den")
        await pilot.press("k")
        await until(pilot, "Der går intet tilbage om borgeren.")
        await pilot.press("enter")
        text = await until(pilot, "◐ Kvitteret")
        assert "Præhospitalet har rykket" not in text


async def test_a_withdrawal_from_the_region_shows_who_took_it(taken):
    """O10."""
    body = Withdrawal(withdrawn_at=NOW, taken_by="Mette Testgaard", **UNIT).written()
    taken.hear(Kind.WITHDRAWAL, body)
    async with opened(taken.ports(), (100, 40)) as pilot:
        await found(pilot)
        await until(pilot, "! samtykke trukket tilbage")
        await pilot.press("enter")
        await until(pilot, "▲ Borgeren har trukket sit samtykke tilbage", "Mette Testgaard · AMK-vagtcentralen")


async def test_the_consent_s_last_day_is_shown_and_a_lapsed_one_is_said_plainly(taken):
    """O11."""
    async with opened(taken.ports(), (100, 70)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        await until(pilot, "Gælder til", "02-03-2027")
    taken.now = NOW + 200 * DAY
    async with opened(taken.ports(), (100, 70)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        await until(pilot, "! udløbet 02-03-2027: det er mere end et år gammelt")


async def test_the_newer_fields_stand_where_they_belong(site):
    """A8, B1, B2, G10, O12."""
    consent = {"writing_waived_because": "Samtalen var et 1-1-2-opkald.", "remark": "Hun forstod det."}
    body = referral(
        "R02",
        intoxicated=True,
        seen_by="Rasmus Prøvebjerg, paramediciner",
        called_from="Banegården i Viborg",
        known_by="Kontaktperson i bostøtten",
        consent=consent,
        urgency_remark="Haster.",
    )
    site.receive(arrived(body))
    async with opened(site.ports(), (100, 80)) as pilot:
        await until(pilot, "Karen")
        await pilot.press("enter")
        await until(
            pilot,
            "Rasmus Prøvebjerg, paramediciner",
            "Banegården i Viborg",
            "Kontaktperson i bostøtten",
            "Samtalen var et 1-1-2-opkald.",
            "Borgeren virkede påvirket. Hun forstod det.",
            "Afsenders bemærkning (kommunen vurderer selv, om det haster)",
        )


async def test_help_names_every_command_on_a_small_screen_too(site):
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Ingen henvendelser")
        await pilot.press("f1")
        await until(pilot, "Hjælp")
        await pilot.press("end")
        await until(pilot, "Ctrl+Q")


HOSTILE = "[@click=app.quit]x[/] \x1b]52;c;aGVq\x07 \u202egpj"


async def test_what_a_peer_added_is_only_text(site):
    """Supplements, reminders, withdrawals and meetings are written by a peer too."""
    site.receive(arrived(referral("R02")))
    site.hear(Kind.SUPPLEMENT, supplement(text=HOSTILE, name=HOSTILE, address=HOSTILE, how_to_reach=HOSTILE))
    hostile = {"unit": HOSTILE, "phone": "[/]\x1b"}
    site.hear(Kind.REMINDER, Reminder(referred_at=NOW, reminded_at=NOW, **hostile).written())
    site.hear(Kind.MEETING, {**proposed(), "place": HOSTILE, "unit": HOSTILE, "convened_by": HOSTILE})
    site.hear(Kind.WITHDRAWAL, Withdrawal(withdrawn_at=NOW, taken_by=HOSTILE, **hostile).written())
    async with opened(site.ports(), (100, 90)) as pilot:
        await found(pilot)
        for keys, awaited in ((("f",), "Flere"), (("escape", "enter"), "Fælles møde"), (("m",), "Vi kommer")):
            await pilot.press(*keys)
            text = await until(pilot, awaited)
            assert not {"\x1b", "\u202e", "\x07"} & set(text)
        assert pilot.app.is_running


@pytest.mark.parametrize(
    ("day", "clock", "read"),
    [
        ("24-11-2026", "13.00", "2026-11-24T12:00:00+00:00"),
        (" 1/7-2026 ", "9:05", "2026-07-01T07:05:00+00:00"),
        ("31-02-2026", "13.00", None),
        ("24-11-2026", "24.00", None),
        ("", "", None),
        ("٢٤-11-2026", "13.00", None),
    ],
)
def test_a_typed_moment_is_read_in_danish_time(day, clock, read):
    found = moment(day, clock)
    assert (found.isoformat() if found else None) == read


def test_typed_parties_are_roles_with_a_name_when_it_is_known():
    assert [(one.role, one.name) for one in parties("egen læge: Lise Testgaard, borgeren, ,: x")] == [
        ("egen læge", "Lise Testgaard"),
        ("borgeren", ""),
    ]
