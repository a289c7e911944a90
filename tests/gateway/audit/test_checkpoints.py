"""The daemon signs the head of the trail: when it is time, by its own key, while others go on adding to it."""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlmodel import select

from gateway.audit.chain import Head
from gateway.audit.checkpoints import AFTER_ENTRIES, Checkpoints, due
from gateway.audit.rows import BEFORE_ALL, CheckpointRow, EntryRow
from gateway.audit.statements import Statement
from gateway.audit.trail import DAEMON, head
from gateway.audit.verify import Verify
from gateway.daemon import Daemon
from gateway.site.settings import RelaySettings
from gateway.station import utc_now
from keys.errors import OpenRefused

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def checkpoint(seq, at=NOW):
    return CheckpointRow(seq=seq, hash="h", at=at, signed_by="", signature=b"")


@pytest.mark.parametrize(
    ("last", "reached", "now", "expected"),
    [
        (None, 0, NOW, False),
        (None, 1, NOW, True),
        (checkpoint(5), 5, NOW + 600 * MINUTE, False),
        (checkpoint(5), 6, NOW + 14 * MINUTE, False),
        (checkpoint(5), 6, NOW + 15 * MINUTE, True),
        (checkpoint(5), 5 + AFTER_ENTRIES - 1, NOW + MINUTE, False),
        (checkpoint(5), 5 + AFTER_ENTRIES, NOW + MINUTE, True),
        (checkpoint(5), 6, NOW - MINUTE, True),
        (checkpoint(5), 6, NOW - timedelta(days=400), True),
    ],
)
def test_a_checkpoint_is_due_when_time_has_passed_or_much_has_happened(last, reached, now, expected):
    assert due(last, Head(reached, BEFORE_ALL), now) is expected


def signed(trail):
    with trail.database.reading() as session:
        return [Head(row.seq, row.hash) for row in session.exec(select(CheckpointRow))]


def test_the_head_is_signed_once_and_again_when_it_has_moved(trail):
    assert Checkpoints(trail.database, trail.notary, lambda: trail.now).tick() == 0
    trail.add(3)
    trail.sign()
    trail.sign()
    trail.add(1)
    trail.sign()
    assert signed(trail) == trail.heads()[2:]


def test_what_is_signed_is_what_is_said_to_be_signed(trail):
    notary, reached = trail.notary, Head(7, "a" * 64)
    signature = notary.sign(Statement.CHECKPOINT, reached, NOW)
    notary.require(Statement.CHECKPOINT, reached, NOW, signature, utc_now())
    for what, one, at in (
        (Statement.START, reached, NOW),
        (Statement.CHECKPOINT, Head(8, reached.hash), NOW),
        (Statement.CHECKPOINT, Head(7, "b" * 64), NOW),
        (Statement.CHECKPOINT, reached, NOW + MINUTE),
    ):
        with pytest.raises(OpenRefused):
            notary.require(what, one, at, signature, utc_now())
        with pytest.raises(OpenRefused):
            notary.confirm(what, one, at, signature)


def test_another_sites_signature_is_no_checkpoint_of_ours(trail, opened):
    reached = Head(7, "a" * 64)
    signature = opened["730"].notary.sign(Statement.CHECKPOINT, reached, NOW)
    with pytest.raises(OpenRefused):
        trail.notary.require(Statement.CHECKPOINT, reached, NOW, signature, utc_now())


def test_checkpoints_are_signed_while_others_add_to_the_trail(trail):
    def write():
        for _entry in range(30):
            trail.add()

    moments = count(1)
    checkpoints = Checkpoints(trail.database, trail.notary, lambda: NOW + next(moments) * 60 * MINUTE)
    writers = [threading.Thread(target=write) for _writer in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        checkpoints.tick()
    checkpoints.tick()
    with trail.database.reading() as session:
        assert head(session).seq == 120
    verified = trail.verify()
    assert (verified.finding, verified.proved) == (None, 120)
    assert 1 < verified.checkpoints == len(signed(trail))


async def test_the_daemon_notes_that_it_starts_and_stops_and_signs_what_happens(line):
    """A start without a stop before it tells that the daemon was killed."""
    region, settings = line.region, line.region.station.settings
    quiet = settings.model_copy(update={"relay": RelaySettings(port=9), "poll_seconds": 0.05, "chore_seconds": 0.05})
    station = replace(region.station, settings=quiet)
    daemon = Daemon(station, {}, [station.checkpoints.tick])
    task = asyncio.create_task(daemon.run())
    async with asyncio.timeout(60):
        while not region.rows(CheckpointRow):  # noqa: ASYNC110 - rows tell
            await asyncio.sleep(0.01)
    daemon.stop.set()
    await task
    assert [(row.action, row.person_id) for row in region.rows(EntryRow)] == [("start", DAEMON), ("stop", DAEMON)]
    with region.database.reading() as session:
        verified = Verify(region.station.notary, utc_now())(session)
    assert (verified.finding, verified.proved, verified.entries) == (None, 1, 2)
