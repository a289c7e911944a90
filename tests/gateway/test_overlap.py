"""A key or address follows another: letters on the way just then, late ones, and ones from a key that has ended."""

from collections.abc import Iterator

import pytest
import sites
from sites import MINUTE, RANDERS
from sqlmodel import select

from directory.book import AddressBook, ContactRow
from directory.model import REGION
from directory.own import KnownThereRow, OwnContactRow, OwnKeyRow
from gateway.exchange.delivery import KEY_REVOKED, NO_CONTACT, OWN_KEY_UNKNOWN_THERE
from gateway.exchange.identity import Identity
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, TakenRow
from gateway.wire.keeping import Heartbeat, Why
from gateway.wire.letters import Kind, Letter, new_id
from keys.fingerprint import Fingerprint

HOUR = 60 * MINUTE


@pytest.fixture(scope="module")
def own_sites() -> Iterator[dict]:
    """Sites of this module's own, for new keys are made in them."""
    with sites.short_folder() as folder, sites.stations(folder) as made:
        yield made


@pytest.fixture(scope="module")
def new_keys(own_sites) -> dict[str, Fingerprint]:
    """A second key for the region and for Randers, which the others' key rings have taken in."""
    made = {}
    for party in (REGION, RANDERS):
        owner = own_sites[party]
        made[party] = owner.keyring.generate("The next key <next@party.example>")
        for other in own_sites.values():
            if other is not owner:
                public = owner.keyring.export_public(made[party])
                other.keyring.import_public(public, expected=made[party], now=sites.utc_now())
    return made


@pytest.fixture
def line(own_sites, tmp_path, monkeypatch):
    monkeypatch.setattr(sites, "KEYS", dict(sites.KEYS))
    sites.KEYS.update({party: station.own.fingerprint for party, station in own_sites.items()})
    with sites.line(own_sites, tmp_path) as joined:
        yield joined


def rotates(site, new, ends_in=24 * HOUR):
    """Let a site have a new key beside its old one."""
    now = site.clock()
    with site.database.session() as session:
        session.add(OwnKeyRow(fingerprint=site.key, made_at=now - 24 * HOUR, ends_at=now + ends_in))
        session.add(OwnKeyRow(fingerprint=new, made_at=now, replaces=site.key))


def learns(site, other, new, ends_in=24 * HOUR):
    """Let a site believe another's announcement."""
    with site.database.session() as session:
        pin = sites.pinned(other.station, new, site.clock())
        AddressBook(session).succeed(pin, site.clock() + ends_in)


def written_by(site, letter, key):
    """Seal at a site with the key it is told to, whatever its book says."""
    return sites.sealed(site, letter, own=Identity(site.party, site.address, key)).content


def test_what_an_old_key_signed_is_taken_until_its_end_and_not_a_second_longer(line, new_keys):
    """What counts is when a letter arrives; its own date, and the date of its signature, prove nothing (D10)."""
    region, randers = line.region, line.randers
    learns(randers, region, new_keys[REGION])
    early, late = (written_by(region, sites.referral(), region.key) for _ in range(2))

    line.clock.go(24 * HOUR - MINUTE)
    assert randers.take(early) == ("taken", "")
    line.clock.go(MINUTE)
    assert randers.take(late) == ("quarantined", "WRONG_SIGNER")


def test_what_arrived_in_time_is_judged_by_its_arrival_however_late_it_is_looked_at(line, new_keys):
    region, randers = line.region, line.randers
    learns(randers, region, new_keys[REGION], ends_in=HOUR)
    arrival = randers.store(written_by(region, sites.referral(), region.key))

    line.clock.go(48 * HOUR)
    assert randers.receive(arrival) == "taken"


def test_what_arrived_before_a_key_was_known_to_be_stolen_is_not_taken_either(line):
    region, randers = line.region, line.randers
    arrival = randers.store(written_by(region, sites.referral(), region.key))
    with randers.database.session() as session:
        AddressBook(session).revoke(REGION, randers.clock.go(MINUTE))

    assert randers.receive(arrival) == "quarantined"
    assert not randers.taken


def test_letters_to_a_party_whose_key_was_stolen_wait_and_say_why(line):
    """S25."""
    region = line.region
    with region.database.session() as session:
        AddressBook(session).revoke(RANDERS, region.clock())
    letter_id = region.post(sites.referral())

    assert region.send() == []
    assert region.outgoing(letter_id).reason == KEY_REVOKED
    with region.database.session() as session:
        pin = AddressBook(session).keys(RANDERS)[0]
        assert pin.revoked_at == region.clock()


def test_a_site_with_a_new_key_goes_on_signing_with_the_old_one_until_the_reader_has_used_the_new(line, new_keys):
    region, randers = line.region, line.randers
    rotates(region, new_keys[REGION])
    line.exchange(sites.referral())
    assert [row.signed_by for row in region.rows(EnvelopeRow)] == [region.key]

    learns(randers, region, new_keys[REGION])
    line.exchange(sites.referral())  # its receipt comes sealed to the new key
    line.exchange(sites.referral())
    assert [row.signed_by for row in region.rows(EnvelopeRow)] == [region.key, region.key, new_keys[REGION]]
    assert {row.opened_with for row in region.rows(TakenRow)} == {region.key, new_keys[REGION]}
    assert len(randers.taken) == 3


