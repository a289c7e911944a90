"""The duty officer's list, and reminders that fire once, on working days, whatever the clock and the daemons do."""

import threading
from datetime import timedelta

import pytest
import sites
from referring_site import FAVRSKOV, RANDERS, Desk, at
from sqlmodel import select

from directory.book import AddressBook
from directory.calendar import is_working_day, local_day
from gateway.exchange.delivery import State
from gateway.exchange.rows import OutgoingRow
from gateway.referring.errors import ReferralEnded, ReferralNotFound
from gateway.referring.promise import CallOutcome, Step
from gateway.referring.rows import CallRow, ReferralRow, ReminderRow
from gateway.wire.letters import Kind


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def fired(desk):
    return [(row.step, row.fired_at) for row in desk.rows(ReminderRow)]


def steps(desk):
    return [(due.number, due.step.value) for due in desk.duty.due(desk.person)]


def acknowledge(desk, number):
    with desk.db.session() as session:
        row = session.exec(select(ReferralRow).where(ReferralRow.number == number)).one()
        row.acknowledged_at = desk.clock()


def test_after_a_working_day_the_municipality_is_reminded_by_letter_once(desk):
    """E13, O3: the letter says since when we wait, and whom to ring."""
    number = desk.refer()
    assert desk.duty.tick() == 0
    desk.clock.now = at("2026-11-25 10:00")
    assert [desk.duty.tick() for _ in range(3)] == [1, 0, 0]

    (letter,) = desk.letters(Kind.REMINDER)
    assert letter["referred_at"] == "2026-11-24T09:00:00Z"
    assert (letter["unit"], letter["phone"]) == ("AMK-vagtcentralen, Præhospitalet", "+45 84 11 20 00")
    assert "citizen" not in letter
    assert fired(desk) == [("remind", at("2026-11-25 10:00"))]
    assert steps(desk) == [(number, "remind")]


def test_after_two_the_unit_is_to_be_phoned_and_the_list_says_who_and_why(desk):
    number = desk.refer()
    desk.clock.now = at("2026-11-26 10:00")

    (due,) = desk.duty.due(desk.person)

    assert (due.number, due.step, due.due_at) == (number, Step.PHONE, at("2026-11-26 10:00"))
    assert (due.municipality, due.contact.phone) == (RANDERS, "+45 89 15 00 00")
    assert (due.open_now, due.opens_at, due.last_call) == (True, None, None)


def test_what_is_due_on_friday_is_still_there_in_the_weekend_and_says_when_the_unit_opens(desk):
    desk.refer()
    desk.clock.now = at("2026-11-28 23:00")
    (due,) = desk.duty.due(desk.person)
    assert (due.step, due.open_now, due.opens_at) == (Step.PHONE, False, at("2026-11-30 08:00"))


def test_the_most_pressing_comes_first_and_the_one_that_has_waited_longest_before_the_next(desk):
    names = [desk.refer()]
    desk.clock.go(timedelta(minutes=5))
    names.append(desk.refer())
    urgent = desk.refer(urgency_remark="Bør ses i dag.")
    silent = desk.refer(delivery=State.SENT)
    desk.clock.now = at("2026-11-25 12:00")
    assert steps(desk) == [
        (urgent, "phone-at-once"),
        (silent, "receipt"),
        (names[0], "remind"),
        (names[1], "remind"),
    ]


def test_an_urgent_one_is_due_at_once_at_any_hour(desk):
    """O4."""
    desk.clock.now = at("2026-11-29 03:00")
    number = desk.refer(urgency_remark="Bør ses i dag.")
    (due,) = desk.duty.due(desk.person)
    assert (due.number, due.step, due.due_at) == (number, Step.PHONE_AT_ONCE, at("2026-11-29 03:00"))
    assert (due.open_now, due.opens_at) == (False, at("2026-11-30 08:00"))
    assert desk.duty.tick() == 0


