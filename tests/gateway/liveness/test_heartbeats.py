"""Heartbeats: one a night to each gateway, whose receipt is the sign of life, and nothing that counts (D12, O25)."""

from datetime import timedelta

import pytest
from quiet_line import DAY, FAVRSKOV, HOUR, MAIL_CLIENT, MINUTE, PRINTS, RANDERS, REGION, QuietLine
from referring_site import at

from directory.book import AddressBook
from directory.calendar import COPENHAGEN
from gateway.access.actions import Action
from gateway.audit.read import entries
from gateway.exchange import outbox
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import UNDER_WAY, State
from gateway.exchange.post import letter_of
from gateway.exchange.rows import ArrivalRow, ConversationRow, OutgoingRow, TakenRow
from gateway.liveness.board import Grade, Reason
from gateway.liveness.errors import CannotTest
from gateway.liveness.heartbeats import FRESH
from gateway.liveness.rows import BeatRow
from gateway.referring.counting import Counting
from gateway.site.settings import RetentionSettings
from gateway.statistics.period import Period
from gateway.wire import payload as wire
from gateway.wire.keeping import Heartbeat, Why
from gateway.wire.letters import Kind
from inbox_tui import counting as municipal


def beats(end, *states):
    return end.letters(Kind.HEARTBEAT, *states)


def test_each_gateway_is_tested_once_a_night_and_answers(line):
    for _night in range(3):
        line.night()
    assert {row.state for row in beats(line.region)} == {State.RECEIVED}
    assert sorted(row.to_party for row in beats(line.region)) == [FAVRSKOV] * 3 + [RANDERS] * 3
    assert line.region.shown()[RANDERS].facts.heartbeat_at == line.randers.rows(TakenRow)[-1].taken_at


def test_a_test_says_test_and_who_asks_and_nothing_else(line):
    line.night()
    row = beats(line.region)[0]
    said = Heartbeat.read(letter_of(row, line.region.vault).body)
    assert (said.why, said.unit, said.phone) == (Why.NIGHTLY, line.region.own.unit_name, line.region.own.phone)
    assert row.number == ""


def test_they_do_not_all_leave_at_once_and_each_has_its_own_minute(line):
    left = {}
    line.clock.now = at("2026-11-25 03:00")
    for minute in range(70):
        line.region.heartbeats.tick()
        for row in beats(line.region):
            left.setdefault(row.to_party, minute)
        line.clock.go(MINUTE)
    assert left == {FAVRSKOV: 0, RANDERS: 30}


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-12-31", "2027-02-28"])
def test_once_a_danish_date_however_the_clocks_change(tmp_path, day):
    line = QuietLine(tmp_path, at(f"{day} 05:00") - 2 * DAY)
    dates = []
    for _half_hour in range(5 * 48):
        if line.region.heartbeats.tick():
            dates.append(line.clock().astimezone(COPENHAGEN).date())
        line.carry()
        line.clock.go(30 * MINUTE)
    assert len(set(dates)) == 5
    assert {row.to_party: 5 for row in beats(line.region)} == {FAVRSKOV: 5, RANDERS: 5}
    assert len(beats(line.region)) == 10


def test_a_daemon_that_was_off_at_night_tests_when_it_starts(line):
    line.night()
    line.clock.go(DAY + 8 * HOUR)
    assert line.region.heartbeats.tick() == 2
    assert line.region.heartbeats.tick() == 0


def test_a_party_that_was_entered_today_waits_for_the_night(line):
    line.clock.go(6 * HOUR)
    assert line.region.heartbeats.tick() == 0
    line.clock.go(DAY)
    assert line.region.heartbeats.tick() == 2


def test_nobody_is_tested_who_cannot_answer_by_itself(line):
    with line.region.db.session() as session:
        line.region.enter(session, RANDERS, kind=MAIL_CLIENT)
        AddressBook(session).forget(FAVRSKOV, line.clock())
    line.clock.go(DAY)
    assert line.region.heartbeats.tick() == 0
    assert line.region.rows(BeatRow) == []


def test_a_long_outage_of_the_mail_leaves_one_and_not_thirty(line):
    for _night in range(30):
        line.clock.go(DAY)
        line.region.heartbeats.tick()
    assert len(beats(line.region)) == 2
    line.carry()
    assert line.region.shown()[RANDERS].facts.heartbeat_at == line.clock()


