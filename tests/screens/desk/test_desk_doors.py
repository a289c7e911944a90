"""What is done at the desk is done in a name: opening is noted, looking again is not, and who has left goes at once."""

import json
from dataclasses import replace

import pytest
from desk_site import at_desk, typed, until
from sites import PASSWORD

from gateway.access.credentials import Credentials
from gateway.audit.rows import EntryRow
from gateway.desk import refusals
from gateway.language import gettext as _
from gateway.site.errors import MayNot
from gateway.site.people import PersonRow, Role
from gateway.terminal.door import Watch

CITIZEN = {"name": "Karen Testdal", "cpr": "190668-7074", "phone": "+45 95 00 01 02"}
SELDOM = Watch(every_seconds=3600)
"""Lets the flows themselves find out that somebody is gone."""


def noted(desk, *actions):
    return [(entry.action, entry.about) for entry in desk.rows(EntryRow) if entry.action in actions or not actions]


def people(desk, **columns):
    with desk.db.session() as session:
        row = session.get_one(PersonRow, desk.person.id)
        for name, value in columns.items():
            setattr(row, name, value)


async def test_who_sits_there_signs_in_with_name_and_password(desk):
    with desk.db.session() as session:
        Credentials(session, desk.vault).put(desk.karim.id, PASSWORD)
    async with at_desk(desk.ports(person=None, name="Karim Prøvesen")) as pilot:
        await until(pilot, "Karim Prøvesen")
        await typed(pilot, PASSWORD)
        await pilot.press("enter")
        await until(pilot, "Intet venter her", "Karim Prøvesen")


async def test_opening_is_noted_once_however_often_the_page_looks_again(desk):
    """S30."""
    number = desk.refer(citizen=CITIZEN)
    conversation = desk.row(number).conversation_id
    before = len(noted(desk))
    async with at_desk(desk.ports(poll_seconds=0.02)) as pilot:
        await until(pilot, number)
        await pilot.pause(0.3)
        assert len(noted(desk)) == before
        await pilot.press("enter")
        await until(pilot, "Har kommunen fået det?")
        await pilot.pause(0.3)
        assert noted(desk)[before:] == [("open-referral", conversation)]
        await pilot.press("escape", "enter")
        await until(pilot, "Har kommunen fået det?")
    assert noted(desk)[before:] == [("open-referral", conversation)] * 2


async def test_a_search_is_noted_and_what_was_typed_is_not(desk):
    """L6, S30."""
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports()) as pilot:
        await until(pilot, number)
        await pilot.press("f2")
        await typed(pilot, "190668-7074")
        await pilot.press("enter")
        await until(pilot, f"{number} · Karen")
    (entry,) = [entry for entry in desk.rows(EntryRow) if entry.action == "search"]
    assert (entry.about, json.loads(entry.detail)) == (desk.row(number).conversation_id, {"by": "cpr", "found": 1})
    assert "190668" not in repr(desk.rows(EntryRow))


async def test_who_has_left_stands_before_the_door_at_the_next_look(desk):
    number = desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports(watch=SELDOM)) as pilot:
        await until(pilot, number)
        people(desk, active=False)
        text = await until(pilot, _("Password"))
        assert number not in text
        assert "Karen" not in text


async def test_who_has_left_in_the_middle_of_a_draft_is_shown_out_and_the_draft_stays(desk):
    """O5: the shift goes on with it."""
    draft = desk.ports().drafts.begin(desk.person, {"citizen": {"name": "Poul Testborg"}})
    async with at_desk(desk.ports(watch=SELDOM, poll_seconds=3600)) as pilot:
        await until(pilot, "Poul Testborg")
        people(desk, active=False)
        await pilot.press("enter")
        assert "Poul" not in await until(pilot, _("Password"))
    assert desk.ports().drafts.open(draft.id, desk.karim).content == draft.content


async def test_a_role_that_does_not_allow_it_is_said_in_plain_words(desk):
    desk.refer(citizen=CITIZEN)
    async with at_desk(desk.ports(watch=SELDOM, poll_seconds=3600), (120, 40)) as pilot:
        await until(pilot, "Karen Testdal")
        people(desk, role=Role.AUDITOR)
        await pilot.press("enter")
        await until(pilot, refusals.of_a_role(MayNot("open-referral")).split(".")[0])
        assert pilot.app.is_running
    assert [(entry.action, entry.outcome) for entry in desk.rows(EntryRow)][-1] == ("open-referral", "MAY_NOT")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INTAKE, Role.DEPARTMENT])
async def test_nothing_is_listed_for_another_role(desk, role):
    desk.refer(citizen=CITIZEN)
    people(desk, role=role)
    async with at_desk(desk.ports(person=replace(desk.person, role=role), watch=SELDOM)) as pilot:
        await until(pilot, refusals.of_a_role(MayNot("list-referrals")).split(".")[0][:25])
        assert "Karen" not in await until(pilot, "Mette")
