"""The form of what we send: golden structure, nothing personal outside, and a size that tells little."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

import mails
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mails import ARMOR, OUTSIDE, PAYLOAD, SUBJECT, TEXT

from gateway.wire.envelope import BLOCK, CRLF, Words, fill, level, look_inside, padding_for, unwrap, wrap

GOLDEN = Path(__file__).parent.parent / "letters" / "envelope.eml"
BOUNDARY = re.compile(rb"[0-9a-f]{32}")

texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=3000)


def test_the_outer_mail_is_the_golden_one_to_the_byte():
    """RFC 3156, section 6.2."""
    golden = GOLDEN.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", CRLF)
    assert BOUNDARY.sub(b"boundary", mails.outer()) == golden


def test_the_outer_headers_are_two_addresses_a_time_an_id_and_no_more():
    mail = message_from_bytes(mails.outer())
    assert dict(mail.items()) | {"Content-Type": ""} == {
        "From": "henvendelser@region.example",
        "To": "sikkerpost@randers.example",
        "Date": "Sun, 22 Nov 2026 07:14:09 +0000",
        "Message-ID": "<5a1c1a52-3c5f-4a34-8a52-2b1d6b0a9c11@region.example>",
        "Subject": "[...]",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }


def test_the_inside_carries_the_true_headers_and_repeats_each_outer_one():
    """RFC 9788: HP-Outer for From, To, Date, Message-ID and Subject, as they stand outside."""
    outer, inner = message_from_bytes(mails.outer()), message_from_bytes(mails.inner())
    repeated = [value.partition(": ")[::2] for value in inner.get_all("HP-Outer")]
    assert repeated == [(name, outer[name]) for name in ("From", "To", "Date", "Message-ID", "Subject")]
    assert inner["Subject"] == SUBJECT
    assert all(inner[name] == outer[name] for name in ("From", "To", "Date", "Message-ID"))


def test_both_marks_of_header_protection_stand_together():
    """Older mail programs read only `protected-headers`."""
    inner = message_from_bytes(mails.inner())
    assert (inner.get_param("hp"), inner.get_param("protected-headers")) == ("cipher", "v1")


def test_the_inside_is_the_letter_in_danish_then_the_payload():
    inner = message_from_bytes(mails.inner(), policy=policy.default)
    text, payload = inner.iter_parts()
    assert (inner.get_content_type(), text.get_content_type(), payload.get_content_type()) == (
        *("multipart/mixed", "text/plain", "application/json"),
    )
    assert text.get_content_charset() == "utf-8"
    assert text.get_content().splitlines() == TEXT.splitlines()
    assert payload.get_payload(decode=True) == PAYLOAD


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=200))
def test_a_subject_is_read_as_it_was_written(subject):
    """RFC 2047."""
    inner = message_from_bytes(fill(OUTSIDE, Words(subject, TEXT), PAYLOAD), policy=policy.default)
    assert inner["Subject"] == subject


@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
def test_no_header_begins_another_line(line_end):
    with pytest.raises(ValueError, match="Subject"):
        fill(OUTSIDE, Words(f"{SUBJECT}{line_end}Bcc: x@y.example", TEXT), PAYLOAD)


def test_what_is_written_in_base64_has_lines_of_76_characters():
    """RFC 2045, section 6.8."""
    _headers, _blank, body = fill(OUTSIDE, Words(SUBJECT, TEXT * 99), PAYLOAD * 99).partition(CRLF + CRLF)
    assert max(map(len, body.split(CRLF))) == 76


@given(texts, st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=200))
def test_every_line_ends_with_crlf_and_none_is_too_long(text, subject):
    """RFC 5322, section 2.1.1."""
    for mail in (fill(OUTSIDE, Words(subject, text), PAYLOAD), wrap(ARMOR, OUTSIDE)):
        assert mail.count(b"\n") == mail.count(b"\r") == mail.count(CRLF)
        assert max(map(len, mail.split(CRLF))) <= 998
        assert mail.isascii()


def leveled(text, payload):
    words = Words(SUBJECT, text)
    return level(fill(OUTSIDE, words, payload + b"x" * padding_for(OUTSIDE, words, payload)))


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 3 * BLOCK))
def test_what_is_sealed_fills_whole_blocks_whatever_it_says(text, size):
    assert len(leveled(text, b"j" * size)) % BLOCK == 0


def test_letters_that_fit_one_block_have_one_size():
    sizes = {len(leveled("ø" * count, b"{}" * (count // 2))) for count in range(0, 300, 7)}
    assert sizes == {BLOCK}


@settings(max_examples=40, deadline=None)
@given(texts, st.integers(0, 300))
def test_filling_up_changes_nothing_that_is_read(text, size):
    payload = b"{" + b"j" * size
    content = leveled(text, payload)
    assert look_inside(content, mails.ENVELOPE).payload.rstrip(b"x") == payload
    text_part = next(message_from_bytes(content, policy=policy.default).iter_parts())
    assert text_part.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


def test_the_wrapping_comes_off_again():
    envelope = unwrap(mails.outer())
    assert (envelope.sender, envelope.recipient, envelope.message_id, envelope.subject) == (
        *(OUTSIDE.sender, OUTSIDE.recipient, OUTSIDE.message_id, "[...]"),
    )
    assert envelope.ciphertext.split() == ARMOR.split()


def test_addresses_are_compared_whatever_their_capitals_and_display_name():
    spoken = mails.changed(mails.outer(), b"From: hen", b"From: =?utf-8?q?Pr=C3=A6hospitalet?= <Hen").replace(
        b"region.example\r\nTo", b"REGION.example>\r\nTo"
    )
    assert unwrap(spoken).sender == OUTSIDE.sender


@pytest.mark.parametrize("automatic", [True, False])
def test_a_letter_a_machine_wrote_says_so_inside(automatic):
    """RFC 3834: so that two ends which cannot read each other do not answer for ever."""
    assert look_inside(mails.inner(automatic=automatic), mails.ENVELOPE).automatic is automatic


def test_the_date_inside_wins_over_the_one_outside():
    """The outer Date is not compared: relays and mail programs rewrite it."""
    later = parsedate_to_datetime("Sun, 22 Nov 2026 07:14:09 +0000") + timedelta(days=3)
    outer = mails.changed(mails.outer(), b"Sun, 22 Nov 2026", later.strftime("%a, %d %b %Y").encode())
    assert look_inside(mails.inner(), unwrap(outer)).payload == PAYLOAD