def test_a_party_that_is_deaf_for_long_has_one_under_way_at_most_and_what_failed_never_leaves_again(line):
    line.deaf = {RANDERS}
    retain = line.region.retain()
    retain.tick()
    for _night in range(30):
        line.night()
        for row in beats(line.region, State.SENT):
            line.region.fail(row.letter_id, State.GIVEN_UP)
        retain.tick()
    to_randers = [row for row in beats(line.region) if row.to_party == RANDERS]
    assert len(to_randers) <= RetentionSettings().test_days + 2
    with line.region.db.session() as session:
        line.region.enter(session, RANDERS, email="ny@randers.example")
        outbox.resume(session, line.clock())
    assert not any(row.state in UNDER_WAY for row in beats(line.region))


def test_an_answer_that_came_is_remembered_when_the_next_is_not_answered(line):
    line.night()
    heard = line.region.shown()[RANDERS].facts.heartbeat_at
    line.deaf = {RANDERS}
    line.night()
    assert line.region.shown()[RANDERS].facts.heartbeat_at == heard


def test_a_clock_that_was_ahead_and_is_right_again_does_not_end_the_tests(line):
    line.clock.go(365 * DAY)
    assert line.region.heartbeats.tick() == 2
    line.carry()
    line.clock.go(-364 * DAY)
    assert line.region.heartbeats.tick() == 2


def test_an_answer_that_a_clock_ahead_wrote_down_hides_no_silence(line):
    """D12: the unit would be called well for as long as the clock was ahead."""
    line.night()
    line.clock.go(365 * DAY)
    line.region.heartbeats.tick()
    line.carry()
    line.clock.go(-364 * DAY)
    for _ in range(4 * 24):
        line.clock.go(HOUR)
        line.region.listen()

    row = line.region.shown()[RANDERS]
    assert row.grade is Grade.RED
    assert Reason.SILENT in {remark.reason for remark in row.remarks}


# The other end


def crossing(line):
    """Write a TEST as it crosses, and give its bytes."""
    line.region.heartbeats.test(RANDERS, line.region.admin)
    row = beats(line.region)[-1]
    names = [wire.address(one, line.ends[one].own.email, PRINTS[one]) for one in (REGION, RANDERS)]
    letter = letter_of(row, line.region.vault)
    return wire.written(letter, sender=names[0], reader=names[1], now=line.clock()).encoded()


def test_the_municipality_knows_when_the_region_was_last_heard(line):
    line.night()
    taken = line.randers.rows(TakenRow)
    assert line.randers.shown()[REGION].facts.heard_at == taken[-1].taken_at
    line.clock.go(5 * DAY)
    assert line.randers.shown()[REGION].facts.heard_at == taken[-1].taken_at


def test_a_copy_of_an_old_test_is_no_sign_of_life_neither_while_it_is_remembered_nor_after(line):
    """Somebody who keeps a mail and lets it come again makes nobody believe that the line is alive."""
    content = crossing(line)
    assert line.arrive(line.randers, REGION, content, "one") == Outcome.TAKEN
    line.clock.go(HOUR)
    assert line.arrive(line.randers, REGION, crossing(line), "the last") == Outcome.TAKEN
    heard, outcomes = line.randers.shown()[REGION].facts.heard_at, []
    retain = line.randers.retain()
    retain.tick()
    for days in (1, FRESH.days - 1, 2, 10, 25, 20):
        line.clock.go(days * DAY)
        retain.tick()
        outcomes.append(line.arrive(line.randers, REGION, content, f"copy after {days}"))
        assert line.randers.shown()[REGION].facts.heard_at == heard
    assert outcomes == [Outcome.DUPLICATE] * 3 + [Outcome.REFUSED] * 3


def test_the_memory_of_a_test_goes_only_after_no_copy_of_it_is_believed():
    shortest = RetentionSettings.model_fields["test_days"].metadata
    assert timedelta(days=min(bound.ge for bound in shortest if hasattr(bound, "ge"))) > FRESH


# A person asks


def test_a_person_may_ask_now_and_it_is_noted(line):
    letter = line.region.heartbeats.test(RANDERS, line.region.admin)
    line.carry()
    assert line.region.shown()[RANDERS].facts.heartbeat_at == line.clock()
    assert letter_of(beats(line.region)[0], line.region.vault).body["why"] == Why.ASKED
    with line.region.db.reading() as session:
        (entry,) = entries(session, action=Action.SEND_TEST)
    assert (entry.about, entry.person_id) == (RANDERS, line.region.admin.id)
    assert letter == beats(line.region)[0].letter_id