def test_our_old_key_opens_what_arrives_before_its_end_and_nothing_after(line, new_keys):
    region, randers = line.region, line.randers
    letters = [sites.referral() for _ in range(2)]
    for letter in letters:
        line.exchange(letter)
    rotates(region, new_keys[REGION])
    in_time, too_late = (
        written_by(randers, sites.acknowledgement(one.conversation_id), randers.key) for one in letters
    )

    assert region.take(in_time) == ("taken", "")
    line.clock.go(24 * HOUR)
    assert region.take(too_late) == ("quarantined", "FOR_FORMER_KEY")


def test_once_the_old_key_has_ended_letters_wait_for_whoever_was_never_heard_on_the_new_one(line, new_keys):
    region = line.region
    rotates(region, new_keys[REGION])
    line.clock.go(25 * HOUR)
    letter_id = region.post(sites.referral())

    assert region.send() == []
    assert (region.outgoing(letter_id).state, region.outgoing(letter_id).reason) == ("parked", OWN_KEY_UNKNOWN_THERE)
    with region.database.session() as session:
        region.station.own_book(session).known(RANDERS, new_keys[REGION], region.clock(), told_by="mette")
    line.clock.go(2 * MINUTE)
    (crossed,) = region.send()
    assert region.rows(EnvelopeRow)[0].signed_by == new_keys[REGION]
    assert crossed


def test_a_letter_that_was_queued_before_a_switch_leaves_to_the_new_address_and_key_and_its_receipt_matches(
    line, new_keys
):
    """D9, D10."""
    region, randers = line.region, line.randers
    (first,) = (region.post(sites.referral()), *region.send())[1:]
    waiting = region.post(sites.referral())
    learns(region, randers, new_keys[RANDERS])
    rotates(randers, new_keys[RANDERS])
    moves(randers, "ny@randers.example")
    with region.database.session() as session:
        AddressBook(session).set_contact(sites.contact_of(RANDERS, email="ny@randers.example", valid_from=line.clock()))

    (second,) = region.send()
    sent = next(row for row in region.rows(EnvelopeRow) if row.letter_id == waiting)
    assert (sent.address, sent.sealed_to) == ("ny@randers.example", new_keys[RANDERS])
    for crossed in (first, second):
        assert randers.take(crossed) == ("taken", "")
    for receipt in randers.send():
        assert region.take(receipt) == ("taken", "")
    assert {row.state for row in region.rows(OutgoingRow)} == {"received"}


def moves(site, email):
    now = site.clock()
    name, old, phone = sites.UNITS[site.party]
    fields = {"unit_name": name, "phone": phone, "hours": "", "kind": "gateway", "entered_by": "test"}
    with site.database.session() as session:
        session.add(OwnContactRow(email=old, valid_from=now - HOUR, ends_at=now + 24 * HOUR, **fields))
        session.add(OwnContactRow(email=email, valid_from=now, **fields))


def test_a_site_that_moves_writes_from_its_new_address_once_the_reader_writes_there(line):
    region, randers = line.region, line.randers
    moves(randers, "ny@randers.example")
    line.exchange(sites.referral())
    assert randers.relay.crossed[-1][1] == randers.address

    with region.database.session() as session:
        AddressBook(session).set_contact(sites.contact_of(RANDERS, email="ny@randers.example", valid_from=line.clock()))
    line.exchange(sites.referral())
    assert randers.relay.crossed[-1][1] == "ny@randers.example"
    assert {row.state for row in region.rows(OutgoingRow)} == {"received"}


def test_a_test_to_a_new_address_goes_there_alone_and_does_not_count_as_its_being_used(line):
    """D11: nothing of a citizen's goes to an address before a signed answer has come from it."""
    region, randers = line.region, line.randers
    moves(randers, "ny@randers.example")
    body = Heartbeat(why=Why.ADDRESS, unit="AMK", phone="+45 84 11 20 00").written()
    test = region.post(Letter(Kind.HEARTBEAT, new_id(), RANDERS, "TEST", body, to_address="ny@randers.example"))
    referral = region.post(sites.referral())
    randers.handlers[Kind.HEARTBEAT] = randers.keep

    for crossed in region.send():
        assert randers.take(crossed) == ("taken", "")
    went_to = {row.letter_id: row.address for row in region.rows(EnvelopeRow)}
    assert went_to == {test: "ny@randers.example", referral: randers.address}
    assert "ny@randers.example" not in {row.what for row in randers.rows(KnownThereRow)}


def test_a_test_to_a_first_address_needs_no_contact_in_the_book_but_a_referral_does(line):
    region = line.region
    with region.database.session() as session:
        for row in session.exec(select(ContactRow)):
            session.delete(row)
    body = Heartbeat(why=Why.ADDRESS, unit="AMK", phone="+45 84 11 20 00").written()
    test = region.post(Letter(Kind.HEARTBEAT, new_id(), RANDERS, "TEST", body, to_address="ny@randers.example"))
    referral = region.post(sites.referral())

    assert len(region.send()) == 1
    assert (region.outgoing(test).state, region.outgoing(referral).reason) == ("sent", NO_CONTACT)
