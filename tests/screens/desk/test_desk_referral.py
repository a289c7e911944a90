"""One referral's page: where it is, and what the desk does about it."""

from datetime import timedelta

from bodies import MEETING
from desk_screenshots import acknowledged
from desk_site import at_desk, seen, typed, until

from gateway.exchange.delivery import State
from gateway.referring.rows import ReferralRow
from gateway.wire.letters import Kind

CITIZEN = {"name": "Karen Testdal", "cpr": "190668-7074", "phone": "+45 95 00 01 02"}


async def shown(pilot, number):
    await until(pilot, number)
    await pilot.press("enter")
    await until(pilot, "Det er der sket", number)


async def test_the_page_tells_the_way_and_the_phone_and_no_content_of_the_municipality(desk):
    """L3, L4."""
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports(), (100, 40)) as pilot:
        await shown(pilot, number)
        await until(pilot, "skrevet og afleveret", "i kø", "modtaget af kommunens gateway", "+45 89 15 00 00 · åben nu")
        desk.hears(number, Kind.ACKNOWLEDGEMENT, acknowledged(desk))
        text = await until(pilot, "Overtaget af", "Birgit Prøvegaard", "Randers Kommune har kvitteret kl. 10.00")
        assert "190668" not in text


async def test_a_cpr_number_follows_in_a_supplement(desk):
    """G1, O23."""
    number = desk.refer(citizen={**CITIZEN, "cpr": ""})
    async with at_desk(desk.ports()) as pilot:
        await shown(pilot, number)
        await pilot.press("t")
        await until(pilot, f"Tilføj til {number}")
        await typed(pilot, "1906687074")
        await pilot.press("ctrl+s")
        await until(pilot, "I kø: det føjes til")
        await until(pilot, "Tilføjet")
    [supplement] = desk.letters(Kind.SUPPLEMENT)
    assert supplement["cpr"] == "1906687074"
    assert desk.row(number).cpr_index


async def test_a_supplement_that_says_nothing_is_not_sent(desk):
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports()) as pilot:
        await shown(pilot, number)
        await pilot.press("t")
        await until(pilot, f"Tilføj til {number}")
        await pilot.press("ctrl+s")
        await until(pilot, "kan ikke læses")
    assert desk.letters(Kind.SUPPLEMENT) == []


async def test_a_supplement_that_was_begun_is_not_thrown_away_without_asking(desk):
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports()) as pilot:
        await shown(pilot, number)
        await pilot.press("t")
        await until(pilot, f"Tilføj til {number}")
        await typed(pilot, "1906687074")
        await pilot.press("escape")
        await until(pilot, "Gå væk uden at sende?")
        await pilot.press("escape")
        await until(pilot, f"Tilføj til {number}", "1906687074")
        await pilot.press("escape")
        await until(pilot, "Gå væk uden at sende?")
        await pilot.press("j")
        await until(pilot, "Har kommunen fået det?")
    assert desk.letters(Kind.SUPPLEMENT) == []


async def test_a_withdrawal_asks_clearly_and_is_passed_on(desk):
    """O10."""
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports()) as pilot:
        await shown(pilot, number)
        await pilot.press("f")
        await until(pilot, "Har borgeren sagt", number)
        await pilot.press("escape")
        await until(pilot, "Det er der sket")
        assert desk.letters(Kind.WITHDRAWAL) == []
        await pilot.press("f")
        await until(pilot, "Har borgeren sagt")
        await pilot.press("j")
        text = await until(pilot, "Du har trukket dit samtykke tilbage", "R opkald  G igen  J notat")
        assert "T tilføj" not in text
    assert len(desk.letters(Kind.WITHDRAWAL)) == 1


async def test_what_has_not_left_is_taken_back(desk):
    """O10."""
    number = desk.refer(citizen=CITIZEN, delivery=None)
    async with at_desk(desk.ports()) as pilot:
        await shown(pilot, number)
        await pilot.press("f")
        await until(pilot, "Har borgeren sagt")
        await pilot.press("j")
        await until(pilot, "Den var ikke sendt")
    assert desk.row(number).locked == b""


async def test_what_came_back_is_sent_again(desk):
    number = desk.refer(citizen=CITIZEN, delivery=State.GIVEN_UP)
    async with at_desk(desk.ports(), (100, 40)) as pilot:
        await until(pilot, number)
        await pilot.press("enter")
        await until(pilot, "S send igen")
        await pilot.press("s")
        await until(pilot, "I kø igen", "R opkald  T tilføj")


async def test_what_is_on_its_way_is_not_sent_twice(desk):
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports()) as pilot:
        await shown(pilot, number)
        await pilot.press("s")
        await until(pilot, "ikke noget at sende igen")


