"""Letters that come back: a hint that parks the letter, shown with a reason, and overruled by any receipt."""

import pytest
import reports
import sites
from reports import AUTOMATIC, CAME_BACK, ENVELOPE, LATE, recipient, report
from sites import MINUTE, RANDERS
from sqlmodel import select

from directory.book import AddressBook
from gateway.audit.rows import EntryRow
from gateway.doctor import traffic
from gateway.exchange import arrivals, outbox
from gateway.exchange.bounces import MACHINE, OWN_LETTER, UNCLEAR, UNMATCHED
from gateway.exchange.delivery import BOUNCED, DELAYED, LONGEST_RETRY, RETURNED, RETURNS
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import ArrivalRow, EnvelopeRow, OutgoingRow, TakenRow
from gateway.referring.words import FAMILIES, why_waiting
from gateway.wire.letters import Kind, Letter
from inbox_tui.held_up import WHY


def sent(region, **changes):
    """Send a referral; gives its id, its envelope's id and how it crossed."""
    letter = region.post(sites.referral(**changes))
    (crossed,) = region.send()
    return letter, envelopes(region, letter)[-1].envelope_id, crossed


def envelopes(site, letter):
    return sorted((row for row in site.rows(EnvelopeRow) if row.letter_id == letter), key=lambda row: row.made_at)


def comes_back(site, raw, *, from_nobody=True):
    """Let a mail arrive and be looked at; gives what became of it, and the code."""
    arrival = arrivals.Store(site.database, site.station.vault, site.clock, site.clock)(raw, from_nobody=from_nobody)
    outcome = site.receive(arrival)
    with site.database.reading() as session:
        return outcome, session.get_one(ArrivalRow, arrival).reason


def standing(site, letter):
    row = site.outgoing(letter)
    return row.state, row.reason


def noted(site, action):
    with site.database.reading() as session:
        rows = session.exec(select(EntryRow).where(EntryRow.action == action)).all()
    return [(row.person_id, row.about, row.outcome) for row in rows]


@pytest.mark.parametrize(("written", "status"), CAME_BACK.values(), ids=CAME_BACK)
def test_a_letter_that_came_back_is_parked_with_the_reason(region, written, status):
    letter, envelope, _crossed = sent(region)
    code = "_".join(filter(None, (BOUNCED, status)))
    assert comes_back(region, written(envelope)) == ("bounce", code)
    assert standing(region, letter) == ("parked", code)
    assert envelopes(region, letter)[0].bounced == code
    assert region.states(letter) == ["queued", "sent", "parked"]
    assert noted(region, "park") == [("daemon", region.outgoing(letter).conversation_id, code)]


def test_nobody_is_answered_and_nothing_remembered_as_a_letter(region):
    _letter, envelope, _crossed = sent(region)
    comes_back(region, reports.by_postfix(envelope))
    assert [row.kind for row in region.rows(OutgoingRow)] == ["referral"]
    assert not region.rows(TakenRow)
    assert not region.taken


def test_what_came_back_goes_again_after_an_hour_and_not_before(region, randers):
    letter, envelope, _crossed = sent(region)
    comes_back(region, reports.by_the_book(envelope))
    region.clock.go(LONGEST_RETRY - MINUTE)
    assert region.send() == []
    region.clock.go(MINUTE)
    (again,) = region.send()
    assert randers.take(again) == ("taken", "")
    assert standing(region, letter) == ("sent", "")


def returns(region, status, times):
    """Let a referral leave and come back so many times; gives it, and how it stands after each."""
    letter, stood = region.post(sites.referral()), []
    for _ in range(times):
        region.send()
        came = report(envelopes(region, letter)[-1].envelope_id, recipient("failed", status))
        comes_back(region, came)
        stood.append(standing(region, letter))
        region.clock.go(LONGEST_RETRY)
    return letter, stood


def test_what_no_waiting_mends_is_given_up_at_the_third_time_and_leaves_with_a_new_address(region):
    """A duty officer must not trust an hourly retry to find a mailbox that is not there."""
    letter, stood = returns(region, "5.1.1", RETURNS)
    assert stood == [("parked", "BOUNCED_5.1.1")] * 2 + [("given-up", "RETURNED_5.1.1")]
    assert region.send() == []
    assert noted(region, "give-up")[0][2] == "RETURNED_5.1.1"
    with region.database.reading() as session:
        assert [found.code for found in traffic.letters(session)] == ["LETTERS_RETURNED"]
    with region.database.session() as session:
        AddressBook(session).set_contact(sites.contact_of(RANDERS, email="ny@randers.example"))
    assert len(region.send()) == 1
    comes_back(region, report(envelopes(region, letter)[-1].envelope_id, recipient("failed", "5.1.1")))
    assert standing(region, letter) == ("parked", "BOUNCED_5.1.1"), "the new address has its own three times"


