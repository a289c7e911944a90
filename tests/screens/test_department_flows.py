"""What a department sees at the keyboard, what is not offered, and what is said of a letter that is held up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from directory.book import AddressBook
from directory.model import REGION, Contact
from gateway import language
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.site.people import PersonRow, Role
from gateway.terminal.door import Watch
from gateway.wire.letters import Kind
from inbox_tui import commands, held_up
from tests.inbox_site import ANNE, BENT, HOME_CARE, NOW, SARA, SOCIAL, arrived, conversation, referral
from tests.screens.seen import opened, seen, until

CASE = conversation("2026-0001")
NOT_OFFERED = ("k", "v", "u", "i", "q")
PHONE = "+45 84 11 20 00"


@pytest.fixture
def forwarded(site):
    """Karen's case is with SARA's department, Sanne's with another, and a third is new."""
    for key, number, department in (("R02", "2026-0001", SOCIAL), ("R05", "2026-0002", HOME_CARE)):
        case_id = site.receive(arrived(referral(key), number))
        site.store.acknowledge(case_id, ANNE, NOW)
        site.store.forward(case_id, department, ANNE, "Kendt hos jer.", NOW)
    site.receive(arrived(referral("R08"), "2026-0003"))
    site.put_aside("UNSIGNED")
    site.posted.clear()
    return site


async def test_a_department_sees_its_own_cases_and_counts_them(forwarded):
    async with opened(forwarded.ports(person=SARA), (80, 24)) as pilot:
        text = await until(pilot, "Karen Testdal", "1", "Enter læs")
        for hidden in ("Sanne", "2026-0002", "2026-0003", "kan ikke stoles på", "kvittér", "videresend"):
            assert hidden not in text


