"""Delivering: seal to whom it is for now, hand over, note what happened; parked when it may not leave."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
import sites
from sites import MINUTE, RANDERS
from sqlmodel import select

from directory.book import AddressBook, ContactRow, PinnedKeyRow
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import EnvelopeRow
from keys.errors import GpgFailed

HOUR = timedelta(hours=1)


def state(site, letter):
    row = site.outgoing(letter)
    return row.state, row.reason


def forget(site, table):
    """Take the active rows of a table away, as if they had never been entered."""
    with site.database.session() as session:
        for row in session.exec(select(table).where(table.party == RANDERS)):
            session.delete(row)


def test_a_letter_leaves_and_its_receipt_settles_it(line, region, randers):
    letter = sites.referral()
    line.exchange(letter)
    assert region.states(letter.letter_id) == ["queued", "sent", "received"]
    assert [arrived.body for arrived in randers.taken] == [letter.body]


def test_what_is_noted_of_an_envelope_is_what_the_receipt_names(line, region):
    letter = sites.referral()
    line.exchange(letter)
    (envelope,) = region.rows(EnvelopeRow)
    assert envelope.digest == region.outgoing(letter.letter_id).receipt_digest
    assert (envelope.signed_by, envelope.sealed_to) == (region.key, sites.KEYS[RANDERS])
    assert (envelope.address, envelope.passage) == ("sikkerpost@randers.example", "accepted")


def test_an_unanswered_letter_is_sent_again_after_half_an_hour_twice_and_then_given_up(region):
    letter = region.post(sites.referral())
    rounds = []
    for _ in range(5):
        rounds.append(len(region.send()))
        region.clock.go(29 * MINUTE)
        assert not region.send()
        region.clock.go(2 * MINUTE)
    assert rounds == [1, 1, 1, 0, 0]
    assert region.states(letter) == ["queued", "sent", "given-up"]
    assert state(region, letter) == ("given-up", "NO_RECEIPT")


def test_a_resend_is_a_new_envelope_about_the_same_letter(region, randers):
    letter = region.post(sites.referral())
    (first,) = region.send()
    region.clock.go(31 * MINUTE)
    (second,) = region.send()
    assert first != second
    assert len({row.envelope_id for row in region.rows(EnvelopeRow)}) == 2
    assert [randers.take(mail)[0] for mail in (first, second)] == ["taken", "duplicate"]
    assert [arrived.letter_id for arrived in randers.taken] == [letter]


def test_a_receipt_that_comes_after_all_is_believed(region, randers):
    letter = region.post(sites.referral())
    (crossed,) = region.send()
    for _ in range(3):
        region.clock.go(31 * MINUTE)
        region.send()
    assert region.outgoing(letter).state == "given-up"
    randers.take(crossed)
    (receipt,) = randers.send()
    region.take(receipt)
    assert region.states(letter)[-2:] == ["given-up", "received"]


@pytest.mark.parametrize(("table", "reason"), [(ContactRow, "NO_CONTACT"), (PinnedKeyRow, "NO_KEY")])
def test_a_letter_without_contact_or_key_is_parked_and_leaves_by_itself(region, randers, table, reason):
    """There is no code path that sends in clear, or guesses (D6)."""
    forget(region, table)
    letter = region.post(sites.referral())
    assert state(region, letter) == ("parked", reason)
    region.clock.go(MINUTE)
    assert region.send() == []
    region.knows(randers)
    region.clock.go(MINUTE)
    assert len(region.send()) == 1
    assert region.states(letter) == ["parked", "sent"]


@pytest.mark.parametrize(("table", "reason"), [(ContactRow, "NO_CONTACT"), (PinnedKeyRow, "NO_KEY")])
def test_a_queued_letter_whose_contact_or_key_went_is_parked(region, table, reason):
    letter = region.post(sites.referral())
    forget(region, table)
    assert region.send() == []
    assert state(region, letter) == ("parked", reason)


def test_a_letter_to_an_expired_key_is_parked_until_the_new_key_is_pinned(region, randers):
    """securedrop#3530: an expired key must not swallow letters."""
    with region.database.session() as session:
        AddressBook(session).pin(sites.old_key(region.station, datetime(2024, 1, 1, tzinfo=UTC), 30))
    letter = region.post(sites.referral())
    assert region.send() == []
    assert state(region, letter) == ("parked", "READER_EXPIRED")
    with region.database.session() as session:
        AddressBook(session).pin(sites.pinned(randers.station, randers.key, region.clock()))
    region.clock.go(MINUTE)
    (crossed,) = region.send()
    assert randers.take(crossed) == ("taken", "")


