"""The one way to name a key."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import InvalidFingerprint, KeysError
from keys.fingerprint import Fingerprint

HEX = "0123456789ABCDEF0123456789ABCDEF01234567"
digits = st.text("0123456789ABCDEF", min_size=40, max_size=40)


@pytest.mark.parametrize(
    "written",
    [HEX, HEX.lower(), f"0x{HEX}", f"0X{HEX.lower()}", Fingerprint(HEX).grouped, f"  {HEX[:20]} {HEX[20:]} "],
)
def test_a_fingerprint_is_read_as_people_write_it(written):
    assert Fingerprint.parse(written) == HEX


@pytest.mark.parametrize(
    "written",
    [
        "",
        HEX[:39],
        HEX + "0",
        HEX[-16:],
        HEX[-8:],
        f"0x{HEX[-16:]}",
        HEX.replace("0", "O"),
        HEX.replace("1", "\u0661"),  # ARABIC-INDIC DIGIT ONE
        HEX.replace("A", "\uff21"),  # FULLWIDTH LATIN CAPITAL A
        HEX.replace("2", "²"),
        HEX + "\n",
        HEX[:20] + "\u00a0" + HEX[20:],
        HEX[:20] + "\t" + HEX[20:],
        ":".join(HEX[at : at + 2] for at in range(0, 40, 2)),
        f"0x0x{HEX}",
        " " * 10_000 + HEX,
    ],
)
def test_anything_else_is_refused(written):
    with pytest.raises(InvalidFingerprint):
        Fingerprint.parse(written)


def test_a_refusal_is_both_a_value_error_and_one_of_ours_and_repeats_nothing():
    with pytest.raises(ValueError, match="not a full OpenPGP fingerprint") as refused:
        Fingerprint.parse("0101010000 Anders And")
    assert isinstance(refused.value, KeysError)
    assert "Anders" not in repr(refused.value)


def test_the_constructor_takes_the_normal_form_only():
    assert Fingerprint(HEX) == HEX
    with pytest.raises(InvalidFingerprint):
        Fingerprint(HEX.lower())


def test_it_is_grouped_to_be_read_aloud():
    assert Fingerprint(HEX).grouped == "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567"


@given(digits)
def test_grouped_and_plain_name_the_same_key(text):
    fingerprint = Fingerprint(text)
    assert Fingerprint.parse(fingerprint.grouped) == Fingerprint.parse(text.lower()) == fingerprint


@given(st.one_of(st.text(max_size=90), st.text(string.hexdigits + " x", min_size=38, max_size=46)))
def test_whatever_is_read_is_forty_ascii_digits_or_refused(text):
    try:
        read = Fingerprint.parse(text)
    except InvalidFingerprint:
        return
    assert len(read) == 40
    assert set(read) <= set("0123456789ABCDEF")
    assert read.lower() in text.lower().replace(" ", "")
