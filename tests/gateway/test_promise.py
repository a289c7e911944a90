"""No referral lies unseen: what is due when, over weekends, holidays, nights and the change of clocks (E13, O3)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.calendar import COPENHAGEN, is_working_day, local_day
from directory.hours import DAYS, OFFICE_HOURS, OpeningHours, answered_hours, on_working_days
from gateway.exchange.delivery import State
from gateway.referring.promise import (
    Call,
    CallOutcome,
    Known,
    Step,
    ladder,
    watch,
)
from gateway.site.settings import PromiseSettings

TERMS = PromiseSettings()
LONG = OpeningHours.parse("man-ons 8-15, tor 8-17, fre 8-13")


def at(text):
    """Read a moment in Danish time: "2026-11-24 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN).astimezone(UTC)


def known(text, **more):
    return Known(at(text), **{"delivery": State.RECEIVED, "hours": LONG, **more})


def rungs(fact, terms=TERMS):
    return {
        rung.step.value: rung.due_at.astimezone(COPENHAGEN).strftime("%Y-%m-%d %H:%M") for rung in ladder(fact, terms)
    }


@pytest.mark.parametrize(
    ("submitted", "remind", "phone"),
    [
        ("2026-11-24 10:00", "2026-11-25 10:00", "2026-11-26 10:00"),
        ("2026-11-26 16:00", "2026-11-30 08:00", "2026-12-01 08:00"),
        ("2026-11-27 12:30", "2026-11-30 12:30", "2026-12-01 12:30"),
        ("2026-11-27 14:00", "2026-12-01 08:00", "2026-12-02 08:00"),
        ("2026-11-29 03:00", "2026-12-01 08:00", "2026-12-02 08:00"),
        ("2026-11-25 03:00", "2026-11-26 08:00", "2026-11-27 08:00"),
        ("2026-12-23 09:00", "2026-12-28 09:00", "2026-12-29 09:00"),
        ("2026-12-24 10:00", "2026-12-29 08:00", "2026-12-30 08:00"),
        ("2026-12-30 14:00", "2027-01-04 14:00", "2027-01-05 14:00"),
        ("2026-06-04 12:00", "2026-06-08 12:00", "2026-06-09 12:00"),
        ("2026-04-01 10:00", "2026-04-07 10:00", "2026-04-08 10:00"),
        ("2026-03-27 09:00", "2026-03-30 09:00", "2026-03-31 09:00"),
        ("2026-10-23 09:00", "2026-10-26 09:00", "2026-10-27 09:00"),
    ],
    ids=[
        "an ordinary Tuesday",
        "late on the long Thursday, closed at that hour on the days after",
        "Friday at noon",
        "Friday after closing",
        "a night in the weekend",
        "a night in the week",
        "the day before Christmas Eve",
        "Christmas Eve",
        "New Year's Eve between",
        "Constitution Day between",
        "Easter between",
        "the clocks go forward between",
        "the clocks go back between",
    ],
)
def test_reminder_and_call_fall_on_working_days_within_the_opening_hours(submitted, remind, phone):
    """E13: the clock starts at the opening, and runs in working days of the same time of day."""
    assert rungs(known(submitted)) == {"remind": remind, "phone": phone}


def test_a_unit_whose_hours_nobody_knows_is_taken_to_answer_from_8_to_15():
    assert rungs(known("2026-11-27 15:01", hours=OpeningHours()))["remind"] == "2026-12-01 08:00"
    assert rungs(known("2026-11-27 14:59", hours=OpeningHours()))["remind"] == "2026-11-30 14:59"
    assert answered_hours(OpeningHours()) == OFFICE_HOURS


def test_a_unit_that_is_open_on_saturdays_is_not_reminded_on_one():
    assert rungs(known("2026-11-27 14:00", hours=OpeningHours.parse("man-lør 8-13")))["remind"] == "2026-12-01 08:00"
    assert on_working_days(OpeningHours.parse("lør 8-13")) == OFFICE_HOURS


def test_without_a_receipt_the_desk_is_told_after_half_an_hour_of_opening():
    """O3: the mail goes again by itself; nobody is reminded of a letter they have not got."""
    for delivery in (State.QUEUED, State.SENT, State.PARKED):
        assert rungs(known("2026-11-27 12:45", delivery=delivery)) == {
            "receipt": "2026-11-30 08:00",
            "phone": "2026-12-01 12:45",
        }
    assert "receipt" not in rungs(known("2026-11-27 12:45"))


@pytest.mark.parametrize("delivery", [State.GIVEN_UP, State.REFUSED])
def test_a_letter_that_never_came_through_is_a_reason_to_phone(delivery):
    assert rungs(known("2026-11-24 10:00", delivery=delivery)) == {"phone": "2026-11-24 10:00"}
    assert rungs(known("2026-11-28 10:00", delivery=delivery)) == {"phone": "2026-11-30 08:00"}


