"""Receiving: taken once, whatever comes twice; refused with a receipt, or kept apart in silence."""

import json
import logging
from dataclasses import replace

import pytest
import sites
from databases import everything_in
from sites import NUMBER
from test_letter_sealing import outside_of, payload_of

from directory.book import AddressBook
from directory.model import REGION
from gateway.exchange import arrivals
from gateway.exchange.delivery import State
from gateway.exchange.rows import ArrivalRow, ConversationRow, OutgoingRow, StepRow, TakenRow
from gateway.wire.errors import LetterUnreadable
from gateway.wire.letters import Kind, Letter, new_id
from keys.errors import GpgFailed


def crossing(by, letter):
    return sites.sealed(by, letter).content


def receipt_of(site):
    """Read the one receipt a site has queued."""
    (row,) = site.receipts()
    return site.said(row)


def assert_silent(site):
    """Nobody was answered, and nothing was kept but the mail itself."""
    assert site.remembers_nothing()
    assert not site.rows(OutgoingRow)


def test_a_letter_is_taken_over_remembered_and_receipted_in_one_go(region, randers):
    """E14."""
    letter = sites.referral("Hjælp til hverdagen")
    made = sites.sealed(region, letter)
    assert randers.take(made.content) == ("taken", "")
    (arrived,) = randers.taken
    assert (arrived.letter_id, arrived.body, arrived.number) == (letter.letter_id, letter.body, NUMBER)
    assert (arrived.from_party, arrived.signed_by, arrived.received_at) == (REGION, region.key, randers.clock())
    receipt = receipt_of(randers)
    assert (receipt["of"], receipt["envelope"], receipt["verdict"]) == (letter.letter_id, made.envelope_id, "ok")
    assert (receipt["digest"], receipt["reason"]) == (made.digest, None)
    assert [row.stage for row in randers.rows(ConversationRow)] == ["referred"]


def test_a_copy_gets_the_same_receipt_again_and_is_never_shown_twice(region, randers):
    made = sites.sealed(region, sites.referral())
    randers.take(made.content)
    (first,) = randers.receipts()
    randers.send()
    for _ in range(3):
        assert randers.take(made.content) == ("duplicate", "")
    (again,) = randers.receipts()
    assert (again.letter_id, again.state) == (first.letter_id, State.QUEUED)
    assert len(randers.send()) == 1
    assert len(randers.taken) == 1
    assert len(randers.rows(TakenRow)) == 1


def test_a_refused_copy_gets_the_same_refusal_again(region, randers):
    letter = sites.referral()
    randers.take(crossing(region, letter))
    second = crossing(region, sites.referral(conversation_id=letter.conversation_id))
    assert [randers.take(second)[0] for _ in range(2)] == ["refused", "duplicate"]
    assert len(randers.receipts()) == 2


def test_a_letter_id_that_another_party_uses_is_no_copy(region, randers, favrskov):
    letter = sites.referral()
    region.post(letter)
    acknowledged = sites.acknowledgement(letter.conversation_id)
    assert region.take(crossing(randers, acknowledged)) == ("taken", "")
    stolen = crossing(favrskov, acknowledged)
    assert region.take(stolen) == ("quarantined", "OUT_OF_TURN")
    assert len(region.receipts()) == 1


@pytest.mark.parametrize("number", [NUMBER, "2026-0043"])
def test_nobody_can_speak_in_a_conversation_with_another(region, favrskov, number):
    letter = sites.referral()
    region.post(letter)
    raw = crossing(favrskov, sites.acknowledgement(letter.conversation_id, number=number))
    assert region.take(raw) == ("refused", "OUT_OF_TURN")
    assert not region.taken


def test_a_conversation_keeps_its_number(region, randers):
    letter = sites.referral()
    region.post(letter)
    raw = crossing(randers, sites.acknowledgement(letter.conversation_id, number="2026-0043"))
    assert region.take(raw) == ("refused", "OUT_OF_TURN")


def refused(site, raw):
    assert site.take(raw) == ("refused", "OUT_OF_TURN")
    *_before, receipt = (site.said(row) for row in site.receipts())
    assert (receipt["verdict"], receipt["reason"]) == ("fatal-error", "OUT_OF_TURN")
    return receipt


def test_an_acknowledgement_before_its_referral_is_refused_and_nothing_of_it_kept(region, randers):
    letter = sites.acknowledgement(new_id())
    assert refused(region, crossing(randers, letter))["of"] == letter.letter_id
    assert not region.rows(ConversationRow)
    assert not region.taken


def test_a_second_referral_in_one_conversation_is_refused(region, randers):
    letter = sites.referral()
    randers.take(crossing(region, letter))
    refused(randers, crossing(region, sites.referral("En anden", conversation_id=letter.conversation_id)))
    assert [arrived.letter_id for arrived in randers.taken] == [letter.letter_id]


def test_a_second_acknowledgement_is_taken_for_a_restored_municipality_sends_one_again(region, randers):
    letter = sites.referral()
    region.post(letter)
    region.take(crossing(randers, sites.acknowledgement(letter.conversation_id)))
    again = region.take(crossing(randers, sites.acknowledgement(letter.conversation_id)))
    assert again == ("taken", "")


