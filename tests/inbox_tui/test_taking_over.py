"""Whose hands a case is in: forwarded with one responsible, taken over, sent back; by rule and in the database."""

import json
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.calendar import local_day
from gateway.audit.read import entries
from gateway.site.people import Person, Role
from gateway.wire.letters import Kind
from inbox_tui import letter_page
from inbox_tui.casework.case import CaseState, Rank
from inbox_tui.casework.errors import (
    AlreadyEnded,
    AlreadySentBack,
    AlreadyTakenOver,
    CaseNotFound,
    CaseworkError,
    ConfirmationNeeded,
    ForwardedMeanwhile,
    NotForwarded,
    NotYours,
    WordsMissing,
)
from inbox_tui.casework.view import Only, View
from tests.inbox_site import ANNE, BENT, HANS, HOME_CARE, NOW, SARA, SOCIAL, InboxSite, arrived, conversation, referral

CASE = conversation("2026-0001")
TRAINING, JOBS = "traening-og-aktivitet", "arbejdsmarked"
MIA = Person("staff-mia", "Mia Prøvesen", Role.DEPARTMENT, SOCIAL)
TODAY = local_day(NOW)
HOUR = timedelta(hours=1)


@pytest.fixture
def forwarded(site):
    """Karen's case: SARA's department is responsible, HANS' was brought in beside it."""
    site.employ(MIA)
    site.receive(arrived(referral("R02")))
    site.store.acknowledge(CASE, ANNE, NOW)
    site.store.forward(CASE, SOCIAL, ANNE, "Kendt hos jer.", NOW, also=[HOME_CARE])
    site.posted.clear()
    return site


def course(site, person=ANNE):
    """Read what has happened, as the page shows it."""
    sections = letter_page.sections(site.case(CASE, person), NOW)
    return [fact for section in sections for fact in section.facts]


def detail(site):
    with site.db.reading() as session:
        return json.loads(list(entries(session))[-1].detail)


# One department takes over, or sends back


def test_a_person_in_the_department_takes_it_over_and_everybody_sees_who(forwarded):
    """S19, L8."""
    case = forwarded.store.take_over(CASE, SARA, NOW + HOUR)
    assert (case.state, case.taken_over.by, case.taken_over.noted_by) == (CaseState.TAKEN_OVER, SARA.name, "")
    assert case == forwarded.case(CASE)
    (line,) = forwarded.page(0, 9, TODAY)
    assert (line.taken_over_by, line.responsible, line.rank(TODAY)) == (SARA.name, "Social og Psykiatri", 5)
    assert "Sara Testlund, Social og Psykiatri, 20-11-2026 kl. 10.14" in [value for _label, value in course(forwarded)]


def test_the_second_is_told_who_was_first(forwarded):
    forwarded.store.take_over(CASE, MIA, NOW)
    with pytest.raises(AlreadyTakenOver) as refusal:
        forwarded.store.take_over(CASE, SARA, NOW + HOUR)
    assert (refusal.value.by, refusal.value.at) == (MIA.name, NOW)


def test_it_is_sent_back_with_a_reason_and_waits_again(forwarded):
    """S19: those who forwarded it see who sent it back, and why."""
    forwarded.store.take_over(CASE, SARA, NOW)
    forwarded.store.send_back(CASE, "  Borgeren hører til Hjemmeplejen. ", MIA, NOW + HOUR)
    case = forwarded.case(CASE)
    assert (case.state, case.responsible, case.taken_over) == (CaseState.ACKNOWLEDGED, None, None)
    assert (case.sent_back.by, case.sent_back.reason) == (MIA.name, "Borgeren hører til Hjemmeplejen.")
    (line,) = forwarded.page(0, 9, TODAY)
    assert (line.sent_back, line.rank(TODAY)) == (True, Rank.WAITING)
    with pytest.raises(CaseNotFound):
        forwarded.store.open(CASE, SARA, NOW + HOUR)
    with pytest.raises(AlreadySentBack) as refusal:
        forwarded.store.send_back(CASE, "Ikke os.", ANNE, NOW + HOUR)
    assert refusal.value.by == MIA.name


def test_a_reason_is_needed_to_send_it_back(forwarded):
    for nothing in ("", "  ", "\u200b"):
        with pytest.raises(WordsMissing):
            forwarded.store.send_back(CASE, nothing, SARA, NOW)
    assert forwarded.case(CASE).responsible.id == SOCIAL


