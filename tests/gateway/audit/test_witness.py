"""Each end tells the other how far its trail has come, sealed inside the letters that flow anyway (DESIGN: at rest)."""

import json
import logging
from dataclasses import replace

import pytest
import sites
from databases import change
from sites import RANDERS

from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.audit.chain import Head
from gateway.audit.trail import head
from gateway.audit.verify import Break, Source, Verify
from gateway.audit.witness import Told, Whose, contradictions, remember, told, trail_for
from gateway.wire.letters import Kind, new_id
from gateway.wire.payload import Payload, Trail, TrailHead, read

A, B = "a" * 64, "b" * 64


def happens(site, times=1):
    with site.database.session() as session:
        for _time in range(times):
            noted_by_daemon(session, Action.START, site.clock())
        return head(session)


def heads(site):
    with site.database.reading() as session:
        return [(one.party, one.whose, one.head) for one in told(session)]


def contradicting(site):
    with site.database.reading() as session:
        return [(one.party, one.whose, one.head) for one in contradictions(session)]


def hears(site, party, own, seen=None, letter_id="letter"):
    with site.database.session() as session:
        named = [TrailHead(seq=one.seq, hash=one.hash) if one else None for one in (own, seen)]
        remember(session, party, Trail(own=named[0], seen=named[1]), letter_id, site.clock())


def test_a_letter_and_its_receipt_tell_both_ends_how_far_they_have_come(line):
    ours, theirs = happens(line.region, 3), happens(line.randers, 5)

    line.exchange(sites.referral())

    assert ("region", Whose.THEIRS, ours) in heads(line.randers)
    assert ("region", Whose.OURS, theirs) not in heads(line.randers)
    assert (RANDERS, Whose.THEIRS, theirs) in heads(line.region)
    assert (RANDERS, Whose.OURS, ours) in heads(line.region)

    line.exchange(sites.referral())
    assert ("region", Whose.OURS, theirs) in heads(line.randers)
    assert contradicting(line.region) == contradicting(line.randers) == []


def test_what_the_other_end_has_seen_proves_a_tail_that_was_cut_off(line, tmp_path):
    """Beyond the last checkpoint only the witness knows."""
    happens(line.region, 3)
    line.exchange(sites.referral())
    change(
        tmp_path / "region.db",
        "DELETE FROM audit_entries WHERE seq > 1",
        "UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit_entries)",
        guarded=False,
    )
    with line.region.database.reading() as session:
        finding = Verify(line.region.station.notary, line.clock())(session).finding
    assert (finding.what, finding.seq, finding.mark.source) == (Break.TRUNCATED, 2, Source.WITNESS)
    assert finding.mark.party == RANDERS


def test_a_copy_of_a_letter_tells_nothing_new_and_nothing_wrong(line):
    happens(line.region)
    crossed = line.exchange(sites.referral())
    before = heads(line.randers)
    happens(line.region)
    line.randers.take(crossed)
    assert heads(line.randers) == before
    assert contradicting(line.randers) == []


def test_letters_may_arrive_out_of_order(line):
    first, second = happens(line.region), happens(line.region)
    hears(line.randers, "region", second)
    hears(line.randers, "region", first)
    assert contradicting(line.randers) == []
    with line.randers.database.reading() as session:
        assert trail_for(session, "region").own is None
        assert trail_for(session, "710") is None
    ours = happens(line.randers)
    with line.randers.database.reading() as session:
        trail = trail_for(session, "region")
    assert (trail.own.seq, trail.seen.seq, trail.seen.hash) == (ours.seq, second.seq, second.hash)


def test_a_head_that_contradicts_an_earlier_one_stands_beside_it_and_is_shown(line, caplog):
    hears(line.randers, "region", Head(7, A))
    with caplog.at_level(logging.ERROR, "stafet.audit"):
        hears(line.randers, "region", Head(7, B), letter_id="the-second")
    assert contradicting(line.randers) == [("region", Whose.THEIRS, Head(7, B))]
    assert len(heads(line.randers)) == 2
    assert "the-second" in caplog.text
    happens(line.randers)
    with line.randers.database.reading() as session:
        assert trail_for(session, "region").seen.hash == A


def test_a_head_of_ours_that_our_trail_does_not_hold_is_a_contradiction(line):
    true = happens(line.randers)
    hears(line.randers, "region", Head(1, A), true)
    assert contradicting(line.randers) == []
    hears(line.randers, "region", Head(1, A), Head(true.seq, B))
    hears(line.randers, "region", Head(1, A), Head(true.seq + 40, B))
    assert [one for _party, _whose, one in contradicting(line.randers)] == [Head(1, B), Head(41, B)]


def test_one_partys_heads_say_nothing_about_anothers(line):
    hears(line.region, RANDERS, Head(7, A))
    hears(line.region, "710", Head(7, B))
    assert contradicting(line.region) == []


def test_the_heads_lie_within_the_padding(line):
    """A letter that carries heads is as large as one that does not: its size still tells little."""
    letter = sites.referral()
    without = sites.sealed(line.region, letter).content
    happens(line.region)
    line.region.post(replace(letter, letter_id=new_id()))
    (sealed,) = line.region.send()
    assert abs(len(sealed) - len(without)) < 200


def content(trail):
    """A payload's bytes, as another version of the other end may write them."""
    party = {"party": "region", "address": "a@b.example", "fingerprint": "A" * 40}
    said = {
        "schema": 1,
        "letter_id": "00000000-0000-4000-8000-000000000001",
        "conversation_id": "00000000-0000-4000-8000-000000000002",
        "kind": "referral",
        "number": "2026-0042",
        "sent_at": "2026-11-22T10:00:00Z",
        "from": party,
        "to": party,
        "body": {},
    }
    return json.dumps(said if trail is ... else said | {"trail": trail}).encode()


def test_an_older_end_tells_no_heads_and_a_newer_one_may_tell_more():
    assert read(content(...)).trail is None
    assert read(content(None)).trail is None
    trail = {"own": {"seq": 1, "hash": A, "newer": 2}, "newer": 3}
    assert read(content(trail)).trail == Trail(own=TrailHead(seq=1, hash=A))


@pytest.mark.parametrize(
    "trail",
    [
        [],
        "x",
        7,
        {"own": 7},
        {"own": {"seq": 0, "hash": A}},
        {"own": {"seq": -1, "hash": A}},
        {"own": {"seq": 2**63, "hash": A}},
        {"own": {"seq": 1, "hash": A.upper()}},
        {"own": {"seq": 1, "hash": A + "a"}},
        {"own": {"seq": 1, "hash": A}, "seen": {"seq": "x", "hash": A}},
    ],
)
def test_heads_that_cannot_be_read_never_cost_a_citizen_the_letter(trail):
    payload = read(content(trail))
    assert isinstance(payload, Payload)
    assert (payload.kind, payload.trail) == (Kind.REFERRAL, None)


def test_what_was_told_names_when_and_by_whom(line):
    hears(line.randers, "region", Head(7, A))
    hears(line.randers, "710", Head(8, A))
    with line.randers.database.reading() as session:
        assert told(session, "region") == (Told("region", Whose.THEIRS, Head(7, A), line.clock()),)
