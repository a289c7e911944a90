"""docs/peers.md says what was seen, and a run fails when it is no longer true."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peer_table import PAGE, PEER, Peer, collected, differing, moved, page, written

SQ = Peer("Sequoia (sq)", "0.27.0", opens=True, makes=True)
MUTT = Peer("neomutt", "20220429", opens=True, shows=False)
KNOWN = {peer.name: peer for peer in (SQ, MUTT)}
TEXT = "Before\n<!-- made by the tests -->\n<!-- end -->\nAfter\n"
VALUES = st.sampled_from([True, False, None])


def report(*peers, when="teardown"):
    told = [(PEER, dict(vars(peer))) for peer in peers]
    return SimpleNamespace(user_properties=[("faults", {}), *told], when=when)


def test_every_program_stands_once_however_many_tests_and_workers_told_of_it():
    """And what failed in one test does not succeed by another."""
    half = replace(SQ, opens=None, makes=False)
    seen = collected({"": [report(SQ, MUTT), report(half)], "passed": [report(half, when="call"), object()]})
    assert seen == {SQ.name: replace(SQ, makes=False), MUTT.name: MUTT}


@given(st.dictionaries(st.sampled_from(["a", "B (c)", "Æ.js"]), st.tuples(*[VALUES] * 5), min_size=1))
def test_the_page_is_read_back_as_it_was_written(seen):
    peers = {name: Peer(name, "1.0-1", *did) for name, did in seen.items()}
    text = page(TEXT, peers, whole=True)
    assert written(text) == peers
    assert (text[:7], text[-6:]) == ("Before\n", "After\n")
    assert page(text, {}, whole=False) == text


def test_a_page_that_is_true_is_left_in_peace_also_with_another_version():
    newer = KNOWN | {SQ.name: replace(SQ, version="1.0")}
    assert not list(differing(newer, KNOWN, whole=True))
    assert list(moved(newer, KNOWN)) == ["Sequoia (sq) is 1.0 here, 0.27.0 in peers.md"]


@pytest.mark.parametrize(
    ("seen", "whole", "wrong"),
    [
        (KNOWN | {SQ.name: replace(SQ, makes=False)}, False, ["»We open its« is no"]),
        (KNOWN | {MUTT.name: replace(MUTT, carries=True)}, False, ["»Carries« is yes"]),
        (KNOWN | {"gosop": Peer("gosop", "1")}, False, ["gosop is not in"]),
        ({SQ.name: SQ}, True, ["neomutt is in peers.md, and no test recorded it"]),
        ({SQ.name: SQ}, False, []),
        ({SQ.name: replace(SQ, makes=None)}, False, []),
        (KNOWN | {SQ.name: replace(SQ, makes=None)}, True, ["»We open its« is –"]),
    ],
)
def test_what_the_page_does_not_say_is_named(seen, whole, wrong):
    """Where only some tests ran, what they did not look at may stand there all the same."""
    found = list(differing(seen, KNOWN, whole=whole))
    assert len(found) == len(wrong)
    assert all(part in line for part, line in zip(wrong, found, strict=True))


def test_the_page_has_rows():
    assert len(written(PAGE.read_text("utf-8"))) > 3
