"""A letter as versioned JSON."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire import payload as wire
from gateway.wire.errors import LetterUnreadable
from gateway.wire.letters import SCHEMA, Kind, Letter
from keys.fingerprint import Fingerprint

NOW = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)
SENDER = wire.address("region", "henvendelser@region.example", Fingerprint("A" * 40))
READER = wire.address("730", "sikkerpost@randers.example", Fingerprint("B" * 40))
CONVERSATION = "5a1c1a52-3c5f-4a34-8a52-2b1d6b0a9c11"

plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)
bodies = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=10), plain_values, max_size=4)


def written(body):
    letter = Letter(Kind.REFERRAL, CONVERSATION, "730", "2026-0042", body)
    return wire.written(letter, sender=SENDER, reader=READER, now=NOW)


def as_json(**changes):
    found = json.loads(written({"referral": {"text": "Bøn"}}).encoded())
    return json.dumps({**found, **changes}).encode()


@given(bodies)
def test_what_is_written_is_read_back(body):
    payload = written(body)
    read = wire.read(payload.encoded())
    assert (read, read.body) == (payload, body)


@given(bodies)
def test_a_payload_is_utf_8_that_escapes_no_letter(body):
    assert json.loads(written(body).encoded().decode("utf-8"))["body"] == body
    assert "Ærø" in written({"place": "Ærø"}).encoded().decode("utf-8")


def test_a_payload_says_everything_under_the_agreed_names():
    letter = json.loads(written({}).encoded())
    assert list(letter) == [
        *("schema", "letter_id", "conversation_id", "kind", "number", "sent_at"),
        *("from", "to", "body", "trail", "padding"),
    ]
    assert (letter["schema"], letter["sent_at"]) == (SCHEMA, "2026-11-22T07:14:00Z")
    assert letter["from"] == {"party": "region", "address": "henvendelser@region.example", "fingerprint": "A" * 40}
    assert letter["to"] == {"party": "730", "address": "sikkerpost@randers.example", "fingerprint": "B" * 40}


def test_fields_a_newer_sender_adds_are_ignored():
    """E20."""
    read = wire.read(as_json(schema=2, mood="new", to={**READER.model_dump(), "floor": 3}))
    assert (read.body, read.to) == ({"referral": {"text": "Bøn"}}, READER)


@pytest.mark.parametrize(
    "changes",
    [
        {"letter_id": "1"},
        {"letter_id": "5A1C1A52-3C5F-4A34-8A52-2B1D6B0A9C11"},
        {"letter_id": "5a1c1a52-3c5f-4a34-8a52-2b1d6b0a9c11\n"},
        {"conversation_id": "../../etc"},
        {"kind": "greeting"},
        {"number": "2026-0042\r\nBcc: x@y.example"},
        {"number": "2" * 33},
        {"sent_at": "2026-11-22T07:14:00"},
        {"from": {"party": "region", "address": "a@b.example", "fingerprint": "abcd"}},
        {"to": None},
        {"body": []},
        {"schema": 0},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_payload_of_another_shape_is_unreadable(changes):
    with pytest.raises(LetterUnreadable):
        wire.read(as_json(**changes))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_payload_is_unreadable_and_nothing_else(content):
    with pytest.raises(LetterUnreadable):
        wire.read(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_unreadable_or_a_payload(content):
    with pytest.raises(LetterUnreadable):
        wire.read(content)


def test_the_refusal_never_quotes_what_was_read():
    with pytest.raises(LetterUnreadable) as refusal:
        wire.read(as_json(letter_id="Karen Testdal 190668-7074"))
    assert "190668" not in repr(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_the_digest_of_a_receipt_is_sha_256_in_lower_case():
    assert wire.digest(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_a_letter_shows_its_body_to_nobody():
    letter = Letter(Kind.REFERRAL, CONVERSATION, "730", "2026-0042", {"text": "190668-7074"})
    assert "190668" not in repr(letter)


def test_the_moment_is_kept_to_the_second_in_any_zone():
    letter = Letter(Kind.REFERRAL, CONVERSATION, "730", "2026-0042", {})
    payload = wire.written(letter, sender=SENDER, reader=READER, now=NOW + timedelta(seconds=9))
    assert wire.read(payload.encoded()).sent_at == NOW + timedelta(seconds=9)