def test_what_a_person_sends_again_goes_once_and_is_given_up_again_where_nothing_was_mended(region):
    letter, _stood = returns(region, "5.1.1", RETURNS)
    with region.database.session() as session:
        assert outbox.send_again(session, letter, region.clock())
    assert len(region.send()) == 1
    comes_back(region, report(envelopes(region, letter)[-1].envelope_id, recipient("failed", "5.1.1")))
    assert standing(region, letter) == ("given-up", "RETURNED_5.1.1")


@pytest.mark.parametrize("status", ["5.2.2", "5.4.4", "5.7.1"])
def test_what_may_pass_is_tried_every_hour_however_often_it_comes_back(region, status):
    _letter, stood = returns(region, status, RETURNS + 2)
    assert set(stood) == {("parked", f"BOUNCED_{status}")}


def test_a_receipt_overrules_what_was_given_up(region, randers):
    letter, _stood = returns(region, "5.1.1", RETURNS)
    randers.take(region.relay.crossed[0][0])
    for receipt in randers.send():
        region.take(receipt)
    assert standing(region, letter) == ("received", "")


def test_what_came_back_goes_at_once_where_the_address_was_corrected(region):
    letter, envelope, _crossed = sent(region)
    comes_back(region, reports.by_the_book(envelope))
    assert region.send() == []
    with region.database.session() as session:
        AddressBook(session).set_contact(sites.contact_of(RANDERS, email="ny@randers.example"))
    assert len(region.send()) == 1
    assert region.relay.crossed[-1][2] == "ny@randers.example"
    assert standing(region, letter)[0] == "sent"
    assert region.send() == [], "once, not at every round"


def test_a_receipt_overrules_what_a_mail_server_says(region, randers):
    letter, envelope, crossed = sent(region)
    comes_back(region, reports.by_the_book(envelope))
    randers.take(crossed)
    for receipt in randers.send():
        region.take(receipt)
    assert standing(region, letter) == ("received", "")
    assert comes_back(region, reports.by_the_book(envelope)) == ("bounce", "BOUNCED_5.1.1")
    assert standing(region, letter) == ("received", "")


def test_a_report_about_an_earlier_envelope_changes_nothing_and_is_noted_there(region):
    letter, first, _crossed = sent(region)
    region.clock.go(31 * MINUTE)
    assert len(region.send()) == 1
    assert comes_back(region, reports.by_the_book(first)) == ("bounce", "BOUNCED_5.1.1")
    assert standing(region, letter) == ("sent", "")
    assert [row.bounced for row in envelopes(region, letter)] == ["BOUNCED_5.1.1", ""]


def test_a_report_that_overtakes_our_own_record_of_sending_is_not_lost(region):
    letter = region.post(sites.referral())
    real = region.relay.send

    async def send(envelope, sender, to):
        (row,) = region.rows(EnvelopeRow)
        comes_back(region, reports.by_the_book(row.envelope_id))
        return await real(envelope, sender, to)

    region.relay.send = send
    region.send()
    assert standing(region, letter) == ("parked", "BOUNCED_5.1.1")


def test_an_uncertain_passage_that_came_back_is_parked_too(region):
    region.relay.answers = [Attempt(Passage.UNCERTAIN, "RELAY_HUNG_UP")]
    letter, envelope, _crossed = sent(region)
    comes_back(region, reports.by_the_book(envelope))
    assert standing(region, letter) == ("parked", "BOUNCED_5.1.1")


@pytest.mark.parametrize("written", LATE.values(), ids=LATE)
def test_a_letter_that_is_late_goes_on_as_it_was_and_says_so(region, written):
    letter, envelope, _crossed = sent(region)
    before = region.outgoing(letter).next_at
    assert comes_back(region, written(envelope)) == ("bounce", DELAYED)
    assert comes_back(region, written(envelope)) == ("bounce", DELAYED)
    row = region.outgoing(letter)
    assert (row.state, row.reason, row.next_at) == ("sent", DELAYED, before)
    assert region.states(letter) == ["queued", "sent", "sent"]
    assert noted(region, "park") == []
    region.clock.go(31 * MINUTE)
    assert len(region.send()) == 1
    assert standing(region, letter) == ("sent", "")


def test_a_delay_takes_nothing_back_of_a_failure(region):
    letter, envelope, _crossed = sent(region)
    comes_back(region, reports.by_the_book(envelope))
    comes_back(region, reports.late_by_postfix(envelope))
    assert standing(region, letter) == ("parked", "BOUNCED_5.1.1")
    assert envelopes(region, letter)[0].bounced == "BOUNCED_5.1.1"


def test_whoever_does_not_know_an_envelope_changes_nothing(region):
    """A bounce is a hint that anybody can forge; our letter ids and numbers are no help to them."""
    letter, _envelope, _crossed = sent(region)
    for name, (written, _status) in CAME_BACK.items():
        for known in (ENVELOPE, letter, region.outgoing(letter).conversation_id):
            assert comes_back(region, written(known)) == ("bounce", UNMATCHED), name
    assert standing(region, letter) == ("sent", "")
    assert noted(region, "park") == []