def test_no_reminder_fires_while_the_unit_is_closed(desk):
    """E13: a daemon that was off on Friday does not write on Saturday."""
    desk.refer()
    for moment in ("2026-11-28 10:00", "2026-11-29 12:00", "2026-11-30 07:59"):
        desk.clock.now = at(moment)
        assert desk.duty.tick() == 0
    desk.clock.now = at("2026-11-30 08:00")
    assert desk.duty.tick() == 2
    assert all(is_working_day(local_day(moment)) for _step, moment in fired(desk))


def test_a_clock_that_jumps_forward_and_back_makes_nothing_fire_twice(desk):
    desk.refer()
    for moment in ("2026-11-25 10:00", "2026-12-02 10:00", "2026-11-24 11:00", "2026-11-25 11:00", "2026-12-03 10:00"):
        desk.clock.now = at(moment)
        desk.duty.tick()
    assert sorted(step for step, _at in fired(desk)) == ["phone", "remind"]
    assert len(desk.letters(Kind.REMINDER)) == 1


def test_two_daemons_at_once_fire_each_reminder_once(desk):
    numbers = {desk.refer() for _ in range(8)}
    desk.clock.now = at("2026-11-26 10:00")
    counts, start = [], threading.Barrier(2)

    def work():
        start.wait()
        counts.append(desk.duty.tick())

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 2 * len(numbers)
    assert len(desk.letters(Kind.REMINDER)) == len(numbers)


def test_a_reminder_another_daemon_has_written_just_now_is_left_to_it(desk, monkeypatch):
    """Where rows are locked one by one, two may look at once; the row's key lets one of them through."""
    number = desk.refer()
    desk.clock.now = at("2026-11-25 10:00")
    (rung,) = [one for one in _ripe(desk) if one.step is Step.REMIND]
    desk.duty.tick()
    monkeypatch.setattr("gateway.referring.duty.Duty._ripe", lambda *_about: [rung])
    assert desk.duty._fire(desk.row(number).letter_id, rung, desk.clock()) is False
    assert len(desk.letters(Kind.REMINDER)) == 1


def _ripe(desk):
    with desk.db.reading() as session:
        return [rung for dossier in desk.duty._waiting(session) for rung in desk.duty._ripe(dossier, desk.clock())]


@pytest.mark.parametrize("column", ["acknowledged_at", "answered_at", "closed_at", "withdrawn_at", "cancelled_at"])
def test_once_somebody_has_spoken_nothing_is_due_and_nothing_fires(desk, column):
    desk.refer()
    with desk.db.session() as session:
        setattr(session.exec(select(ReferralRow)).one(), column, desk.clock())
    desk.clock.now = at("2026-12-09 10:00")
    assert (desk.duty.due(desk.person), desk.duty.tick()) == ((), 0)


def test_what_is_answered_between_the_look_and_the_act_is_not_reminded_of(desk):
    number = desk.refer()
    desk.clock.now = at("2026-11-25 10:00")
    (rung,) = _ripe(desk)
    acknowledge(desk, number)
    assert desk.duty._fire(desk.row(number).letter_id, rung, desk.clock()) is False
    assert desk.letters(Kind.REMINDER) == []


def test_a_call_is_logged_with_its_person_and_its_remark_locked(desk):
    """O4: who phoned, when, and how it went."""
    number = desk.refer()
    desk.clock.now = at("2026-11-26 10:30")
    desk.duty.log_call(number, CallOutcome.NO_ANSWER, "Karen Testdal blev nævnt", desk.person)

    (call,) = desk.progress(number).calls
    assert (call.outcome, call.person, call.called_at) == (CallOutcome.NO_ANSWER, "Mette Testgaard", desk.clock())
    assert call.remark == "Karen Testdal blev nævnt"
    (row,) = desk.rows(CallRow)
    assert b"Karen" not in row.locked