def test_a_letter_goes_to_the_address_that_holds_now(region):
    letter = region.post(sites.referral())
    with region.database.session() as session:
        AddressBook(session).set_contact(sites.contact_of(RANDERS, email="ny@randers.example"))
    region.send()
    assert region.outgoing(letter).state == "sent"
    assert [recipient for _content, _sender, recipient in region.relay.crossed] == ["ny@randers.example"]


def test_a_letter_the_relay_refuses_is_parked_and_tried_again_in_an_hour(region):
    region.relay.answers = [Attempt(Passage.REFUSED, "SMTP_550")]
    letter = region.post(sites.referral())
    region.send()
    assert state(region, letter) == ("parked", "RELAY_REFUSED")
    region.clock.go(HOUR)
    assert len(region.send()) == 1


def test_a_relay_out_of_reach_keeps_the_letter_queued_with_the_reason(region):
    region.relay.answers = [Attempt(Passage.NOT_REACHED, "TLS_NOT_TRUSTED")] * 2
    letter = region.post(sites.referral())
    region.send()
    assert state(region, letter) == ("queued", "TLS_NOT_TRUSTED")
    assert region.send() == []
    region.clock.go(MINUTE)
    region.send()
    assert region.outgoing(letter).tries == 2
    region.clock.go(MINUTE)
    assert len(region.send()) == 1
    assert state(region, letter) == ("sent", "")
    assert region.states(letter) == ["queued", "sent"]


def test_an_outage_uses_up_none_of_the_three_sendings(region):
    letter = region.post(sites.referral())
    region.relay.answers = [Attempt(Passage.NOT_REACHED, "RELAY_NOT_REACHED")] * 20
    for _ in range(20):
        region.clock.go(2 * HOUR)
        region.send()
    region.clock.go(2 * HOUR)
    assert len(region.send()) == 1
    assert region.outgoing(letter).times_sent == 1


def test_a_break_after_the_content_is_noted_and_the_letter_goes_again_soon(region):
    """Sent or lost, nobody knows; it is not one of the three times after which a letter is given up."""
    region.relay.answers = [Attempt(Passage.UNCERTAIN, "RELAY_HUNG_UP")] * 5
    letter = region.post(sites.referral())
    for _ in range(5):
        region.send()
        region.clock.go(HOUR)
    assert state(region, letter) == ("queued", "RELAY_HUNG_UP")
    assert {row.passage for row in region.rows(EnvelopeRow)} == {"uncertain"}
    region.send()
    assert state(region, letter)[0] == "sent"
    assert region.outgoing(letter).times_sent == 1


def test_gpg_in_trouble_keeps_the_letter_and_says_which(region, monkeypatch):
    def failing(*_args, **_more):
        raise GpgFailed

    monkeypatch.setattr("gateway.exchange.sealing.seal", failing)
    letter = region.post(sites.referral())
    assert region.send() == []
    assert state(region, letter) == ("queued", "GPG_FAILED")


def test_one_letters_surprise_neither_stops_the_others_nor_reaches_the_log(region, caplog):
    region.relay.answers = [RuntimeError("Karen Testdal 190668-7074")]
    letters = [region.post(sites.referral()) for _ in range(3)]
    with caplog.at_level(logging.INFO):
        assert len(region.send()) == 2
    assert sorted(region.outgoing(letter).state for letter in letters) == ["queued", "sent", "sent"]
    assert "UNEXPECTED" in {region.outgoing(letter).reason for letter in letters}
    assert "Karen" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_the_log_holds_ids_and_states_only(line, caplog):
    with caplog.at_level(logging.DEBUG):
        line.exchange(sites.referral("Karen Testdal er bange"))
    assert "sent" in caplog.text
    assert not any(word in caplog.text for word in ("Karen", "bange", "@", "Randers"))


def test_every_letter_of_one_block_has_the_same_size_whatever_it_says(region):
    texts = ("", "Ja", "ø" * 90, "Borgeren ringer om aftenen. " * 10)
    for text in texts:
        region.post(sites.referral(text))
    region.send()
    region.send()
    sizes = {len(content) for content, _sender, _recipient in region.relay.crossed}
    assert len(region.relay.crossed) == len(texts)
    assert max(sizes) - min(sizes) <= 8, "armour differs by a line's end at most"


def test_nothing_personal_is_outside_the_seal(region):
    region.post(sites.referral("Karen Testdal 190668-7074"))
    (crossed,) = region.send()
    for word in ("Karen", "190668", "2026-0042", "Henvendelse", json.dumps("Karen Testdal")):
        assert word.encode() not in crossed
