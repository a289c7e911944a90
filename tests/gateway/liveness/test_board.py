"""The board: each fact has its limits, older is never better, the worst stands first, and each reason has words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sites
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from directory.changes import Stand
from directory.model import REGION, UnitKind
from gateway import language
from gateway.liveness import words
from gateway.liveness.board import (
    STEPS,
    WORST_FIRST,
    Change,
    Facts,
    Grade,
    Key,
    Limits,
    Reason,
    Remark,
    judge,
    ordered,
    step_of,
)
from gateway.liveness.look import the_nineteen
from gateway.liveness.notices import TOLD_OF
from gateway.site.settings import KeepingSettings, PromiseSettings
from keys.fingerprint import Fingerprint

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LIMITS = Limits(KeepingSettings(), PromiseSettings())
PRINT = Fingerprint("AB" * 20)
CONTACT = replace(sites.contact_of(sites.RANDERS), verified_at=NOW - DAY)
WELL = Facts(
    party=sites.RANDERS,
    name="Randers",
    contact=CONTACT,
    key=Key(PRINT, NOW - 100 * DAY, NOW + 400 * DAY),
    known_since=NOW - 100 * DAY,
    listened_since=NOW - 30 * DAY,
    listened_until=NOW,
    heartbeat_at=NOW - 7 * HOUR,
    heard_at=NOW - 7 * HOUR,
    person_at=NOW - 20 * DAY,
    envelopes=90,
)


def reasons(**changes):
    """Judge a party that is well but for what is changed."""
    return {remark.reason: remark.grade for remark in judge(replace(WELL, **changes), LIMITS, NOW).remarks}


def test_a_party_that_is_well_is_green_and_nothing_is_said_of_it():
    row = judge(WELL, LIMITS, NOW)
    assert (row.grade, row.remarks) == (Grade.GREEN, ())


@pytest.mark.parametrize(
    ("changes", "reason", "grade"),
    [
        ({"contact": None}, Reason.NO_CONTACT, Grade.RED),
        ({"key": None}, Reason.NO_KEY, Grade.RED),
        ({"key": Key(PRINT)}, Reason.KEY_UNREADABLE, Grade.RED),
        ({"key": Key(PRINT, NOW, None, revoked=True)}, Reason.KEY_REVOKED, Grade.RED),
        ({"key": Key(PRINT, NOW, NOW - HOUR)}, Reason.KEY_ENDED, Grade.RED),
        ({"key": Key(PRINT, NOW, NOW + 3 * DAY)}, Reason.KEY_ENDS, Grade.RED),
        ({"key": Key(PRINT, NOW, NOW + 14 * DAY)}, Reason.KEY_ENDS, Grade.RED),
        ({"key": Key(PRINT, NOW, NOW + 15 * DAY)}, Reason.KEY_ENDS, Grade.AMBER),
        ({"key": Key(PRINT, NOW, NOW + 60 * DAY)}, Reason.KEY_ENDS, Grade.AMBER),
        ({"heard_at": NOW - 37 * HOUR}, Reason.SILENT, Grade.RED),
        ({"heard_at": NOW - 27 * HOUR}, Reason.NOT_ANSWERED, Grade.AMBER),
        ({"heard_at": None}, Reason.SILENT, Grade.RED),
        ({"heard_at": None, "listened_since": NOW - HOUR}, Reason.NOT_HEARD, Grade.AMBER),
        ({"heard_at": NOW - 9 * DAY, "listened_since": NOW - HOUR}, Reason.NOT_HEARD, Grade.AMBER),
        ({"heard_at": None, "listened_since": None}, Reason.NOT_HEARD, Grade.AMBER),
        ({"waiting_since": NOW - DAY}, Reason.WAITING, Grade.AMBER),
        ({"waiting_since": NOW - 4 * DAY}, Reason.WAITING, Grade.RED),
        ({"drill_at": NOW - 7 * DAY}, Reason.DRILL_UNANSWERED, Grade.AMBER),
        ({"drill_at": NOW - 14 * DAY}, Reason.DRILL_UNANSWERED, Grade.RED),
        ({"drill_at": NOW - 14 * DAY, "party": REGION}, Reason.DRILL_WAITS, Grade.RED),
        ({"person_at": NOW - 120 * DAY, "known_since": NOW - 300 * DAY}, Reason.NO_PERSON, Grade.AMBER),
        ({"contact": replace(CONTACT, verified_at=None)}, Reason.NOT_VERIFIED, Grade.AMBER),
        ({"contact": replace(CONTACT, verified_at=NOW - 366 * DAY)}, Reason.VERIFIED_LONG_AGO, Grade.AMBER),
        ({"bounced": 2}, Reason.BOUNCES, Grade.AMBER),
        ({"bounced": 19}, Reason.BOUNCES, Grade.RED),
        ({"change": Change(Stand.PROPOSED, NOW - DAY, NOW + DAY)}, Reason.CHANGE_WAITS, Grade.AMBER),
        ({"change": Change(Stand.PROPOSED, NOW - DAY, NOW)}, Reason.CHANGE_WAITS, Grade.AMBER),
        ({"change": Change(Stand.PROPOSED, NOW - DAY, NOW - DAY)}, Reason.CHANGE_LATE, Grade.RED),
        ({"change": Change(Stand.CONFIRMED, NOW - DAY, NOW - DAY)}, Reason.CHANGE_LATE, Grade.RED),
        ({"change": Change(Stand.CONFIRMED, NOW - DAY, NOW + DAY)}, Reason.CHANGE_COMING, Grade.GREEN),
        ({"change": Change(Stand.PROVED, NOW - DAY, NOW + DAY)}, Reason.CHANGE_COMING, Grade.GREEN),
        ({"own_key_pending": True, "own_key_ends_at": NOW + 20 * DAY}, Reason.OWN_KEY_PENDING, Grade.AMBER),
        ({"own_key_pending": True, "own_key_ends_at": NOW + 2 * DAY}, Reason.OWN_KEY_PENDING, Grade.RED),
        ({"own_key_pending": True}, Reason.OWN_KEY_PENDING, Grade.AMBER),
        ({"contact": replace(CONTACT, kind=UnitKind.MAIL_CLIENT)}, Reason.ONLY_PEOPLE, Grade.GREEN),
    ],
)
def test_each_fact_has_its_limits(changes, reason, grade):
    assert reasons(**changes) == {reason: grade}


BY_HAND = replace(CONTACT, kind=UnitKind.MAIL_CLIENT)


@pytest.mark.parametrize(
    "changes",
    [
        {"heard_at": None, "heartbeat_at": None, "listened_since": NOW - 90 * DAY},
        {"heard_at": NOW - 200 * DAY, "listened_since": NOW - 300 * DAY},
        {"drill_at": NOW - 90 * DAY},
    ],
)
def test_a_mail_program_is_never_blamed_for_what_it_cannot_do(changes):
    """It answers no TEST by itself, and no TEST referral, which it may have been sent while a gateway stood there."""
    assert reasons(contact=BY_HAND, **changes) == {Reason.ONLY_PEOPLE: Grade.GREEN}


@pytest.mark.parametrize(
    ("changes", "reason", "grade"),
    [
        ({"waiting_since": NOW - 4 * DAY}, Reason.WAITING, Grade.RED),
        ({"person_at": NOW - 120 * DAY, "known_since": NOW - 300 * DAY}, Reason.NO_PERSON, Grade.AMBER),
        ({"key": Key(PRINT, NOW, NOW + 10 * DAY)}, Reason.KEY_ENDS, Grade.RED),
        ({"bounced": 19}, Reason.BOUNCES, Grade.RED),
        ({"contact": replace(BY_HAND, verified_at=None)}, Reason.NOT_VERIFIED, Grade.AMBER),
    ],
)
def test_a_mail_program_is_judged_by_what_its_people_do(changes, reason, grade):
    assert reasons(**{"contact": BY_HAND, **changes})[reason] is grade


@pytest.mark.parametrize(
    "changes",
    [
        {"heard_at": NOW - 25 * HOUR},
        {"bounced": 1},
        {"drill_at": NOW - DAY},
        {"waiting_since": NOW - HOUR},
        {"key": Key(PRINT, NOW, None)},
        {"key": Key(PRINT, NOW, NOW + 62 * DAY)},
        {"person_at": None, "known_since": NOW - 20 * DAY},
    ],
)
def test_what_is_not_yet_worth_a_word_is_green(changes):
    assert reasons(**changes) == {}


def test_a_friday_s_referral_is_no_reason_to_ring_on_a_sunday():
    """S18, E13: only working days count."""
    sunday = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert judge(replace(WELL, waiting_since=sunday - 2 * DAY), LIMITS, sunday).remarks == ()


def test_a_unit_that_is_new_has_not_failed_to_answer_anybody():
    assert reasons(person_at=None, known_since=NOW - 100 * DAY) == {}
    assert reasons(person_at=None, known_since=NOW - 120 * DAY) == {Reason.NO_PERSON: Grade.AMBER}


def test_where_nobody_is_drilled_nobody_is_missed():
    limits = replace(LIMITS, keeping=KeepingSettings(drill_days=0))
    assert judge(replace(WELL, person_at=None, known_since=NOW - 999 * DAY), limits, NOW).remarks == ()


def test_a_site_that_was_off_for_a_week_calls_nobody_silent_in_its_first_second():
    for since in (timedelta(0), HOUR, 25 * HOUR):
        assert Reason.SILENT not in reasons(heard_at=NOW - 7 * DAY, listened_since=NOW - since)


def test_a_daemon_that_is_off_now_calls_nobody_silent_for_the_time_it_is_off():
    assert Reason.SILENT not in reasons(heard_at=NOW - 7 * DAY, listened_until=NOW - 6 * DAY)


def test_a_limit_that_is_shorter_than_a_night_cannot_be_set():
    with pytest.raises(ValidationError):
        KeepingSettings(silent_hours=25)


AGES = st.integers(0, 800 * 24).map(lambda hours: timedelta(hours=hours))
MOMENTS = ("heard_at", "person_at", "waiting_since", "drill_at")


@given(st.sampled_from(MOMENTS), AGES, AGES)
def test_older_is_never_better(name, age, more):
    facts = replace(WELL, listened_since=NOW - 900 * DAY, known_since=NOW - 900 * DAY)
    older = judge(replace(facts, **{name: NOW - age - more}), LIMITS, NOW)
    newer = judge(replace(facts, **{name: NOW - age}), LIMITS, NOW)
    assert WORST_FIRST[older.grade] <= WORST_FIRST[newer.grade]


@given(AGES, AGES)
def test_a_key_that_ends_sooner_is_never_better_and_a_contact_confirmed_longer_ago_is_not_either(age, more):
    def with_key(ends_at):
        return WORST_FIRST[judge(replace(WELL, key=Key(PRINT, NOW, ends_at)), LIMITS, NOW).grade]

    def with_contact(at):
        return WORST_FIRST[judge(replace(WELL, contact=replace(CONTACT, verified_at=at)), LIMITS, NOW).grade]

    start = NOW + 400 * DAY
    assert with_key(start - age - more) <= with_key(start - age)
    assert with_contact(NOW - age - more) <= with_contact(NOW - age)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_more_that_came_back_is_never_better(envelopes, bounced, more):
    few, many = (
        judge(replace(WELL, envelopes=envelopes, bounced=min(envelopes, count)), LIMITS, NOW)
        for count in (bounced, bounced + more)
    )
    assert WORST_FIRST[many.grade] <= WORST_FIRST[few.grade]


@given(st.lists(st.sampled_from(Grade), min_size=19, max_size=19))
def test_red_stands_first_then_amber_and_within_each_the_danish_order(grades):
    parties = the_nineteen()
    rows = [
        replace(
            judge(replace(WELL, party=party), LIMITS, NOW),
            remarks=() if grade is Grade.GREEN else (Remark(Reason.BOUNCES, grade),),
        )
        for party, grade in zip(parties, grades, strict=True)
    ]
    shown = ordered(rows)
    keys = [(WORST_FIRST[row.grade], parties.index(row.facts.party)) for row in shown]
    assert keys == sorted(keys)
    assert len(shown) == 19


def test_a_row_is_as_bad_as_the_worst_and_says_it_first():
    row = judge(replace(WELL, contact=replace(CONTACT, verified_at=None), key=None), LIMITS, NOW)
    assert row.grade is Grade.RED
    assert [remark.reason for remark in row.remarks] == [Reason.NO_KEY, Reason.NOT_VERIFIED]


@pytest.mark.parametrize(
    ("days", "step"), [(61, 0), (60, 60), (31, 60), (30, 30), (15, 30), (14, 14), (4, 14), (3, 3), (0, 3), (-1, 0)]
)
def test_each_day_before_a_key_s_end_belongs_to_one_threshold(days, step):
    assert step_of(days) == step
    assert STEPS == (3, 14, 30, 60)


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_every_reason_has_words_that_fit_what_it_tells(spoken, monkeypatch):
    monkeypatch.setattr(language, "_in_use", spoken)
    assert set(words.SAID) == set(Reason)
    assert set(words.GRADES) == set(words.SIGNS) == set(Grade)
    told = {"ends_at": NOW, "days": 3, "since": NOW, "day": NOW, "bounced": 1, "envelopes": 2}
    for reason in Reason:
        remark = Remark(reason, Grade.RED, told)
        assert words.said(remark)
        assert words.advice(remark)
        assert "{" not in words.said(remark) + words.advice(remark)


def test_a_grade_is_told_by_a_sign_and_a_word_and_never_by_colour_alone():
    assert len({words.SIGNS[grade] for grade in Grade}) == len({words.grade_word(grade) for grade in Grade}) == 3


def test_what_needs_nobody_is_told_to_nobody():
    assert Reason.CHANGE_COMING not in TOLD_OF
    assert Reason.ONLY_PEOPLE not in TOLD_OF
