"""The doors of the region's flows: who may not is refused before anything is done, and it is noted (S30).

The flows are walked method by method, so that one that is added later cannot be forgotten.
"""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import select
from writing_site import writing_site

from gateway.access.actions import Action
from gateway.audit.rows import EntryRow
from gateway.consents.rows import ConsentTable
from gateway.exchange.rows import ExchangeTable
from gateway.meetings.flow import Proposal
from gateway.meetings.rows import MeetingTable
from gateway.referring.correspond import Correspond
from gateway.referring.decline import Decline
from gateway.referring.drafts import Drafts
from gateway.referring.duty import Duty
from gateway.referring.look import Look
from gateway.referring.promise import CallOutcome
from gateway.referring.recognise import Recognise
from gateway.referring.rows import ReferringTable
from gateway.referring.submit import Submit
from gateway.site.errors import MayNot, PersonGone
from gateway.site.people import People, PersonRow, Role
from gateway.wire.meeting import Attendance, Party

FLOWS = (Submit, Decline, Drafts, Recognise, Look, Duty, Correspond)
BY_ITSELF = {"Duty.tick", "Correspond.tidy"}
"""What the daemon does, in nobody's name."""
WRONG = sorted(set(Role) - {Role.SENDER, Role.ADMIN})
NUMBER = "2026-0001"
MEETING = "00000000-0000-4000-8000-000000000000"


def proposal(site):
    return Proposal(site.later(hours=20), site.later(hours=1), (Party(role="borgeren"),), place="Testvej 1")


DOORS: dict[str, tuple[Action, Callable[[Any, Any], object]]] = {
    "Submit.__call__": (Action.SEND_REFERRAL, lambda site, who: site.submit(site.written(), who)),
    "Decline.__call__": (Action.NOTE_REFUSAL, lambda site, who: site.decline(who, site.draft.id)),
    "Drafts.begin": (Action.WRITE_DRAFT, lambda site, who: site.drafts.begin(who, {"text": "x"})),
    "Drafts.save": (Action.WRITE_DRAFT, lambda site, who: site.drafts.save(site.draft, {"text": "x"}, who)),
    "Drafts.open": (Action.OPEN_DRAFT, lambda site, who: site.drafts.open(site.draft.id, who)),
    "Drafts.all": (Action.LIST_REFERRALS, lambda site, who: site.drafts.all(who)),
    "Drafts.drop": (Action.DROP_DRAFT, lambda site, who: site.drafts.drop(site.draft.id, who)),
    "Recognise.__call__": (Action.SEARCH, lambda site, who: site.recognise("190668-7074", None, who, set())),
    "Look.active": (Action.LIST_REFERRALS, lambda site, who: site.look.active(who)),
    "Look.finished": (Action.LIST_REFERRALS, lambda site, who: site.look.finished(who)),
    "Look.latest": (Action.LIST_REFERRALS, lambda site, who: site.look.latest(who)),
    "Look.named": (Action.OPEN_REFERRAL, lambda site, who: site.look.named(NUMBER, who)),
    "Look.open": (Action.OPEN_REFERRAL, lambda site, who: site.look.open(NUMBER, who)),
    "Look.about": (Action.SEARCH, lambda site, who: site.look.about("190668-7074", who)),
    "Look.sent": (Action.OPEN_REFERRAL, lambda site, who: site.look.sent(NUMBER, who)),
    "Look.journal": (Action.WRITE_JOURNAL, lambda site, who: site.look.journal(NUMBER, who)),
    "Duty.due": (Action.LIST_REFERRALS, lambda site, who: site.duty.due(who)),
    "Duty.log_call": (Action.LOG_CALL, lambda site, who: site.duty.log_call(NUMBER, CallOutcome.TAKEN, "x", who)),
    "Correspond.supplement": (
        Action.SUPPLEMENT,
        lambda site, who: site.correspond.supplement(NUMBER, {"text": "x"}, who),
    ),
    "Correspond.withdraw": (Action.WITHDRAW, lambda site, who: site.correspond.withdraw(NUMBER, who)),
    "Correspond.send_again": (Action.SEND_AGAIN, lambda site, who: site.correspond.send_again(NUMBER, who)),
    "Correspond.content_for_anew": (
        Action.OPEN_REFERRAL,
        lambda site, who: site.correspond.content_for_anew(NUMBER, who),
    ),
    "Correspond.propose_meeting": (
        Action.PROPOSE_MEETING,
        lambda site, who: site.correspond.propose_meeting(NUMBER, proposal(site), who),
    ),
    "Correspond.move_meeting": (
        Action.PROPOSE_MEETING,
        lambda site, who: site.correspond.move_meeting(MEETING, proposal(site), who),
    ),
    "Correspond.answer_meeting": (
        Action.ANSWER_MEETING,
        lambda site, who: site.correspond.answer_meeting(MEETING, Attendance.ACCEPTED, who),
    ),
    "Correspond.cancel_meeting": (
        Action.CANCEL_MEETING,
        lambda site, who: site.correspond.cancel_meeting(MEETING, who),
    ),
    "Correspond.meetings": (Action.OPEN_REFERRAL, lambda site, who: site.correspond.meetings(NUMBER, who)),
}


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A site at which there is something to be kept from; one is enough, for nothing happens here."""
    with writing_site(tmp_path_factory.mktemp("doors") / "site") as site:
        site.send()
        site.draft = site.drafts.begin(site.karim, {"text": "Hemmeligt"})
        yield site


def hired(site, role):
    with site.database.session() as session:
        return People(session, site.vault).add(f"Uvedkommende {role}", role)


def counted(site):
    """Count the rows of every table, and read every letter's state, but for the trail."""
    families = (ReferringTable, ExchangeTable, ConsentTable, MeetingTable)
    tables = [table for family in families for table in family.metadata.sorted_tables]
    with site.database.reading() as session:
        return {table.name: session.exec(select(func.count()).select_from(table)).one() for table in tables} | {
            "all": [session.execute(select(table)).all() for table in tables]
        }


