import threading
from datetime import timedelta

import pytest
from databases import ask, change, everything_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.calendar import local_day
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.site.cipher import Vault
from gateway.site.errors import VaultDamaged
from gateway.wire.answers import Elsewhere
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind
from inbox_tui.casework.case import CaseState, Rank
from inbox_tui.casework.errors import (
    AlreadyAcknowledged,
    CaseNotFound,
    ConfirmationNeeded,
    DepartmentUnknown,
    ForwardedMeanwhile,
    NotAcknowledgedYet,
)
from inbox_tui.store import CaseStore
from tests.inbox_site import ANNE, BENT, NOW, SARA, UNIT, InboxSite, arrived, conversation, referral

TODAY = local_day(NOW)
SOCIAL, JOBS = "social-og-psykiatri", "arbejdsmarked"


def taken(site, key="R02", number="2026-0001"):
    case_id = site.receive(arrived(referral(key), number))
    return site.store.acknowledge(case_id, ANNE, NOW)


def test_what_arrived_is_read_back_whole(site):
    case_id = site.receive(arrived(referral("R08"), "2026-0042"))
    case = site.case(case_id)
    assert case.referral.text == referral("R08")["text"]
    assert (case.number, case.received_at, case.state) == ("2026-0042", NOW, CaseState.NEW)


def test_nothing_personal_lies_in_clear_in_the_database(site):
    body = referral("R02", urgency_remark="HEMMELIG hast")
    case_id = site.receive(arrived(body))
    site.store.acknowledge(case_id, ANNE, NOW)
    site.store.forward(case_id, JOBS, ANNE, "HEMMELIG note", NOW, reason="HEMMELIG grund")
    site.db.close()
    raw = everything_in(site.path)
    for secret in ("Karen", "Testdal", "190668", "7074", "95 00 01 02", "Eksempelvej", "HEMMELIG", "Anne", "beruset"):
        assert secret.encode() not in raw
    assert b"2026-0001" in raw


def test_a_row_moved_to_another_case_does_not_open(site):
    one, two = (site.receive(arrived(referral("R02"), number)) for number in ("2026-0001", "2026-0002"))
    site.db.close()
    moved = "UPDATE case_contents SET content = (SELECT content FROM case_contents WHERE case_id = ?) WHERE case_id = ?"
    change(site.path, moved, values=(one, two))
    with pytest.raises(VaultDamaged):
        site.case(two)


def test_another_key_opens_nothing(site):
    site.receive(arrived(referral("R02")))
    other = CaseStore(site.db, Vault.random(), lambda _session, _letter: None, lambda: UNIT)
    with pytest.raises(VaultDamaged), other.looking(ANNE, NOW) as cases:
        cases.page(0, 1, TODAY)


def test_a_conversation_opens_one_case_only(site):
    site.receive(arrived(referral("R02")))
    with pytest.raises(LetterOutOfTurn):
        site.receive(arrived(referral("R05"), letter_id="another"))
    assert sum(site.tally(TODAY).values()) == 1


def test_acknowledging_posts_one_letter_in_the_same_transaction(site):
    case = taken(site)
    assert [letter.body["acknowledged_by"] for letter in site.posted] == ["Anne Testesen"]
    assert site.case(case.id) == case


def test_when_posting_fails_nothing_is_acknowledged(site):
    case_id = site.receive(arrived(referral("R02")))

    def fail(_session, _letter):
        raise OSError

    broken = CaseStore(site.db, site.vault, fail, lambda: UNIT)
    with pytest.raises(OSError):  # noqa: PT011 - the very one raised above
        broken.acknowledge(case_id, ANNE, NOW)
    assert site.case(case_id).acknowledged is None


