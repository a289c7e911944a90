"""What was sealed is held against what the wrapping says, before anything in it is read."""

import mails
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire.envelope import Inside, look_inside, unwrap
from gateway.wire.errors import EnvelopeDisagrees

OUTER, INNER = mails.outer(), mails.inner()
OUTER_CHANGED = {
    "From": (b"From: henvendelser@", b"From: mallory@"),
    "To": (b"To: sikkerpost@randers", b"To: sikkerpost@favrskov"),
    "Message-ID": (b"<5a1c1a52", b"<00000000"),
    "Subject": (b"Subject: [...]", b"Subject: Ring mig op"),
}
JSON = INNER[INNER.index(b"Content-Type: application/json") :]


@pytest.mark.parametrize("change", OUTER_CHANGED.values(), ids=OUTER_CHANGED.keys())
def test_a_header_changed_on_the_way_is_noticed(change):
    with pytest.raises(EnvelopeDisagrees):
        look_inside(INNER, unwrap(mails.changed(OUTER, *change)))


@pytest.mark.parametrize("name", ["From", "To", "Date", "Message-ID", "Subject", "Content-Type"])
def test_a_protected_header_that_stands_twice_is_believed_in_neither_place(name):
    with pytest.raises(EnvelopeDisagrees):
        look_inside(mails.with_header(INNER, name.encode() + b": x@y.example"), mails.ENVELOPE)


@pytest.mark.parametrize(
    "spoiled",
    [
        b"",
        b"Hej",
        mails.changed(INNER, b' hp="cipher"', b' hp="clear"'),
        mails.changed(INNER, b"HP-Outer: Subject: [...]", b"HP-Outer: Subject: Hej"),
        mails.without_header(INNER, b"HP-Outer: Subject"),
        mails.with_header(INNER, b"HP-Outer: Subject: [...]"),
        mails.changed(INNER, b"\r\nFrom: hen", b"\r\nFrom: a@b.example, hen") if INNER.count(b"\r\nFrom: hen") else b"",
        mails.changed(INNER, b"To: sikkerpost@randers.example\r\nDate", b"To: \xff\xfe\r\nDate"),
        mails.changed(INNER, b"To: sikkerpost@randers.example\r\nDate", b"To: \r\nDate"),
        INNER + b"\0",
        INNER + b"\r\n--x" * 100,
    ],
    ids=[
        *("empty", "no headers", "hp clear", "another outer subject", "no outer subject", "two outer subjects"),
        *("two senders", "bytes in To", "an empty To", "NUL", "100 boundaries"),
    ],
)
def test_an_inside_that_does_not_match_its_envelope_is_refused(spoiled):
    with pytest.raises(EnvelopeDisagrees):
        look_inside(spoiled, mails.ENVELOPE)


@pytest.mark.parametrize(
    "content",
    [
        mails.changed(INNER, b"application/json", b"text/html"),
        mails.changed(INNER, b"multipart/mixed", b"multipart/alternative"),
        INNER[: INNER.rindex(b"\r\n--")] + b"\r\n--" + INNER.split(b'boundary="')[1][:32] + b"\r\n" + JSON,
    ],
    ids=["no payload", "another structure", "two payloads"],
)
def test_no_payload_is_found_where_there_is_not_exactly_one(content):
    assert look_inside(content, mails.ENVELOPE) == Inside(b"", automatic=False)


@settings(max_examples=300, deadline=1000)
@given(st.integers(0, len(INNER)), st.integers(0, 60), st.binary(max_size=20))
def test_any_damage_inside_leaves_an_answer_or_one_named_refusal(start, length, put_in):
    try:
        inside = look_inside(INNER[:start] + put_in + INNER[start + length :], mails.ENVELOPE)
    except EnvelopeDisagrees:
        return
    assert isinstance(inside.payload, bytes)