def test_the_history_shows_every_hand_it_has_been_in(forwarded):
    """E7: history shows all."""
    forwarded.store.take_over(CASE, SARA, NOW + HOUR)
    forwarded.store.send_back(CASE, "Ikke os alene.", SARA, NOW + 2 * HOUR)
    forwarded.store.forward(CASE, HOME_CARE, BENT, "", NOW + 3 * HOUR, also=[TRAINING, SOCIAL])
    forwarded.store.take_over(CASE, ANNE, NOW + 4 * HOUR, "Hanne Testdal")
    said = [value for _label, value in course(forwarded)]
    wanted = (
        "Social og Psykiatri, Anne Testesen, 20-11-2026 kl. 9.14",
        "Hjemmepleje",
        "Kendt hos jer.",
        "Sara Testlund, Social og Psykiatri, 20-11-2026 kl. 10.14",
        "Social og Psykiatri, Sara Testlund, 20-11-2026 kl. 11.14",
        "Ikke os alene.",
        "Hjemmepleje, Bent Prøvegaard, 20-11-2026 kl. 12.14",
        "Træning og aktivitet, Social og Psykiatri",
    )
    places = [said.index(one) for one in wanted]
    assert places == sorted(places)
    assert any(one.startswith("Hanne Testdal, Hjemmepleje, ") and ANNE.name in one for one in said)


@pytest.mark.parametrize(("typed", "noted"), [("Hanne Testdal", "Hanne Testdal"), ("  ", "Social og Psykiatri")])
def test_intake_notes_who_has_taken_it_over_elsewhere(forwarded, typed, noted):
    """A department that works elsewhere; without a name it is the department that has it."""
    case = forwarded.store.take_over(CASE, ANNE, NOW, typed)
    assert (case.taken_over.by, case.taken_over.noted_by) == (noted, ANNE.name)


def test_a_department_s_own_name_is_its_own_to_write(forwarded):
    assert forwarded.store.take_over(CASE, SARA, NOW, "En Anden").taken_over.by == SARA.name


# The department beside it


def test_a_department_beside_it_sees_and_helps_and_does_not_answer_for_it(forwarded):
    """E7: exactly one is responsible."""
    forwarded.acts.assess(CASE, acute=False, why="Rolig.", person=ANNE, now=NOW)
    assert [one.number for one in forwarded.page(0, 9, TODAY, HANS)] == ["2026-0001"]
    forwarded.acts.contact(CASE, reached=True, remark="Vi kom forbi.", person=HANS, now=NOW)
    for act in (
        lambda: forwarded.store.take_over(CASE, HANS, NOW),
        lambda: forwarded.store.send_back(CASE, "Ikke os.", HANS, NOW),
        lambda: forwarded.acts.close(CASE, ["not-now"], "Slut.", HANS, NOW),
    ):
        with pytest.raises(NotYours) as refusal:
            act()
        assert refusal.value.department == "Social og Psykiatri"
    assert forwarded.case(CASE).state is CaseState.FORWARDED


def test_forwarding_anew_takes_the_place_of_everybody_before(forwarded):
    forwarded.store.take_over(CASE, SARA, NOW)
    case = forwarded.store.forward(CASE, TRAINING, ANNE, "", NOW + HOUR)
    assert (case.state, case.also, case.taken_over) == (CaseState.FORWARDED, (), None)
    for gone in (SARA, HANS):
        assert forwarded.page(0, 9, TODAY, gone) == ()


def test_every_department_outside_the_consent_needs_the_reason_and_is_named(site):
    """C4: also the ones that are only brought in."""
    site.receive(arrived(referral("R02")))
    site.store.acknowledge(CASE, ANNE, NOW)
    with pytest.raises(ConfirmationNeeded) as refusal:
        site.store.forward(CASE, SOCIAL, ANNE, "", NOW, also=[JOBS, "skole-dagtilbud-og-ppr"])
    assert refusal.value.department == "Arbejdsmarked + Skole, dagtilbud og PPR"
    site.store.forward(CASE, SOCIAL, ANNE, "", NOW, "Borgeren har sagt ja.", also=[JOBS])
    assert detail(site) == {"to": SOCIAL, "also": 1, "outside_consent": 1}
    site.store.forward(CASE, SOCIAL, ANNE, "", NOW)
    assert detail(site) == {"to": SOCIAL, "also": 0, "outside_consent": 0}


