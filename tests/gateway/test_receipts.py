"""What a receipt can and cannot do to a delivery."""

from dataclasses import replace

import pytest
import sites
from sites import NUMBER

from directory.model import REGION
from gateway.exchange.receipts import ReceiptBody, Verdict, receipt_for
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, TakenRow
from gateway.wire.letters import Kind, Letter, new_id


@pytest.fixture
def sent(region):
    """A letter on its way, and what its true receipt would say."""
    letter = sites.referral()
    region.post(letter)
    region.send()
    return letter


def receipt(site, letter, verdict=Verdict.OK, **changes):
    """Write a receipt for the latest envelope of a letter, with parts of it changed."""
    *_older, envelope = (row for row in site.rows(EnvelopeRow) if row.letter_id == letter.letter_id)
    said = {
        "of": letter.letter_id,
        "envelope": envelope.envelope_id,
        "verdict": verdict,
        "digest": envelope.digest,
        "received_at": site.clock(),
    }
    body = ReceiptBody.model_validate({**said, **changes})
    return receipt_for(body, conversation_id=letter.conversation_id, party=REGION, number=NUMBER)


def take(region, by, letter):
    return region.take(sites.sealed(by, letter).content)


def test_a_good_receipt_makes_the_letter_received(region, randers, sent):
    assert take(region, randers, receipt(region, sent)) == ("taken", "")
    row = region.outgoing(sent.letter_id)
    assert (row.state, row.next_at, row.receipt_digest) == ("received", None, region.rows(EnvelopeRow)[0].digest)


def test_a_fatal_receipt_makes_the_letter_refused_with_its_reason(region, randers, sent):
    take(region, randers, receipt(region, sent, Verdict.FATAL, reason="OUT_OF_TURN"))
    row = region.outgoing(sent.letter_id)
    assert (row.state, row.reason, row.next_at) == ("refused", "OUT_OF_TURN", None)
    assert region.send() == []


def test_a_transient_receipt_sends_the_letter_again(region, randers, sent):
    take(region, randers, receipt(region, sent, Verdict.TRANSIENT, reason="BUSY"))
    assert region.outgoing(sent.letter_id).state == "queued"
    region.clock.go(sites.MINUTE)
    assert len(region.send()) == 1


@pytest.mark.parametrize(
    "reason", ["190668-7074", "Mette Testgaard", "A\nB", "\x1b]52;c;aGk=\x07", "X" * 65, "lower", 5, ["A"], {}]
)
def test_what_is_no_code_goes_no_further_than_the_receipt(region, randers, sent, reason):
    """A peer's reason stands in clear here, on screens and in what the doctor says."""
    said = receipt(region, sent, Verdict.FATAL)
    take(region, randers, replace(said, body={**said.body, "reason": reason}))
    row = region.outgoing(sent.letter_id)
    assert (row.state, row.reason) == ("refused", "NO_CODE")


def test_a_fatal_receipt_after_a_good_one_changes_nothing(region, randers, sent):
    """A technical receipt is never positive, then negative."""
    for verdict in (Verdict.OK, Verdict.FATAL, Verdict.TRANSIENT):
        take(region, randers, receipt(region, sent, verdict))
    assert region.states(sent.letter_id) == ["queued", "sent", "received"]


def test_a_good_receipt_after_a_fatal_one_is_good_news(region, randers, sent):
    for verdict in (Verdict.FATAL, Verdict.OK):
        take(region, randers, receipt(region, sent, verdict))
    assert region.outgoing(sent.letter_id).state == "received"


def test_a_receipt_that_comes_twice_settles_once(region, randers, sent):
    raw = sites.sealed(randers, receipt(region, sent)).content
    assert [region.take(raw)[0] for _ in range(2)] == ["taken", "duplicate"]
    assert region.states(sent.letter_id) == ["queued", "sent", "received"]
    assert len(region.rows(TakenRow)) == 1


def test_a_receipt_from_another_municipality_settles_nothing(region, favrskov, sent):
    assert take(region, favrskov, receipt(region, sent)) == ("quarantined", "OUT_OF_TURN")
    assert region.outgoing(sent.letter_id).state == "sent"


@pytest.mark.parametrize(
    "changes",
    [{"digest": "0" * 64}, {"envelope": new_id()}, {"envelope": "", "of": None}],
    ids=["wrong digest", "unknown envelope", "no envelope"],
)
def test_a_receipt_about_nothing_of_ours_is_kept_apart_and_never_answered(region, randers, sent, changes):
    assert take(region, randers, receipt(region, sent, **changes)) == ("quarantined", "OUT_OF_TURN")
    row = region.outgoing(sent.letter_id)
    assert (row.state, row.receipt_digest) == ("sent", None)
    assert not region.receipts()
    assert not region.rows(TakenRow)


@pytest.mark.parametrize(
    "body",
    [{}, {"verdict": "maybe"}, {"envelope": "x" * 65}, {"digest": "A" * 64}, {"received_at": "2026-11-22T07:14:00"}],
    ids=["empty", "another verdict", "a long name", "capitals", "no zone"],
)
def test_a_receipt_that_cannot_be_read_is_kept_apart_and_never_answered(region, randers, sent, body):
    good = dict(receipt(region, sent).body)
    letter = Letter(Kind.RECEIPT, sent.conversation_id, REGION, NUMBER, {**good, **body} if body else {})
    assert take(region, randers, letter) == ("quarantined", "UNREADABLE")
    assert [row.kind for row in region.rows(OutgoingRow)] == ["referral"]


def test_a_receipt_for_an_older_envelope_of_the_same_letter_settles_it(region, randers, sent):
    """A letter was resent, and the first sending got through after all."""
    early = receipt(region, sent)
    region.clock.go(31 * sites.MINUTE)
    assert len(region.send()) == 1
    take(region, randers, early)
    assert region.outgoing(sent.letter_id).state == "received"


def test_a_receipt_that_overtakes_our_own_record_is_kept(region, randers, sent):
    with region.database.session() as session:
        row = session.get_one(OutgoingRow, sent.letter_id)
        row.state, row.next_at = "queued", region.clock()
    take(region, randers, receipt(region, sent))
    assert region.outgoing(sent.letter_id).state == "received"
    assert region.send() == []
