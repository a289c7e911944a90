"""Departments and staff at the administrator's keyboard (D14, S29)."""

import pytest

from gateway.access.sign_in import SignIn
from gateway.site.people import Role
from gateway.terminal.door import Watch
from inbox_tui.casework.departments import DepartmentKind
from tests.inbox_site import ANNE, BODIL, NOW, SARA, SOCIAL, arrived, conversation, referral
from tests.screens.seen import opened, seen, until

CASE = conversation("2026-0001")
ALL = "Arbejdsmarked"
ON_THE_PAGE = len(("the list", "the page"))


def departments(site):
    return [(one.name, one.kind) for one in site.store.departments()]


def people(site):
    return {one.name: (one.role, one.department) for one in site.ports().staff.listed(BODIL)}


async def at(pilot, *keys):
    """Open the page and press some keys, one at a time."""
    await until(pilot, "Ingen henvendelser")
    await pilot.press("h")
    await until(pilot, "Afdelinger", ALL)
    await pilot.press(*keys)


async def test_the_administrator_adds_renames_and_sorts_departments(site):
    """D14, E8."""
    async with opened(site.ports(person=BODIL), (80, 24)) as pilot:
        await at(pilot, "n")
        await until(pilot, "Ny afdeling", "andet (uden for samtykket)")
        await pilot.press("enter", *"Boligteam", "enter")
        await until(pilot, "Nu kan der videresendes")
        await pilot.press("end", "minus", "plus", "o")
        await until(pilot, "Omdøb")
        await pilot.press("ctrl+u", *"Bolig", "enter")
        await until(pilot, "▌Bolig  ")
        await pilot.press("t")
        await until(pilot, "Borgeren har sagt ja til kontakt")
        await pilot.press("down", "enter")
        for _ in range(1500):
            await pilot.pause(0.02)
            if len(pilot.app.screen_stack) == ON_THE_PAGE:
                break
    assert departments(site)[-2:] == [("Bolig", DepartmentKind.HEALTH), ("Arbejdsmarked", DepartmentKind.OTHER)]


async def test_a_name_that_is_taken_is_said_in_the_form_and_what_was_typed_stands(site):
    async with opened(site.ports(person=BODIL), (80, 24)) as pilot:
        await at(pilot, "n")
        await until(pilot, "Ny afdeling")
        await pilot.press("enter", *"hjemmepleje", "enter")
        text = await until(pilot, "Der er eller var en afdeling med det navn.")
        assert "hjemmepleje" in text
    assert len(departments(site)) == 6


