"""A referral is written with the citizen on the line: four steps, keyboard only, nothing lost."""

import asyncio
from datetime import timedelta

import pytest
from databases import everything_in
from desk_site import at_desk, seen, typed, until
from referring_site import FAVRSKOV, RANDERS
from sqlmodel import select

from directory.book import ContactRow
from gateway.exchange.rows import OutgoingRow
from gateway.referring.drafts import Drafts
from gateway.referring.rows import DraftRow, ReferralRow, TallyRow
from gateway.wire.letters import Kind

CLEAR = ("n", "n", "1")


async def to_municipality(pilot, *answers):
    await until(pilot, "F2")
    await pilot.press("n")
    await until(pilot, "akut somatisk")
    await pilot.press(*(answers or CLEAR))
    await until(pilot, "Hvilken kommune")


async def to_consent(pilot, name="rand"):
    await to_municipality(pilot)
    await typed(pilot, name)
    await until(pilot, "Telefon")
    await pilot.press("enter")
    await until(pilot, "Læs op")


async def to_details(pilot, name="rand"):
    await to_consent(pilot, name)
    await pilot.press("j")
    await until(pilot, "CPR-nummer")


def drafts(desk) -> Drafts:
    return desk.ports().drafts


def nothing_personal(desk, *words):
    """Look for words in everything that is written on the disk."""
    written = everything_in(desk.folder / "region.db")
    return not any(word.encode() in written for word in words)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_happy_path_is_at_most_fifteen_stops_and_ends_in_the_queue(desk, size):
    """B9: a stop is a question that is answered or a field that is filled in."""
    stops = 0

    async def stop(pilot, awaited, *keys, text=""):
        nonlocal stops
        stops += 1
        await typed(pilot, text)
        await pilot.press(*keys)
        await until(pilot, awaited)

    async with at_desk(desk.ports(), size) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press("n")
        await until(pilot, "akut somatisk")
        await stop(pilot, "Spørg direkte", "n")
        await stop(pilot, "Hvordan fik I kendskab", "n")
        await stop(pilot, "Hvilken kommune", "1")
        await stop(pilot, "Læs op", "enter", text="randers")
        await stop(pilot, "CPR-nummer", "j")
        await stop(pilot, "1906687074", "enter", text="1906687074")
        await stop(pilot, "Karen", "enter", text="Karen Testdal")
        await stop(pilot, "95000102", "enter", text="95000102")
        await stop(pilot, "Ring efter", "enter", text="Ring efter kl. 11")
        await stop(pilot, "alene", "tab", text="Ringer om aftenen og er alene.")
        await stop(pilot, "1 ✓ ensomhed", "1")
        await stop(pilot, "I kø", "ctrl+s")
        text = seen(pilot)
    assert stops <= 15
    assert "2026-0001 til Randers Kommune" in text
    assert "+45 89 15 00 00" in text
    [letter] = desk.letters(Kind.REFERRAL)
    referral = letter["referral"]
    assert referral["citizen"]["name"] == "Karen Testdal"
    assert referral["consent"]["for_municipality"] == RANDERS
    assert referral["problem_types"] == ["ensomhed"]
    assert referral["sender"]["name"] == "Mette Testgaard"
    assert desk.rows(DraftRow) == []


async def test_sending_is_at_once_whatever_the_mail_does(desk):
    """B10: no daemon runs here and no mail server answers."""
    async with at_desk(desk.ports()) as pilot:
        await filled(pilot)
        await pilot.press("ctrl+s")
        await asyncio.wait_for(until(pilot, "✓ I kø"), 5)
    assert [row.state for row in desk.rows(OutgoingRow)] == ["queued"]


async def filled(pilot):
    await to_details(pilot)
    await pilot.press("enter")
    await typed(pilot, "Karen")
    await pilot.press("enter")
    await typed(pilot, "95000102")
    await pilot.press("enter", "enter")
    await typed(pilot, "Hun er alene")
    await pilot.press("tab", "1")
    await until(pilot, "✓ ensomhed", "Kladden er gemt")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("j",), "akut somatisk problemstilling"),
        (("v",), "Stop"),
        (("n", "v"), "Stop"),
        (("n", "j", "n"), "Øget selvmordsrisiko"),
        (("n", "j", "v"), "Øget selvmordsrisiko"),
    ],
)
async def test_an_acute_answer_stops_and_says_what_to_do(desk, answers, said):
    """B3, B4."""
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press("n")
        await until(pilot, "akut somatisk")
        await pilot.press(*answers)
        text = " ".join((await until(pilot, "Stop: der sendes ikke noget")).replace("│", " ").replace("█", " ").split())
        assert said.casefold() in text.casefold()
        await pilot.press("s")
        await until(pilot, "Intet venter her")
    assert desk.rows(DraftRow) == []
    assert desk.rows(OutgoingRow) == []
    assert [row.count for row in desk.rows(TallyRow)] == [1]


