"""Whoever may not is refused, nothing is changed, and the trail says who tried: every act, every role (D3, S30)."""

from dataclasses import replace

import pytest
from databases import rows_in
from inbox_commands import NUMBER, WORKER

from gateway.access.actions import MAY, Action
from gateway.consents.model import Form, Purpose
from gateway.exchange.identity import Identity
from gateway.meetings.flow import Proposal
from gateway.site.errors import MayNot, PersonGone
from gateway.site.people import Person, PersonRow, Role
from gateway.statistics.period import Period
from gateway.wire.answers import Elsewhere
from gateway.wire.meeting import Attendance
from inbox_tui.acts import Obtained
from inbox_tui.casework.departments import DepartmentKind
from inbox_tui.department_mail import DepartmentMail
from inbox_tui.departments import Departments
from inbox_tui.drills import Drills
from inbox_tui.exporting import Form as FileForm
from inbox_tui.sampling import Draw, Sampling
from tests.inbox_site import ANNE, NOW, OWN_KEY, SARA, SOCIAL, UNIT, NoKeys, arrived, conversation, referral

CASE = conversation("2026-0001")
YES = Obtained(Form.WRITTEN, "Omfang.", "Oplyst.")
PLAN = Proposal(NOW, NOW, ())
DRAW = Draw(Period.around(NOW.date()), 5, "ord", "Lov")


def look(site, person):
    with site.store.looking(person, NOW) as cases:
        return cases.tally(NOW.date())


def drills(site):
    return Drills(site.db, site.vault, lambda _session, letter: site.posted.append(letter), lambda: UNIT)


def mail(site):
    own = Identity(UNIT.party, UNIT.email, OWN_KEY)
    return DepartmentMail(site.db, NoKeys(), own, lambda: None, lambda: NOW)


ACTS = {
    "list-cases": lambda site, person: site.store.listed(9, NOW.date(), person, NOW),
    "list-cases on a screen": look,
    "open-case": lambda site, person: site.store.open(CASE, person, NOW),
    "open-case to act on it": lambda site, person: site.store.get(CASE, person, NOW),
    "search": lambda site, person: site.store.find("2026-0001", person, NOW),
    "acknowledge": lambda site, person: site.store.acknowledge(CASE, person, NOW),
    "forward": lambda site, person: site.store.forward(CASE, SOCIAL, person, "", NOW),
    "take-over": lambda site, person: site.store.take_over(CASE, person, NOW),
    "send-back": lambda site, person: site.store.send_back(CASE, "Ikke os.", person, NOW),
    "export-case": lambda site, person: site.ports().export(CASE, FileForm.JSON, person, NOW),
    "show-cpr": lambda site, person: site.store.looked_at_cpr(CASE, person, NOW),
    "search by what a citizen is called": lambda site, person: site.store.search("testperson", person, NOW),
    "assess": lambda site, person: site.acts.assess(CASE, acute=True, why="Fordi.", person=person, now=NOW),
    "contact": lambda site, person: site.acts.contact(CASE, reached=True, remark="", person=person, now=NOW),
    "mark-known": lambda site, person: site.acts.familiar(CASE, "", person, NOW),
    "write-consent": lambda site, person: site.acts.consent(CASE, Purpose.OWN_GP, YES, person, NOW),
    "involve-gp": lambda site, person: site.acts.involve_gp(CASE, person, NOW),
    "not-ours": lambda site, person: site.acts.not_ours(CASE, Elsewhere.MOVED, "", person, NOW),
    "close": lambda site, person: site.acts.close(CASE, ["not-now"], "Fordi.", person, NOW),
    "withdraw": lambda site, person: site.acts.withdraw(CASE, person, NOW),
    "propose-meeting": lambda site, person: site.acts.propose(CASE, PLAN, person, NOW),
    "propose-meeting anew": lambda site, person: site.acts.move_meeting(CASE, "x", PLAN, person, NOW),
    "answer-meeting": lambda site, person: site.acts.answer_meeting(CASE, "x", Attendance.ACCEPTED, "", person, NOW),
    "cancel-meeting": lambda site, person: site.acts.cancel_meeting(CASE, "x", "", person, NOW),
    "see-quarantine": lambda site, person: site.ports().set_aside(person, NOW),
    "acknowledge-drill": lambda site, person: drills(site).acknowledge(CASE, person, NOW),
    "acknowledge-drill seen on a list": lambda site, person: drills(site).open(person, NOW),
    "list-departments": lambda site, person: Departments(site.db).listed(person, NOW),
    "set-department added": lambda site, person: Departments(site.db).add("Ny", DepartmentKind.OTHER, person, NOW),
    "set-department retired": lambda site, person: Departments(site.db).retire(SOCIAL, person, NOW),
    "set-department reached by mail": lambda site, who: mail(site).reach(SOCIAL, "a@b.example", b"", OWN_KEY, who),
    "set-department reached by mail no more": lambda site, who: mail(site).unreach(SOCIAL, who),
    "list-departments reached by mail": lambda site, who: mail(site).listed(who),
    "sample-cases": lambda site, person: Sampling(site.db, site.vault)(DRAW, person, NOW),
}
AT_A_MUNICIPALITY = list(Action)[list(Action).index(Action.LIST_CASES) : list(Action).index(Action.START)]
COMMAND_ONLY = {Action.SHARE_FIGURES}
WRONG = [(name, role) for name in ACTS for role in Role if role not in MAY[Action(name.split(" ")[0])]]
PRIVATE = ("audit_entries", "audit_head", "people", "credentials", "sign_in_tries")
"""What a refusal or a sign-in writes in."""