def test_of_two_at_once_one_acknowledges_and_the_other_is_told_who(site):
    case_id = site.receive(arrived(referral("R02")))
    start, told = threading.Barrier(2), []

    def act(person):
        start.wait()
        try:
            site.store.acknowledge(case_id, person, NOW)
        except AlreadyAcknowledged as refusal:
            told.append((person.name, refusal.by))

    threads = [threading.Thread(target=act, args=(person,)) for person in (ANNE, BENT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = site.case(case_id).acknowledged.by
    second = BENT.name if first == ANNE.name else ANNE.name
    assert told == [(second, first)]
    assert len(site.posted) == 1


def test_a_forward_moves_responsibility_and_keeps_the_history(site):
    """E7."""
    case = taken(site)
    site.store.forward(case.id, SOCIAL, ANNE, "Kendt hos jer.", NOW)
    site.store.forward(case.id, "hjemmepleje", BENT, "", NOW + timedelta(hours=1))
    moved = site.case(case.id)
    assert (moved.state, moved.responsible.id) == (CaseState.FORWARDED, "hjemmepleje")
    assert [(one.by, one.note) for one in moved.history] == [
        ("Anne Testesen", "Kendt hos jer."),
        ("Bent Prøvegaard", ""),
    ]


def test_a_forward_is_refused_when_a_colleague_was_first(site):
    case = taken(site)
    site.store.forward(case.id, SOCIAL, BENT, "", NOW)
    with pytest.raises(ForwardedMeanwhile) as refusal:
        site.store.forward(case.id, "hjemmepleje", ANNE, "", NOW, seen=0)
    assert refusal.value.department == "Social og Psykiatri"
    assert site.case(case.id).responsible.id == SOCIAL


def test_a_refused_forward_leaves_everything_as_it_was(site):
    """C4 and the order of K before V."""
    new = site.receive(arrived(referral("R05"), "2026-0002"))
    case = taken(site)
    with pytest.raises(ConfirmationNeeded):
        site.store.forward(case.id, JOBS, ANNE, "", NOW)
    with pytest.raises(DepartmentUnknown):
        site.store.forward(case.id, "folketinget", ANNE, "", NOW)
    with pytest.raises(NotAcknowledgedYet):
        site.store.forward(new, SOCIAL, ANNE, "", NOW)
    with pytest.raises(CaseNotFound):
        site.store.forward("nowhere", SOCIAL, ANNE, "", NOW)
    assert site.case(case.id) == case


def test_the_revision_rises_with_everything_the_list_shows(site):
    seen = [site.revision()]
    case_id = site.receive(arrived(referral("R02")))
    seen.append(site.revision())
    site.store.acknowledge(case_id, ANNE, NOW)
    seen.append(site.revision())
    site.store.forward(case_id, SOCIAL, ANNE, "", NOW)
    seen.append(site.revision())
    assert seen == sorted(set(seen))
    assert site.revision() == seen[-1]


def test_who_read_a_case_is_noted(site):
    case_id = site.receive(arrived(referral("R02")))
    assert site.store.open(case_id, BENT, NOW) == site.case(case_id)
    site.db.close()
    rows = ask(site.path, "SELECT kind, person_id FROM case_events ORDER BY id")
    assert rows == [("received", None), ("opened", "staff-bent")]


def test_a_case_is_found_by_number_and_by_the_beginning_of_its_id(site):
    case_id = site.receive(arrived(referral("R02"), "2026-0042"))
    assert site.store.find(" 2026-0042 ", ANNE, NOW).id == case_id
    assert site.store.find(case_id[:8].upper(), BENT, NOW).id == case_id
    for text in ("", "2026", "%%%%%", "____", case_id[:3], "2026-0043"):
        assert site.store.find(text, ANNE, NOW) is None


def test_a_re_referral_finds_the_case_before_it_and_who_had_it(site):
    """F4: a link to the earlier item and who handled it."""
    first = taken(site, number="2026-0012")
    site.store.forward(first.id, SOCIAL, ANNE, "", NOW)
    when = NOW.isoformat()
    previous = {"number": "2026-0012", "sent_at": when, "position": 2, "first_sent_at": when}
    again = site.case(site.receive(arrived(referral("R03"), "2026-0013", previous=previous)))
    assert (again.earlier.id, again.earlier.responsible) == (first.id, "Social og Psykiatri")


def test_a_new_municipality_starts_with_the_six_and_keeps_its_own_afterwards(site):
    """E8."""
    site.store.ensure_departments()
    assert [one.name for one in site.store.departments()][:2] == ["Social og Psykiatri", "Hjemmepleje"]
    assert len(site.store.departments()) == 6
    assert site.store.department("social og psykiatri").id == SOCIAL
    assert site.store.department("folketinget") is None


AGES = st.lists(st.tuples(st.integers(0, 400), st.sampled_from(CaseState), st.booleans()), max_size=8)


def bring(site, case_id, state):
    """Bring a new case to a state, as people do."""
    if state is CaseState.NOT_OURS:
        site.acts.not_ours(case_id, Elsewhere.MOVED, "", ANNE, NOW)
    elif state is not CaseState.NEW:
        site.store.acknowledge(case_id, ANNE, NOW)
    if state in {CaseState.FORWARDED, CaseState.TAKEN_OVER}:
        site.store.forward(case_id, SOCIAL, ANNE, "", NOW)
    if state is CaseState.TAKEN_OVER:
        site.store.take_over(case_id, SARA, NOW)
    if state is CaseState.CLOSED:
        site.acts.assess(case_id, acute=False, why="Rolig.", person=ANNE, now=NOW)
        site.acts.close(case_id, ["not-now"], "Borgeren ønsker det.", ANNE, NOW)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=AGES)
def test_the_database_orders_the_list_as_the_rule_does(tmp_path_factory, cases):
    site = InboxSite(tmp_path_factory.mktemp("order") / "inbox.db")
    for place, (hours, state, withdrawn) in enumerate(cases):
        case_id = site.receive(arrived(referral("R02"), f"2026-{place:04}", NOW - timedelta(hours=hours)))
        bring(site, case_id, state)
        if withdrawn:
            site.acts.withdraw(case_id, ANNE, NOW)
    lines = site.page(0, 100, TODAY)
    wanted = sorted(lines, key=lambda one: (one.rank(TODAY), one.received_at, one.id))
    assert sorted(one.state for one in lines) == sorted(state for _hours, state, _withdrawn in cases)
    assert list(lines) == wanted
    assert [site.position(line.id, TODAY) for line in lines] == list(range(len(cases)))
    assert tuple(line for at in range(0, len(cases), 3) for line in site.page(at, 3, TODAY)) == lines
    assert sum(site.tally(TODAY).values()) == len(cases)
    site.db.close()


def test_the_tally_counts_by_need(site):
    site.receive(arrived(referral("R02"), "2026-0001", NOW - timedelta(days=20)))
    site.receive(arrived(referral("R02"), "2026-0002"))
    taken(site, number="2026-0003")
    assert site.tally(TODAY) == {Rank.OVERDUE: 1, Rank.NEW: 1, Rank.WAITING: 1}
    assert site.position(conversation("none"), TODAY) is None


def on_its_way(case_id, state):
    said = {"conversation_id": case_id, "kind": Kind.ACKNOWLEDGEMENT, "to_party": "region", "number": "2026-0001"}
    return OutgoingRow(letter_id="x", locked=b"", state=state, posted_at=NOW, **said)


STANDS = [("queued", False), ("sent", False), ("received", False), ("parked", True), ("refused", True)]


@pytest.mark.parametrize(("state", "stuck"), STANDS)
def test_a_case_says_how_far_its_acknowledgement_has_come(site, state, stuck):
    """L6: until it is there, Præhospitalet does not know who took over."""
    case_id = site.receive(arrived(referral("R02")))
    before = site.revision()
    assert site.case(case_id).told is None
    with site.db.session() as session:
        session.add(on_its_way(case_id, state))
        session.add(StepRow(letter_id="x", state=state, at=NOW))
    case = site.case(case_id)
    assert case.told == state
    assert bool(case.held_up) is stuck
    assert site.revision() > before