async def test_a_stop_leads_back_to_the_answer_that_stops(desk):
    """B4: also when it was another answer that was just given, and when the draft is opened later."""
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press("n", "n", "j", "v")
        await until(pilot, "Stop")
        await pilot.press("b")
        await until(pilot, "Kladder (1)")
        await pilot.press("enter")
        await until(pilot, "Kun et klart ja tæller")
        await pilot.press("j")
        await until(pilot, "1 1-1-2-opkald   2 på stedet")
        await pilot.press("up", "up", "up", "j")
        await until(pilot, "Stop")
        await pilot.press("escape", "n")
        await until(pilot, "1 1-1-2-opkald   2 på stedet")


async def test_after_a_stop_the_draft_is_kept_only_by_choice(desk):
    """B3."""
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press("n", "j")
        await until(pilot, "Stop")
        await pilot.press("b")
        await until(pilot, "Kladder (1)")
    assert len(desk.rows(DraftRow)) == 1


async def test_thoughts_one_can_distance_oneself_from_go_on(desk):
    """B4."""
    async with at_desk(desk.ports()) as pilot:
        await to_municipality(pilot, "n", "j", "j", "2")
    assert drafts(desk).all(desk.person)[0].content["origin"] == "ambulance_on_scene"


async def test_keys_of_another_question_answer_nothing(desk):
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, "Intet venter her")
        await pilot.press("n", "1", "2")
        await until(pilot, "akut somatisk", "Der er ikke skrevet noget endnu")
    assert desk.rows(DraftRow) == []


async def test_an_abolished_name_is_asked_about_and_never_chosen_by_itself(desk):
    """D15."""
    async with at_desk(desk.ports()) as pilot:
        await to_municipality(pilot)
        await typed(pilot, "galten")
        await until(pilot, "Mener du Skanderborg Kommune?")
        await pilot.press("enter")
        await until(pilot, "piletasterne")
        assert "Læs op" not in seen(pilot)
        await pilot.press("down", "enter")
        await until(pilot, "Læs op")
    assert drafts(desk).all(desk.person)[0].content["citizen"]["home_municipality_code"] == "746"


async def test_another_region_s_municipality_is_named_with_its_region(desk):
    """G7, O8."""
    async with at_desk(desk.ports()) as pilot:
        await to_municipality(pilot)
        await typed(pilot, "vejle")
        await until(pilot, "Vejle Kommune", "Region Syddanmark")
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert "Læs op" not in seen(pilot)


async def test_an_unknown_municipality_gets_guidance_and_the_draft_is_kept(desk):
    """O6, G5."""
    async with at_desk(desk.ports()) as pilot:
        await to_municipality(pilot)
        await typed(pilot, "xyz")
        await until(pilot, "plejer at", "Kladden bliver liggende")


async def test_the_unit_s_phone_hours_and_verification_are_in_view(desk):
    """D17: on a Saturday the desk says when the phone is answered."""
    desk.clock.go(timedelta(days=4))
    async with at_desk(desk.ports()) as pilot:
        await to_municipality(pilot)
        await typed(pilot, "rand")
        await until(pilot, "+45 89 15 00 00", "åbner mandag 8.00", "man-ons 8-15", "01-01-2026", "24-11-2026")
        await pilot.press("enter")
        await until(pilot, "Læs op", "+45 89 15 00 00", "åbner mandag 8.00")


async def test_a_municipality_without_a_receiver_is_told_of_in_words_and_waits(desk):
    """D6, S7."""
    async with at_desk(desk.ports()) as pilot:
        await to_municipality(pilot)
        await typed(pilot, "silke")
        text = await until(pilot, "ingen registreret modtager", "hovednummer")
        assert "NO_CONTACT" not in text