async def test_referring_again_asks_screening_and_consent_anew(desk):
    """B5, C6, F1, F3."""
    number = desk.refer(citizen=CITIZEN)
    desk.hears(number, Kind.ACKNOWLEDGEMENT, acknowledged(desk))
    desk.clock.go(timedelta(days=60))
    async with at_desk(desk.ports(), (100, 30)) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press("a")
        await shown(pilot, number)
        await pilot.press("g")
        await until(pilot, "begyndt igen")
        await pilot.press("b")
        await until(pilot, "akut somatisk")
        assert "✓" not in seen(pilot)
        await pilot.press("n", "n", "1")
        await until(pilot, "Hvilken kommune", "Telefon")
        await pilot.press("enter")
        await until(pilot, "Læs op")
        assert "Borgeren har sagt ja" not in seen(pilot)
        await pilot.press("j")
        await until(pilot, "Karen Testdal", "Genhenvendelse: begyndt igen", "Hvorfor igen")
        await pilot.press("tab", "tab", "tab", "tab")
        await typed(pilot, "Ringer hver aften igen")
        await pilot.press("tab", "1")
        await pilot.press("ctrl+s")
        await until(pilot, "✓ I kø: 2027-0001")
    rows = desk.rows(ReferralRow)
    assert [row.position for row in sorted(rows, key=lambda row: row.number)] == [1, 2]
    assert desk.letters(Kind.REFERRAL)[-1]["referral"]["re_referral"]["kind"] == "relapse"


async def test_one_key_makes_the_journal_note_and_copies_it(desk):
    """C2."""
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports()) as pilot:
        await shown(pilot, number)
        await pilot.press("j")
        await until(pilot, "Journalnotat", f"Henvendelse {number} til Randers Kommune", "Det er kopieret")
        assert "Borgeren har sagt ja" in pilot.app.clipboard


async def test_a_joint_meeting_is_proposed_with_the_citizen_s_yes(desk):
    """F5, C7, O15."""
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports(), (100, 30)) as pilot:
        await shown(pilot, number)
        await pilot.press("m")
        await until(pilot, "Intet fælles møde endnu")
        await pilot.press("p")
        await until(pilot, "Foreslå et fælles møde")
        await typed(pilot, "3-12-2026")
        await pilot.press("enter")
        await typed(pilot, "10.30")
        await pilot.press("enter", "enter")
        await typed(pilot, "Telefonisk")
        await pilot.press("enter", "enter", "1", "2", "3", "enter")
        await pilot.press("ctrl+s")
        await until(pilot, "Det her mangler", "Borgerens ja")
        assert desk.letters(Kind.MEETING) == []
        await pilot.press("1", "ctrl+s")
        await until(pilot, "03-12-2026 kl. 10.30", "vores", "Telefonisk", "borgeren, kommunen, Præhospitalet")
        await pilot.press("x")
        await until(pilot, "Aflys mødet")
        await pilot.press("j")
        await until(pilot, "aflyst")
    [meeting] = desk.letters(Kind.MEETING)
    assert meeting["starts_at"].startswith("2026-12-03T09:30")
    assert len(desk.letters(Kind.MEETING_CANCELLED)) == 1


async def test_the_municipality_s_meeting_is_answered(desk):
    """F5."""
    number = desk.refer(citizen=CITIZEN)
    desk.hears(number, Kind.MEETING, MEETING)
    async with at_desk(desk.ports(), (100, 30)) as pilot:
        await shown(pilot, number)
        await pilot.press("m")
        await until(pilot, "kommunens", "egen læge")
        await pilot.press("j")
        await until(pilot, "kommunen får besked")
    assert desk.letters(Kind.MEETING_ANSWER)[0]["attendance"] == "accepted"


async def test_an_answer_from_a_mail_program_is_read_before_anybody_counts_on_it(desk):
    """E13, L6: it counts as taken, and may say no; what a peer wrote is shown apart, and harmless."""
    desk.by_hand()
    number = desk.refer(citizen=CITIZEN, delivery=State.HANDED_OVER)
    async with at_desk(desk.ports(), (100, 50)) as pilot:
        await shown(pilot, number)
        text = await until(
            pilot, "afleveret til mailserveren; kommunen bruger et mailprogram", "fra et mailprogram: der"
        )
        assert "gateway" not in text
        await pilot.press("escape")
        desk.answers(number, "Det er ikke vores borger.\x1b[31m [/] Ring til os.", "Birgit Prøvegaard")
        await until(pilot, "Besvaret fra et mailprogram: læs, hvad der står", "besvaret fra et mailprogram: åbn den")
        await pilot.press("enter")
        await until(
            pilot, "Svaret er skrevet i et mailprogram: læs det", "Det er ikke vores borger.", "[/] Ring til os."
        )
        await pilot.press("r")
        await until(pilot, "Hvordan gik det?", "det er ikke deres borger", "de har afsluttet sagen")
        await pilot.press("6", "enter")
        await typed(pilot, "Flyttet til Favrskov")
        await pilot.press("enter")
        await until(pilot, "Ikke deres borger", "Flyttet til Favrskov")
    assert desk.row(number).answered_at
    assert not desk.progress(number).unread


async def test_what_a_gateway_says_by_letter_is_no_outcome_of_a_call(desk):
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports(), (100, 50)) as pilot:
        await shown(pilot, number)
        await pilot.press("r")
        text = await until(pilot, "Hvordan gik det?")
        assert "ikke deres borger" not in text
