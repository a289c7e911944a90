"""What a site has signed and sealed for itself outlives its keys: the audit trail, the data key, the doctor's word."""

import json
from datetime import timedelta

import pytest
import sites
from rotating_ends import DAY
from sites import RANDERS
from sqlmodel import select

from directory.model import REGION
from gateway import upkeep
from gateway.access.actions import Action
from gateway.audit.rows import CheckpointRow
from gateway.audit.statements import Notary, Statement
from gateway.audit.trail import head
from gateway.audit.verify import Break, Verify
from gateway.doctor import keys
from keys import signing
from keys.errors import OpenRefused

QUARTER = timedelta(minutes=16)


def signed(end):
    """Let something be noted, and sign the trail's head as the daemon does; gives by which keys it has been so far."""
    upkeep.compromise(end.site.station).exposed(end.site.key, None, None, end.admin)
    end.site.clock.go(QUARTER)
    end.site.station.checkpoints.tick()
    with end.site.database.reading() as session:
        rows = session.exec(select(CheckpointRow)).all()
    return [row.signed_by for row in rows]


def verified(end):
    with end.site.database.reading() as session:
        return Verify(end.site.station.notary, end.site.clock())(session)


def codes(end):
    return [finding.code for finding in keys.own_key(end.site.station)]


def test_the_trail_holds_through_rotation_and_retirement(ends):
    region = ends.region
    checkpoints = region.site.station.checkpoints  # as the daemon has it, for as long as it runs
    first = signed(region)
    begun = region.rotation.begin(region.admin)
    assert signed(region) == [*first, begun.new]
    ends.carry()
    region.rotation.retire(region.admin)
    region.rotation.tick()
    ends.go(QUARTER)
    checkpoints.tick()
    found = verified(region)
    assert (found.finding, found.checkpoints) == (None, 3)


def test_a_new_key_signs_at_once_so_that_all_before_hangs_on_it(ends):
    region = ends.region
    signed(region)
    begun = region.rotation.begin(region.admin)
    region.site.station.checkpoints.tick()
    with region.site.database.reading() as session:
        assert [row.signed_by for row in session.exec(select(CheckpointRow))][-1] == begun.new


def test_a_checkpoint_by_a_key_that_was_never_ours_is_forged(ends):
    region, stranger = ends.region, ends.randers.site.station
    signed(region)
    with region.site.database.reading() as session:
        reached = head(session)
    forged = stranger.notary.sign(Statement.CHECKPOINT, reached, ends.line.clock())
    region.site.rows(CheckpointRow)
    with region.site.database.session() as session:
        ring = region.site.station.keyring
        assert ring.describe(stranger.own.fingerprint)
        facts = {"seq": reached.seq + 1, "hash": reached.hash, "at": ends.line.clock()}
        session.add(CheckpointRow(signed_by=stranger.own.fingerprint, signature=forged, **facts))
    assert verified(region).finding.what is Break.FORGED_CHECKPOINT


def test_what_a_lost_key_signed_before_counts_and_nothing_that_is_dated_later(ends):
    region = ends.region
    signed(region)
    lost_at = ends.line.clock.go(sites.MINUTE)
    old = region.site.key
    region.rotation.lost(region.admin)
    assert signed(region)[-1] != old
    assert verified(region).finding is None

    notary = region.site.station.notary
    with region.site.database.reading() as session:
        reached = head(session)

    def by_the_thief(at):
        text = Notary._text(notary, Statement.CHECKPOINT, reached, at)
        return signing.sign(region.site.station.keyring, text, signer=old)

    with pytest.raises(OpenRefused):
        notary.require(Statement.CHECKPOINT, reached, lost_at, by_the_thief(lost_at), sites.utc_now() + DAY)
    region.rotation.tick()
    assert verified(region).finding is None, "revoked in the key ring as well"


def test_the_doctor_follows_the_newest_key(ends):
    region = ends.region
    assert codes(region) == ["KEY_WORKS"]
    region.rotation.begin(region.admin)
    assert codes(region) == ["KEY_CHANGING", "KEY_WORKS"]
    ends.carry()
    assert codes(region) == ["KEY_CHANGED", "KEY_WORKS"]
    region.rotation.retire(region.admin)
    region.rotation.tick()
    assert codes(region) == ["KEY_WORKS"]
    region.rotation.begin(region.admin)
    region.rotation.retire(region.admin, force=True)
    assert codes(region) == ["KEY_UNTOLD", "KEY_WORKS"]
    region.site.station.keyring.generate("Ingen <ingen@region.example>")
    assert codes(region) == ["KEYS_SEVERAL", "KEY_UNTOLD", "KEY_WORKS"]


def test_a_key_that_a_crash_left_unrecorded_is_used_for_nothing(ends, monkeypatch):
    from gateway.rotation import rotate  # noqa: PLC0415 - patched here alone

    region = ends.region

    def killed(*_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as world:
        world.setattr(rotate.Announce, "__call__", killed)
        with pytest.raises(KeyboardInterrupt):
            region.rotation.begin(region.admin)
    assert region.rotation.status(region.admin).new is None
    assert region.site.station.fingerprint == region.site.key
    assert not region.announcements()
    begun = region.rotation.begin(region.admin)
    assert ends.carry() == [("taken", "")] * 4
    assert region.rotation.status(region.admin).heard == ("710", RANDERS)
    assert begun.old == region.site.key


def test_a_crash_between_the_key_ring_and_the_book_is_made_good(ends, monkeypatch):
    from gateway.rotation import rotate  # noqa: PLC0415 - patched here alone

    region = ends.region
    begun = region.rotation.begin(region.admin)
    ends.carry()
    region.rotation.retire(region.admin)

    def killed(*_given, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as world:
        world.setattr(rotate, "noted_by_daemon", killed)
        with pytest.raises(KeyboardInterrupt):
            region.rotation.tick()
    assert region.site.station.keyring.describe(begun.old).revoked
    assert not region.noted(Action.TAKE_EFFECT)
    region.rotation.tick()
    assert region.noted(Action.TAKE_EFFECT) == [(begun.old, "done", '{"key": "retired"}')]
    assert verified(region).finding is None


def test_the_announcement_tells_nothing_but_keys(ends):
    region = ends.region
    region.rotation.begin(region.admin)
    said = json.dumps(dict(region.site.said(region.announcements()[0])))
    assert REGION not in said
    assert "PRIVATE" not in said
