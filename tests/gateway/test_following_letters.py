"""What follows a referral, as real letters between two ends: sealed, carried, handed over, and answered or refused."""

from datetime import timedelta

import bodies
import pytest
import sites
from sqlmodel import select

from gateway import bootstrap
from gateway.exchange.arrivals import Outcome
from gateway.exchange.rows import OutgoingRow
from gateway.referring.example import example
from gateway.referring.rows import ReferralRow, ReferringTable
from gateway.site.people import Role
from gateway.wire.letters import Kind, Letter

ANSWERS = {
    Kind.ACKNOWLEDGEMENT: bodies.ACKNOWLEDGEMENT,
    Kind.NOT_OURS: bodies.NOT_OURS,
    Kind.WITHDRAWAL: bodies.WITHDRAWAL,
}


@pytest.fixture
def desk(line):
    """The region with its own handlers and a referral that Randers has received."""
    region = line.region
    region.database.create(ReferringTable.metadata)
    region.handlers = dict(bootstrap.handlers(region.station))
    for kind in Kind:
        line.randers.handlers.setdefault(kind, line.randers.keep)
    with region.database.session() as session:
        person = region.station.people(session).add("Mette Testgaard", Role.SENDER)
    line.person = person
    line.number = bootstrap.submit(region.station)(example(sites.RANDERS, line.clock()), person).number
    carry(line)
    return line


def carry(line):
    """Carry everything both ways until nobody has anything to send."""
    while (out := line.region.send()) + (back := line.randers.send()):
        for letter in out:
            line.randers.take(letter)
        for letter in back:
            line.region.take(letter)


def row(line):
    with line.region.database.reading() as session:
        return session.exec(select(ReferralRow)).one()


def status(line):
    with line.region.database.reading() as session:
        return bootstrap.follow(line.region.station, session).named(line.number)


def said(line, kind, conversation_id=None, **body):
    return Letter(
        kind, conversation_id or row(line).conversation_id, sites.REGION, line.number, {**ANSWERS[kind], **body}
    )


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_the_municipality_answers_is_taken_in_and_receipted(desk, kind):
    letter = desk.randers.post(said(desk, kind))
    carry(desk)
    assert desk.randers.outgoing(letter).state == "received"
    expected = {"acknowledgement": "acknowledged", "not-ours": "not-ours", "withdrawal": "withdrawn"}[kind]
    assert status(desk).state == expected


def test_the_region_hears_that_a_case_is_closed_once_it_was_taken(desk):
    desk.randers.post(said(desk, Kind.ACKNOWLEDGEMENT))
    closed = Letter(Kind.CLOSED, row(desk).conversation_id, sites.REGION, desk.number, bodies.CLOSED)
    desk.randers.post(closed)
    carry(desk)
    assert status(desk).state == "closed"


@pytest.mark.parametrize("kind", ANSWERS)
def test_another_municipality_cannot_speak_of_it(desk, kind):
    before = row(desk).model_dump()
    forged = sites.sealed(desk.favrskov, said(desk, kind))
    assert desk.region.take(forged.content) == (Outcome.REFUSED, "OUT_OF_TURN")
    assert row(desk).model_dump() == before


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_that_cannot_be_read_changes_nothing(desk, kind):
    before = row(desk).model_dump()
    broken = sites.sealed(desk.randers, said(desk, kind, unit="x" * 501))
    assert desk.region.take(broken.content) == (Outcome.REFUSED, "UNREADABLE")
    assert row(desk).model_dump() == before
    assert status(desk).state == "received"


def test_a_case_that_nobody_took_cannot_be_closed(desk):
    closed = Letter(Kind.CLOSED, row(desk).conversation_id, sites.REGION, desk.number, bodies.CLOSED)
    assert desk.region.take(sites.sealed(desk.randers, closed).content) == (Outcome.REFUSED, "OUT_OF_TURN")


def test_a_reminder_a_supplement_and_a_withdrawal_arrive_in_that_order(desk):
    station = desk.region.station
    desk.clock.go(timedelta(days=12))
    for _hour in range(24 * 5):
        if bootstrap.duty(station).tick():
            break
        desk.clock.go(timedelta(hours=1))
    act = bootstrap.correspond(station)
    act.supplement(desk.number, {"cpr": "190668-7074"}, desk.person)
    carry(desk)
    act.withdraw(desk.number, desk.person)
    carry(desk)
    kinds = [arrived.kind for arrived in desk.randers.taken]
    assert kinds == [Kind.REFERRAL, Kind.REMINDER, Kind.SUPPLEMENT, Kind.WITHDRAWAL]
    states = {letter.kind: letter.state for letter in desk.region.rows(OutgoingRow)}
    assert set(states.values()) == {"received"}


def test_the_chores_of_the_regions_daemon_find_nothing_to_do_on_a_quiet_day(desk):
    assert {chore() for chore in bootstrap.chores(desk.region.station)} == {0}


def test_withdrawals_that_cross_end_it_at_both_ends(desk):
    """O10: whoever hears it first."""
    theirs = sites.sealed(desk.randers, said(desk, Kind.WITHDRAWAL))
    bootstrap.correspond(desk.region.station).withdraw(desk.number, desk.person)
    assert desk.region.take(theirs.content)[0] is Outcome.TAKEN
    assert status(desk).state == "withdrawn"
    (ours,) = (letter for letter in desk.region.rows(OutgoingRow) if letter.kind == Kind.WITHDRAWAL)
    assert ours.state == "cancelled"
