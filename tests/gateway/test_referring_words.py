"""Everything that can be shown of a referral has its words, and no word is about what cannot be."""

from dataclasses import replace

import pytest
from referring_site import Desk

from gateway.exchange.delivery import State
from gateway.referring.follow import ACKNOWLEDGED, CLOSED, NOT_OURS, TAKEN_BY_PHONE, WITHDRAWN
from gateway.referring.promise import CallOutcome, Step
from gateway.referring.words import ELSEWHERE, NOTICES, OUTCOMES, STATES, STEPS, WRONG_NUMBER, why_due
from gateway.wire.answers import Elsewhere
from gateway.wire.warnings import Notice


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (STATES, {*State, ACKNOWLEDGED, TAKEN_BY_PHONE, NOT_OURS, CLOSED, WITHDRAWN}),
        (NOTICES, set(Notice)),
        (STEPS, set(Step)),
        (OUTCOMES, set(CallOutcome)),
        (ELSEWHERE, set(Elsewhere)),
    ],
    ids=["states", "notices", "steps", "outcomes", "elsewhere"],
)
def test_each_has_its_words_and_no_two_the_same(words, known):
    assert set(words) == known
    assert len(set(words.values())) == len(words)


def test_a_wrong_number_is_said_beside_what_is_due(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.language._in_use", "en")
    desk = Desk(tmp_path)
    desk.refer(urgency_remark="Bør ses i dag.")
    (due,) = desk.duty.due(desk.person)
    assert why_due(due) == (STEPS[Step.PHONE_AT_ONCE],)
    called = replace(due, step=Step.CALL_AGAIN, last_call=CallOutcome.WRONG_NUMBER)
    assert why_due(called) == (STEPS[Step.CALL_AGAIN], WRONG_NUMBER)