def test_a_municipality_cannot_open_a_conversation(region, randers):
    """E17."""
    refused(region, crossing(randers, replace(sites.referral(), to_party=REGION)))
    assert not region.rows(ConversationRow)


def test_a_letter_this_end_takes_no_such_letters_of_is_refused(region, randers):
    del randers.handlers[Kind.REFERRAL]
    refused(randers, crossing(region, sites.referral()))
    assert not randers.rows(ConversationRow)


def test_what_cannot_be_read_is_refused_by_the_name_of_its_envelope(region, randers):
    outside = outside_of(region)
    raw = sites.forged(region, b'{"schema": 1}', outside, reader=randers.key)
    assert randers.take(raw) == ("refused", "UNREADABLE")
    receipt = receipt_of(randers)
    assert (receipt["of"], receipt["envelope"]) == (None, outside.envelope_id)
    assert (receipt["verdict"], receipt["reason"]) == ("fatal-error", "UNREADABLE")
    assert randers.remembers_nothing()


def test_the_refusal_of_a_letter_nobody_there_can_read_finds_its_way_back(region, randers, monkeypatch):
    """An older site could not read what a newer one wrote: the sender must hear of it."""

    def older(_content):
        raise LetterUnreadable

    letter = region.post(sites.referral())
    (crossed,) = region.send()
    with monkeypatch.context() as patched:
        patched.setattr("gateway.exchange.sealing.wire.read", older)
        assert randers.take(crossed) == ("refused", "UNREADABLE")
    (receipt,) = randers.send()
    assert region.take(receipt) == ("taken", "")
    assert (region.outgoing(letter).state, region.outgoing(letter).reason) == ("refused", "UNREADABLE")


def test_an_automatic_letter_nobody_can_read_is_never_answered(region, randers):
    """Two ends that cannot read each other must not answer for ever."""
    raw = sites.forged(region, b"{}", outside_of(region), reader=randers.key, automatic=True)
    assert randers.take(raw) == ("quarantined", "UNREADABLE")
    assert_silent(randers)


def test_a_handler_that_cannot_read_a_letter_leaves_nothing_of_it(region, randers):
    def writes_and_refuses(session, arrived):
        session.add(StepRow(letter_id=arrived.letter_id, state="half", at=arrived.received_at))
        session.flush()
        raise LetterUnreadable

    randers.handlers[Kind.REFERRAL] = writes_and_refuses
    letter = sites.referral()
    assert randers.take(crossing(region, letter)) == ("refused", "UNREADABLE")
    assert not [row for row in randers.rows(StepRow) if row.state == "half"]
    assert not randers.rows(ConversationRow)
    assert [row.verdict for row in randers.rows(TakenRow)] == ["fatal-error"]


def test_a_crash_in_the_middle_leaves_the_mail_waiting_and_it_is_taken_exactly_once(region, randers):
    class PowerCut(BaseException):
        """Nothing in the program expects this one."""

    def cut(session, arrived):
        session.add(StepRow(letter_id=arrived.letter_id, state="half", at=arrived.received_at))
        raise PowerCut

    randers.handlers[Kind.REFERRAL] = cut
    arrival = randers.store(crossing(region, sites.referral()))
    with pytest.raises(PowerCut):
        randers.receive(arrival)
    assert_silent(randers)
    assert not randers.rows(StepRow)
    assert randers.receive.waiting() == (arrival,)
    randers.handlers[Kind.REFERRAL] = randers.keep
    assert randers.receive(arrival) == "taken"
    assert randers.receive.waiting() == ()
    assert (len(randers.taken), len(randers.receipts())) == (1, 1)