def rows(path):
    """Read everything that is stored, but what is written about who came in and was refused."""
    return {name: held for name, held in rows_in(path).items() if name not in PRIVATE}


@pytest.fixture
def with_case(site):
    """A site with one case, which SARA's department is responsible for."""
    site.receive(arrived(referral("R02")))
    site.store.acknowledge(CASE, ANNE, NOW)
    site.store.forward(CASE, SOCIAL, ANNE, "", NOW)
    site.posted.clear()
    return site


def test_every_act_of_a_municipality_is_tried_below():
    untried = set(AT_A_MUNICIPALITY) - {Action(name.split(" ")[0]) for name in ACTS} - COMMAND_ONLY
    assert not untried, f"Give {sorted(untried)} a row in ACTS of this file."


@pytest.mark.parametrize(("name", "role"), WRONG)
def test_another_role_is_refused_and_noted_and_nothing_is_changed(with_case, name, role):
    somebody = Person("staff-somebody", "Nogen Testesen", role, SOCIAL)
    with_case.employ(somebody)
    before = rows(with_case.path)
    with pytest.raises(MayNot):
        ACTS[name](with_case, somebody)
    assert rows(with_case.path) == before
    assert with_case.posted == []
    action, who, about, outcome = with_case.trail()[-1]
    assert (action, who, outcome) == (name.split(" ")[0], somebody.id, "MAY_NOT")
    assert about in {"", CASE}


@pytest.mark.parametrize("name", ACTS)
def test_who_has_left_does_nothing_from_that_moment_on(with_case, name):
    before = rows(with_case.path)
    with with_case.db.session() as session:
        session.get_one(PersonRow, ANNE.id).active = False
    with pytest.raises(PersonGone):
        ACTS[name](with_case, ANNE)
    assert rows(with_case.path) == before
    assert with_case.trail()[-1][3] == "PERSON_GONE"


def test_a_role_that_was_taken_away_no_longer_counts(with_case):
    """It is the role in the database that counts, and not the one somebody signed in with."""
    with_case.employ(replace(ANNE, role=Role.AUDITOR))
    with pytest.raises(MayNot):
        with_case.store.open(CASE, ANNE, NOW)


def test_every_act_that_is_done_leaves_one_entry_about_its_case(with_case):
    with_case.acts.contact(CASE, reached=True, remark="", person=SARA, now=NOW)
    assert with_case.trail()[-1] == ("contact", SARA.id, CASE, "done")
    with_case.store.find("2026-0001", SARA, NOW)
    with_case.store.find("2026-9999", SARA, NOW)
    assert with_case.trail()[-2:] == [("search", SARA.id, CASE, "done"), ("search", SARA.id, "", "done")]


def test_looking_at_the_list_every_few_seconds_is_not_noted(with_case):
    before = with_case.trail()
    look(with_case, ANNE)
    with_case.store.get(CASE, ANNE, NOW)
    with_case.ports().set_aside.count(ANNE, NOW)
    assert with_case.trail() == before


# Typed

