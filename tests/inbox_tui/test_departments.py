"""Departments: who keeps them, what they are called, in which order they are offered, and what is left of one (D14)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inbox_commands import NUMBER, WORKER

from directory.book import AddressBook
from directory.departments import department_party
from directory.model import Contact, UnitKind
from gateway.audit.read import entries
from gateway.audit.trail import CODE
from gateway.site.errors import MayNot
from gateway.site.people import Role
from inbox_tui.casework.departments import DEFAULTS, Department, DepartmentKind, checked_name, moved, new_id
from inbox_tui.casework.errors import (
    BadDepartmentName,
    DepartmentTaken,
    DepartmentUnknown,
    LastDepartment,
)
from inbox_tui.departments import Departments
from tests.inbox_site import ANNE, BODIL, HOME_CARE, NOW, SARA, SOCIAL, arrived, conversation, referral

CASE = conversation("2026-0001")
HOUSING = "boligsocialt-team"


@pytest.fixture
def departments(site):
    return Departments(site.db)


def names(site):
    return [one.name for one in site.store.departments()]


def forwarded(site):
    site.receive(arrived(referral("R02")))
    site.store.acknowledge(CASE, ANNE, NOW)
    site.store.forward(CASE, SOCIAL, ANNE, "", NOW)


# Rules


def test_the_ids_of_the_six_are_what_their_names_make():
    assert [new_id(one.name, ()) for one in DEFAULTS] == [one.id for one in DEFAULTS]


@given(name=st.text(), taken=st.sets(st.sampled_from(("a", "a-2", "afdeling")), max_size=3))
def test_whatever_it_is_called_an_id_is_new_short_and_fit_for_the_trail(name, taken):
    made = new_id(name, taken)
    assert made not in taken
    assert 0 < len(made) <= 63
    assert CODE.fullmatch(made)
    assert made == made.strip("-")


HOSTILE = ["", "   ", "x" * 61, "Afdeling\x1b[2J", "\u202eafdeling", "a\x00b", "\u200b"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_cannot_be_read_is_refused(name):
    with pytest.raises(BadDepartmentName):
        checked_name(name, ())


@given(name=st.text(min_size=1))
def test_a_name_is_one_line_of_printable_text_or_refused(name):
    try:
        kept = checked_name(name, ())
    except BadDepartmentName:
        return
    assert kept.isprintable()
    assert kept == kept.strip()
    assert len(kept) <= 60


def test_a_name_that_finds_another_department_is_taken():
    other = Department("hjemmepleje", "Ældre", DepartmentKind.HEALTH)
    for name in ("ÆLDRE", "hjemmepleje", " Ældre "):
        with pytest.raises(DepartmentTaken):
            checked_name(name, (other,))


@given(order=st.lists(st.integers(), unique=True, min_size=1), step=st.sampled_from((-1, 1)), data=st.data())
def test_moving_changes_places_with_the_neighbour_and_loses_nobody(order, step, data):
    order = list(map(str, order))
    one = data.draw(st.sampled_from(order))
    after = moved(order, one, step)
    assert sorted(after) == sorted(order)
    assert abs(after.index(one) - order.index(one)) <= 1


# What the administrator does


def test_a_department_is_added_last_and_can_be_forwarded_to(site, departments):
    added = departments.add("Boligsocialt team", DepartmentKind.SOCIAL, BODIL, NOW)
    assert (added.id, names(site)[-1]) == (HOUSING, "Boligsocialt team")
    assert site.trail()[-1] == ("set-department", BODIL.id, HOUSING, "done")
    with pytest.raises(DepartmentTaken):
        departments.add("boligsocialt  TEAM", DepartmentKind.OTHER, BODIL, NOW)


def test_a_department_keeps_its_id_when_it_is_called_something_else(site, departments):
    """What went there before is found under the new name."""
    forwarded(site)
    departments.rename(SOCIAL, "Voksen og Psykiatri", BODIL, NOW)
    departments.rename("voksen og psykiatri", "VOKSEN og Psykiatri", BODIL, NOW)
    assert site.case(CASE).responsible == Department(SOCIAL, "VOKSEN og Psykiatri", DepartmentKind.SOCIAL)
    assert [one.number for one in site.page(0, 9, NOW.date(), SARA)] == ["2026-0001"]


def test_the_kind_decides_what_the_consent_covers_from_now_on(site, departments):
    """C4."""
    departments.change_kind("Arbejdsmarked", DepartmentKind.SOCIAL, BODIL, NOW)
    site.receive(arrived(referral("R02")))
    site.store.acknowledge(CASE, ANNE, NOW)
    assert site.store.forward(CASE, "arbejdsmarked", ANNE, "", NOW).responsible.name == "Arbejdsmarked"


def test_departments_are_offered_in_the_order_the_administrator_gives_them(site, departments):
    before = names(site)
    departments.move(HOME_CARE, -1, BODIL, NOW)
    assert names(site) == [before[1], before[0], *before[2:]]
    departments.move(HOME_CARE, -1, BODIL, NOW)
    departments.move("arbejdsmarked", 1, BODIL, NOW)
    assert names(site) == [before[1], before[0], *before[2:]]


def test_a_retired_department_takes_nothing_new_and_keeps_what_it_has(site, departments):
    forwarded(site)
    retired = departments.retire(SOCIAL, BODIL, NOW)
    assert (retired.department.active, retired.open) == (False, ("2026-0001",))
    assert "Social og Psykiatri" not in names(site)
    with pytest.raises(DepartmentUnknown):
        site.store.forward(CASE, SOCIAL, ANNE, "", NOW)
    assert site.store.take_over(CASE, SARA, NOW).taken_over.by == SARA.name
    departments.move(HOME_CARE, 1, BODIL, NOW)
    assert departments.listed(BODIL, NOW)[-1].department.id == SOCIAL
    departments.reopen("Social og Psykiatri", BODIL, NOW)
    assert names(site)[-1] == "Social og Psykiatri"


def test_the_last_department_stays(site, departments):
    for one in DEFAULTS[1:]:
        departments.retire(one.id, BODIL, NOW)
    with pytest.raises(LastDepartment):
        departments.retire(SOCIAL, BODIL, NOW)
    assert names(site) == ["Social og Psykiatri"]


def test_the_list_says_who_works_there_what_it_has_and_how_it_is_reached(site, departments):
    forwarded(site)
    party = department_party(HOME_CARE)
    mail = Contact(party, "Hjemmepleje", "hjemmepleje@randers.example", "", "", UnitKind.MAIL_CLIENT, NOW, "x")
    with site.db.session() as session:
        AddressBook(session).set_contact(mail)
    first, second = departments.listed(BODIL, NOW)[:2]
    assert (first.people, first.open, first.mail) == (1, ("2026-0001",), "")
    assert (second.people, second.open, second.mail) == (1, (), "hjemmepleje@randers.example")
    assert site.store.departments_by_mail() == {HOME_CARE}


CHANGES = {
    "added": lambda flow, who: flow.add("Ny", DepartmentKind.OTHER, who, NOW),
    "renamed": lambda flow, who: flow.rename(SOCIAL, "Ny", who, NOW),
    "kind-other": lambda flow, who: flow.change_kind(SOCIAL, DepartmentKind.OTHER, who, NOW),
    "moved": lambda flow, who: flow.move(SOCIAL, 1, who, NOW),
    "retired": lambda flow, who: flow.retire(SOCIAL, who, NOW),
    "reopened": lambda flow, who: flow.reopen(SOCIAL, who, NOW),
}


@pytest.mark.parametrize("what", CHANGES)
def test_only_the_administrator_changes_departments_and_it_is_noted(site, departments, what):
    """D14, S29."""
    before = departments.listed(BODIL, NOW)
    for who in (ANNE, SARA):
        with pytest.raises(MayNot):
            CHANGES[what](departments, who)
        assert site.trail()[-1] == ("set-department", who.id, "", "MAY_NOT")
    assert departments.listed(BODIL, NOW) == before
    CHANGES[what](departments, BODIL)
    with site.db.reading() as session:
        last = list(entries(session))[-1]
    assert json.loads(last.detail)["change"] == what


def test_a_department_that_is_not_there_is_not_found(departments):
    with pytest.raises(DepartmentUnknown):
        departments.rename("folketinget", "Ny", BODIL, NOW)


# Typed


@pytest.fixture
def inbox(inbox):
    inbox.hire("Bodil Testbo", Role.ADMIN)
    inbox.hire("Sara Testlund", Role.DEPARTMENT, department=SOCIAL)
    return inbox


def test_the_administrator_keeps_the_departments_by_command(inbox):
    by = ("--as", "Bodil Testbo")
    made = inbox("departments", "add", "Boligsocialt team", "--kind", "social", *by)
    assert (made["id"], made["active"]) == (HOUSING, True)
    inbox("departments", "rename", HOUSING, "Bolig", *by)
    inbox("departments", "kind", "bolig", "other", *by)
    inbox("departments", "move", HOUSING, "up", *by)
    listed = inbox("departments", "--as", WORKER)["departments"]
    assert [one["name"] for one in listed][-2:] == ["Bolig", "Arbejdsmarked"]
    assert (listed[-2]["kind"], listed[-2]["people"]) == ("other", 0)
    assert inbox("departments", "retire", HOUSING, *by)["open"] == []
    assert HOUSING not in [one["id"] for one in inbox("departments", "list", *by)["departments"]]
    assert [one["id"] for one in inbox("departments", "--all", *by)["departments"] if not one["active"]] == [HOUSING]
    assert inbox("departments", "reopen", HOUSING, *by)["active"]
    assert inbox("departments", "retire", "folketinget", *by, code=3)["error"] == "DEPARTMENT_UNKNOWN"
    assert inbox("departments", "add", "arbejdsmarked", "--kind", "other", *by, code=2)["error"] == "DEPARTMENT_TAKEN"
    assert inbox("departments", "add", "\x1b[2J", "--kind", "other", *by, code=2)["error"] == "BAD_DEPARTMENT_NAME"


def test_a_referral_is_forwarded_taken_over_and_sent_back_by_command(inbox):
    """E7, S19."""
    inbox("acknowledge", NUMBER, "--as", WORKER)
    inbox("forward", NUMBER, "hjemmepleje", "--also", "Social og Psykiatri", "--as", WORKER)
    refused = inbox("take-over", NUMBER, "--as", "Sara Testlund", code=2)
    assert refused["error"] == "NOT_YOURS"
    taken = inbox("take-over", NUMBER, "--by", "-", "--as", WORKER, typed="Hanne Testdal\n")
    assert (taken["taken_over"]["by"], taken["responsible"]) == ("Hanne Testdal", "Hjemmepleje")
    assert inbox("take-over", NUMBER, "--as", WORKER, code=2)["error"] == "ALREADY_TAKEN_OVER"
    inbox("forward", NUMBER, SOCIAL, "--as", WORKER)
    assert inbox("take-over", NUMBER, "--as", "Sara Testlund")["taken_over"]["by"] == "Sara Testlund"
    back = inbox("send-back", NUMBER, "--reason", "-", "--as", "Sara Testlund", typed="Ikke os.")
    assert (back["state"], back["responsible"]) == ("acknowledged", None)
    assert (
        inbox("send-back", NUMBER, "--reason", "-", "--as", WORKER, typed="x", code=2)["error"] == "ALREADY_SENT_BACK"
    )
    assert inbox("show", NUMBER, "--as", "Sara Testlund", code=3)["error"] == "CASE_NOT_FOUND"
    assert [kind for kind, _body in inbox.letters()] == ["acknowledgement"]
    outside = inbox("forward", NUMBER, SOCIAL, "--also", "arbejdsmarked", "--as", WORKER, code=2)
    assert outside["error"] == "CONFIRMATION_NEEDED"