def test_a_remark_on_urgency_is_never_put_off():
    """O4: due at three at night too; the letter and its reminders go their way beside it."""
    night = known("2026-11-29 03:00", urgent=True)
    assert rungs(night) == {
        "phone-at-once": "2026-11-29 03:00",
        "remind": "2026-12-01 08:00",
        "phone": "2026-12-02 08:00",
    }
    assert watch(night, TERMS, at("2026-11-29 03:00")).due.step is Step.PHONE_AT_ONCE
    assert watch(night, TERMS, at("2026-12-09 12:00")).due.step is Step.PHONE_AT_ONCE


CALLED = "2026-11-26 10:30"
"""A Thursday, two working days after the referral."""


@pytest.mark.parametrize(
    ("outcome", "called", "expected"),
    [
        (CallOutcome.PROMISED, CALLED, {"phone": "2026-11-30 08:00"}),
        (CallOutcome.NO_ANSWER, CALLED, {"remind": "2026-11-25 10:00", "call-again": "2026-11-26 11:30"}),
        (CallOutcome.CLOSED, "2026-11-26 17:10", {"remind": "2026-11-25 10:00", "call-again": "2026-11-27 08:00"}),
        (CallOutcome.WRONG_NUMBER, CALLED, {"remind": "2026-11-25 10:00", "call-again": "2026-11-26 10:30"}),
        (CallOutcome.TAKEN, CALLED, {}),
    ],
)
def test_a_call_decides_what_comes_next(outcome, called, expected):
    hours = OpeningHours.parse("man-tor 8-17, fre 8-10")
    fact = known("2026-11-24 10:00", hours=hours, calls=(Call(at(called), outcome),))
    assert rungs(fact) == expected


def test_a_later_call_takes_the_earlier_ones_place_but_taken_stays_taken():
    no_answer, promised, taken = (
        Call(at(CALLED) + timedelta(hours=hour), outcome)
        for hour, outcome in enumerate((CallOutcome.NO_ANSWER, CallOutcome.PROMISED, CallOutcome.TAKEN))
    )
    assert rungs(known("2026-11-24 10:00", calls=(no_answer, promised))) == {"phone": "2026-11-27 11:30"}
    assert rungs(known("2026-11-24 10:00", calls=(taken, no_answer))) == {}


def test_what_comes_next_is_told_too():
    found = watch(known("2026-11-24 10:00"), TERMS, at("2026-11-25 12:00"))
    assert (found.due.step, found.due.due_at) == (Step.REMIND, at("2026-11-25 10:00"))
    assert (found.coming.step, found.coming.due_at) == (Step.PHONE, at("2026-11-26 10:00"))
    assert watch(known("2026-11-24 10:00"), TERMS, at("2026-11-24 10:00")).due is None


def test_only_steps_that_ask_for_a_call_ask_for_one():
    by_themselves = {Step.READ, Step.RECEIPT, Step.REMIND}
    assert {step for step in Step if step.asks_for_call} == set(Step) - by_themselves


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize(
    ("letter", "due"),
    [
        (State.QUEUED, "2026-11-25 10:00"),
        (State.SENT, "2026-11-25 10:00"),
        (State.PARKED, "2026-11-25 10:00"),
        (State.REFUSED, "2026-11-24 10:00"),
        (State.GIVEN_UP, "2026-11-24 10:00"),
    ],
)
def test_word_of_a_withdrawal_that_does_not_come_through_is_given_by_phone(letter, due, ended):
    """O10: at once when it goes no further by itself, else after a working day; nothing else is due then."""
    withdrawn = known("2026-11-20 10:00", withdrawn_at=at("2026-11-24 10:00"), untold=letter, ended=ended, urgent=True)
    assert rungs(withdrawn) == {"withdrawal": due}


@pytest.mark.parametrize("outcome", CallOutcome)
def test_the_call_about_a_withdrawal_is_made_again_until_it_reached_somebody(outcome):
    def told(when, how):
        calls = (Call(at(when), how),)
        return known("2026-11-20 10:00", withdrawn_at=at("2026-11-24 10:00"), untold=State.GIVEN_UP, calls=calls)

    reached = outcome not in (CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER, CallOutcome.CLOSED)
    assert rungs(told("2026-11-24 10:30", outcome)) == ({} if reached else {"withdrawal": "2026-11-24 11:30"})
    assert rungs(told("2026-11-23 10:30", outcome)) == {"withdrawal": "2026-11-24 10:00"}


def test_word_of_a_withdrawal_at_night_is_given_when_the_unit_opens():
    withdrawn = known("2026-11-20 10:00", withdrawn_at=at("2026-11-27 23:00"), untold=State.REFUSED)
    assert rungs(withdrawn) == {"withdrawal": "2026-11-30 08:00"}


