"""The outer frame of OpenPGP data, read without unpacking anything."""

import base64
import contextlib
import io

import pysequoia
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.packets import CutShort, MalformedPackets, Packet, dearmor, first_tag, kinds, walk

bodies = st.lists(st.tuples(st.integers(1, 60), st.binary(max_size=9000)), max_size=6)


def new_format(tag, body):
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4) + body


@given(bodies)
def test_what_was_framed_is_found_again(written):
    framed = b"".join(new_format(tag, body) for tag, body in written)
    assert walk(framed) == [Packet(tag, body) for tag, body in written]


@pytest.mark.parametrize(
    ("framed", "body"),
    [
        (b"\xcb\x02hi", b"hi"),  # new format, one octet
        (b"\xcb\xc0\x00" + b"x" * 192, b"x" * 192),  # two octets
        (b"\xcb\xe0a\xe1bc\x01d", b"abcd"),  # partial lengths
        (b"\xac\x02hi", b"hi"),  # old format, one octet
        (b"\xad\x00\x02hi", b"hi"),
        (b"\xae\x00\x00\x00\x02hi", b"hi"),
        (b"\xafhi there", b"hi there"),  # indeterminate
    ],
)
def test_every_way_to_write_a_length_is_read(framed, body):
    """RFC 4880 sections 4.2.1 and 4.2.2."""
    assert walk(framed) == [Packet(11, body)]
    assert first_tag(framed) == 11


@pytest.mark.parametrize(
    "broken",
    [b"\x00", b"A", b"\xcb", b"\xcb\x05hi", b"\xcb\xc0", b"\xcb\xff\x00", b"\xcb\xe1a", b"\xcb\xe0a", b"\xae\x00"],
)
def test_a_packet_that_ends_too_early_is_malformed(broken):
    with pytest.raises(MalformedPackets):
        walk(broken)


def test_more_packets_than_any_letter_needs_are_malformed():
    with pytest.raises(MalformedPackets):
        walk(b"\xcb\x00" * 1000)


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, 6, 11, 18, 60]), st.binary(max_size=400)), max_size=6))
def test_a_file_tells_the_same_kinds_as_the_bytes_in_it(parts):
    whole = b"".join(bytes((0xC0 | tag, 255)) + len(body).to_bytes(4) + body for tag, body in parts)
    assert list(kinds(io.BytesIO(whole))) == [packet.tag for packet in walk(whole)] == [tag for tag, _ in parts]


@given(st.binary(max_size=300))
def test_a_file_of_any_bytes_tells_kinds_or_is_malformed(data):
    told = []
    with contextlib.suppress(MalformedPackets):
        told += kinds(io.BytesIO(data))
        assert told == [packet.tag for packet in walk(data)]


@pytest.mark.parametrize(
    "data",
    [
        *(b"\xd2", b"\xd2\x05abcd", b"\xd2\xc0", b"\xd2\xff\x00\x00\x00", b"\xd2\xff\x00\x00\x00\x01"),
        *(b"\xd2\xe1ab", b"\xd2\xe1a", b"\xd2\xe1ab\x01", b"\x8c\x05abcd", b"\x8d\x00", b"\xcb\x01a\xd2\x02a"),
    ],
)
def test_a_file_that_ends_in_the_middle_of_a_packet_is_cut_short(data):
    with pytest.raises(CutShort):
        list(kinds(io.BytesIO(data)))
    with pytest.raises(CutShort):
        walk(data)


def test_a_file_whose_last_packet_has_no_length_cannot_be_told_from_one_cut_short():
    with pytest.raises(MalformedPackets):
        list(kinds(io.BytesIO(b"\xa7abc")))


def test_nothing_has_no_first_packet():
    assert first_tag(b"") is None
    assert first_tag(b"Hej") is None


@given(st.binary(max_size=300))
def test_any_bytes_are_packets_or_malformed(data):
    with contextlib.suppress(MalformedPackets):
        assert sum(len(packet.body) + 1 for packet in walk(data)) <= len(data)


@given(st.binary(min_size=1, max_size=5000))
def test_armour_made_by_another_implementation_comes_off(data):
    armored = pysequoia.armor(data, pysequoia.ArmorKind.Message).encode()
    assert dearmor(armored, kind=b"MESSAGE") == data
    assert dearmor(armored.replace(b"\n", b"\r\n") + b"\r\n", kind=b"MESSAGE") == data


BODY = base64.b64encode(b"\xcb\x02hi").decode()
ARMOR = f"-----BEGIN PGP MESSAGE-----\nComment: x\n\n{BODY}\n-----END PGP MESSAGE-----\n"


def test_armour_with_a_header_and_without_a_checksum_comes_off():
    assert dearmor(ARMOR.encode(), kind=b"MESSAGE") == b"\xcb\x02hi"


@pytest.mark.parametrize(
    "text",
    [
        ARMOR * 2,
        "Hej\n" + ARMOR,
        ARMOR + "Hej",
        ARMOR.replace("Comment: x\n\n", ""),
        ARMOR.replace("Comment: x", "Comment"),
        ARMOR.replace("BEGIN PGP MESSAGE-----", "BEGIN PGP MESSAGE----- Hej"),
        ARMOR.replace("END PGP MESSAGE", "END PGP SIGNATURE"),
        ARMOR.replace(BODY, BODY[:-1]),
        ARMOR.replace(BODY, BODY + "\n" + BODY),
        ARMOR.replace(BODY, BODY + "\n=AAAA\n" + BODY),
        ARMOR.replace(BODY, "*" + BODY),
        ARMOR.replace("MESSAGE", "PUBLIC KEY BLOCK"),
        "-----BEGIN PGP MESSAGE-----",
        "-----BEGIN PGP MESSAGE----------END PGP MESSAGE-----",
    ],
)
def test_anything_but_one_whole_armour_is_malformed(text):
    with pytest.raises(MalformedPackets):
        dearmor(text.encode(), kind=b"MESSAGE")


def test_a_very_long_armour_is_read_in_no_time():
    text = b"-----BEGIN PGP MESSAGE-----\n\n" + b"\n=AAAA   \n\n" * 300_000 + b"x"
    with pytest.raises(MalformedPackets):
        dearmor(text, kind=b"MESSAGE")
