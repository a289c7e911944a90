"""What mail servers write about our letters, by the book and otherwise: read for what it says, and quickly."""

import base64
import time

import pytest
import reports
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import AUTOMATIC, CAME_BACK, ENVELOPE, LATE, mail, recipient, report

from gateway.wire.bounce import MOST_IDS, Bounce, Fate, is_automatic, read
from gateway.wire.letters import new_id
from gateway.wire.mail_limits import MAIL_BYTES

QUICK = 1.0
BOTH = pytest.mark.parametrize("from_nobody", [True, False], ids=["from nobody", "from somebody"])


@BOTH
@pytest.mark.parametrize(("written", "status"), CAME_BACK.values(), ids=CAME_BACK)
def test_a_letter_that_came_back_is_known_by_its_id_and_its_status(written, status, from_nobody):
    """RFC 3464, and the servers that never read it."""
    assert read(written(ENVELOPE), from_nobody=from_nobody) == Bounce(Fate.FAILED, status, (ENVELOPE,))


@BOTH
@pytest.mark.parametrize("written", LATE.values(), ids=LATE)
def test_a_letter_that_is_only_late_has_not_come_back(written, from_nobody):
    assert read(written(ENVELOPE), from_nobody=from_nobody) == Bounce(Fate.DELAYED, "", (ENVELOPE,))


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_from_a_mail_server_settles_nothing(action):
    """Only the other gateway's signed receipt does."""
    assert read(report(ENVELOPE, recipient(action, "2.0.0")), from_nobody=True).fate is Fate.UNCLEAR


def test_a_report_without_an_action_is_read_by_its_status():
    fields = "Final-Recipient: rfc822; a@b.example\nStatus: {}"
    fates = [read(report(ENVELOPE, fields.format(status)), from_nobody=True) for status in ("5.2.1", "4.2.1")]
    assert [(found.fate, found.status) for found in fates] == [(Fate.FAILED, "5.2.1"), (Fate.DELAYED, "")]


@pytest.mark.parametrize("status", ["5.1.1.1", "5.1", "5.1.1111", "five", "2.0.0", "5.1.1; rm -rf"])
def test_a_status_that_is_none_is_left_out(status):
    found = read(report(ENVELOPE, recipient("failed", status)), from_nobody=True)
    assert found.fate is Fate.FAILED
    assert found.status in {"", "5.1.1"}
    assert found.status == "" or status.startswith("5.1.1;")


@pytest.mark.parametrize("written", AUTOMATIC.values(), ids=AUTOMATIC)
def test_a_machines_answer_is_no_report_that_a_letter_came_back(written):
    raw = written(ENVELOPE)
    found = read(raw, from_nobody=True)
    assert found is None or found.fate is Fate.UNCLEAR
    assert read(raw, from_nobody=False) is None
    assert is_automatic(raw)


def test_what_a_person_writes_is_neither():
    raw = mail("From: karen@testdal.example\nTo: x@y.example\nSubject: Hej", f"Could not be delivered: {ENVELOPE}")
    assert read(raw, from_nobody=False) is None
    assert not is_automatic(raw)


def test_a_sealed_letter_that_was_wrapped_anew_is_no_machines_answer():
    """Some mail servers do that to ours, which say themselves that they are automatic: a person must see it."""
    wrapped = mail(
        "From: a@b.example\nAuto-Submitted: auto-generated\nContent-Type: multipart/mixed; boundary=m",
        f"--m\nContent-Type: text/plain\n\nfooter\n--m\n{reports.our_letter(ENVELOPE)}\n--m--\n",
    )
    assert not is_automatic(wrapped)
    assert read(wrapped, from_nobody=False) is None


def test_the_ids_are_few_and_each_stands_once():
    ids = [new_id() for _ in range(50)]
    text = "\n".join(f"Message-ID: <{one}@region.example>" for one in [*ids, *ids])
    found = read(mail("From: MAILER-DAEMON@x.example", text), from_nobody=True)
    assert found.envelope_ids == tuple(ids[:MOST_IDS])


