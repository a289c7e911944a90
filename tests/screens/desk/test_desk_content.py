"""What is written, by path; when it may go on; which municipality is meant. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import municipalities
from gateway.desk import form
from gateway.desk.content import Answer, Place, Question, answer, cleared, get, place, put, questions, stopped
from gateway.desk.places import find
from gateway.referring.refusals import Reason

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
STOP, UNANSWERED = Reason.ELEVATED_SUICIDE_RISK, Reason.SCREENING_UNANSWERED


def said(acute=None, suicidal=None, distance=None):
    content = {}
    for question, one in zip(Question, (acute, suicidal, distance), strict=True):
        content = answer(content, question, one) if one else content
    return content


@pytest.mark.parametrize(
    ("acute", "suicidal", "distance", "reason"),
    [
        (NO, NO, None, None),
        (NO, YES, YES, None),
        (NO, YES, NO, STOP),
        (NO, YES, UNKNOWN, STOP),
        (NO, UNKNOWN, None, UNANSWERED),
        (YES, None, None, Reason.ACUTE_SOMATIC),
        (UNKNOWN, None, None, UNANSWERED),
        (NO, None, None, None),
        (NO, YES, None, None),
        (None, None, None, None),
    ],
)
def test_the_screening_stops_as_soon_as_an_answer_says_so(acute, suicidal, distance, reason):
    """B3, B4: the whole truth table, and what is not answered yet stops nobody."""
    assert stopped(said(acute, suicidal, distance)) is reason


@given(st.sampled_from([None, *Answer]), st.sampled_from([None, *Answer]), st.sampled_from([None, *Answer]))
def test_nobody_is_cleared_but_by_clear_answers_and_a_way_in(acute, suicidal, distance):
    """A5, B4: nothing else lets one go on, whatever was pressed in whatever order."""
    content = said(acute, suicidal, distance)
    clear = acute is NO and (suicidal is NO or (suicidal is YES and distance is YES))

    assert cleared({**content, "origin": "amk_call"}) is clear
    assert not cleared(content)


def test_whether_the_citizen_distances_themselves_is_asked_only_of_somebody_with_thoughts():
    assert Question.DISTANCE not in questions(said(NO, NO))
    assert Question.DISTANCE in questions(said(NO, YES))
    assert get(answer(said(NO, YES, YES), Question.SUICIDAL, NO), "screening.distances_from_thoughts") is None


def test_a_draft_is_opened_where_it_was_left():
    ready = {**said(NO, NO), "origin": "amk_call"}
    lives = put(ready, "citizen.home_municipality_code", "730")

    assert place({}) is Place.SCREENING
    assert place(ready) is Place.MUNICIPALITY
    assert place(lives) is Place.CONSENT
    assert place(put(lives, "consent.given", value=True)) is Place.DETAILS


@given(st.dictionaries(st.sampled_from("abc"), st.text(max_size=3)), st.sampled_from("abc"), st.text(max_size=3))
def test_what_is_put_can_be_got_and_nothing_else_changes(content, name, value):
    before = dict(content)
    after = put(content, f"x.{name}", value)

    assert (get(after, f"x.{name}") or "") == value
    assert {key: one for key, one in after.items() if key != "x"} == before == content


def test_nothing_written_is_nothing_kept_but_a_zero_is_a_number():
    assert put({"text": "a"}, "text", "") == {}
    assert put({}, "calls_today", 0) == {"calls_today": 0}
    assert put({"intoxicated": True}, "intoxicated", value=False) == {}


def test_other_words_take_the_place_of_andet():
    """A6."""
    content = form.edited({}, form.PROBLEMS.path, ("bolig", "andet"))
    content = form.edited(content, form.OTHER.path, "gæld")

    assert content["problem_types"] == ["bolig", "gæld"]
    assert form.problems(content) == ("bolig", "andet")
    assert form.edited(content, form.PROBLEMS.path, ("bolig",))["problem_types"] == ["bolig"]


def test_what_is_sent_holds_nothing_of_the_desk_s_own():
    assert "desk" not in form.to_send({"desk": {"asked": {}}, "text": "a"}, {"name": "Mette Testgaard"})


def test_the_form_has_no_field_for_department_offer_or_decided_urgency():
    """B7."""
    paths = {spec.path for spec in vars(form).values() if isinstance(spec, form.Spec)}

    assert not [path for path in paths if any(word in path for word in ("department", "offer", "tilbud", "priority"))]
    assert "urgency_remark" in paths


@pytest.mark.parametrize(
    ("typed", "first"),
    [("rand", "Randers"), ("RANDERS KOMMUNE", "Randers"), ("år", "Aarhus"), ("aar", "Aarhus"), ("silke", "Silkeborg")],
)
def test_a_name_finds_its_municipality(typed, first):
    """D15."""
    assert find(typed).matches[0].name == first


def test_nothing_typed_lists_the_nineteen():
    assert find(" ").matches == municipalities.in_agreement()
    assert len(find("").matches) == 19


def test_an_abolished_name_is_asked_about():
    found = find("galten")

    assert found.asks
    assert found.asks.name == "Skanderborg"


def test_another_region_s_municipality_is_named_and_not_offered():
    """G7, O8."""
    found = find("Vejle")

    assert found.outside
    assert found.outside.region == "Region Syddanmark"
    assert found.matches == ()


@given(st.text(max_size=40))
def test_whatever_is_typed_only_the_nineteen_are_offered(typed):
    assert set(find(typed).matches) <= set(municipalities.in_agreement())