def test_nothing_of_it_is_told_to_praehospitalet(forwarded):
    """L4: whose desk it lies on is the municipality's own affair."""
    forwarded.store.take_over(CASE, SARA, NOW)
    forwarded.store.send_back(CASE, "Ikke os.", SARA, NOW)
    forwarded.store.forward(CASE, HOME_CARE, ANNE, "", NOW, also=[SOCIAL])
    forwarded.store.take_over(CASE, ANNE, NOW, "Hanne Testdal")
    assert forwarded.posted == []
    forwarded.acts.assess(CASE, acute=False, why="Rolig.", person=ANNE, now=NOW)
    forwarded.acts.close(CASE, ["not-now"], "Slut.", HANS, NOW)
    (letter,) = forwarded.posted
    assert letter.kind is Kind.CLOSED
    assert not any(word in json.dumps(letter.body) for word in ("Hjemmepleje", "Social og", "Hans", "Sara"))


def test_every_act_is_noted_with_its_person(forwarded):
    forwarded.store.take_over(CASE, SARA, NOW)
    forwarded.store.send_back(CASE, "Ikke os.", SARA, NOW)
    wanted = [("take-over", SARA.id, CASE, "done"), ("send-back", SARA.id, CASE, "done")]
    assert forwarded.trail()[-2:] == wanted


def test_a_department_has_what_is_new_for_it_first_and_sees_the_days_that_are_left(forwarded):
    """S19."""
    for number, hours in (("2026-0002", 30), ("2026-0003", 20)):
        case_id = forwarded.receive(arrived(referral("R05"), number, NOW - timedelta(hours=hours)))
        forwarded.store.acknowledge(case_id, ANNE, NOW)
        forwarded.store.forward(case_id, SOCIAL, ANNE, "", NOW)
    forwarded.store.take_over(conversation("2026-0002"), SARA, NOW)
    lines = forwarded.page(0, 9, TODAY, SARA)
    assert [one.number for one in lines] == ["2026-0003", "2026-0001", "2026-0002"]
    assert [one.rank(TODAY) for one in lines] == [Rank.ON_ITS_WAY, Rank.ON_ITS_WAY, Rank.HANDED_OVER]


# Two at once


def at_once(*acts):
    """Let several do something at the same moment; gives what each was refused with, or None."""
    start, told = threading.Barrier(len(acts)), [None] * len(acts)

    def act(place):
        start.wait()
        try:
            acts[place]()
        except CaseworkError as refusal:
            told[place] = refusal

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_of_two_who_take_it_over_at_once_the_second_is_told_who_was_first(forwarded):
    told = at_once(*(lambda who=who: forwarded.store.take_over(CASE, who, NOW) for who in (SARA, MIA)))
    first = forwarded.case(CASE).taken_over.by
    (refusal,) = filter(None, told)
    assert (type(refusal), refusal.by) == (AlreadyTakenOver, first)


def test_a_forward_at_the_same_moment_stands_whoever_else_was_first(forwarded):
    """What the department did is either there before it, or refused: never lost in silence."""
    did, forward = at_once(
        lambda: forwarded.store.send_back(CASE, "Ikke os.", SARA, NOW),
        lambda: forwarded.store.forward(CASE, TRAINING, ANNE, "", NOW, seen=1),
    )
    case = forwarded.case(CASE)
    assert forward is None
    assert case.responsible.id == TRAINING
    assert (len(case.notes), type(did)) in {(1, type(None)), (0, CaseNotFound)}


def test_of_two_who_forward_at_once_the_second_is_told_where_it_went(forwarded):
    told = at_once(
        *(
            lambda where=where: forwarded.store.forward(CASE, where, ANNE, "", NOW, seen=1)
            for where in (TRAINING, HOME_CARE)
        )
    )
    case = forwarded.case(CASE)
    (refusal,) = filter(None, told)
    assert (type(refusal), refusal.department) == (ForwardedMeanwhile, case.responsible.name)
    assert len(case.history) == 2


def test_who_forwards_without_having_seen_that_it_was_taken_over_is_told_so(forwarded):
    """S19: nobody loses what they have taken over to somebody who did not know."""
    seen = forwarded.case(CASE).handovers
    forwarded.store.take_over(CASE, SARA, NOW)
    with pytest.raises(AlreadyTakenOver) as refusal:
        forwarded.store.forward(CASE, TRAINING, ANNE, "", NOW, seen=seen)
    assert refusal.value.by == SARA.name
    assert forwarded.case(CASE).taken_over
    moved = forwarded.store.forward(CASE, TRAINING, ANNE, "", NOW, seen=forwarded.case(CASE).handovers)
    assert moved.responsible.id == TRAINING