def test_a_call_that_reached_nobody_comes_back_after_an_hour_of_opening(desk):
    number = desk.refer()
    desk.clock.now = at("2026-11-26 16:30")
    desk.duty.log_call(number, CallOutcome.NO_ANSWER, "", desk.person)
    assert steps(desk) == [(number, "remind")]
    desk.clock.now = at("2026-11-27 08:00")
    assert steps(desk) == [(number, "call-again")]


def test_a_person_who_has_it_ends_the_clock(desk):
    number = desk.refer()
    desk.clock.now = at("2026-11-26 10:30")
    desk.duty.log_call(number, CallOutcome.TAKEN, "", desk.person)
    desk.clock.now = at("2027-01-05 10:00")
    assert (desk.duty.due(desk.person), desk.duty.tick()) == ((), 0)
    assert desk.progress(number).state == "taken-by-phone"
    assert not desk.progress(number).active


def test_a_wrong_number_is_due_at_once_and_says_so(desk):
    number = desk.refer()
    desk.clock.now = at("2026-11-26 10:30")
    desk.duty.log_call(number, CallOutcome.WRONG_NUMBER, "", desk.person)
    (due,) = desk.duty.due(desk.person)
    assert (due.step, due.last_call, due.due_at) == (Step.CALL_AGAIN, CallOutcome.WRONG_NUMBER, desk.clock())


def test_a_call_about_nothing_we_sent_is_refused(desk):
    with pytest.raises(ReferralNotFound):
        desk.duty.log_call("2026-9999", CallOutcome.TAKEN, "", desk.person)
    number = desk.refer(delivery=None)
    desk.correspond.withdraw(number, desk.person)
    with pytest.raises(ReferralEnded):
        desk.duty.log_call(number, CallOutcome.TAKEN, "", desk.person)


def test_a_re_referral_has_its_own_clock_and_a_supplement_does_not_restart_one(desk):
    first = desk.refer()
    desk.clock.now = at("2026-11-25 11:00")
    desk.correspond.supplement(first, {"text": "Borgeren har ringet igen."}, desk.person)
    again = desk.refer(re_referral={"previous_id": first, "kind": "ongoing"})
    desk.clock.now = at("2026-11-26 10:30")
    assert steps(desk) == [(first, "phone")]
    desk.clock.now = at("2026-11-27 11:00")
    assert steps(desk) == [(first, "phone"), (again, "phone")]


def test_a_letter_that_waits_here_for_a_key_is_shown_after_half_an_hour(desk):
    number = desk.refer(delivery=State.PARKED)
    desk.clock.go(timedelta(minutes=30))
    assert steps(desk) == [(number, "receipt")]
    desk.delivered(number, State.GIVEN_UP)
    assert steps(desk) == [(number, "phone")]


def test_a_unit_nobody_has_entered_is_due_all_the_same(desk):
    number = desk.refer(code="751", delivery=None)
    desk.clock.now = at("2026-11-26 10:00")
    (due,) = desk.duty.due(desk.person)
    assert (due.number, due.step, due.contact, due.open_now) == (number, Step.PHONE, None, True)


def test_hours_that_changed_count_from_now_on(desk):
    desk.refer(code=FAVRSKOV)
    with desk.db.session() as session:
        AddressBook(session).set_contact(sites.contact_of(FAVRSKOV, hours="man-fre 13-15"))
    desk.clock.now = at("2026-11-25 12:00")
    assert desk.duty.tick() == 0
    desk.clock.now = at("2026-11-25 13:00")
    assert desk.duty.tick() == 1


def test_a_tick_opens_nothing_that_is_locked(desk):
    """One damaged row must not keep every other referral's reminder back."""
    desk.refer()
    with desk.db.session() as session:
        session.exec(select(ReferralRow)).one().locked = b"damaged"
    desk.clock.now = at("2026-11-25 10:00")
    assert desk.duty.tick() == 1
    assert desk.rows(OutgoingRow)[-1].kind == Kind.REMINDER
