import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.terminal.plain import MAX_MARKS, one_line, plain

ANYTHING = st.text(alphabet=st.characters(), max_size=200)


@given(text=ANYTHING)
def test_no_control_or_invisible_character_survives(text):
    shown = plain(text)
    assert not {unicodedata.category(one) for one in shown.replace("\n", "")} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    shown.encode()


@given(text=ANYTHING)
def test_what_is_harmless_stays_so(text):
    assert plain(plain(text)) == plain(text)
    assert "\n" not in one_line(text)


@given(text=st.text(alphabet="abcæøåÆØÅ 0123«»–•.,\n", max_size=200))
def test_danish_is_left_as_it_is(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]52;c;aGVq\x07x", "\ufffd]52;c;aGVq\ufffdx"),
        ("\x9b31mred", "\ufffd31mred"),
        ("\x1b[2J", "\ufffd[2J"),
        ("a\x85b", "a\nb"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u202egpj", "a\ufffdgpj"),
        ("a\u2066b", "a\ufffdb"),
        ("a\u200bb\ufeffc", "abc"),
        ("\U000e0041x", "x"),
        ("a\x00\x7fb", "a\ufffd\ufffdb"),
        ("\ud800", "\ufffd"),
        ("\ue000", "\ufffd"),
        ("a\tb", "a   b"),
        ("\u3164\ufe0f", ""),
    ],
)
def test_each_hostile_character_is_made_harmless(hostile, shown):
    assert plain(hostile) == shown


def test_combining_marks_cannot_pile_up():
    assert plain("a" + "\u0301" * 50 + "b") == "a" + "\u0301" * MAX_MARKS + "b"


def test_one_line_folds_all_white_space():
    assert one_line(" a\n\tb \u2028 c\u00a0d ") == "a b c d"