def entries(site):
    return site.rows(EntryRow)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
def test_every_flow_has_a_door_for_each_of_its_acts(flow):
    acts = {
        f"{flow.__name__}.{name}"
        for name, _held in inspect.getmembers(flow, inspect.isfunction)
        if not name.startswith("_") or (name == "__call__")
    }
    assert acts - BY_ITSELF == {door for door in DOORS if door.startswith(f"{flow.__name__}.")}


@pytest.mark.parametrize("role", WRONG)
@pytest.mark.parametrize("door", DOORS)
def test_the_wrong_role_is_refused_at_every_door_nothing_happens_and_it_is_noted(full, door, role):
    action, enter = DOORS[door]
    stranger = hired(full, role)
    before, known = counted(full), len(entries(full))

    with pytest.raises(MayNot):
        enter(full, stranger)

    assert counted(full) == before
    (entry,) = entries(full)[known:]
    assert (entry.person_id, entry.role, entry.outcome) == (stranger.id, role, "MAY_NOT")
    assert entry.action == action


@pytest.mark.parametrize("door", DOORS)
def test_who_has_left_is_refused_at_every_door_at_once(full, door):
    _action, enter = DOORS[door]
    leaver = hired(full, Role.ADMIN)
    with full.database.session() as session:
        session.get_one(PersonRow, leaver.id).active = False
    before, known = counted(full), len(entries(full))

    with pytest.raises(PersonGone):
        enter(full, leaver)

    assert counted(full) == before
    (entry,) = entries(full)[known:]
    assert (entry.person_id, entry.outcome) == (leaver.id, "PERSON_GONE")


def test_a_role_taken_away_counts_at_once_whatever_the_screen_still_thinks(full):
    auditor = hired(full, Role.AUDITOR)

    with pytest.raises(MayNot):
        full.look.open(NUMBER, replace(auditor, role=Role.ADMIN))