MOMENTS = st.datetimes(datetime(2020, 4, 1), datetime(2060, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - given a zone at once
CLOCKS = st.integers(0, 23)


@st.composite
def week(draw):
    """Any week of opening, from none at all to round the clock, weekends too."""
    days = draw(st.lists(st.sampled_from(DAYS), unique=True, max_size=7))
    spans = []
    for day in days:
        opens = draw(CLOCKS)
        spans.append(f"{day} {opens}-{draw(st.integers(opens + 1, 24))}")
    return OpeningHours.parse(", ".join(spans))


@st.composite
def facts(draw, **given_facts):
    submitted = draw(MOMENTS)
    after = st.integers(0, 400).map(lambda hours: submitted + timedelta(hours=hours))
    calls = st.lists(st.builds(Call, after, st.sampled_from(CallOutcome)), max_size=4)
    return Known(
        submitted_at=submitted,
        delivery=draw(st.sampled_from(State)),
        hours=draw(week()),
        urgent=draw(st.booleans()),
        ended=given_facts.get("ended", draw(st.booleans())),
        calls=tuple(sorted(draw(calls), key=lambda call: call.called_at)),
    )


TERMS_OF_ANY_KIND = st.builds(
    PromiseSettings,
    receipt_minutes=st.integers(5, 1440),
    remind_after_working_days=st.integers(1, 10),
    phone_after_working_days=st.integers(1, 20),
    call_again_minutes=st.integers(5, 1440),
)


@given(facts(), TERMS_OF_ANY_KIND)
def test_nothing_falls_due_on_a_day_off_or_outside_the_hours(fact, terms):
    """E13: only the sender's remark on urgency is due at once."""
    for rung in ladder(fact, terms):
        if rung.step is Step.PHONE_AT_ONCE:
            assert rung.due_at == fact.submitted_at
            continue
        assert is_working_day(local_day(rung.due_at))
        assert on_working_days(fact.hours).is_open(rung.due_at)
        assert rung.due_at >= fact.submitted_at


@given(facts(), TERMS_OF_ANY_KIND, st.lists(st.integers(0, 90 * 24 * 60), min_size=2, max_size=6).map(sorted))
def test_as_time_passes_it_only_gets_more_pressing(fact, terms, minutes):
    order, last = list(Step), None
    for minute in minutes:
        due = watch(fact, terms, fact.submitted_at + timedelta(minutes=minute)).due
        if last is not None:
            assert due is not None
            assert order.index(due.step) <= order.index(last.step)
        last = due


@given(facts(ended=True), TERMS_OF_ANY_KIND, MOMENTS)
def test_once_the_municipality_or_the_citizen_has_spoken_nothing_is_due(fact, terms, now):
    found = watch(fact, terms, now)
    assert (found.due, found.coming) == (None, None)


@given(facts(ended=False), TERMS_OF_ANY_KIND)
def test_whoever_nobody_has_taken_is_phoned_about_in_the_end(fact, terms):
    """No referral lies unseen: two months on there is a call to make, unless a person has it."""
    due = watch(fact, terms, fact.submitted_at + timedelta(days=90)).due
    assert (due is None) == fact.acted
    assert fact.acted or due.step.asks_for_call


@given(facts(ended=False), TERMS_OF_ANY_KIND)
def test_a_call_that_reached_nobody_comes_back_and_a_promise_waits_a_working_day(fact, terms):
    if fact.acted or not fact.calls:
        return
    call = fact.calls[-1]
    (again,) = (rung for rung in ladder(fact, terms) if rung.step.asks_for_call)
    assert again.due_at >= call.called_at
    if call.outcome is CallOutcome.PROMISED:
        assert local_day(again.due_at) > local_day(call.called_at)


@given(MOMENTS, MOMENTS, week())
def test_of_two_referrals_the_earlier_is_never_due_later(one, other, hours):
    """A re-referral has its own clock: the same rules from its own submission."""
    earlier, later = (
        {rung.step: rung.due_at for rung in ladder(Known(moment, State.RECEIVED, hours), TERMS)}
        for moment in sorted((one, other))
    )
    assert all(earlier[step] <= later[step] for step in earlier)


@pytest.mark.parametrize("calls", [(), (Call(at("2026-11-24 11:00"), CallOutcome.NO_ANSWER),)])
@pytest.mark.parametrize("urgent", [True, False])
def test_a_letter_to_a_mail_program_has_every_clock_but_the_receipt_s(urgent, calls):
    """E13: what a person there has not answered is reminded of, and phoned about, as anybody's is."""
    handed_over, received = (
        known("2026-11-24 10:00", delivery=state, urgent=urgent, calls=calls)
        for state in (State.HANDED_OVER, State.RECEIVED)
    )
    assert rungs(handed_over) == rungs(received)
    assert "receipt" not in rungs(handed_over)


@pytest.mark.parametrize("ended", [True, False])
def test_an_answer_by_hand_is_read_at_once_whatever_else_has_ended(ended):
    told = known("2026-11-24 10:00", ended=ended, unread_since=at("2026-11-28 23:00"))
    assert rungs(told)["read"] == "2026-11-28 23:00"
    assert watch(told, TERMS, at("2026-11-28 23:00")).due.step is Step.READ
