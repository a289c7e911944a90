"""A department sees what was forwarded to it, and of the rest there is no trace: by every way of reading there is."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.calendar import local_day
from gateway.consents.model import Form, Purpose
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.site.errors import MayNot
from gateway.site.people import Person, Role
from gateway.wire.letters import Kind
from gateway.wire.supplement import Supplement
from inbox_tui.acts import Obtained
from inbox_tui.casework.case import CaseState, Rank
from inbox_tui.casework.errors import CaseNotFound
from tests.inbox_site import ANNE, HANS, HOME_CARE, NOW, RITA, SARA, SOCIAL, InboxSite, arrived, referral

TODAY = local_day(NOW)
LOST = Person("staff-lost", "Lone Testlos", Role.DEPARTMENT)
GONE = Person("staff-gone", "Gorm Testgone", Role.DEPARTMENT, "en-afdeling-der-ikke-er")
YES = Obtained(Form.WRITTEN, "Kommunen må inddrage egen læge.", "Hvad lægen får at vide.")
ROADS = st.lists(
    st.tuples(st.lists(st.sampled_from([SOCIAL, HOME_CARE, "sundhedspleje"]), max_size=4), st.booleans()), max_size=6
)


def sent(site, number, roads, *, closed=False, **more):
    """Let a referral come, and forward it along its road; gives the case's id."""
    case_id = site.receive(arrived(referral("R02"), number, **more))
    if roads or closed:
        site.store.acknowledge(case_id, ANNE, NOW)
    for department in roads:
        site.store.forward(case_id, department, ANNE, "", NOW)
    if closed:
        site.acts.assess(case_id, acute=False, why="Rolig.", person=ANNE, now=NOW)
        site.acts.close(case_id, ["not-now"], "Fordi.", ANNE, NOW)
    return case_id


def seen_by(site, person, everything):
    """Collect what a person finds of the cases, by each way of reading; every way must find the same."""
    ids = {line.id for line in site.page(0, 100, TODAY, person)}
    assert sum(site.tally(TODAY, person).values()) == len(ids)
    assert {one for one in everything if site.position(one, TODAY, person) is not None} == ids
    assert {one for one in everything if site.case(one, person)} == ids
    assert {one for one, number in everything.items() if site.store.find(number, person, NOW)} == ids
    assert {one for one in everything if site.store.find(one[:13], person, NOW)} == ids
    assert {one for one in everything if opened(site, one, person)} == ids
    assert len(site.store.listed(100, TODAY, person, NOW)) == len(ids)
    return ids


def opened(site, case_id, person):
    try:
        return site.store.open(case_id, person, NOW)
    except CaseNotFound:
        return None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roads=ROADS)
def test_each_department_sees_exactly_its_own_and_those_who_receive_see_all(tmp_path_factory, roads):
    site = InboxSite(tmp_path_factory.mktemp("sight") / "inbox.db")
    for person in (LOST, GONE):
        site.employ(person)
    numbers = [f"2026-{place:04}" for place in range(len(roads))]
    ids = [sent(site, number, road, closed=closed) for number, (road, closed) in zip(numbers, roads, strict=True)]
    everything = dict(zip(ids, numbers, strict=True))
    now_at = {case_id: road[-1] if road else None for case_id, (road, _closed) in zip(ids, roads, strict=True)}

    assert seen_by(site, ANNE, everything) == set(ids)
    for person in (SARA, HANS):
        own = {case_id for case_id, department in now_at.items() if department == person.department}
        assert seen_by(site, person, everything) == own
    for person in (LOST, GONE):
        assert seen_by(site, person, everything) == set()
    site.db.close()


def supplement():
    return Supplement(written_at=NOW, written_by="Mette Testgaard", text="Nyt.").written()


def test_nothing_that_happens_elsewhere_moves_a_department_s_list(site):
    sent(site, "2026-0001", [SOCIAL])
    before = site.revision(SARA), site.page(0, 9, TODAY, SARA), site.tally(TODAY, SARA)
    other = sent(site, "2026-0002", [SOCIAL, HOME_CARE])
    site.hear(Kind.SUPPLEMENT, supplement(), "2026-0002")
    site.acts.contact(other, reached=True, remark="", person=HANS, now=NOW)
    stuck(site, other)
    assert (site.revision(SARA), site.page(0, 9, TODAY, SARA), site.tally(TODAY, SARA)) == before


def test_everything_that_happens_to_its_own_moves_it(site):
    case_id = sent(site, "2026-0001", [SOCIAL])
    seen = [site.revision(SARA)]
    for act in (
        lambda: site.hear(Kind.SUPPLEMENT, supplement()),
        lambda: site.acts.contact(case_id, reached=True, remark="", person=SARA, now=NOW),
        lambda: stuck(site, case_id),
        lambda: sent(site, "2026-0002", [SOCIAL]),
        lambda: site.store.forward(case_id, HOME_CARE, ANNE, "", NOW),
    ):
        act()
        seen.append(site.revision(SARA))
    assert len(set(seen)) == len(seen)


def stuck(site, case_id, state="parked"):
    number = site.case(case_id).number
    letter = f"letter-{case_id}"
    said = {"conversation_id": case_id, "kind": Kind.ACKNOWLEDGEMENT, "to_party": "region", "number": number}
    with site.db.session() as session:
        session.add(OutgoingRow(letter_id=letter, locked=b"", state=state, reason="NO_KEY", posted_at=NOW, **said))
        session.add(StepRow(letter_id=letter, state=state, at=NOW))


def held_up(site, person):
    with site.store.looking(person, NOW) as cases:
        return [one.case_id for one in cases.held_up(NOW - timedelta(days=14))]