COMMANDS = {
    ("list",): Action.LIST_CASES,
    ("show", NUMBER): Action.OPEN_CASE,
    ("export", NUMBER): Action.EXPORT_CASE,
    ("export", NUMBER, "--medcom"): Action.EXPORT_CASE,
    ("acknowledge", NUMBER): Action.ACKNOWLEDGE,
    ("forward", NUMBER, SOCIAL): Action.FORWARD,
    ("take-over", NUMBER): Action.TAKE_OVER,
    ("send-back", NUMBER, "--reason", "-"): Action.SEND_BACK,
    ("departments", "add", "Ny", "--kind", "other"): Action.SET_DEPARTMENT,
    ("departments", "rename", SOCIAL, "Ny"): Action.SET_DEPARTMENT,
    ("departments", "kind", SOCIAL, "other"): Action.SET_DEPARTMENT,
    ("departments", "move", SOCIAL, "down"): Action.SET_DEPARTMENT,
    ("departments", "retire", SOCIAL): Action.SET_DEPARTMENT,
    ("departments", "reopen", SOCIAL): Action.SET_DEPARTMENT,
    ("assess", NUMBER, "acute", "--why", "-"): Action.ASSESS,
    ("contacted", NUMBER, "reached"): Action.CONTACT,
    ("known", NUMBER): Action.MARK_KNOWN,
    ("gp", NUMBER): Action.INVOLVE_GP,
    ("not-ours", NUMBER, "--why", "moved"): Action.NOT_OURS,
    ("withdraw", NUMBER): Action.WITHDRAW,
    ("close", NUMBER, "--outcome", "not-now", "--reason", "-"): Action.CLOSE,
    ("meeting", "list", NUMBER): Action.OPEN_CASE,
    ("meeting", "propose", NUMBER, "-"): Action.PROPOSE_MEETING,
    ("meeting", "move", NUMBER, "5b0f1c1e", "-"): Action.PROPOSE_MEETING,
    ("meeting", "answer", NUMBER, "5b0f1c1e", "accepted"): Action.ANSWER_MEETING,
    ("meeting", "cancel", NUMBER, "5b0f1c1e"): Action.CANCEL_MEETING,
    ("sample", "--seed", "ord", "--basis", "-"): Action.SAMPLE_CASES,
    ("stats", "send"): Action.SHARE_FIGURES,
    ("drills", "list"): Action.ACKNOWLEDGE_DRILL,
    ("drills", "acknowledge", "5b0f1c1e"): Action.ACKNOWLEDGE_DRILL,
    ("citizen", "-"): Action.EXPORT_CITIZEN,
}
NAMES = {role: f"Prøve {role.value.capitalize()}" for role in Role}


@pytest.fixture
def inbox(inbox):
    for role, name in NAMES.items():
        inbox.hire(name, role, department=SOCIAL if role is Role.DEPARTMENT else "")
    inbox("acknowledge", NUMBER, "--as", WORKER)
    inbox("forward", NUMBER, SOCIAL, "--as", WORKER)
    return inbox


@pytest.mark.parametrize("role", Role)
def test_a_command_that_is_not_for_a_role_is_refused_and_noted_and_changes_nothing(inbox, role):
    database = inbox.home / "stafet.db"
    before = rows(database)
    for words, action in COMMANDS.items():
        if role not in MAY[action]:
            assert inbox(*words, "--as", NAMES[role], typed="190668-7074", code=2)["error"] == "MAY_NOT", words
            assert inbox.trail()[-1][0::3] == (action.value, "MAY_NOT")
    assert rows(database) == before


def test_a_department_is_told_of_no_other_case_by_any_command(inbox):
    """As if it were not there: the same words, whether it is another's or nobody's."""
    inbox.hire("Prøve Anden", Role.DEPARTMENT, department="hjemmepleje")
    for words, action in COMMANDS.items():
        if NUMBER in words and Role.DEPARTMENT in MAY[action]:
            theirs = inbox(*words, "--as", "Prøve Anden", typed="x", code=3)
            nobodys = [word.replace(NUMBER, "2026-9999") for word in words]
            assert inbox(*nobodys, "--as", "Prøve Anden", typed="x", code=3) == theirs
            assert theirs["error"] == "CASE_NOT_FOUND"
    assert inbox("list", "--as", "Prøve Anden")["cases"] == []
    assert [case["number"] for case in inbox("list", "--as", NAMES[Role.DEPARTMENT])["cases"]] == [NUMBER]
