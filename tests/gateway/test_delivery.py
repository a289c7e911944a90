"""The rules of a delivery: its states, and when to try again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.delivery import (
    FIRST_RETRY,
    LONGEST_RETRY,
    PARKED_LOOK,
    RELAY_REFUSED,
    RESEND_AFTER,
    RETURNS,
    UNDER_WAY,
    Course,
    State,
    after_attempt,
    came_back,
    can_become,
    is_lasting,
    may_send,
    parked,
    retry_after,
)
from gateway.exchange.ports import Attempt, Passage
from gateway.wire.letters import Kind

NOW = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)
jitters = st.floats(0, 1)


@given(st.integers(1, 10_000), jitters)
def test_a_retry_comes_within_seconds_at_first_and_never_later_than_an_hour_and_a_quarter(tries, jitter):
    wait = retry_after(tries, jitter)
    assert FIRST_RETRY * 0.75 <= wait <= LONGEST_RETRY * 1.25


@given(jitters)
def test_the_wait_doubles_until_it_is_an_hour(jitter):
    waits = [retry_after(tries, jitter) for tries in range(1, 20)]
    for before, after in pairwise(waits):
        assert after == min(before * 2, LONGEST_RETRY * (0.75 + jitter / 2)) or after - before * 2 < timedelta(
            seconds=1
        )
    assert waits[0] == FIRST_RETRY * (0.75 + jitter / 2)
    assert waits[-1] == LONGEST_RETRY * (0.75 + jitter / 2)


def test_jitter_spreads_the_retries_of_an_outage_over_half_the_wait():
    assert (retry_after(1, 0), retry_after(1, 1)) == (FIRST_RETRY * 0.75, FIRST_RETRY * 1.25)


def test_a_letter_that_has_gone_waits_half_an_hour_for_its_receipt():
    assert after_attempt(Attempt(Passage.ACCEPTED), Kind.REFERRAL, 1, NOW, 0.5) == Course(
        State.SENT, NOW + RESEND_AFTER
    )
    assert timedelta(minutes=30) == RESEND_AFTER


def test_a_letter_to_a_mail_program_is_handed_over_when_the_relay_has_it():
    """Nothing there sends a receipt: none is awaited, and nothing is sent again for lack of one."""
    course = after_attempt(Attempt(Passage.ACCEPTED), Kind.REFERRAL, 1, NOW, 0.5, by_hand=True)
    assert course == Course(State.HANDED_OVER, None)
    assert State.HANDED_OVER not in UNDER_WAY


@given(st.sampled_from(Passage), st.sampled_from(Kind), st.integers(1, 50), jitters, st.booleans())
def test_who_reads_it_matters_for_what_was_handed_over_alone(passage, kind, tries, jitter, by_hand):
    attempt = Attempt(passage, "CODE")
    course = after_attempt(attempt, kind, tries, NOW, jitter, by_hand=by_hand)
    accepted = passage is Passage.ACCEPTED
    assert (course.state is State.HANDED_OVER) == (accepted and by_hand and kind is not Kind.RECEIPT)
    if not accepted or kind is Kind.RECEIPT:
        assert course == after_attempt(attempt, kind, tries, NOW, jitter)
    settled = accepted and (by_hand or kind is Kind.RECEIPT)
    assert (course.next_at is None) == settled


def test_a_receipt_waits_for_nothing_because_nobody_answers_it():
    assert after_attempt(Attempt(Passage.ACCEPTED), Kind.RECEIPT, 1, NOW, 0.5) == Course(State.SENT, None)


@given(st.sampled_from([Passage.NOT_REACHED, Passage.UNCERTAIN]), st.sampled_from(Kind), st.integers(1, 50), jitters)
def test_what_was_not_surely_handed_over_is_tried_again_with_its_reason(passage, kind, tries, jitter):
    course = after_attempt(Attempt(passage, "SMTP_450"), kind, tries, NOW, jitter)
    assert course == Course(State.QUEUED, NOW + retry_after(tries, jitter), "SMTP_450")


@given(st.sampled_from(Kind), st.integers(1, 50), jitters)
def test_what_the_relay_refuses_is_parked_and_looked_at_again_in_an_hour(kind, tries, jitter):
    course = after_attempt(Attempt(Passage.REFUSED, "SMTP_550"), kind, tries, NOW, jitter)
    assert course == Course(State.PARKED, NOW + LONGEST_RETRY, RELAY_REFUSED)


def test_a_parked_letter_looks_every_minute_whether_its_cause_is_gone():
    assert parked("NO_KEY", NOW) == Course(State.PARKED, NOW + PARKED_LOOK, "NO_KEY")


def test_a_letter_is_sent_three_times_and_then_given_up():
    """MedCom, reliable messaging: resend at most twice."""
    assert [may_send(State.SENT, times) for times in (1, 2, 3, 4)] == [True, True, False, False]


@given(st.sampled_from([state for state in State if state is not State.SENT]), st.integers(0, 9))
def test_only_a_letter_without_a_receipt_is_given_up(state, times):
    assert may_send(state, times)


@given(st.lists(st.sampled_from([state for state in State if state is not State.CANCELLED]), max_size=12))
def test_good_news_is_final(news):
    """A technical receipt is never positive, then negative. (What was cancelled went nowhere, and has no news.)"""
    state = State.QUEUED
    for heard in news:
        state = heard if can_become(state, heard) else state
    assert (state is State.RECEIVED) == (State.RECEIVED in news)


@given(st.sampled_from(State), st.sampled_from(State))
def test_news_replaces_all_but_itself_and_what_the_other_end_signed_for(state, news):
    """A refusal that overtook our own record of sending stands; only a receipt that says «ok» overrules it."""
    settled = state in (State.RECEIVED, State.CANCELLED)
    stands = settled or (state is State.REFUSED and news is not State.RECEIVED)
    assert can_become(state, news) == (news is not state and not stands)


LASTING = {"5.1.1": True, "5.1.10": True, "5.2.1": True, "5.2.3": True, "5.3.4": True, "5.6.1": True}
PASSING = dict.fromkeys(("5.2.2", "5.2.10", "5.2.34", "5.3.0", "5.3.40", "5.4.4", "5.7.1", "5.10.1", "5.11.1"), False)


@pytest.mark.parametrize(("status", "lasts"), (LASTING | PASSING).items())
def test_no_such_mailbox_lasts_and_a_full_one_passes(status, lasts):
    """RFC 3463."""
    assert is_lasting(f"BOUNCED_{status}") is lasts


def test_a_return_without_a_status_may_pass():
    assert not is_lasting("BOUNCED")


@given(st.sampled_from(["BOUNCED", *(f"BOUNCED_{one}" for one in LASTING | PASSING)]), st.integers(0, 9))
def test_only_a_lasting_cause_ends_it_and_only_at_the_third_time(reason, returns):
    course = came_back(reason, returns, NOW)
    assert (course.state is State.GIVEN_UP) == (is_lasting(reason) and returns >= RETURNS)
    if course.state is State.GIVEN_UP:
        assert course == Course(State.GIVEN_UP, None, reason.replace("BOUNCED", "RETURNED"))
    else:
        assert course == Course(State.PARKED, NOW + LONGEST_RETRY, reason)