async def test_the_text_read_aloud_names_the_municipality_and_j_notes_the_yes(desk):
    """C1, C2."""
    async with at_desk(desk.ports()) as pilot:
        await to_consent(pilot)
        assert seen(pilot).count("Randers Kommune") >= 2
        await until(pilot, "ikke skriftligt, fordi", "i telefonen")
        assert "consent" not in drafts(desk).all(desk.person)[0].content
        await pilot.press("j")
        await until(pilot, "CPR-nummer", "Kladden er gemt")
    consent = drafts(desk).all(desk.person)[0].content["consent"]
    assert (consent["form"], consent["obtained_by"]) == ("mundtligt", "Mette Testgaard")
    assert "Randers Kommune" in consent["scope"]
    assert consent["writing_waived_because"]


async def test_a_written_yes_needs_no_reason(desk):
    async with at_desk(desk.ports()) as pilot:
        await to_consent(pilot)
        await pilot.press("s")
        await until(pilot, "CPR-nummer", "Kladden er gemt")
    consent = drafts(desk).all(desk.person)[0].content["consent"]
    assert consent["form"] == "skriftligt"
    assert "writing_waived_because" not in consent


async def test_a_no_leaves_nothing_and_counts_one(desk):
    """C9."""
    async with at_desk(desk.ports()) as pilot:
        await to_consent(pilot)
        await pilot.press("n")
        await until(pilot, "Det er helt i orden", "Intet venter her")
    assert desk.rows(DraftRow) == desk.rows(ReferralRow) == desk.rows(OutgoingRow) == []
    assert [(row.reason, row.count) for row in desk.rows(TallyRow)] == [("CONSENT_REFUSED", 1)]


async def test_a_no_after_much_was_written_is_asked_about_first(desk):
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("enter")
        await typed(pilot, "Karen Testdal")
        await pilot.press("escape")
        await until(pilot, "Læs op")
        await pilot.press("n")
        await until(pilot, "slettes?")
        await pilot.press("escape")
        await until(pilot, "Læs op")
        assert len(desk.rows(DraftRow)) == 1
        await pilot.press("n")
        await until(pilot, "slettes?")
        await pilot.press("j")
        await until(pilot, "Det er helt i orden")
    assert desk.rows(DraftRow) == []


async def test_another_municipality_clears_the_consent_visibly(desk):
    """C1."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("escape")
        await until(pilot, "Borgeren har sagt ja")
        await pilot.press("escape")
        await until(pilot, "Hvilken kommune")
        await pilot.press(*["backspace"] * 10)
        await typed(pilot, "favrskov")
        await until(pilot, "Modtagelsen")
        await pilot.press("enter")
        await until(pilot, "Samtykket gjaldt Randers Kommune og er slettet", "Favrskov Kommune", "Kladden er gemt")
        assert "consent" not in drafts(desk).all(desk.person)[0].content
        await pilot.press("j")
        await until(pilot, "CPR-nummer", "Kladden er gemt")
    assert drafts(desk).all(desk.person)[0].content["consent"]["for_municipality"] == FAVRSKOV


async def test_under_the_influence_reminds_and_does_not_block(desk):
    """A8, O12."""
    async with at_desk(desk.ports()) as pilot:
        await to_consent(pilot)
        await pilot.press("p")
        await until(pilot, "Borgeren virker påvirket")
        await pilot.press("b")
        await typed(pilot, "Gentog det med egne ord")
        await pilot.press("enter", "enter")
        await pilot.press("j")
        await until(pilot, "CPR-nummer", "Kladden er gemt")
    content = drafts(desk).all(desk.person)[0].content
    assert content["intoxicated"] is True
    assert content["consent"]["remark"] == "Gentog det med egne ord"


async def test_every_keystroke_is_on_the_disk_and_said_to_be(desk):
    """B9."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("enter")
        await pilot.press(*"Karen")
        await until(pilot, "Karen", "Kladden er gemt kl. 10.00")
        assert drafts(desk).all(desk.person)[0].content["citizen"]["name"] == "Karen"
    assert nothing_personal(desk, "Karen")


async def test_saved_is_said_of_nothing_that_is_not(desk, monkeypatch):
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await until(pilot, "Kladden er gemt")
        monkeypatch.setattr(Drafts, "save", broken)
        await pilot.press("1")
        text = await until(pilot, "Kladden er ikke gemt")
        assert "er gemt" not in text
        monkeypatch.undo()
        await pilot.press("9")
        await until(pilot, "Kladden er gemt")
    assert drafts(desk).all(desk.person)[0].content["citizen"]["cpr"] == "19"