# Any sequence of it all


@dataclass(frozen=True)
class Model:
    """What should hold, said once more and more plainly."""

    responsible: str = ""
    also: frozenset[str] = field(default=frozenset())
    back: bool = False
    taken: bool = False
    ended: bool = False

    def forward(self, to, also):
        if self.ended:
            return AlreadyEnded
        return Model(to, frozenset(also) - {to})

    def may(self, mine):
        if mine not in {"", self.responsible} and mine not in self.also:
            return CaseNotFound
        return NotYours if mine not in {"", self.responsible} else None

    def take_over(self, mine):
        late = AlreadyEnded if self.ended else AlreadyTakenOver if self.taken else None
        none = None if self.responsible else NotForwarded
        return self.may(mine) or late or none or replace(self, taken=True)

    def send_back(self, mine):
        late = AlreadyEnded if self.ended else AlreadySentBack if self.back else None
        none = None if self.responsible else NotForwarded
        return self.may(mine) or late or none or replace(self, responsible="", taken=False, back=True)

    def close(self, mine):
        return self.may(mine) or (AlreadyEnded if self.ended else replace(self, ended=True))


PLACES = (SOCIAL, HOME_CARE, TRAINING)
WORKERS = {"": ANNE, **{one: Person(f"staff-{one}", f"Prøve {one}", Role.DEPARTMENT, one) for one in PLACES}}
STEPS = st.one_of(
    st.tuples(st.just("forward"), st.sampled_from(PLACES), st.sets(st.sampled_from(PLACES), max_size=2)),
    st.tuples(st.sampled_from(("take_over", "send_back")), st.sampled_from(tuple(WORKERS))),
    st.tuples(st.sampled_from(("take_over", "send_back", "close")), st.sampled_from(tuple(WORKERS))),
)


def carry_out(site, case_id, what, where, also=()):
    who = WORKERS[where]
    if what == "forward":
        site.store.forward(case_id, where, ANNE, "", NOW, also=sorted(also))
    elif what == "take_over":
        site.store.take_over(case_id, who, NOW)
    elif what == "send_back":
        site.store.send_back(case_id, "Ikke os.", who, NOW)
    else:
        site.acts.close(case_id, ["not-now"], "Slut.", who, NOW)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    site = InboxSite(tmp_path_factory.mktemp("hands") / "inbox.db")
    for person in WORKERS.values():
        site.employ(person)
    yield site, iter(range(10_000))
    site.db.close()


@settings(max_examples=12, deadline=None)
@given(steps=st.lists(STEPS, max_size=9))
def test_whatever_is_done_one_department_or_none_is_responsible_and_only_those_part_of_it_see_it(shared, steps):
    """E7, E12: the database, the value read from it and the rule agree at every step."""
    site, numbers = shared
    number = f"2026-{next(numbers):04}"
    case_id = site.receive(arrived(referral("R02"), number))
    site.store.acknowledge(case_id, ANNE, NOW)
    site.acts.assess(case_id, acute=False, why="Rolig.", person=ANNE, now=NOW)
    model = Model()
    for step in steps:
        wanted = getattr(model, step[0])(*step[1:])
        if isinstance(wanted, Model):
            carry_out(site, case_id, *step)
            model = wanted
        else:
            with pytest.raises(wanted):
                carry_out(site, case_id, *step)
        agree(site, case_id, model)


def agree(site, case_id, model):
    case = site.case(case_id)
    assert (case.responsible.id if case.responsible else "") == model.responsible
    assert {one.id for one in case.also} == model.also
    with site.store.looking(ANNE, NOW) as cases:
        (line,) = cases.page(0, 9, TODAY, View(Only.ALL, ids=(case_id,)))
    assert (line.responsible or "") == (case.responsible.name if case.responsible else "")
    assert (line.also, line.state, line.sent_back) == (len(model.also), case.state, case.sent_back is not None)
    assert (line.taken_over_by or "") == (case.taken_over.by if case.taken_over else line.taken_over_by or "")
    assert (case.state is CaseState.TAKEN_OVER) == (model.taken and not model.ended)
    for place in PLACES:
        with site.store.looking(WORKERS[place], NOW) as cases:
            assert cases.has(case_id) == (place == model.responsible or place in model.also)
