"""However much another party has told, and however long the trail is: each letter and each round costs the same."""

from datetime import timedelta

import pytest
from effort import effort, settle
from sites import RANDERS
from sqlmodel import insert

from gateway.audit import checkpoints, witness
from gateway.audit.rows import CheckpointRow, WitnessRow
from gateway.audit.witness import Whose
from gateway.retention.rows import RunRow
from gateway.retention.run import last_run
from gateway.wire.payload import Trail, TrailHead

MANY = 20_000
LITTLE = 10
"""Thousand instructions of SQLite: a few look-ups by an index."""


def digest(seq):
    return f"{seq:064x}"


@pytest.fixture
def region(line):
    """Has heard of as many of Randers' heads, and of a restore in between; its own were signed as often."""
    site, now = line.region, line.clock()
    told = {"party": RANDERS, "whose": Whose.THEIRS, "seen_at": now, "letter_id": "letter"}
    restore = {**told, "whose": Whose.KEPT, "seq": MANY // 2, "hash": "", "letter_id": "restored"}
    heads = [{**told, "seq": seq + 1, "hash": digest(seq + 1)} for seq in range(MANY)]
    signed = {"at": now, "signed_by": site.key, "signature": b"s"}
    with site.database.session() as session:
        session.execute(insert(WitnessRow), [*heads[: MANY // 2], restore, *heads[MANY // 2 :]])
        session.execute(insert(CheckpointRow), [{**signed, "seq": seq, "hash": digest(seq)} for seq in range(1, MANY)])
        session.execute(insert(RunRow), [{"at": now - timedelta(days=MANY - day)} for day in range(MANY)])
    settle(site.database)
    return site


def test_a_letter_names_the_farthest_head_at_once(region):
    with effort(region.database) as spent, region.database.reading() as session:
        trail = witness.trail_for(session, RANDERS)

    assert trail.seen == TrailHead(seq=MANY, hash=digest(MANY))
    assert spent.thousands < LITTLE


def test_a_head_that_a_letter_names_is_kept_at_once(region):
    told = Trail(own=TrailHead(seq=MANY + 1, hash=digest(MANY + 1)), seen=None)

    with effort(region.database) as spent, region.database.session() as session:
        witness.remember(session, RANDERS, told, "letter-2", region.clock())

    assert spent.thousands < LITTLE


def test_when_a_party_was_restored_is_known_at_once(region):
    with effort(region.database) as spent, region.database.reading() as session:
        assert witness.restored_at(session, RANDERS) == region.clock()

    assert spent.thousands < LITTLE


def test_what_was_signed_and_erased_last_is_known_at_once(region):
    with effort(region.database) as spent, region.database.reading() as session:
        assert checkpoints.latest(session).hash == digest(MANY - 1)
        assert last_run(session) == region.clock() - timedelta(days=1)

    assert spent.thousands < LITTLE