def broken(*_arguments):
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415 - one use

    raise OperationalError("UPDATE", {}, Exception("disk full"))


async def test_a_colleague_goes_on_with_a_draft_and_nothing_is_overwritten(desk):
    """O5."""
    karim = desk.ports(person=desk.karim)
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await until(pilot, "Kladden er gemt")
        async with at_desk(karim) as other:
            await until(other, "Kladder (1)", "Mette Testgaard")
            await other.press("enter")
            await until(other, "CPR-nummer")
            await other.press("enter")
            await typed(other, "Karen")
            await until(other, "Kladden er gemt")
        await pilot.press("enter")
        await typed(pilot, "B")
        await until(pilot, "En anden har kladden")
        await pilot.press("enter")
        await until(pilot, "Karen", "Kladden er gemt")
    assert [draft.content["citizen"]["name"] for draft in drafts(desk).all(desk.person)] == ["Karen"]


async def test_what_was_typed_beside_a_colleague_can_be_kept(desk):
    """O5."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await until(pilot, "Kladden er gemt")
        [draft] = drafts(desk).all(desk.person)
        drafts(desk).save(draft, {**draft.content, "text": "Karims ord"}, desk.karim)
        await pilot.press("enter")
        await typed(pilot, "B")
        await until(pilot, "En anden har kladden")
        await pilot.press("b")
        await until(pilot, "CPR-nummer", "Kladden er gemt")
    both = drafts(desk).all(desk.person)
    assert {draft.content.get("text") for draft in both} == {"Karims ord", None}
    assert {draft.content["citizen"].get("name") for draft in both} == {None, "B"}


async def test_a_refusal_says_what_to_do_and_goes_to_the_field(desk):
    """B8."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("ctrl+s")
        text = await until(pilot, "Ikke sendt endnu")
        assert "NOT_" not in text
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes")
    assert desk.rows(OutgoingRow) == []


async def test_the_number_is_checked_while_it_is_typed_with_kind_words(desk):
    """G1."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await typed(pilot, "3102681234")
        await until(pilot, "31. februar findes ikke", "lad feltet stå tomt")


async def test_a_citizen_seen_before_is_suggested_and_the_person_decides(desk):
    """F1, F2, G2."""
    number = desk.refer(citizen={"phone": "+45 95 00 01 02", "cpr": "190668-7074"})
    desk.clock.go(timedelta(days=40))
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await typed(pilot, "1906687074")
        await until(pilot, "Måske henvist før", number)
        assert "re_referral" not in drafts(desk).all(desk.person)[0].content
        await pilot.press("f4")
        await until(pilot, "Er det den samme borger?", "samme CPR-nummer")
        await pilot.press("f")
        await until(pilot, "Genhenvendelse: ringer fortsat", "Kladden er gemt")
    again = drafts(desk).all(desk.person)[0].content["re_referral"]
    assert again["kind"] == "ongoing"


async def test_a_second_time_the_same_day_is_added_to_the_open_one(desk):
    """G9, O22."""
    number = desk.refer(citizen={"phone": "+45 95 00 01 02", "cpr": ""})
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("enter", "enter")
        await typed(pilot, "95000102")
        await pilot.press("enter", "enter")
        await typed(pilot, "Ringer igen")
        await until(pilot, "Måske henvist før", number)
        await pilot.press("f4")
        await until(pilot, "under et døgn", "måske en anden")
        await pilot.press("t")
        await until(pilot, f"Tilføj til {number}", "Ringer igen")
        await pilot.press("ctrl+s")
        await until(pilot, "I kø: det føjes til", number)
    [supplement] = desk.letters(Kind.SUPPLEMENT)
    assert supplement["text"] == "Ringer igen"
    assert desk.rows(DraftRow) == []


async def test_the_help_under_the_text_warns_against_journal_extracts_and_promises(desk):
    """B7, C3."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("enter", "enter", "enter", "enter")
        await until(pilot, "Sæt ikke journaltekst ind", "Lov ingen hjælp, tilbud eller frist")