async def test_closing_a_department_names_what_it_has_and_can_be_undone(site):
    site.receive(arrived(referral("R02")))
    site.store.acknowledge(CASE, ANNE, NOW)
    site.store.forward(CASE, SOCIAL, ANNE, "", NOW)
    async with opened(site.ports(person=BODIL), (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("h")
        await until(pilot, ALL, "1 henvendelse", "! ingen arbejder i den her")
        await pilot.press("l")
        await until(pilot, "Luk afdelingen?", "Den er ansvarlig for 1 henvendelse nu: 2026-0001.")
        await pilot.press("j")
        await until(pilot, "lukket: der videresendes ikke mere")
        assert "Social og Psykiatri" not in [name for name, _kind in departments(site)]
        assert site.store.take_over(CASE, SARA, NOW).taken_over.by == SARA.name
        await pilot.press("end", "l")
        for _ in range(1500):
            await pilot.pause(0.02)
            if len(departments(site)) == 6:
                break
    assert departments(site)[-1][0] == "Social og Psykiatri"


async def test_the_administrator_hires_somebody_whose_first_password_is_shown_once(site):
    """S29."""
    async with opened(site.ports(person=BODIL), (80, 24)) as pilot:
        await at(pilot, "m")
        await until(pilot, "Anne Testesen", "arbejder i Social og Psykiatri", "har ikke logget ind endnu")
        await pilot.press("n")
        await until(pilot, "Ny kollega")
        await pilot.press("down", "enter", *"sara testlund", "enter")
        await until(pilot, "arbejder her allerede")
        await pilot.press("ctrl+u", *"Mia Test", "enter")
        text = await until(pilot, "Første adgangskode", "Den vises kun nu.", "Esc tilbage")
        password = next(line.split()[-2] for line in text.splitlines() if "Første adgangskode  " in line)
        await pilot.press("enter")
        text = await until(pilot, "Mia Test")
        assert password not in text
    assert people(site)["Mia Test"] == (Role.DEPARTMENT, SOCIAL)
    changed = SignIn(site.db, site.vault, lambda: NOW).change("Mia Test", password, "Solen skinner på taget")
    assert changed.department == SOCIAL


async def test_the_departments_count_a_colleague_who_has_just_come(site):
    """Enter and Space choose alike where one alone can be chosen."""
    async with opened(site.ports(person=BODIL), (80, 24)) as pilot:
        await at(pilot)
        assert "2 personer" not in await until(pilot, ALL, "M medarbejdere", "F1 hjælp")
        await pilot.press("m")
        await until(pilot, "Medarbejdere", "Anne Testesen")
        await pilot.press("n")
        await until(pilot, "Ny kollega")
        await pilot.press("down", "down", "space", *"Mia Test", "enter")
        await until(pilot, "Den vises kun nu.")
        await pilot.press("escape")
        await until(pilot, "Mia Test", "S afslut adgang")
        await pilot.press("escape")
        await until(pilot, ALL, "2 personer arbejder i den her")


async def test_a_role_is_changed_and_a_password_given_anew(site):
    async with opened(site.ports(person=BODIL), (80, 24)) as pilot:
        await at(pilot, "m")
        await until(pilot, "Anne Testesen")
        await pilot.press("r")
        await until(pilot, "En anden rolle")
        await pilot.press("end", "enter")
        await until(pilot, "Anne Testesen arbejder her nu:")
        await until(pilot, "Første adgangskode")
        await pilot.press("enter")
        await until(pilot, "revisor: ser efter")
        await pilot.press("p")
        await until(pilot, "Giv en ny adgangskode?")
        await pilot.press("j")
        await until(pilot, "Den vises kun nu.")
    assert people(site)["Anne Testesen"][0] is Role.AUDITOR
    assert ("reset-password", BODIL.id, ANNE.id, "done") in site.trail()


async def test_the_last_administrator_stays(site):
    async with opened(site.ports(person=BODIL), (80, 24)) as pilot:
        await at(pilot, "m")
        await until(pilot, "Bodil Testbo")
        await pilot.press("down", "down", "s")
        await until(pilot, "Afslut adgangen?", "Bodil Testbo kan ikke længere logge ind")
        await pilot.press("j")
        await until(pilot, "Det er den eneste administrator.")
    assert "Bodil Testbo" in people(site)


async def test_whoever_leaves_is_shut_out_of_an_inbox_that_stands_open(site):
    """S29: leaving staff lose access today."""
    site.receive(arrived(referral("R02")))
    ports = site.ports(person=SARA, watch=Watch(every_seconds=0.05))
    site.store.acknowledge(CASE, ANNE, NOW)
    site.store.forward(CASE, SOCIAL, ANNE, "", NOW)
    async with opened(ports, (80, 24)) as pilot:
        await until(pilot, "Karen Testdal")
        site.ports().staff.end(SARA.name, BODIL)
        text = await until(pilot, "Du har ikke længere adgang")
        assert "Karen" not in text


@pytest.mark.parametrize("person", [ANNE, SARA])
async def test_nobody_else_is_offered_the_page_or_gets_there(site, person):
    """D14."""
    before = site.trail()
    async with opened(site.ports(person=person), (80, 24)) as pilot:
        await until(pilot, "Ingen henvendelser")
        await pilot.press("h")
        await pilot.pause(0.2)
        assert "Afdelinger" not in seen(pilot)
        await pilot.press("f")
        await until(pilot, "linjen til Præhospitalet")
        assert "afdelinger og medarbejdere" not in seen(pilot)
    assert site.trail() == before