def test_a_crash_while_the_receipt_is_written_leaves_nothing_either(region, randers, monkeypatch):
    arrival = randers.store(crossing(region, sites.referral()))
    with monkeypatch.context() as patched:
        patched.setattr("gateway.exchange.taking._memory", lambda *_parts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            randers.receive(arrival)
    assert not randers.rows(OutgoingRow)
    assert not randers.rows(ConversationRow)
    assert randers.receive.waiting() == (arrival,)


def test_gpg_in_trouble_leaves_the_mail_waiting(region, randers, monkeypatch):
    def failing(*_args, **_more):
        raise GpgFailed

    arrival = randers.store(crossing(region, sites.referral()))
    with monkeypatch.context() as patched:
        patched.setattr("gateway.exchange.sealing.open_sealed", failing)
        with pytest.raises(GpgFailed):
            randers.receive(arrival)
    assert randers.receive.waiting() == (arrival,)
    assert randers.receive(arrival) == "taken"


def untrusted(region, randers, favrskov):
    """Mails that cannot be trusted, each with the reason it is kept apart by."""
    payload = payload_of(region, sites.referral())
    return {
        "NOT_AN_ENVELOPE": b"From: a@b.example\r\n\r\nHej, ring til mig",
        "WRONG_SIGNER": sites.forged(favrskov, payload, outside_of(region), reader=randers.key),
        "SENDER_DIFFERS": sites.forged(region, payload, outside_of(region, sender="x@y.example"), reader=randers.key),
        "NOT_FOR_THIS_UNIT": sites.forged(region, payload, outside_of(region, "710"), reader=randers.key),
        "NOT_FOR_US": sites.forged(region, payload, outside_of(region), reader=favrskov.key),
        "ENVELOPE_DISAGREES": sites.forged(
            region, payload, outside_of(region), reader=randers.key, inside=outside_of(region)
        ),
    }


def test_mail_that_cannot_be_trusted_is_kept_apart_and_nobody_is_answered(region, randers, favrskov):
    mails = untrusted(region, randers, favrskov)
    assert [randers.take(raw) for raw in mails.values()] == [("quarantined", reason) for reason in mails]
    assert_silent(randers)
    with randers.database.reading() as session:
        kept = arrivals.quarantine(session)
    assert [mail.reason for mail in kept] == list(reversed(mails)), "newest first"
    assert [mail.size for mail in kept] == [len(raw) for raw in reversed(mails.values())]


def test_a_letter_by_a_key_that_was_replaced_is_kept_apart(region, randers, favrskov):
    old = crossing(region, sites.referral())
    with randers.database.session() as session:
        AddressBook(session).pin(sites.pinned(favrskov.station, favrskov.key, randers.clock(), REGION))
    assert randers.take(old) == ("quarantined", "WRONG_SIGNER")


def test_mail_is_looked_at_in_the_order_it_came(region, randers):
    first, second = (randers.store(crossing(region, sites.referral())) for _ in range(2))
    assert randers.receive.waiting() == (first, second)
    randers.receive(first)
    assert randers.receive.waiting() == (second,)


def test_a_mail_lies_locked_and_whole_in_the_database(randers, tmp_path):
    clear = b"From: a@b.example\r\n\r\nKaren Testdal 190668-7074"
    arrival = randers.store(clear)
    with randers.database.reading() as session:
        row = session.get_one(ArrivalRow, arrival)
        assert randers.station.vault.open(row.locked, row.place) == clear
    randers.database.close()
    assert b"190668" not in everything_in(tmp_path / "730.db")


def test_the_log_holds_ids_and_codes_only(region, randers, favrskov, caplog):
    with caplog.at_level(logging.DEBUG):
        randers.take(crossing(region, sites.referral("Karen Testdal er bange")))
        for raw in untrusted(region, randers, favrskov).values():
            randers.take(raw)
    assert "NOT_AN_ENVELOPE" in caplog.text
    assert not any(word in caplog.text for word in ("Karen", "bange", "ring til", "@"))


def test_a_letter_a_newer_sender_wrote_is_taken_with_what_we_know_of_it(region, randers):
    """E20."""
    letter = sites.referral()
    newer = json.dumps({**json.loads(payload_of(region, letter)), "schema": 9, "mood": "new"}).encode()
    assert randers.take(sites.forged(region, newer, outside_of(region), reader=randers.key)) == ("taken", "")
    assert randers.taken[0].body == letter.body


def test_a_receipt_is_never_answered(line, region):
    line.exchange(sites.referral())
    assert not region.receipts()
    assert [row.kind for row in region.rows(TakenRow)] == ["receipt"]


def test_the_whole_conversation_crosses_both_ways(line, region, randers):
    letter = sites.referral()
    line.exchange(letter)
    acknowledged = randers.post(sites.acknowledgement(letter.conversation_id))
    (crossed,) = randers.send()
    region.take(crossed)
    (receipt,) = region.send()
    assert randers.take(receipt) == ("taken", "")
    assert randers.outgoing(acknowledged).state == "received"
    assert [arrived.kind for arrived in region.taken] == [Kind.ACKNOWLEDGEMENT]
    assert [row.stage for row in region.rows(ConversationRow)] == ["acknowledged"]


def test_two_workers_that_look_at_one_mail_take_it_once(region, randers):
    """Two daemons cannot run on one home; this is what holds if they did."""
    raw = crossing(region, sites.referral())
    first, second = randers.store(raw), randers.store(raw)
    assert [randers.receive(first), randers.receive(second)] == ["taken", "duplicate"]


def test_letters_to_a_party_that_is_unknown_are_not_guessed(region):
    letter = Letter(Kind.REFERRAL, new_id(), "740", NUMBER, {})
    region.post(letter)
    assert region.outgoing(letter.letter_id).reason == "NO_CONTACT"


def test_a_letter_that_was_refused_is_heard_again_once_the_cause_is_mended(region, randers):
    """A refusal must not stand for ever because the first try came at a bad moment."""
    made = sites.sealed(region, sites.referral())
    handlers = dict(randers.handlers)
    randers.handlers.clear()
    assert randers.take(made.content) == ("refused", "OUT_OF_TURN")
    randers.handlers.update(handlers)
    assert randers.take(made.content) == ("taken", "")
    assert [randers.said(row)["verdict"] for row in randers.receipts()] == ["fatal-error", "ok"]
    assert randers.take(made.content) == ("duplicate", "")
    assert len(randers.taken) == 1