def test_one_that_has_not_left_yet_is_replaced_and_one_that_has_is_waited_for(line):
    first = line.region.heartbeats.test(RANDERS, line.region.admin)
    second = line.region.heartbeats.test(RANDERS, line.region.admin)
    assert [row.state for row in beats(line.region)] == [State.CANCELLED, State.QUEUED]
    assert first != second
    line.deaf = {RANDERS}
    line.carry()
    with pytest.raises(CannotTest, match="TEST_UNDER_WAY"):
        line.region.heartbeats.test(RANDERS, line.region.admin)


def test_what_is_lacking_is_said(line):
    with line.region.db.session() as session:
        line.region.enter(session, RANDERS, kind=MAIL_CLIENT)
        AddressBook(session).forget(FAVRSKOV, line.clock())
    for party, code in ((RANDERS, "TEST_ONLY_PEOPLE"), (FAVRSKOV, "TEST_NO_KEY"), ("751", "TEST_NO_CONTACT")):
        with pytest.raises(CannotTest, match=code):
            line.region.heartbeats.test(party, line.region.admin)
    assert beats(line.region) == []


def test_a_municipality_may_test_the_region(line):
    line.randers.heartbeats.test(REGION, line.randers.admin)
    line.carry()
    assert line.randers.shown()[REGION].facts.heartbeat_at == line.clock()
    assert line.region.shown()[RANDERS].facts.heard_at == line.clock()


# Counted nowhere


def figures(line):
    """Count both ends over all time, but for when it was counted."""
    period = Period.around(at("2026-11-24 04:00").date())
    now = at("2026-11-24 04:00")
    with line.region.db.reading() as session:
        region = Counting(session, line.region.vault)(period, now)
    with line.randers.db.reading() as session:
        return region, municipal.Counting(session, line.randers.vault, RANDERS)(period, now)


def test_four_hundred_nights_change_no_figure_and_leave_no_more_rows_than_six_weeks(tmp_path):
    """O25, O18: a test of the line is no work, and is not kept."""
    line = QuietLine(tmp_path, at("2026-11-24 04:00"), municipalities=(RANDERS,))
    before, held = figures(line), []
    retaining = [end.retain() for end in line.ends.values()]
    for night in range(400):
        line.night()
        if night % 7 == 0:
            for retain in retaining:
                retain.tick()
        if night in {42, 399}:
            held.append([end.counted() for end in line.ends.values()])
    assert figures(line) == before
    assert held[0] == held[1]
    assert max(held[1]) < 250
    for end in line.ends.values():
        kinds = {row.kind for row in (*end.rows(OutgoingRow), *end.rows(TakenRow))}
        assert kinds <= {Kind.HEARTBEAT, Kind.RECEIPT}
        assert {row.outcome for row in end.rows(ArrivalRow)} == {Outcome.TAKEN}
        assert len(end.rows(ConversationRow)) < 40


def test_the_last_test_is_kept_however_old_it_is(line):
    """Else nobody could tell since when a party is silent."""
    line.night()
    line.deaf = {RANDERS}
    heard = line.region.shown()[RANDERS].facts.heard_at
    there = line.randers.shown()[REGION].facts.heard_at
    retaining = [end.retain() for end in line.ends.values()]
    for _week in range(30):
        line.clock.go(7 * DAY)
        for retain in retaining:
            retain.tick()
    assert line.region.shown()[RANDERS].facts.heard_at == heard
    assert line.randers.shown()[REGION].facts.heard_at == there


def test_letters_about_citizens_are_remembered_as_before(line):
    """Exactly once to the eye: only TESTs are ever forgotten."""
    with line.randers.db.session() as session:
        session.add(
            TakenRow(
                letter_id="r",
                party=REGION,
                kind=Kind.REFERRAL,
                conversation_id="c",
                digest="",
                signed_by="",
                verdict="ok",
                taken_at=line.clock(),
            )
        )
    line.night()
    retain = line.randers.retain()
    retain.tick()
    for _month in range(3):
        line.clock.go(29 * DAY)
        line.night()
        retain.tick()
    assert "r" in {row.letter_id for row in line.randers.rows(TakenRow)}