def test_an_id_inside_something_longer_is_none():
    written = f"x{ENVELOPE} {ENVELOPE}-1 0{ENVELOPE}"
    assert read(mail("From: MAILER-DAEMON@x.example", written), from_nobody=True).envelope_ids == ()


def test_an_id_in_capitals_or_broken_over_a_line_is_the_same_id():
    broken = ENVELOPE[:20] + "=\n" + ENVELOPE[20:]
    head = "From: MAILER-DAEMON@x.example\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable"
    for written in (broken, ENVELOPE.upper()):
        assert read(mail(head, written), from_nobody=True).envelope_ids == (ENVELOPE,)


CRLF = b"\r\n"
HOSTILE = {
    "nothing": b"",
    "a NUL": reports.by_exim(ENVELOPE).replace(b"permanent", b"perma\0nent"),
    "3,000 mails in each other": b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
    "3,000 folded mails in each other": b"Content-Type:\r\n message/rfc822\r\n\r\n" * 3_000,
    "20,000 parts": b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 20_000,
    "3,000 nested parts": b"".join(
        b'Content-Type: multipart/report; boundary="%d"\r\n\r\n--%d\r\n' % (place, place) for place in range(3_000)
    ),
    "5,000 pieces of a boundary": b"Content-Type: multipart/report"
    + b"".join(b"; boundary*%d=x\r\n" % place for place in range(5_000))
    + CRLF,
    "a header of a megabyte": b"X: " + b"x" * 1_000_000 + CRLF * 2,
    "a line of two megabytes": b"From: MAILER-DAEMON@x.example\r\n\r\n" + b"message " * (MAIL_BYTES // 8 - 9),
    "statuses without end": reports.report(ENVELOPE, "Status: 5.1.1\n" * 10_000),
    "digits without end": mail("From: MAILER-DAEMON@x.example", "5." * 60_000),
    "ids without end": mail("From: MAILER-DAEMON@x.example", f"{ENVELOPE}-" * 6_000),
    "a broken encoded header": b"From: =?utf-8?b?////?= <mailer-daemon@x.example>\r\nSubject: =?x?q?\r\n\r\n",
    "half a surrogate": b"From: mailer-daemon@\xed\xa0\x80.example\r\nSubject: \xff\xfe\r\n\r\n\xed\xa0\x80",
    "a charset that takes minutes": b"From: mailer-daemon@x.example\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Type: text/plain; charset=punycode\r\n\r\n" + base64.encodebytes(b"-" + b"b" * 130_000),
    "unending base64": b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJ" + b"!" * 5_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
@BOTH
def test_whatever_it_is_it_is_read_quickly_and_without_a_word(raw, from_nobody):
    began = time.perf_counter()
    found = read(raw, from_nobody=from_nobody)
    is_automatic(raw)
    assert time.perf_counter() - began < QUICK
    assert found is None or isinstance(found, Bounce)
    assert from_nobody <= (found is not None)


@st.composite
def mutated(draw):
    """Change, drop, double or put in a few bytes of a real report."""
    corpus = [written for written, _status in CAME_BACK.values()] + [*LATE.values(), *AUTOMATIC.values()]
    raw = bytearray(draw(st.sampled_from(corpus))(ENVELOPE))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 40)))
        raw[start:end] = draw(st.one_of(st.binary(max_size=12), st.just(bytes(raw[start:end]) * 2)))
    return bytes(raw)


@settings(max_examples=300)
@given(mutated() | st.binary(max_size=300), st.booleans())
def test_any_damage_leaves_a_report_or_none(raw, from_nobody):
    found = read(raw, from_nobody=from_nobody)
    assert found is None or found.fate in Fate
    assert is_automatic(raw) in {True, False}
