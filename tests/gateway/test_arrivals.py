"""Mail at the door: none waits for another, none is forgotten, and what cannot be looked at is told."""

from datetime import timedelta

import pytest
import sites
from sites import MINUTE, NUMBER
from sqlmodel import select

from directory.book import AddressBook
from directory.model import REGION
from gateway.audit.rows import EntryRow
from gateway.exchange import arrivals
from gateway.exchange.arrivals import FIRST_LOOK, LONGEST_LOOK, NOT_LOOKED_AT, OUR_LACK, STUCK_AFTER, TELL_AFTER
from gateway.exchange.rows import ArrivalRow
from gateway.site.errors import VaultDamaged
from gateway.site.people import Role
from gateway.wire.letters import Kind
from keys import errors as key_errors

HOUR = timedelta(hours=1)


def crossing(region, **changes):
    return sites.sealed(region, sites.referral(**changes)).content


def row(site, arrival):
    with site.database.reading() as session:
        return session.get_one(ArrivalRow, arrival)


def stuck(site):
    with site.database.reading() as session:
        return arrivals.stuck(session, site.clock())


def shown(site):
    with site.database.reading() as session:
        return [mail.reason for mail in arrivals.quarantine(session)]


def look_again(site):
    with site.database.session() as session:
        arrivals.look_again(session)


def test_what_could_not_be_looked_at_waits_and_those_behind_it_pass(randers):
    first, second = randers.store(b"one"), randers.store(b"two")
    randers.receive.put_off(first)
    assert randers.receive.waiting() == (second,)
    randers.clock.go(FIRST_LOOK)
    assert randers.receive.waiting() == (second, first), "what nobody has looked at comes first"


def test_the_wait_doubles_up_to_an_hour_and_never_ends(randers):
    arrival, waits = randers.store(b"one"), []
    for _ in range(30):
        randers.receive.put_off(arrival)
        waits.append(row(randers, arrival).look_at - randers.clock())
        randers.clock.go(waits[-1])
        assert randers.receive.waiting() == (arrival,)
    assert waits[:4] == [FIRST_LOOK * factor for factor in (1, 2, 4, 8)]
    assert set(waits[10:]) == {LONGEST_LOOK}


@pytest.mark.parametrize("year", [-365, 365])
def test_a_clock_that_jumps_holds_no_arrival_back_for_longer_than_an_hour(randers, year):
    arrival = randers.store(b"one")
    randers.receive.put_off(arrival)
    randers.clock.go(timedelta(days=year))
    assert randers.receive.waiting() == (arrival,)


def test_after_some_tries_people_are_told_and_it_is_still_tried(region, randers):
    arrival = randers.store(crossing(region))
    for tries in range(TELL_AFTER):
        assert (stuck(randers), shown(randers)) == (0, []), tries
        randers.receive.put_off(arrival)
        randers.clock.go(FIRST_LOOK * 2**tries)
    assert (stuck(randers), shown(randers)) == (1, [NOT_LOOKED_AT])
    randers.clock.go(LONGEST_LOOK)
    assert randers.receive(arrival) == "taken"
    assert (stuck(randers), shown(randers)) == (0, [])


def test_what_nobody_has_looked_at_for_an_hour_is_stuck(randers):
    randers.store(b"one")
    randers.clock.go(STUCK_AFTER - MINUTE)
    assert stuck(randers) == 0
    randers.clock.go(MINUTE)
    assert stuck(randers) == 1


def test_a_mail_whose_row_is_damaged_is_put_off_and_told_not_dropped(region, randers):
    arrival = randers.store(crossing(region))
    with randers.database.session() as session:
        session.get_one(ArrivalRow, arrival).locked = b"damaged"
    with pytest.raises(VaultDamaged):
        randers.receive(arrival)
    assert row(randers, arrival).outcome == "waiting"


def test_a_letter_signed_by_a_key_that_is_pinned_later_is_taken_after_the_pin(region, randers, favrskov):
    """It came before the administrators had spoken; nobody must send it again."""
    with randers.database.session() as session:
        AddressBook(session).pin(sites.pinned(favrskov.station, favrskov.key, randers.clock(), REGION))
    arrival = randers.store(crossing(region))
    came_at = randers.clock()
    assert randers.receive(arrival) == "quarantined"
    randers.clock.go(HOUR)
    randers.knows(region)
    look_again(randers)
    assert randers.receive.waiting() == (arrival,)
    assert shown(randers) == []
    assert randers.receive(arrival) == "taken"
    assert [(taken.number, taken.received_at) for taken in randers.taken] == [(NUMBER, came_at)]
    assert row(randers, arrival).reason == ""


def test_a_pin_has_what_was_kept_apart_looked_at_once_more(region, randers):
    arrival = randers.store(crossing(region))
    with randers.database.session() as session:
        kept = session.get_one(ArrivalRow, arrival)
        kept.outcome, kept.reason = "quarantined", "UNKNOWN_SIGNER"
        admin = randers.station.people(session).add("Mette Testgaard", Role.ADMIN)
    certificate = region.station.keyring.export_public(region.key)
    randers.station.pin(REGION, certificate, region.key, admin)
    assert randers.receive.waiting() == (arrival,)


def test_mail_that_is_looked_at_once_more_lets_new_mail_pass(region, randers):
    old = randers.store(crossing(region))
    with randers.database.session() as session:
        kept = session.get_one(ArrivalRow, old)
        kept.outcome, kept.reason = "quarantined", "UNKNOWN_SIGNER"
    new = randers.store(crossing(region))
    look_again(randers)
    assert randers.receive.waiting() == (new, old)


def test_what_another_key_does_not_mend_is_left_alone(region, randers, favrskov):
    forged = randers.store(b"From: a@b.example\r\n\r\nHej")
    assert randers.receive(forged) == "quarantined"
    erased = randers.store(b"x")
    with randers.database.session() as session:
        kept = session.get_one(ArrivalRow, erased)
        kept.outcome, kept.reason, kept.locked = "quarantined", "UNKNOWN_SIGNER", b""
    look_again(randers)
    assert randers.receive.waiting() == ()
    assert (region.receive.waiting(), favrskov.receive.waiting()) == ((), ())


def test_every_code_that_is_looked_at_once_more_is_one_that_is_produced():
    known = {error.code for error in vars(key_errors).values() if isinstance(error, type) and hasattr(error, "code")}
    assert known | {"SENDER_DIFFERS"} >= OUR_LACK


def test_what_is_kept_apart_is_noted_in_the_trail_once_with_its_reason(randers):
    arrival = randers.store(b"From: a@b.example\r\n\r\nKaren Testdal er bange")
    randers.receive(arrival)
    with randers.database.reading() as session:
        (entry,) = session.exec(select(EntryRow)).all()
    assert (entry.action, entry.person_id, entry.outcome) == ("quarantine", "daemon", "NOT_AN_ENVELOPE")
    assert entry.detail == f'{{"arrival": {arrival}}}'


def test_mail_that_is_taken_leaves_no_trouble_in_the_trail(region, randers):
    randers.take(crossing(region))
    with randers.database.reading() as session:
        assert session.exec(select(EntryRow)).all() == []
    assert [arrived.kind for arrived in randers.taken] == [Kind.REFERRAL]
