"""The status lines as a whole story: take any of it away, or add anything, and no content comes out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import (
    BadSignature,
    Damaged,
    NotForUs,
    NotIntegrityProtected,
    OpenRefused,
    OpenSignerExpired,
    OpenSignerRevoked,
    SeveralSignatures,
    SignatureExpired,
    SignedInFuture,
    TooLarge,
    UnknownSigner,
    Unsigned,
    WeakDigest,
    WrongSigner,
)
from keys.fingerprint import Fingerprint
from keys.verdict import Signed, Story, judge

READER, SIGNER, OTHER = (Fingerprint(digit * 40) for digit in "ABC")
SUBKEY = "D" * 40
SIGNED_AT = 1_767_225_600
NOW = datetime.fromtimestamp(SIGNED_AT, UTC)
VALIDSIG = ("VALIDSIG", f"{SUBKEY} 2026-01-01 {SIGNED_AT} 0 4 0 22 10 00 {SIGNER}")
GOOD = [
    ("ENC_TO", "DDDDDDDDDDDDDDDD 18 0"),
    ("DECRYPTION_KEY", f"{SUBKEY} {READER} u"),
    ("BEGIN_DECRYPTION", ""),
    ("DECRYPTION_INFO", "2 9 0"),
    ("PLAINTEXT", f"62 {SIGNED_AT} "),
    ("PLAINTEXT_LENGTH", "5"),
    ("NEWSIG", ""),
    ("GOODSIG", "DDDDDDDDDDDDDDDD Region"),
    VALIDSIG,
    ("DECRYPTION_OKAY", ""),
    ("GOODMDC", ""),
    ("END_DECRYPTION", ""),
]
NEEDED = [name for name, _ in GOOD if name not in {"ENC_TO", "PLAINTEXT_LENGTH", "GOODSIG"}]


def judged(lines, returncode=0, *, signers=(SIGNER,), now=NOW, explained=False):
    return judge(Story(lines, returncode, explained), reader=READER, signers=signers, now=now)


def changed(name, value):
    return [(key, value if key == name else old) for key, old in GOOD]


def put(name, *more):
    """Replace one line by others."""
    return [line for pair in GOOD for line in (more if pair[0] == name else [pair])]


def test_the_whole_story_names_the_signer_and_the_time():
    assert judged(GOOD) == Signed(SIGNER, NOW)


@pytest.mark.parametrize("name", NEEDED)
def test_no_needed_line_may_be_missing(name):
    with pytest.raises(OpenRefused):
        judged(put(name))


@pytest.mark.parametrize("name", ["DECRYPTION_KEY", "DECRYPTION_INFO", "PLAINTEXT", "NEWSIG", "GOODSIG", "VALIDSIG"])
def test_no_line_that_must_be_alone_may_come_twice(name):
    line = next(pair for pair in GOOD if pair[0] == name)
    with pytest.raises(OpenRefused):
        judged(put(name, line, line))


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        (put("GOODSIG", ("BADSIG", "D x")), BadSignature),
        (put("GOODSIG", ("EXPSIG", "D x")), SignatureExpired),
        (put("GOODSIG", ("EXPKEYSIG", "D x")), OpenSignerExpired),
        (put("GOODSIG", ("REVKEYSIG", "D x")), OpenSignerRevoked),
        (put("GOODSIG", ("ERRSIG", f"D 22 10 00 {SIGNED_AT} 9 {SUBKEY}")), UnknownSigner),
        (put("GOODSIG", ("ERRSIG", f"D 1 2 00 {SIGNED_AT} 5 {SUBKEY}")), WeakDigest),
        (put("GOODSIG", ("ERRSIG", f"D 99 10 00 {SIGNED_AT} 4 -")), BadSignature),
        (put("GOODSIG", ("GOODSIG", "D x"), ("BADSIG", "D x")), SeveralSignatures),
        (put("NEWSIG", ("NEWSIG", ""), ("NEWSIG", "")), SeveralSignatures),
        ([pair for pair in GOOD if "SIG" not in pair[0]], Unsigned),
        (changed("DECRYPTION_INFO", "0 9 0"), NotIntegrityProtected),
        (changed("DECRYPTION_KEY", f"{SUBKEY} {OTHER} u"), NotForUs),
        ([("NO_SECKEY", "D"), ("DECRYPTION_FAILED", "")], NotForUs),
        (put("DECRYPTION_OKAY", ("DECRYPTION_FAILED", "")), Damaged),
        (put("GOODMDC", ("BADMDC", "")), Damaged),
        (put("PLAINTEXT", ("PLAINTEXT", "62 1 "), ("PLAINTEXT", "62 1 ")), Damaged),
        ([*put("NEWSIG"), ("NEWSIG", "")], Damaged),
        ([], Damaged),
        ([("NODATA", "1")], Damaged),
    ],
)
def test_every_other_story_has_its_own_refusal(lines, refusal):
    with pytest.raises(refusal):
        judged(lines)


@pytest.mark.parametrize("digest", ["1", "2", "3", "11", "12", "14", ""])
def test_only_three_digests_are_strong(digest):
    with pytest.raises(WeakDigest):
        judged(changed("VALIDSIG", f"{SUBKEY} 2026-01-01 {SIGNED_AT} 0 4 0 22 {digest} 00 {SIGNER}"))


def test_the_signature_class_and_the_primary_key_are_looked_at():
    with pytest.raises(BadSignature):
        judged(changed("VALIDSIG", f"{SUBKEY} 2026-01-01 {SIGNED_AT} 0 4 0 22 10 01 {SIGNER}"))
    with pytest.raises(WrongSigner):
        judged(changed("VALIDSIG", f"{SIGNER} 2026-01-01 {SIGNED_AT} 0 4 0 22 10 00 {OTHER}"))


def test_a_line_with_fields_missing_is_not_guessed_at():
    with pytest.raises(BadSignature):
        judged(changed("VALIDSIG", f"{SUBKEY} 2026-01-01 {SIGNED_AT}"))
    for made in ("20260101T000000", "-1", "9" * 30, ""):
        with pytest.raises(OpenRefused):
            judged(changed("VALIDSIG", f"{SUBKEY} 2026-01-01 {made} 0 4 0 22 10 00 {SIGNER}"))


def test_the_window_into_the_future_is_five_minutes_and_into_the_past_unlimited():
    five = timedelta(minutes=5)
    assert judged(GOOD, now=NOW - five)
    assert judged(GOOD, now=NOW + timedelta(days=3650))
    with pytest.raises(SignedInFuture):
        judged(GOOD, now=NOW - five - timedelta(seconds=1))


def test_an_exit_code_needs_an_explanation():
    with pytest.raises(Damaged):
        judged(GOOD, 2)
    assert judged(GOOD, 2, explained=True)


def test_content_cut_off_at_the_limit_is_too_large_and_not_unsigned():
    with pytest.raises(TooLarge):
        judged([pair for pair in GOOD if "SIG" not in pair[0]], 2)


@given(
    st.lists(
        st.sampled_from([*GOOD, ("BADSIG", "x"), ("ERRSIG", "x"), ("NO_SECKEY", ""), ("VALIDSIG", "")]), max_size=20
    )
)
def test_no_story_in_any_order_does_anything_but_convince_or_refuse(lines):
    try:
        assert judged(lines) == Signed(SIGNER, NOW)
    except OpenRefused:
        return
    assert set(NEEDED) <= {name for name, _ in lines}
    assert not {"BADSIG", "ERRSIG"} & {name for name, _ in lines}
