"""Passwords: long rather than strange, hashed by argon2id, and a first one that can be read aloud."""

import math
import unicodedata

import pytest
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st

from gateway.access import passwords
from gateway.access.errors import PasswordPoor

NAME = "Åse Testgaard-Øst"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "short"),
        ("elleve tegn", "short"),
        ("åse testgaard øst", "name"),
        (unicodedata.normalize("NFD", "ÅSE TESTGAARD-ØST"), "name"),
        ("x" * 1025, "long"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_not_taken(password, reason):
    with pytest.raises(PasswordPoor, match=reason):
        passwords.check(password, NAME)


@pytest.mark.parametrize("password", ["tolv tegn her", "æøåæøåæøåæøå", "            ", "x" * 1024, "🐴 batteri hæfte"])
def test_anything_else_is(password):
    passwords.check(password, NAME)
    assert passwords.matches(passwords.hashed(password), password)


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_only_the_same_password_matches_however_the_keyboard_composes_it(one, other):
    known = passwords.hashed(one)
    assert passwords.matches(known, unicodedata.normalize("NFD", one))
    same = unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other)
    assert passwords.matches(known, other) == same


def test_nothing_matches_what_is_not_known():
    assert not passwords.matches(None, "Regnen falder på taget")
    assert not passwords.matches("no hash at all", "Regnen falder på taget")


def test_a_hash_is_argon2id_and_never_the_same_twice():
    one, other = passwords.hashed("Regnen falder på taget"), passwords.hashed("Regnen falder på taget")
    assert one.startswith("$argon2id$")
    assert one != other


def test_the_products_own_hashes_cost_what_the_rfc_recommends():
    """RFC 9106, section 4: the second recommended option. The tests themselves use cheaper ones."""
    own = PasswordHasher()
    assert (own.time_cost, own.memory_cost, own.parallelism, own.type) == (
        RFC_9106_LOW_MEMORY.time_cost,
        RFC_9106_LOW_MEMORY.memory_cost,
        RFC_9106_LOW_MEMORY.parallelism,
        RFC_9106_LOW_MEMORY.type,
    )
    assert passwords.is_outdated(PasswordHasher(time_cost=2).hash("x"))
    assert not passwords.is_outdated(passwords.hashed("x"))


def test_a_first_password_can_be_read_aloud_and_is_hard_to_guess():
    made = {passwords.first_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        passwords.check(password, NAME)
        assert all(len(pair) == 4 and pair.isascii() and pair.isalpha() for pair in password.split("-"))
    ways = len(passwords.CONSONANTS) * len(passwords.VOWELS)
    assert passwords.SYLLABLES * math.log2(ways) >= 60