async def test_the_safety_field_asks_for_behaviour_and_not_for_records(desk):
    """G8."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("f3")
        for _ in range(20):
            await pilot.press("enter")
            if "Adfærd" in seen(pilot):
                break
        await until(pilot, "Adfærd", "Ingen domme")


async def test_the_field_one_writes_in_is_always_in_view(desk):
    """B9: also the last one, on the smallest terminal."""
    async with at_desk(desk.ports(), (80, 24)) as pilot:
        await to_details(pilot)
        await pilot.press("f3")
        for _ in range(20):
            await pilot.pause()
            placed = pilot.app.screen.find_widget(pilot.app.focused)
            assert placed.visible_region == placed.region, pilot.app.focused
            await pilot.press("tab")


async def test_what_cannot_wait_is_phoned_too(desk):
    """E2, O4."""
    async with at_desk(desk.ports(), (100, 40)) as pilot:
        await filled(pilot)
        await pilot.press("f3")
        for _ in range(20):
            await pilot.press("enter")
            if "Hvorfor det ikke kan vente" in seen(pilot):
                break
        await typed(pilot, "Natten er svær")
        await until(pilot, "Kladden er gemt")
        await pilot.press("ctrl+s")
        await until(pilot, "☎ Ring også til enheden, nu: +45 89 15 00 00")
        await pilot.press("enter")
        await until(pilot, "☎ RING NU: 1 enhed", "+45 89 15 00 00", "åben nu")


async def test_the_contact_book_is_only_read(desk):
    """D15: no way of typing an address leads into it."""
    async with at_desk(desk.ports()) as pilot:
        await to_municipality(pilot)
        await typed(pilot, "borger@example.com")
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert "Læs op" not in seen(pilot)
    with desk.db.reading() as session:
        assert len(session.exec(select(ContactRow)).all()) == 2


async def test_other_words_get_a_line_of_their_own_when_they_are_chosen(desk):
    """A6."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("enter", "enter", "enter", "enter", "tab", "8")
        await until(pilot, "Andet", "ingen diagnose")
        await typed(pilot, "gæld")
        await pilot.press("up", "4")
        await until(pilot, "4 ✓ bolig", "Taltasterne", "Kladden er gemt")
    assert drafts(desk).all(desk.person)[0].content["problem_types"] == ["bolig", "gæld"]


async def test_a_draft_is_put_aside_with_one_key_from_every_step(desk):
    """O5."""
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await pilot.press("f8")
        await until(pilot, "Kladder (1)")
        await pilot.press("enter")
        await until(pilot, "CPR-nummer")
        await pilot.press("escape", "f8")
        await until(pilot, "Kladder (1)")


async def test_seeming_under_the_influence_reminds_in_the_form_too(desk):
    """A8."""
    async with at_desk(desk.ports(), (100, 40)) as pilot:
        await to_details(pilot)
        assert "det er dit skøn" not in seen(pilot)
        await pilot.press("f3", "enter", "enter", "enter")
        await until(pilot, "Børn: underretning")
        await pilot.press("3")
        await until(pilot, "det er dit skøn", "Kladden er gemt")
    assert drafts(desk).all(desk.person)[0].content["intoxicated"] is True


async def test_what_is_written_below_a_question_is_saved_when_the_desk_is_left(desk, monkeypatch):
    """Ctrl+Q leaves from a question too, and asks what it always asks when the draft below it is not saved."""
    desk.refer(citizen={"phone": "+45 95 00 01 02", "cpr": "190668-7074"})
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await typed(pilot, "1906687074")
        await until(pilot, "Måske henvist før", "Kladden er gemt")
        await pilot.press("f4")
        await until(pilot, "Er det den samme borger?")
        with monkeypatch.context() as patch:
            patch.setattr(Drafts, "save", broken)
            pilot.app._being_written.write({**pilot.app._being_written.pad.content, "known_by": "egen læge"})
            await pilot.press("ctrl+q")
            await until(pilot, "Kladden er ikke gemt")
            assert pilot.app.is_running
        await pilot.press("ctrl+q")
        await pilot.pause(0.2)
    assert drafts(desk).all(desk.person)[0].content["known_by"] == "egen læge"


async def test_the_desk_is_not_left_with_something_unsaved_without_a_word(desk, monkeypatch):
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        await until(pilot, "Kladden er gemt")
        monkeypatch.setattr(Drafts, "save", broken)
        await pilot.press("1", "ctrl+q")
        await until(pilot, "Kladden er ikke gemt")
        assert pilot.app.is_running
        await pilot.press("ctrl+q")
        await pilot.pause(0.2)
    assert drafts(desk).all(desk.person)[0].content["citizen"].get("cpr") is None