@pytest.mark.parametrize("from_nobody", [True, False])
def test_a_machines_answer_ends_here(region, from_nobody):
    letter, envelope, _crossed = sent(region)
    for name, written in AUTOMATIC.items():
        assert comes_back(region, written(envelope), from_nobody=from_nobody) == ("automatic", MACHINE), name
    assert standing(region, letter) == ("sent", "")
    assert [row.kind for row in region.rows(OutgoingRow)] == ["referral"]


def test_our_own_letter_that_comes_round_again_ends_here(region):
    letter, _envelope, crossed = sent(region)
    for from_nobody in (False, True):
        assert comes_back(region, crossed, from_nobody=from_nobody) == ("automatic", OWN_LETTER)
    assert standing(region, letter) == ("sent", "")
    assert not region.receipts()


def test_a_letter_to_us_is_opened_even_if_it_comes_from_nobody(region, randers):
    """Some mail servers pass mail on under an empty sender; the seal alone decides."""
    _letter, _envelope, crossed = sent(region)
    assert comes_back(randers, crossed) == ("taken", "")


def test_an_envelope_that_cannot_be_opened_is_kept_apart_even_if_it_comes_from_nobody(region, favrskov):
    _letter, _envelope, crossed = sent(region)
    assert comes_back(favrskov, crossed) == ("quarantined", "NOT_FOR_US")


@pytest.mark.parametrize("from_nobody", [True, False])
def test_mail_that_is_neither_report_nor_letter_is_kept_apart_whoever_it_comes_from(region, from_nobody):
    raw = b"From: x@y.example\r\n\r\nHej"
    assert comes_back(region, raw, from_nobody=from_nobody) == ("quarantined", "NOT_AN_ENVELOPE")


def test_a_report_that_says_nothing_certain_changes_nothing(region):
    letter, envelope, _crossed = sent(region)
    assert comes_back(region, report(envelope, recipient("relayed", "2.1.9")))[0] == "automatic"
    plain = reports.mail("From: MAILER-DAEMON@x.example", reports.our_headers(envelope))
    assert comes_back(region, plain) == ("bounce", UNCLEAR)
    assert standing(region, letter) == ("sent", "")


def test_a_receipt_that_came_back_is_tried_again_like_any_letter(region, randers):
    """Receipts are as durable as referrals."""
    region.post(sites.referral())
    (crossed,) = region.send()
    randers.take(crossed)
    assert len(randers.send()) == 1
    (receipt,) = randers.receipts()
    comes_back(randers, reports.by_postfix(envelopes(randers, receipt.letter_id)[0].envelope_id))
    assert standing(randers, receipt.letter_id) == ("parked", "BOUNCED_5.2.2")
    randers.clock.go(LONGEST_RETRY)
    (again,) = randers.send()
    assert region.take(again) == ("taken", "")


def test_what_came_back_is_not_sent_once_more_after_a_withdrawal(region):
    """O10."""
    letter, envelope, _crossed = sent(region)
    conversation = region.outgoing(letter).conversation_id
    comes_back(region, reports.by_the_book(envelope))
    withdrawal = Letter(Kind.WITHDRAWAL, conversation, RANDERS, sites.NUMBER, {})
    region.post(withdrawal)
    with region.database.session() as session:
        AddressBook(session).set_contact(sites.contact_of(RANDERS, email="ny@randers.example"))
    assert region.send() == [], "the referral stands before it, and is looked at first"
    region.clock.go(LONGEST_RETRY)
    region.send()
    region.send()
    assert standing(region, letter) == ("given-up", "RETURNED_5.1.1")
    assert [row.letter_id for row in region.rows(EnvelopeRow)] == [letter, withdrawal.letter_id]


@pytest.mark.parametrize("status", ["", "5.1.1", "5.2.1", "5.2.2", "5.2.3", "5.3.4", "5.4.4", "5.7.1", "5.9.9"])
@pytest.mark.parametrize("begins", [BOUNCED, RETURNED])
def test_both_ends_say_in_words_why_a_letter_came_back(begins, status):
    code = "_".join(filter(None, (begins, status)))
    happened, means, do = why_waiting(code)
    assert "(" not in happened + means + do
    assert any(code.startswith(known) for known in WHY)
    assert ("every hour" in means or "hver time" in means) == (begins == BOUNCED), "what is given up is not tried again"


def test_the_reason_is_the_mailbox_where_it_is_the_mailbox():
    full, unknown, large = (why_waiting(f"BOUNCED_{status}")[0] for status in ("5.2.2", "5.1.1", "5.2.3"))
    assert len({full, unknown, large, why_waiting(BOUNCED)[0]}) == 4
    assert why_waiting(DELAYED)[0] not in {words[0] for words in FAMILIES.values()}
