"""Mail that is no envelope of ours is refused by one name, quickly, whatever is in it."""

import time

import mails
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire import mail_limits
from gateway.wire.envelope import Envelope, unwrap
from gateway.wire.errors import NotAnEnvelope

GOOD = mails.outer()
BODY = GOOD.partition(b"\r\n\r\n")[2]
BOUNDARY = BODY[2:34]
PART = b"--" + BOUNDARY + b"\r\nContent-Type: text/plain\r\n\r\nKan laeses\r\n"
QUICK = 1.0
"""Seconds; ours takes a millisecond, and the standard library alone takes 13 for some of these."""


def nested(depth: int, end: bytes = b"\r\n") -> bytes:
    level = b'Content-Type: multipart/mixed; boundary="%d"' + end + end + b"--%d" + end
    return b"From: a@b.example\r\n" + b"".join(level % (place, place) for place in range(depth))


def parts(count: int, end: bytes = b"\r\n") -> bytes:
    head = b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
    return head + (b"--x" + end + end + b"a" + end) * count


def continued(count: int) -> bytes:
    """Write a part whose boundary stands in so many pieces (RFC 2231), which the parser sorts again and again."""
    pieces = b"".join(b"; boundary*%d=x\r\n" % place for place in range(count))
    return mails.changed(GOOD, b"octet-stream; name", b"octet-stream" + pieces + b"; name")


