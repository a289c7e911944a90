"""What the exchange keeps: bodies for a while, proof for long, and for ever that a letter was taken (O18)."""

from datetime import timedelta

import pytest
import sites
from ages import DAY, retain

from gateway.exchange.arrivals import Outcome, look_again
from gateway.exchange.delivery import State
from gateway.exchange.rows import ArrivalRow, OutgoingRow, StepRow, TakenRow
from gateway.retention.run import LONGEST_PAUSE
from gateway.wire.letters import Kind


@pytest.fixture
def ends(line):
    """The region and Randers, whose retention has begun."""
    made = {party: retain(site.database, line.clock) for party, site in (("r", line.region), ("m", line.randers))}
    for one in made.values():
        one.tick()

    def go(days):
        end = line.clock() + days * DAY
        while line.clock() < end:
            line.clock.go(min(LONGEST_PAUSE, end - line.clock()))
            for one in made.values():
                one.tick()

    return go


def test_bodies_and_raw_mail_go_and_the_receipt_stays(line, ends):
    line.exchange(sites.referral())
    ends(100)

    referral = next(row for row in line.region.rows(OutgoingRow) if row.kind == Kind.REFERRAL)
    assert (referral.state, referral.locked) == (State.RECEIVED, b"")
    assert {row.locked for row in line.randers.rows(ArrivalRow)} == {b""}
    (receipt,) = line.randers.receipts()
    assert line.randers.said(receipt)["of"] == referral.letter_id


@pytest.mark.parametrize("days", [0, 100, 6 * 365])
def test_a_copy_that_comes_however_late_is_never_shown_as_new(line, ends, days):
    """Exactly once to the eye: that a letter was taken is never forgotten. Its receipt is given while it is kept."""
    crossed = line.exchange(sites.referral())
    ends(days)

    outcome, _reason = line.randers.take(crossed) if days == 0 else taken_later(line, crossed, days)

    assert outcome is Outcome.DUPLICATE
    assert len(line.randers.taken) == 1
    assert len(line.randers.rows(TakenRow)) == 1
    assert len([row for row in line.randers.receipts() if row.state == State.QUEUED]) == (0 if days > 2000 else 1)


def taken_later(line, crossed, days):
    """Look at a mail by a clock that tells when it was sealed: gpg would not believe a key from years ahead."""
    line.clock.go(-days * DAY)
    try:
        return line.randers.take(crossed)
    finally:
        line.clock.go(days * DAY)


def test_the_receipt_given_again_is_the_one_given_first(line, ends):
    crossed = line.exchange(sites.referral())
    (first,) = line.randers.receipts()
    said = line.randers.said(first)
    ends(300)

    taken_later(line, crossed, 300)

    (again,) = line.randers.receipts()
    assert again.letter_id == first.letter_id
    assert line.randers.said(again) == said


def test_what_nobody_could_take_is_kept_with_its_body(line, ends):
    """It is a person's to see to: it can still be sent again."""
    line.region.post(sites.referral())
    with line.region.database.session() as session:
        row = session.get_one(OutgoingRow, line.region.rows(OutgoingRow)[0].letter_id)
        row.state, row.next_at = State.GIVEN_UP, None
        session.add_all([row, StepRow(letter_id=row.letter_id, state=State.GIVEN_UP, at=line.clock())])

    ends(400)

    assert line.region.rows(OutgoingRow)[0].locked


def test_mail_that_cannot_be_trusted_goes_after_its_own_days(line, ends):
    line.randers.take(b"Subject: reklame\r\n\r\nKob nu.\r\n")
    ends(90)
    assert line.randers.rows(ArrivalRow)[0].locked
    ends(10)

    row = line.randers.rows(ArrivalRow)[0]
    assert (row.locked, row.outcome) == (b"", Outcome.QUARANTINED)
    assert row.reason


def test_mail_nobody_has_looked_at_is_never_erased(line, ends):
    """It may hold a referral."""
    line.randers.store(line.exchange(sites.referral()))
    ends(400)

    assert {row.id: bool(row.locked) for row in line.randers.rows(ArrivalRow)} == {1: False, 2: True}


def test_mail_that_was_erased_is_not_looked_at_again(line, ends):
    """A key that is pinned later opens what stands apart because of it; of what is erased there is nothing to open."""
    stranger = sites.sealed(line.favrskov, sites.referral(to_party=sites.RANDERS)).content
    assert line.randers.take(stranger)[0] is Outcome.QUARANTINED
    ends(100)

    with line.randers.database.session() as session:
        look_again(session)

    assert line.randers.receive.waiting() == ()


def test_a_letter_on_its_way_is_left_alone(line, ends):
    line.region.post(sites.referral())
    line.clock.go(timedelta(days=5))
    ends(400)

    row = line.region.rows(OutgoingRow)[0]
    assert row.locked
    assert row.state == State.QUEUED
