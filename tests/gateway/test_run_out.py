"""The clocks that have run out, counted for a monitor: the same as the duty officer's list, read another way."""

from collections import Counter
from datetime import timedelta

import pytest
from referring_site import FAVRSKOV, RANDERS, Desk

from gateway.exchange.delivery import State
from gateway.referring.promise import CallOutcome, Step, watch
from gateway.referring.run_out import RunOut


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def counted(desk):
    with desk.db.reading() as session:
        return {step: count for step, count in RunOut(desk.vault, desk.clock, desk.terms)(session).items() if count}


def listed(desk):
    """Ask each referral's own dossier, as the list does; a remark on urgency is not opened."""
    with desk.db.reading() as session:
        dossiers = (*desk.duty._waiting(session), *desk.duty._also(session))
        dues = (watch(dossier.known(), desk.terms, desk.clock()).due for dossier in dossiers)
        return dict(Counter(due.step for due in dues if due))


def test_with_nothing_waiting_every_clock_stands_at_none(desk):
    with desk.db.reading() as session:
        told = RunOut(desk.vault, desk.clock, desk.terms)(session)

    assert set(told) == set(Step) - {Step.PHONE_AT_ONCE}
    assert set(told.values()) == {0}


def test_it_counts_what_the_list_shows_day_and_night(desk):
    """Letters that came through and that did not, calls of every kind, answers to be read, withdrawals to be told."""
    numbers = [
        desk.refer(party, state) for state in (State.RECEIVED, State.GIVEN_UP, None) for party in (RANDERS, FAVRSKOV)
    ]
    for number, outcome in zip(numbers, (CallOutcome.NO_ANSWER, CallOutcome.PROMISED, CallOutcome.TAKEN), strict=False):
        desk.duty.log_call(number, outcome, "", desk.person)
    desk.refer()
    desk.by_hand(FAVRSKOV)
    answered = desk.refer(FAVRSKOV)
    desk.answers(answered, "Vi ser på det.")
    withdrawn = desk.refer()
    desk.correspond.withdraw(withdrawn, desk.person)
    seen = set()
    for _time in range(9):
        desk.clock.go(timedelta(hours=7))
        assert counted(desk) == listed(desk)
        seen |= counted(desk).keys()

    assert seen >= {Step.READ, Step.PHONE, Step.CALL_AGAIN, Step.RECEIPT, Step.REMIND}


def test_no_text_is_opened_for_it(desk, monkeypatch):
    desk.refer(urgency_remark="Haster: Karen Testdal")
    desk.clock.go(timedelta(days=3))
    monkeypatch.setattr(type(desk.vault), "open", None)

    assert counted(desk)
