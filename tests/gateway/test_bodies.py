"""The bodies of the letters that follow a referral: read strictly, refused without being quoted."""

import json

import bodies
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.answers import Acknowledgement, Closed, NotOurs, Reminder, Withdrawal
from gateway.wire.errors import LetterUnreadable
from gateway.wire.keeping import ContactChange, Drill, Heartbeat, KeyChange, Resend
from gateway.wire.letters import Kind
from gateway.wire.meeting import Meeting, MeetingAnswer, MeetingCancelled
from gateway.wire.supplement import TELLING, Supplement

SHAPES = {
    Kind.ACKNOWLEDGEMENT: Acknowledgement,
    Kind.SUPPLEMENT: Supplement,
    Kind.REMINDER: Reminder,
    Kind.NOT_OURS: NotOurs,
    Kind.WITHDRAWAL: Withdrawal,
    Kind.CLOSED: Closed,
    Kind.MEETING: Meeting,
    Kind.MEETING_ANSWER: MeetingAnswer,
    Kind.MEETING_CANCELLED: MeetingCancelled,
    Kind.HEARTBEAT: Heartbeat,
    Kind.DRILL: Drill,
    Kind.KEY_CHANGE: KeyChange,
    Kind.CONTACT_CHANGE: ContactChange,
    Kind.RESEND: Resend,
}
ELSEWHERE = {Kind.REFERRAL, Kind.RECEIPT, Kind.FIGURES, Kind.FORWARD}
"""Read in a way of its own (test_referral, test_receipts, test_figures_letter), or by people in a mail program."""
LETTERS = {name: said for name, said in (bodies.FOLLOWING | bodies.BETWEEN).items() if said[0] in SHAPES}
BODIES = {name: body for name, (_kind, body) in LETTERS.items()}
FIELDS = [(name, field) for name, body in BODIES.items() for field in body]
MAY_BE_LEFT_OUT = {
    *(("supplement", field) for field in ("sender_phone", "calls_today", "calls_last_30_days", *TELLING)),
    ("correction", "correction"),
    ("acknowledgement_with_date", "contact_by"),
    *(("meeting", field) for field in ("sequence", "place", "phone")),
    *(("meeting_moved", field) for field in ("sequence", "place", "phone")),
    ("meeting_answer", "sequence"),
    ("proving", "code"),
    *(("contact_change", field) for field in ("hours", "kind")),
    *((name, "remark") for name in ("not_ours", "meeting_answer", "meeting_cancelled")),
}
SECRET = "Karen Testdal 190668-7074"  # noqa: S105 - what must not be quoted
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def read(name, body):
    return SHAPES[LETTERS[name][0]].read(body)


def test_every_letter_s_body_is_read_here():
    shapeless = sorted(set(Kind) - set(SHAPES) - ELSEWHERE)
    assert not shapeless, f"Name the class that reads the body of {shapeless} in SHAPES of this file."
    unsaid = sorted(set(SHAPES) - {kind for kind, _body in LETTERS.values()})
    assert not unsaid, f"Write a body of {unsaid} in tests/bodies.py, as its sender writes it."


@pytest.mark.parametrize("name", BODIES)
def test_what_is_written_is_read_back_the_same(name):
    body = read(name, BODIES[name])
    again = json.loads(json.dumps(body.written()))
    assert read(name, again) == body


@pytest.mark.parametrize("name", BODIES)
def test_fields_a_newer_sender_adds_are_ignored(name):
    """E20."""
    assert read(name, BODIES[name] | {"mood": "good", "schema": 9}) == read(name, BODIES[name])


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_field_that_must_be_there_must_be_there(name, field):
    left = {key: value for key, value in BODIES[name].items() if key != field}
    if (name, field) in MAY_BE_LEFT_OUT:
        assert read(name, left)
    else:
        with pytest.raises(LetterUnreadable):
            read(name, left)


@pytest.mark.parametrize(("name", "field"), FIELDS)
@pytest.mark.parametrize("value", [[SECRET], {SECRET: 1}, SECRET * 900, "\ud800", float("inf")], ids=repr)
def test_a_value_that_cannot_be_is_refused_and_not_quoted(name, field, value):
    with pytest.raises(LetterUnreadable) as refusal:
        read(name, BODIES[name] | {field: value})
    assert refusal.value.__suppress_context__
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("name", BODIES)
@given(st.dictionaries(st.text(max_size=12), json_values, max_size=6))
def test_any_json_object_is_read_or_refused(name, body):
    with pytest.raises(LetterUnreadable):
        read(name, body)


@pytest.mark.parametrize("name", BODIES)
@given(st.data())
def test_a_good_body_with_one_value_changed_is_read_or_refused(name, data):
    field = data.draw(st.sampled_from(sorted(BODIES[name])))
    try:
        found = read(name, BODIES[name] | {field: data.draw(json_values)})
    except LetterUnreadable:
        return
    assert read(name, found.written()) == found


MOMENTS = [(name, field) for name, field in FIELDS if field.endswith("_at")]
NO_MOMENTS = ["", "i går", "2026-11-22", "2026-11-22T08:14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 1.8e9]


@pytest.mark.parametrize(("name", "field"), MOMENTS)
@pytest.mark.parametrize("value", NO_MOMENTS)
def test_a_moment_has_a_zone_and_a_year_one_can_reckon_with(name, field, value):
    with pytest.raises(LetterUnreadable):
        read(name, BODIES[name] | {field: value})


SIGNED = {"written_at": "2026-11-23T09:00:00+01:00", "written_by": "Mette Testgaard"}


@pytest.mark.parametrize("told", [{}, {"text": " \u200b\n"}, {"cpr": ""}, {"correction": True}, {"phone": None}])
def test_a_supplement_that_says_nothing_is_unreadable(told):
    with pytest.raises(LetterUnreadable):
        Supplement.read(SIGNED | told)


@pytest.mark.parametrize("told", [{"calls_today": 0}, {"calls_last_30_days": 1}, *({name: "x"} for name in TELLING)])
def test_one_thing_told_is_enough_for_a_supplement(told):
    """G1, G9: a CPR number that came later, or one more call."""
    assert Supplement.read(SIGNED | told).written() | told == Supplement.read(SIGNED | told).written()


def test_the_short_answers_hold_a_person_a_unit_a_time_and_nothing_about_the_citizen():
    """L4, O7, O10, O16."""
    about = {"by", "unit", "phone", "at"}
    for shape, more in (
        (Acknowledgement, set()),
        (Reminder, set()),
        (Withdrawal, set()),
        (Closed, set()),
        (NotOurs, {"why", "remark"}),
    ):
        fields = {name.rpartition("_")[2] for name in shape.model_fields}
        assert fields <= about | more, shape


@pytest.mark.parametrize("why", ["", "moved-away", "730", 1])
def test_a_reason_that_is_none_of_the_words_is_unreadable(why):
    with pytest.raises(LetterUnreadable):
        NotOurs.read(bodies.NOT_OURS | {"why": why})