SPOILED = {
    "an empty mail": b"",
    "headers alone": GOOD.partition(b"\r\n\r\n")[0],
    "a second From": mails.with_header(GOOD, b"From: mallory@else.example"),
    "a second To": mails.with_header(GOOD, b"To: else@else.example"),
    "a second Subject": mails.with_header(GOOD, b"Subject: hello"),
    "a second Message-ID": mails.with_header(GOOD, b"Message-ID: <1@else.example>"),
    "a second Date": mails.with_header(GOOD, b"Date: Sun, 22 Nov 2026 07:14:09 +0000"),
    "a second Content-Type": mails.with_header(GOOD, b"Content-Type: text/plain"),
    "a second From in other capitals": mails.with_header(GOOD, b"fRoM: mallory@else.example"),
    "a From behind a bare CR": mails.with_header(GOOD, b"X: 1\rFrom: mallory@else.example"),
    "no From": mails.without_header(GOOD, b"From"),
    "no Message-ID": mails.without_header(GOOD, b"Message-ID"),
    "no Subject": mails.without_header(GOOD, b"Subject"),
    "two addresses in From": mails.changed(GOOD, b"From: ", b"From: mallory@else.example, "),
    "a group in To": mails.changed(GOOD, b"To: ", b"To: friends: a@b.example, "),
    "another protocol": mails.changed(GOOD, b'application/pgp-encrypted"', b'application/pkcs7-mime"'),
    "no protocol": mails.changed(GOOD, b'protocol="application/pgp-encrypted";', b""),
    "multipart/mixed": mails.changed(GOOD, b"multipart/encrypted", b"multipart/mixed"),
    "multipart/signed": mails.changed(GOOD, b"multipart/encrypted", b"multipart/signed"),
    "a clear text": mails.changed(GOOD, b"multipart/encrypted", b"text/plain"),
    "a part in clear before": mails.changed(GOOD, b'"\r\n\r\n--' + BOUNDARY, b'"\r\n\r\n' + PART + b"--" + BOUNDARY),
    "a part in clear after": mails.changed(GOOD, b"--" + BOUNDARY + b"--", PART + b"--" + BOUNDARY + b"--"),
    "a clear text for the sealed part": mails.changed(GOOD, b"application/octet-stream", b"text/plain"),
    "the control part missing": mails.changed(GOOD, b"application/pgp-encrypted\r\n", b"text/plain\r\n"),
    "another version": mails.changed(GOOD, b"\r\n\r\nVersion: 1", b"\r\n\r\nVersion: 2"),
    "an envelope in the sealed part": mails.changed(
        GOOD, b'application/octet-stream; name="encrypted.asc"\r\n', b"message/rfc822\r\n\r\n" + GOOD
    ),
    "a multipart in the sealed part": mails.changed(
        GOOD, b'application/octet-stream; name="encrypted.asc"', b'multipart/encrypted; boundary="inner"'
    ),
    "cut in the middle": GOOD[: len(GOOD) // 2],
    "cut before the last boundary": GOOD[: GOOD.rindex(b"--" + BOUNDARY)],
    "no boundary": mails.changed(GOOD, b' boundary="' + BOUNDARY + b'"', b" x=1"),
    "a NUL": mails.changed(GOOD, b"hQIMA0", b"hQ\0MA0"),
    "20,000 parts": parts(20_000),
    "20,000 parts on bare CR": parts(20_000, b"\r"),
    "3,000 nested parts": nested(3_000),
    "3,000 nested parts on bare CR": nested(3_000, b"\r"),
    "50 nested parts": nested(50),
    "nested comments in From": mails.changed(GOOD, b"From: ", b"From: " + b"(" * 7_000),
    "nested comments in To": mails.changed(GOOD, b"To: ", b"To: " + b"(" * 3_000 + b")" * 3_000),
    "an unknown charset in From": mails.changed(GOOD, b"From: hen", b"From: =?klingon?b?////?= <a@b@c>, hen"),
    "an unknown charset for the protocol": mails.changed(
        GOOD, b'protocol="application/pgp-encrypted"', b"protocol*=klingon''application%2Fpgp-encrypted"
    ),
    "a header of 20 KB": mails.with_header(GOOD, b"X: " + b"x" * 20_000),
    "300 header lines": mails.with_header(GOOD, b"\r\n".join([b"X: x"] * 300)),
    "5,000 pieces of a parameter": continued(5_000),
    "2 MB": mails.changed(GOOD, b"hQIMA0", b"hQIMA0" * 350_000),
    "unending base64": mails.changed(
        GOOD, b'octet-stream; name="encrypted.asc"', b"octet-stream\r\nContent-Transfer-Encoding: base64\r\nX: x"
    )[:-60],
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
def test_what_is_not_one_sealed_part_in_a_plain_wrapping_is_refused_quickly(spoiled):
    began = time.perf_counter()
    with pytest.raises(NotAnEnvelope):
        unwrap(spoiled)
    assert time.perf_counter() - began < QUICK


def test_a_line_before_the_first_boundary_does_not_count_as_a_part():
    """RFC 2046, section 5.1.1: readers skip the preamble, and so do we; nothing of it is shown."""
    talked = mails.changed(GOOD, b'"\r\n\r\n--' + BOUNDARY, b'"\r\n\r\nThis is an OpenPGP message.\r\n--' + BOUNDARY)
    assert unwrap(talked).ciphertext == unwrap(GOOD).ciphertext


@st.composite
def mutated(draw):
    """Change, drop, double or put in a few bytes of a good envelope."""
    mail = bytearray(GOOD)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(mail)))
        end = min(len(mail), start + draw(st.integers(0, 40)))
        mail[start:end] = draw(st.one_of(st.binary(max_size=12), st.just(bytes(mail[start:end]) * 2)))
    return bytes(mail)


@settings(max_examples=400, deadline=1000)
@given(mutated() | st.binary(max_size=300))
def test_any_damage_leaves_an_envelope_or_one_named_refusal(mail):
    try:
        envelope = unwrap(mail)
    except NotAnEnvelope:
        return
    assert isinstance(envelope, Envelope)
    assert all(isinstance(text, str) for text in (envelope.sender, envelope.recipient, envelope.subject))


def test_the_limits_leave_room_for_the_largest_letter_we_write():
    mail_limits.check(mails.changed(GOOD, b"hQIMA0", b"x" * (mail_limits.MAIL_BYTES - len(GOOD))))
    with pytest.raises(NotAnEnvelope):
        mail_limits.check(mails.changed(GOOD, b"hQIMA0", b"x" * (mail_limits.MAIL_BYTES - len(GOOD) + 7)))