async def test_what_is_not_for_a_department_is_neither_offered_nor_done(forwarded):
    before = forwarded.trail()
    async with opened(forwarded.ports(person=SARA), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        for key in NOT_OFFERED:
            await pilot.press(key)
            await pilot.pause(0.05)
        assert len(pilot.app.screen_stack) == len(pilot.app.screen_stack[:2])
        assert "Karen Testdal" in seen(pilot)
        await pilot.press("f")
        text = await until(pilot, "notér kontakt", "fælles møde", "samtykke trukket tilbage", "afslut")
        assert "vurdér" not in text
        assert "ikke vores borger" not in text
    assert forwarded.trail() == before


async def test_help_explains_a_department_its_own_keys_only(forwarded):
    async with opened(forwarded.ports(person=SARA), (100, 60)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("f1")
        text = await until(pilot, "Taster", "Afslut sagen")
        for command in (commands.ACKNOWLEDGE, commands.FORWARD, commands.ASSESS, commands.NOT_OURS):
            assert language.gettext(command.help)[:40] not in text


async def test_a_department_reads_and_closes_its_case(forwarded):
    forwarded.acts.assess(CASE, acute=False, why="Rolig.", person=ANNE, now=NOW)
    async with opened(forwarded.ports(person=SARA), (100, 60)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes")
        await pilot.press("end")
        await until(pilot, "Kendt hos jer.")
        await pilot.press("a")
        await until(pilot, "[ ] botilbud")
        await pilot.press("enter", *"aftalt", "enter")
        await until(pilot, "✓ Afsluttet")
    assert forwarded.case(CASE).ending.by == SARA.name
    assert ("open-case", SARA.id, CASE, "done") in forwarded.trail()


async def test_a_case_that_is_moved_on_leaves_the_list_by_itself(forwarded):
    async with opened(forwarded.ports(person=SARA, poll_seconds=0.1)) as pilot:
        await until(pilot, "Karen Testdal")
        forwarded.store.forward(CASE, HOME_CARE, ANNE, "", NOW)
        await until(pilot, "Ingen henvendelser")
        assert "Karen" not in seen(pilot)


async def test_a_case_that_is_moved_on_while_it_is_read_is_closed(forwarded):
    async with opened(forwarded.ports(person=SARA, poll_seconds=0.1)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes")
        forwarded.store.forward(CASE, HOME_CARE, ANNE, "", NOW)
        await until(pilot, "Ingen henvendelser", "Den henvendelse er her ikke længere.")
        assert "Karen" not in seen(pilot)


async def test_acting_on_what_was_moved_on_meanwhile_is_said_plainly(forwarded):
    async with opened(forwarded.ports(person=SARA)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("t")
        await until(pilot, "Borgeren blev truffet")
        forwarded.store.forward(CASE, HOME_CARE, ANNE, "", NOW)
        await pilot.press("down", "enter", "enter")
        await until(pilot, "Den henvendelse er her ikke længere.")
    assert forwarded.case(CASE).notes == ()


async def test_a_role_that_was_changed_meanwhile_is_said_plainly(forwarded):
    """What the door's own watch has not seen yet."""
    async with opened(forwarded.ports(watch=Watch(every_seconds=1000)), (100, 40)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("home", "k")
        await until(pilot, "Der går intet tilbage om borgeren.")
        forwarded.employ(replace(ANNE, role=Role.DEPARTMENT, department=SOCIAL))
        await pilot.press("enter")
        await until(pilot, "Din rolle giver ikke adgang")
    assert forwarded.posted == []


async def test_the_door_is_shown_to_somebody_who_has_left(forwarded):
    async with opened(forwarded.ports(person=SARA, poll_seconds=0.1)) as pilot:
        await until(pilot, "Karen Testdal")
        with forwarded.db.session() as session:
            session.get_one(PersonRow, SARA.id).active = False
        text = await until(pilot, "Du har ikke længere adgang")
        assert "Karen" not in text
        await pilot.pause(0.2)


# Taking over and sending back


async def test_o_takes_over_with_one_question(forwarded):
    """S19: what is new comes first, with the days that are left."""
    async with opened(forwarded.ports(person=SARA), (80, 24)) as pilot:
        await until(pilot, "O overtag", "R send tilbage", "hverdage tilbage", "→ Videresendt")
        await pilot.press("o")
        await until(pilot, "Dit navn og tidspunktet bliver noteret")
        await pilot.press("enter")
        await until(pilot, "◉ Overtaget")
        await pilot.press("o")
        await until(pilot, "Sara Testlund overtog henvendelsen")
    assert forwarded.case(CASE).taken_over.by == SARA.name
    assert forwarded.posted == []


async def test_r_sends_back_with_a_reason_and_those_who_receive_read_it(forwarded):
    async with opened(forwarded.ports(person=SARA), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes", "R send tilbage")
        await pilot.press("r")
        await until(pilot, "Send tilbage", "de ser din grund")
        await pilot.press("enter")
        await until(pilot, "Skriv begrundelsen")
        await pilot.press(*"Ikke os", "enter")
        text = await until(pilot, "Ingen henvendelser")
        assert "Karen" not in text
    async with opened(forwarded.ports(), (100, 70)) as pilot:
        await until(pilot, "◐ Kvitteret", "sendt tilbage")
        await pilot.press("home", "down", "enter")
        await until(pilot, "sendt tilbage af Social og Psykiatri", "Sendt tilbage", "Ikke os")


async def test_a_department_beside_it_reads_it_and_is_told_who_answers_for_it(forwarded):
    """E7."""
    forwarded.store.forward(CASE, HOME_CARE, ANNE, "", NOW, also=[SOCIAL])
    async with opened(forwarded.ports(person=SARA), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal", "Hjemmepleje")
        for key in ("o", "r", "a"):
            await pilot.press(key)
            await until(pilot, "Hjemmepleje er ansvarlig for")
            pilot.app.clear_notifications()
            await pilot.pause()
        assert len(pilot.app.screen_stack) == 1


async def test_those_who_receive_note_who_has_taken_it_over_elsewhere(forwarded):
    async with opened(forwarded.ports(), (100, 70)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("home", "down", "enter")
        await until(pilot, "Karen Testdal  2026-0001", "Kendt hos jer.")
        await pilot.press("o")
        await until(pilot, "Hvem i Social og Psykiatri har overtaget?")
        await pilot.press(*"Mia Test", "enter")
        await until(pilot, "◉ Overtaget · Social og Psykiatri · Mia Test", "(noteret af Anne")


async def test_space_brings_others_in_and_all_outside_the_consent_are_named(site):
    """E7, C4: what was typed stands when a colleague was first."""
    site.receive(arrived(referral("R02")))
    site.store.acknowledge(CASE, ANNE, NOW)
    async with opened(site.ports(), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("v")
        await until(pilot, "● Social og Psykiatri", "Mellemrum tager andre med")
        await pilot.press("down", "space", "end", "space")
        await until(pilot, "+ Hjemmepleje", "+ Arbejdsmarked")
        await pilot.press("enter", *"Ring", "enter", *"Hun har sagt ja", "enter")
        await until(pilot, "Stil markøren på den ene")
        await pilot.press("home")
        await until(pilot, "● Social og Psykiatri", "Arbejdsmarked er ingen af delene")
        site.store.forward(CASE, HOME_CARE, BENT, "", NOW)
        await pilot.press("ctrl+s")
        text = await until(pilot, "har lige sendt henvendelsen videre")
        assert "Hun har sagt ja" in text
        await pilot.press("escape", "v")
        await until(pilot, "● Hjemmepleje", "Nu:")
        await pilot.press("home", "down", "down", "space", "home", "enter", "enter")
        await until(pilot, "venter på Social og Psykiatri +1")
    case = site.case(CASE)
    assert (case.responsible.id, [one.name for one in case.also]) == (SOCIAL, ["Træning og aktivitet"])
    assert len(site.posted) == len(("the acknowledgement",))


# What does not get through


def hold_up(site, kind=Kind.ACKNOWLEDGEMENT, reason="BOUNCED_5.1.1", number="2026-0001", state="parked", at=NOW):
    """Let a letter of ours about a case be held up; Præhospitalet's contact is known."""
    said = {"conversation_id": conversation(number), "kind": kind, "to_party": REGION, "number": number}
    letter = f"{kind}-{number}"
    with site.db.session() as session:
        session.add(OutgoingRow(letter_id=letter, locked=b"", state=state, reason=reason, posted_at=at, **said))
        session.add(StepRow(letter_id=letter, state=state, reason=reason, at=at))


def known(site):
    contact = Contact.checked(
        party=REGION,
        unit_name="AMK-vagtcentralen",
        email="amk@region.example",
        phone=PHONE,
        valid_from=NOW - timedelta(days=9),
        entered_by="test",
    )
    with site.db.session() as session:
        AddressBook(session).set_contact(contact)


async def test_an_acknowledgement_that_came_back_stands_above_the_list_with_why_and_whom_to_call(forwarded):
    known(forwarded)
    async with opened(forwarded.ports(poll_seconds=0.1), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        hold_up(forwarded)
        text = " ".join((await until(pilot, "2026-0001", PHONE)).split())
        assert text.index("2026-0001") < text.index(PHONE) < text.index("Karen")
        await pilot.press("home", "down", "enter")
        await until(pilot, "Sådan vil borgeren kontaktes")


async def test_the_letter_says_why_in_words_and_what_to_do(forwarded):
    known(forwarded)
    hold_up(forwarded)
    hold_up(forwarded, Kind.CLOSED, "NO_KEY")
    async with opened(forwarded.ports(person=SARA), (100, 60)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("enter")
        text = " ".join((await until(pilot, "Sådan vil borgeren kontaktes", PHONE)).split())
        assert text.count(PHONE) == len(("the acknowledgement", "the closing"))


async def test_what_was_given_up_long_ago_is_told_on_its_case_alone(forwarded):
    hold_up(forwarded, state="given-up", reason="NO_RECEIPT", at=NOW - timedelta(days=30))
    with forwarded.store.looking(ANNE, NOW) as cases:
        assert cases.held_up(NOW - timedelta(days=14)) == ()
    assert [one.reason for one in forwarded.case(CASE).held_up] == ["NO_RECEIPT"]
    assert forwarded.page(0, 9, NOW.date(), SARA)[0].held_up


@pytest.mark.parametrize("reason", ["", "A_CODE_OF_TOMORROW", "RELAY_REFUSED", "SIGNER_EXPIRED", "CLOCK_BEHIND_KEY"])
@pytest.mark.parametrize("state", ["parked", "refused", "given-up"])
async def test_every_reason_is_said_in_words(forwarded, state, reason):
    hold_up(forwarded, reason=reason, state=state)
    (one,) = forwarded.case(CASE).held_up
    said = held_up.advice(one, "")
    assert "Præhospitalet" in said
    assert "_" not in said
    assert "{" not in said