def test_what_does_not_get_through_is_told_to_those_whose_case_it_is(site):
    mine, theirs = sent(site, "2026-0001", [SOCIAL]), sent(site, "2026-0002", [HOME_CARE])
    for case_id in (mine, theirs):
        stuck(site, case_id)
    assert held_up(site, ANNE) == [mine, theirs]
    assert held_up(site, SARA) == [mine]


def test_a_case_that_is_moved_on_is_gone_for_whoever_had_it(site):
    """E7."""
    case_id = sent(site, "2026-0001", [SOCIAL])
    assert site.case(case_id, SARA).responsible.id == SOCIAL
    site.store.forward(case_id, HOME_CARE, ANNE, "", NOW)
    assert site.case(case_id, SARA) is None
    assert site.case(case_id, HANS).responsible.id == HOME_CARE
    for act in acts_on(site, case_id, SARA):
        with pytest.raises(CaseNotFound):
            act()


def acts_on(site, case_id, person):
    """Everything a department may do with a case."""
    return (
        lambda: site.store.open(case_id, person, NOW),
        lambda: site.acts.contact(case_id, reached=True, remark="", person=person, now=NOW),
        lambda: site.acts.familiar(case_id, "", person, NOW),
        lambda: site.acts.consent(case_id, Purpose.OWN_GP, YES, person, NOW),
        lambda: site.acts.involve_gp(case_id, person, NOW),
        lambda: site.acts.withdraw(case_id, person, NOW),
        lambda: site.acts.close(case_id, ["not-now"], "Fordi.", person, NOW),
    )


def test_a_department_does_its_work_and_the_trail_names_it(site):
    case_id = sent(site, "2026-0001", [SOCIAL])
    site.acts.assess(case_id, acute=False, why="Rolig.", person=ANNE, now=NOW)
    before = len(site.trail())
    for act in acts_on(site, case_id, SARA)[:5]:
        act()
    site.acts.close(case_id, ["not-now"], "Fordi.", SARA, NOW)
    assert [action for action, *_rest in site.trail()[before:]] == [
        "open-case",
        "contact",
        "mark-known",
        "write-consent",
        "involve-gp",
        "close",
    ]
    assert {entry[1:] for entry in site.trail()[before:]} == {(SARA.id, case_id, "done")}
    assert site.case(case_id, SARA).state is CaseState.CLOSED


def test_what_is_not_its_own_is_refused_like_what_is_not_there(site):
    theirs = sent(site, "2026-0001", [HOME_CARE])
    refused = []
    for case_id in (theirs, "5b0f1c1e-0000-4000-8000-00000000beef"):
        for act in acts_on(site, case_id, SARA):
            with pytest.raises(CaseNotFound) as refusal:
                act()
            refused.append((type(refusal.value), str(refusal.value)))
    assert len(set(refused)) == 1
    assert site.position(theirs, TODAY, SARA) is None


def test_the_case_before_is_named_to_a_department_only_when_it_is_its_own(site):
    """F4."""
    first = sent(site, "2026-0012", [HOME_CARE])
    when = NOW.isoformat()
    previous = {"number": "2026-0012", "sent_at": when, "position": 2, "first_sent_at": when}
    again = sent(site, "2026-0013", [SOCIAL], previous=previous)
    assert site.case(again, ANNE).earlier.id == first
    assert site.case(again, SARA).earlier is None
    site.store.forward(first, SOCIAL, ANNE, "", NOW)
    assert site.case(again, SARA).earlier.id == first


def test_a_prefix_that_fits_several_cases_fits_one_when_the_others_are_not_there(site):
    """How many there are elsewhere is not told by a search either."""
    mine, theirs = "abcdef01-0000-4000-8000-000000000001", "abcdef01-0000-4000-8000-000000000002"
    for case_id, number, department in ((mine, "2026-0001", SOCIAL), (theirs, "2026-0002", HOME_CARE)):
        sent(site, number, [department], conversation_id=case_id)
    assert site.store.find("abcdef01", ANNE, NOW) is None
    assert site.store.find("abcdef01", SARA, NOW).id == mine


def test_somebody_who_changes_department_sees_the_new_one_s_at_once(site):
    """What they were at sign-in does not count."""
    mine, theirs = sent(site, "2026-0001", [SOCIAL]), sent(site, "2026-0002", [HOME_CARE])
    site.employ(Person(SARA.id, SARA.name, Role.DEPARTMENT, HOME_CARE))
    assert site.case(mine, SARA) is None
    assert site.case(theirs, SARA)


def test_an_auditor_sees_no_case(site):
    case_id = sent(site, "2026-0001", [SOCIAL])
    with pytest.raises(MayNot):
        site.case(case_id, RITA)
    with pytest.raises(MayNot):
        site.page(0, 9, TODAY, RITA)
    assert site.trail()[-1] == ("list-cases", RITA.id, "", "MAY_NOT")


def test_a_department_has_no_quarantine(site):
    site.put_aside("UNSIGNED")
    ports = site.ports()
    assert ports.set_aside.count(ANNE, NOW) == 1
    assert ports.set_aside.count(SARA, NOW) == 0
    with pytest.raises(MayNot):
        ports.set_aside(SARA, NOW)


def test_a_department_s_list_counts_what_it_has(site):
    sent(site, "2026-0001", [SOCIAL])
    sent(site, "2026-0002", [SOCIAL], closed=True)
    sent(site, "2026-0003", [])
    assert site.tally(TODAY, SARA) == {Rank.ON_ITS_WAY: 1, Rank.ENDED: 1}
