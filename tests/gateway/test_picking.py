"""Which mail is ours in a mailbox that people read as well: told from headers, which anybody writes."""

import mails
import pytest
import reports
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.exchange import bounces
from gateway.exchange.rows import EnvelopeRow
from gateway.mailbox.last import MailState, Whose
from gateway.mailbox.rows import MailRow
from gateway.wire.picking import Look, first_look, from_nobody

OURS = frozenset({mails.OUTSIDE.recipient})
ELSEWHERE = "8c8f2a52-3c5f-4a34-8a52-2b1d6b0a9c11"


def head(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "")).encode()


def sealed_to(line: str) -> bytes:
    return head(line, "Content-Type: multipart/encrypted; protocol=x; boundary=y")


def test_a_letter_is_ours():
    assert first_look(mails.outer(), OURS) is Look.LETTER


@pytest.mark.parametrize(
    "to",
    [
        "To: SikkerPost@RANDERS.example",
        "To: Den sociale indgang <sikkerpost@randers.example>",
        'To: "Nielsen, Bo" <bo@randers.example>, <sikkerpost@randers.example>',
        "Cc: sikkerpost@randers.example",
        "To: bo@randers.example,\r\n\tsikkerpost@randers.example",
    ],
)
def test_whoever_else_it_is_written_to_what_is_sealed_to_us_is_ours(to):
    assert first_look(sealed_to(to), OURS) is Look.LETTER


@pytest.mark.parametrize(
    "to",
    [
        "To: bo@randers.example",
        'To: "sikkerpost@randers.example" <bo@randers.example>',
        "To: xsikkerpost@randers.example",
        "To: sikkerpost@randers.example.org",
        "Reply-To: sikkerpost@randers.example",
        "Subject: To: sikkerpost@randers.example",
        "X-Nothing: here",
    ],
)
def test_what_is_sealed_to_somebody_else_is_theirs(to):
    assert first_look(sealed_to(to), OURS) is Look.OTHERS


@pytest.mark.parametrize("kind", ["text/plain", "multipart/mixed", "multipart/signed", "application/pkcs7-mime", "x"])
def test_what_a_person_writes_to_us_in_clear_is_for_people(kind):
    assert first_look(head("To: sikkerpost@randers.example", f"Content-Type: {kind}"), OURS) is Look.OTHERS


MADE = (
    reports.by_the_book,
    reports.by_postfix,
    reports.by_sendmail,
    reports.by_exchange,
    reports.by_exim,
    reports.by_qmail,
    reports.by_words_alone,
    reports.internationalised,
    reports.late_by_postfix,
)


def delivered(report: bytes) -> bytes:
    """As a report lies in a mailbox."""
    return b"Return-Path: <>\r\n" + report


@pytest.mark.parametrize("made", MADE)
def test_a_report_is_read(made):
    assert first_look(delivered(made(ELSEWHERE)), OURS) is Look.REPORT


def test_a_report_is_ours_when_it_names_what_left_here_and_a_person_s_answer_is_none(region):
    with region.database.session() as session:
        session.add(_envelope(ELSEWHERE, region.clock()))
    answer = head("From: bo@randers.example", "Subject: Svar", f"References: <{ELSEWHERE}@x.example>") + b"Tak"

    with region.database.reading() as session:

        def ours(raw: bytes, *, from_nobody: bool = True) -> bool:
            return bounces.is_about_ours(session, raw, from_nobody=from_nobody)

        assert [made.__name__ for made in MADE if not ours(delivered(made(ELSEWHERE)))] == []
        assert [made.__name__ for made in MADE if ours(delivered(made(mails.OUTSIDE.envelope_id)))] == []
        assert not ours(answer, from_nobody=False)


def test_a_report_about_a_mail_without_content_is_ours(region):
    with region.database.session() as session:
        row = MailRow(id=ELSEWHERE, whose=Whose.UNIT, kind="x", state=MailState.SENT, made_at=region.clock())
        session.add(row)
    with region.database.reading() as session:
        assert bounces.is_about_ours(session, reports.by_the_book(ELSEWHERE), from_nobody=True)


@pytest.mark.parametrize(
    ("written", "nobody"),
    [
        ("Return-Path: <>\r\nReturn-Path: <a@b.example>", True),
        ("Return-Path: <a@b.example>\r\nReturn-Path: <>", False),
        ("Return-Path: a", False),
        ("From: <>", False),
    ],
)
def test_who_sent_it_is_what_the_last_server_wrote_above_all_else(written, nobody):
    assert from_nobody(head(written)) is nobody


@given(st.binary(max_size=400), st.binary(max_size=40))
@example(b"Content-Type: multipart/encrypted; boundary*0*=klingon''x\r\nTo: " + b"(" * 300, b"")
@example(b"\xff" * 50, b"\0")
def test_no_head_can_end_the_look_nor_make_a_letter_without_our_address(junk, more):
    """What is read is anybody's; only our address in it makes a mail ours."""
    for raw in (junk, b"Content-Type: multipart/encrypted\r\nTo: " + junk + b"\r\n" + more):
        assert first_look(raw, frozenset({"sikkerpost@randers.example"})) is not Look.LETTER
        assert from_nobody(raw) in (True, False)


@given(st.integers(1, 40), st.sampled_from([b"(", b'"', b"<", b",", b"\r\n ", b"=?", b";"]))
def test_a_head_made_to_be_slow_is_not_read_or_read_at_once(times, mark):
    raw = b"Content-Type: multipart/encrypted\r\nTo: " + mark * (times * 1000)
    assert first_look(raw, OURS) in (Look.OTHERS, Look.REPORT)


def _envelope(envelope_id: str, now):
    facts = dict.fromkeys(("letter_id", "digest", "signed_by", "sealed_to", "address"), "x")
    return EnvelopeRow(envelope_id=envelope_id, made_at=now, **facts)
