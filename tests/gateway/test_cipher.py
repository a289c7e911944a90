"""What lies in the database opens with the right key, in its own place, unaltered, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.site.cipher import Vault, new_key
from gateway.site.errors import VaultDamaged

KEY = bytes(range(32))
VAULT = Vault(KEY)


@given(st.binary(max_size=300), st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_is_locked_opens_in_its_place(data, place):
    assert VAULT.open(VAULT.lock(data, place), place) == data


@given(st.integers(0, 43), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_noticed(place, change):
    locked = bytearray(VAULT.lock(b"Karen is afraid.", "outgoing:1"))
    locked[place] ^= change
    with pytest.raises(VaultDamaged):
        VAULT.open(bytes(locked), "outgoing:1")


@given(st.binary(max_size=60))
def test_what_was_never_locked_does_not_open(blob):
    with pytest.raises(VaultDamaged):
        VAULT.open(blob, "outgoing:1")


@pytest.mark.parametrize("length", range(0, 44, 4))
def test_what_was_cut_short_does_not_open(length):
    with pytest.raises(VaultDamaged):
        VAULT.open(VAULT.lock(b"Karen is afraid.", "outgoing:1")[:length], "outgoing:1")


def test_a_value_moved_to_another_place_does_not_open():
    with pytest.raises(VaultDamaged):
        VAULT.open(VAULT.lock(b"x", "outgoing:1"), "outgoing:2")


def test_another_key_opens_nothing():
    with pytest.raises(VaultDamaged):
        Vault.random().open(VAULT.lock(b"x", "outgoing:1"), "outgoing:1")


def test_the_same_value_never_looks_the_same_twice():
    assert len({VAULT.lock(b"x", "a") for _ in range(50)}) == 50


def test_equal_values_are_found_by_an_index_that_needs_the_key():
    assert VAULT.index("190668-7074") == Vault(KEY).index("190668-7074")
    assert VAULT.index("190668-7074") != VAULT.index("190668-7075")
    assert VAULT.index("190668-7074") != Vault.random().index("190668-7074")
    assert "190668" not in VAULT.index("190668-7074")


def test_a_data_key_is_32_bytes_and_never_the_same():
    assert len(new_key()) == 32
    assert new_key() != new_key()
