"""Drills: each unit's people are asked once a quarter while they are there, and not again before they answer (D13)."""

from dataclasses import replace
from datetime import datetime

import pytest
from quiet_line import DAY, FAVRSKOV, HOUR, MAIL_CLIENT, MINUTE, RANDERS, REGION, QuietLine
from referring_site import at

from directory.calendar import COPENHAGEN, is_working_day
from gateway.exchange.delivery import State
from gateway.exchange.ports import Arrived
from gateway.exchange.rows import OutgoingRow
from gateway.liveness.board import Grade, Reason
from gateway.liveness.drills import NUMBER
from gateway.liveness.errors import CannotTest
from gateway.liveness.rows import DrillRow
from gateway.referring.rows import ReferralRow
from gateway.site.people import People, Role
from gateway.site.settings import KeepingSettings
from gateway.wire.answers import Acknowledgement
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.letters import Kind
from inbox_tui.tables import CaseRow


@pytest.fixture
def worker(line):
    with line.randers.db.session() as session:
        return People(session, line.randers.vault).add("Birgit Prøvegaard", Role.INTAKE)


def go(line, days, until=None, hours=1):
    """Let days pass some hours at a time; gives when each drill was asked."""
    asked = {}
    for _while in range(days * 24 // hours):
        line.region.drills.tick()
        for row in line.region.rows(DrillRow):
            asked.setdefault(row.id, (row.party, line.clock()))
        line.carry()
        line.clock.go(hours * HOUR)
        if until is not None and len(asked) >= until:
            break
    return list(asked.values())


def answer(line, worker):
    (drill,) = line.randers.inbox.open(worker, line.clock())
    line.randers.inbox.acknowledge(drill.id, worker, line.clock())
    line.carry()


def test_a_unit_is_asked_a_week_after_it_can_be_reached_while_it_is_open(line):
    asked = go(line, 12)
    assert sorted(party for party, _when in asked) == [FAVRSKOV, RANDERS]
    for _party, when in asked:
        here = when.astimezone(COPENHAGEN)
        assert is_working_day(here.date())
        assert 8 <= here.hour < 15
        assert when >= at("2026-12-01 04:00")


def test_nobody_is_asked_on_a_holiday_or_a_saturday_a_unit_is_open(tmp_path):

    line = QuietLine(tmp_path, at("2026-12-17 04:00"))
    for party in (FAVRSKOV, RANDERS):
        with line.region.db.session() as session:
            line.region.enter(session, party, hours="man-søn 8-15")
    days = {when.astimezone(COPENHAGEN).date().isoformat() for _party, when in go(line, 14)}
    assert days == {"2026-12-28"}, "24-12 is a closing day, then Christmas and a weekend"


def test_it_comes_as_a_test_and_a_person_s_answer_is_noted(line, worker):
    go(line, 12, until=2)
    line.carry()
    (drill,) = line.randers.inbox.open(worker, line.clock())
    assert (drill.unit, drill.phone) == (line.region.own.unit_name, line.region.own.phone)
    line.clock.go(20 * MINUTE)
    answer(line, worker)
    (row,) = [row for row in line.region.rows(DrillRow) if row.party == RANDERS]
    assert row.acknowledged_at == line.clock()
    assert line.region.shown()[RANDERS].facts.person_at == line.clock()
    assert {letter.number for letter in line.randers.letters(Kind.ACKNOWLEDGEMENT)} == {NUMBER}


def test_a_drill_is_no_case_and_no_referral(line, worker):
    """O25."""
    go(line, 12)
    answer(line, worker)
    assert line.region.rows(ReferralRow) == []
    assert line.randers.rows(CaseRow) == []


def test_nobody_is_asked_again_before_they_have_answered_and_then_a_quarter_later(line, worker):
    (first,) = [when for party, when in go(line, 120, hours=4) if party == RANDERS]
    assert len([row for row in line.region.rows(DrillRow) if row.party == RANDERS]) == 1
    answer(line, worker)
    go(line, 2)
    when = [row.asked_at for row in line.region.rows(DrillRow) if row.party == RANDERS]
    assert len(when) == 2
    assert max(when) - first >= 91 * DAY


def test_an_unanswered_drill_is_amber_after_a_week_and_red_after_two(line):
    go(line, 12, until=2)
    grades = []
    for _day in range(20):
        line.clock.go(DAY)
        row = line.region.shown()[RANDERS]
        grades.append(next((one.grade for one in row.remarks if one.reason is Reason.DRILL_UNANSWERED), None))
    assert grades[6] is Grade.AMBER
    assert grades[13] is Grade.RED
    assert grades[5] is None


def test_it_goes_again_when_it_failed_and_the_unit_is_heard(line):
    line.deaf = {RANDERS}
    go(line, 12, until=2)
    line.carry()
    (letter,) = [row for row in line.region.letters(Kind.DRILL) if row.to_party == RANDERS]
    line.region.fail(letter.letter_id, State.GIVEN_UP)
    line.clock.go(MINUTE)
    assert line.region.drills.tick() == 0
    line.deaf = set()
    line.region.heartbeats.test(RANDERS, line.region.admin)
    line.carry()
    assert line.region.drills.tick() == 1
    line.carry()
    assert len(line.randers.rows(DrillRow)) == 1


def test_a_unit_with_a_mail_program_is_not_drilled(line):
    with line.region.db.session() as session:
        line.region.enter(session, RANDERS, kind=MAIL_CLIENT)
    assert {party for party, _when in go(line, 12)} == {FAVRSKOV}


def test_where_the_settings_say_so_nobody_is_drilled(tmp_path):

    line = QuietLine(tmp_path, at("2026-11-24 04:00"), KeepingSettings(drill_days=0))
    assert go(line, 30, hours=4) == []


def test_a_person_may_ask_now_but_not_twice(line):
    line.region.drills.ask(RANDERS, line.region.admin)
    with pytest.raises(CannotTest, match="DRILL_OPEN"):
        line.region.drills.ask(RANDERS, line.region.admin)
    with pytest.raises(CannotTest, match="TEST_NO_CONTACT"):
        line.region.drills.ask("751", line.region.admin)
    assert len(line.region.letters(Kind.DRILL)) == 1


def test_nobody_answers_for_another(line):
    """Favrskov cannot acknowledge what Randers was asked."""
    drill = line.region.drills.ask(RANDERS, line.region.admin)
    line.carry()
    handler = line.region.handlers[Kind.ACKNOWLEDGEMENT]

    said = Acknowledgement(
        acknowledged_by="Nogen", unit="U", phone="+45 95 00 00 00", acknowledged_at=line.clock()
    ).written()
    arrived = Arrived("l", drill, Kind.ACKNOWLEDGEMENT, FAVRSKOV, NUMBER, said, line.clock(), "A", line.clock())
    with pytest.raises(LetterOutOfTurn), line.region.db.session() as session:
        handler(session, arrived)
    assert line.region.rows(DrillRow)[0].acknowledged_at is None
    with line.region.db.session() as session:
        handler(session, replace(arrived, from_party=RANDERS))
    assert line.region.rows(DrillRow)[0].acknowledged_at == line.clock()


def test_an_acknowledgement_of_a_referral_goes_to_the_referrals(line):
    """What is no drill is handled as before."""

    arrived = Arrived("l", "c", Kind.ACKNOWLEDGEMENT, RANDERS, "2026-0001", {}, line.clock(), "A", line.clock())
    with pytest.raises(LetterUnreadable), line.region.db.session() as session:
        line.region.handlers[Kind.ACKNOWLEDGEMENT](session, arrived)


def test_what_is_left_of_an_answered_drill_goes_and_the_last_one_stays(line, worker):
    retaining = [end.retain() for end in line.ends.values()]
    for retain in retaining:
        retain.tick()
    go(line, 12)
    answer(line, worker)
    for _fortnight in range(6):
        line.clock.go(15 * DAY)
        for retain in retaining:
            retain.tick()
    go(line, 8)
    answer(line, worker)
    for _fortnight in range(2):
        line.clock.go(15 * DAY)
        for retain in retaining:
            retain.tick()
    assert len([row for row in line.region.rows(DrillRow) if row.party == RANDERS]) == 1
    assert len([row for row in line.randers.rows(DrillRow) if row.party == REGION]) == 1
    assert len(line.randers.rows(OutgoingRow)) <= 2
    assert line.region.shown()[RANDERS].facts.person_at is not None


def test_an_open_drill_is_kept_until_somebody_answers(line, worker):
    retaining = [end.retain() for end in line.ends.values()]
    for retain in retaining:
        retain.tick()
    go(line, 12)
    for _fortnight in range(3):
        line.clock.go(15 * DAY)
        for retain in retaining:
            retain.tick()
    answer(line, worker)
    assert {row.acknowledged_at is not None for row in line.region.rows(DrillRow) if row.party == RANDERS} == {True}


def test_the_day_a_drill_was_asked_is_told_at_both_ends(line, worker):
    go(line, 12, until=2)
    line.carry()
    (drill,) = line.randers.inbox.open(worker, line.clock())
    (row,) = [row for row in line.region.rows(DrillRow) if row.party == RANDERS]
    assert isinstance(drill.asked_at, datetime)
    assert drill.asked_at == row.asked_at
