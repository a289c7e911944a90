"""Damage, packing and size, the second opinion, and our own trouble: what else keeps content in."""

import base64
import contextlib
import os
import traceback
from datetime import timedelta

import pysequoia
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from key_parties import utc_now
from pysequoia.packet import PacketPile

from keys import packets, passphrase, second_opinion, shape
from keys.errors import (
    Compressed,
    Damaged,
    GpgFailed,
    NotEncrypted,
    NotIntegrityProtected,
    OpenRefused,
    SecondOpinionDiffers,
    TooLarge,
)
from keys.fingerprint import Fingerprint
from keys.sealing import Opened
from keys.second_opinion import Opinion

SECRET = b"Borgeren hedder Anders And\r\nog bor i Andeby\r\n" * 40


# Damage


def test_a_flipped_byte_anywhere_is_refused(region, municipality):
    binary = packets.dearmor(region.seal(SECRET, municipality).ciphertext, kind=b"MESSAGE")
    for at in (2, 15, 60, len(binary) // 2, len(binary) - 1):
        changed = bytearray(binary)
        changed[at] ^= 1
        with pytest.raises(OpenRefused):
            municipality.open(bytes(changed), region.key)


def test_tampered_content_is_damaged_although_gpg_hands_out_thousands_of_bytes_of_it(region, municipality):
    binary = bytearray(packets.dearmor(region.seal(SECRET * 20, municipality).ciphertext, kind=b"MESSAGE"))
    binary[-400] ^= 1
    leaked = municipality.ring.gpg.decrypt(bytes(binary), passphrase=municipality.ring.passphrase).data
    assert SECRET in leaked
    with pytest.raises(Damaged) as refused:
        municipality.open(bytes(binary), region.key)
    assert_tells_nothing(refused)


def test_a_letter_to_very_many_keys_is_refused_before_gpg_tries_each(region, municipality, monkeypatch):
    """Each costs gpg some milliseconds; hundreds in one mail would keep everybody else waiting."""
    binary = packets.dearmor(region.seal(SECRET, municipality).ciphertext, kind=b"MESSAGE")
    first, rest = binary[: 2 + binary[1]], binary[2 + binary[1] :]
    assert municipality.open(first * 20 + rest, region.key).content == SECRET
    monkeypatch.setattr(municipality.ring.gpg, "decrypt", lambda *_how, **_more: pytest.fail("gpg was asked"))
    with pytest.raises(Damaged):
        municipality.open(first * 21 + rest, region.key)


def test_a_truncated_letter_is_damaged(region, municipality):
    whole = region.seal(SECRET, municipality).ciphertext
    binary = packets.dearmor(whole, kind=b"MESSAGE")
    for part in (whole[:-40], whole[: len(whole) // 2], binary[:-1], binary[:-30], binary[:120]):
        with pytest.raises(Damaged):
            municipality.open(part, region.key)


def test_two_letters_in_one_are_damaged(region, municipality):
    letter = region.seal(SECRET, municipality).ciphertext
    binary = packets.dearmor(letter, kind=b"MESSAGE")
    for twice in (letter + letter, letter + b"\nPS\n", b"Hej\n" + letter, binary + binary, letter + b"\x00"):
        with pytest.raises(Damaged):
            municipality.open(twice, region.key)


@pytest.mark.parametrize("place", ["before", "after"])
def test_packets_around_the_encrypted_one_are_refused(region, municipality, place):
    binary = packets.dearmor(region.seal(SECRET, municipality).ciphertext, kind=b"MESSAGE")
    literal = b"\xcb\x09b\x00\x00\x00\x00\x00Hej"
    with pytest.raises(OpenRefused):
        municipality.open(literal + binary if place == "before" else binary + literal, region.key)


def test_a_letter_stripped_of_its_integrity_protection_is_refused(region, municipality):
    session_key, protected = PacketPile.from_bytes(region.seal(SECRET, municipality).ciphertext)
    bare = protected.body[1:]
    stripped = bytes(session_key) + b"\xc9\xff" + len(bare).to_bytes(4) + bare
    assert packets.walk(stripped)[1].tag == packets.Tag.SED
    with pytest.raises(NotIntegrityProtected):
        municipality.open(stripped, region.key)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mutated_letter_is_never_opened_and_only_ever_refused(region, municipality, data):
    whole = region.seal(b"Anders And", municipality).ciphertext
    letter = whole if data.draw(st.booleans()) else packets.dearmor(whole, kind=b"MESSAGE")
    at = int(len(letter) * data.draw(st.floats(0, 1, exclude_max=True)))  # no two letters are of one length
    cut = data.draw(st.integers(0, 4))
    mutated = letter[:at] + data.draw(st.binary(max_size=4)) + letter[at + cut :]
    with contextlib.suppress(OpenRefused):
        opened = municipality.open(mutated, region.key)
        # White space or an armour header: nothing that reaches the packets.
        assert opened.content == b"Anders And"
        assert packets.dearmor(mutated, kind=b"MESSAGE") == packets.dearmor(whole, kind=b"MESSAGE")


# Compression and size


def test_a_compressed_letter_is_refused(region, municipality):
    for algorithm in ("zip", "zlib", "bzip2"):
        with pytest.raises(Compressed):
            municipality.open(
                region.sealed_by_gpg(municipality, "--compress-algo", algorithm, content=SECRET), region.key
            )


def test_a_decompression_bomb_stops_at_the_limit(region, municipality):
    bomb = region.sealed_by_gpg(municipality, "--compress-algo", "zlib", content=bytes(50_000_000))
    assert len(bomb) < 100_000
    reply = municipality.ring.gpg.decrypt(
        packets.dearmor(bomb, kind=b"MESSAGE"),
        passphrase=municipality.ring.passphrase,
        extra_args=["--max-output", "100000"],
    )
    assert len(reply.data) <= 100_000
    with pytest.raises(TooLarge):
        municipality.open(bomb, region.key)


@pytest.mark.parametrize("before", [b"", b"\xc1\x0c\x03" + bytes(11)], ids=["bare", "behind a session key"])
def test_a_bomb_that_is_not_even_encrypted_never_reaches_a_reader_that_unpacks_it(
    region, municipality, monkeypatch, before
):
    def unpack(_bytes):
        pytest.fail("the bomb was unpacked")

    monkeypatch.setattr(shape, "PacketPile", type("Bomb", (), {"from_bytes": staticmethod(unpack)}))
    bomb = region.gpg("--store", "--compress-algo", "zlib", data=bytes(20_000_000))
    with pytest.raises((NotEncrypted, Damaged)):
        municipality.open(before + bomb, region.key)


def test_the_limit_holds_for_what_comes_in_and_for_what_comes_out(region, municipality):
    letter = region.seal(os.urandom(3000), municipality).ciphertext
    assert municipality.open(letter, region.key, limit_bytes=len(letter))
    with pytest.raises(TooLarge):
        municipality.open(letter, region.key, limit_bytes=len(letter) - 1)


# The second opinion


def test_a_letter_by_another_implementation_with_a_binary_notation_is_opened(make_party):
    """TRAPS: the salt notation of Sequoia kills the library's reader of status lines."""
    reader = make_party()
    sender = pysequoia.Tsk.generate("Sequoia <sq@party.example>")
    certificate = sender.extract_certificate()
    key = Fingerprint.parse(certificate.fingerprint)
    reader.ring.import_public(bytes(certificate), expected=key, now=utc_now() + timedelta(seconds=2))
    ours = pysequoia.Cert.from_bytes(reader.public)
    for _ in range(5):
        letter = pysequoia.encrypt(SECRET, [ours], sender.signer())
        assert reader.open(letter, key).content == SECRET
        assert reader.open(letter, key).signed_by == key


@pytest.mark.parametrize("lie", ["content", "signer", "nobody", "twice"])
def test_content_stays_in_when_the_second_opinion_differs(region, municipality, stranger, monkeypatch, lie):
    lies = {
        "content": Opinion(SECRET + b"!", (region.key,)),
        "signer": Opinion(SECRET, (stranger.key,)),
        "nobody": Opinion(SECRET, ()),
        "twice": Opinion(SECRET, (region.key, region.key)),
    }
    monkeypatch.setattr(second_opinion, "opinion", lambda *_letter, **_keys: lies[lie])
    with pytest.raises(SecondOpinionDiffers):
        municipality.open(region.seal(SECRET, municipality).ciphertext, region.key)


def test_what_sequoia_says_when_it_fails_stays_inside(region, municipality, monkeypatch):
    def panic(*_letter, **_keys):
        raise type("PanicException", (BaseException,), {})("Anders And at src/lib.rs:1")

    letter = region.seal(SECRET, municipality).ciphertext
    monkeypatch.setattr(pysequoia, "decrypt", panic)
    with pytest.raises(SecondOpinionDiffers) as refused:
        municipality.open(letter, region.key)
    assert_tells_nothing(refused)


# Our own trouble is not the letter's fault


def test_a_wrong_passphrase_does_not_condemn_the_letter(make_party):
    site = make_party()
    letter = site.seal(SECRET).ciphertext
    site.ring.close()
    right, site.ring.passphrase = site.ring.passphrase, passphrase.make()
    with pytest.raises(GpgFailed):
        site.open(letter, site.key)
    site.ring.passphrase = right
    assert site.open(letter, site.key).content == SECRET


def test_a_killed_agent_comes_back(make_party):
    site = make_party()
    letter = site.seal(SECRET).ciphertext
    site.ring.gpg.stop_agent()
    assert site.open(letter, site.key).content == SECRET
    site.ring.gpg.stop_agent()
    assert site.seal(SECRET)


def test_a_letter_refused_by_a_dying_agent_gets_a_second_hearing(make_party, monkeypatch):
    site = make_party()
    letter = site.seal(SECRET).ciphertext
    honest, calls = site.ring.gpg.decrypt, []

    def dies_first(message, **how):
        calls.append(message)
        return honest(b"" if len(calls) == 1 else message, **how)

    monkeypatch.setattr(site.ring.gpg, "decrypt", dies_first)
    assert isinstance(site.open(letter, site.key), Opened)
    assert len(calls) == 3


def test_no_refusal_carries_content_in_any_part_of_it(region, municipality, stranger):
    for letter, signer in ((stranger.seal(SECRET, municipality).ciphertext, region.key), (b"Anders And", region.key)):
        with pytest.raises(OpenRefused) as refused:
            municipality.open(letter, signer)
        assert_tells_nothing(refused)


def assert_tells_nothing(refused):
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value.__dict__)
    assert "Anders" not in told
    assert ".rs:" not in told
    assert base64.b64encode(SECRET[:30]).decode() not in told
