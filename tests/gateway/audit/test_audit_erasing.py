"""The trail is shortened from its old end only, up to a signed checkpoint, and what is left still holds (O18, S30)."""

from datetime import timedelta

import pytest
from sqlmodel import select

from gateway.audit.erasing import DOES_NOT_HOLD, EraseEntries
from gateway.audit.read import entries
from gateway.audit.rows import CheckpointRow, StartRow
from gateway.audit.trail import head
from gateway.retention.rows import ErasureRow, RetentionTable
from gateway.retention.run import Retain
from gateway.site.settings import RetentionSettings

DAY = timedelta(days=1)
TERMS = RetentionSettings(log_days=365)


@pytest.fixture
def kept(trail):
    """A trail in which years pass; `trail.now` is the clock."""
    trail.database.create(RetentionTable.metadata)
    trail.now -= 1000 * DAY
    retain = Retain(trail.database, TERMS, (EraseEntries(trail.station.notary),), lambda: trail.now, lambda: trail.now)
    retain.tick()

    def go(days):
        end = trail.now + days * DAY
        while trail.now < end:
            trail.now += min(25 * DAY, end - trail.now)
            retain.tick()

    trail.go = go
    trail.eraser = retain.erasers[0]
    return trail


def seqs(trail):
    with trail.database.reading() as session:
        return [one.seq for one in entries(session)]


def rows(trail, table):
    with trail.database.reading() as session:
        return list(session.exec(select(table)))


def test_entries_go_up_to_a_checkpoint_and_the_rest_is_proved_whole(kept):
    kept.add(10)
    kept.sign()
    kept.go(200)
    kept.add(5)
    kept.sign()
    kept.go(170)

    left = seqs(kept)
    assert left[:5] == [11, 12, 13, 14, 15]
    assert [row.seq for row in rows(kept, StartRow)] == [10]
    assert [row.count for row in rows(kept, ErasureRow)] == [10]
    found = kept.verify()
    assert found.finding is None
    assert found.entries == len(left)


def test_nothing_goes_that_no_checkpoint_covers(kept):
    kept.add(10)
    kept.sign()
    kept.add(3)
    kept.go(400)

    assert seqs(kept)[:3] == [11, 12, 13]


def test_nothing_goes_while_one_entry_before_the_checkpoint_is_young(kept):
    """A clock that went back must not take what was written since."""
    kept.add(4)
    kept.now += 390 * DAY
    kept.add(1)
    kept.now -= 390 * DAY
    kept.sign()
    kept.go(370)

    assert seqs(kept)[:5] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "hand",
    [
        "UPDATE audit_entries SET person_id = 'p-9' WHERE seq = 3",
        "DELETE FROM audit_entries WHERE seq = 3",
        "UPDATE audit_checkpoints SET signature = x'00'",
    ],
)
def test_a_trail_that_somebody_has_altered_keeps_everything(kept, hand):
    """It is evidence; and whoever sees to retention is told why it does not go."""
    kept.add(6)
    kept.sign()
    kept.tamper(hand)
    before = seqs(kept)

    kept.go(400)

    assert seqs(kept)[: len(before)] == before
    with kept.database.reading() as session:
        held = kept.eraser.held(session, kept.now - 365 * DAY)
    assert [one.reason for one in held] == [DOES_NOT_HOLD]


def test_what_is_cut_from_what_is_left_is_found_as_before(kept):
    kept.add(10)
    kept.sign()
    kept.go(366)
    kept.add(4)
    kept.sign()
    assert kept.verify().finding is None

    kept.tamper("DELETE FROM audit_entries WHERE seq = (SELECT min(seq) FROM audit_entries)")
    assert kept.verify().finding is not None


def test_a_start_nobody_signed_is_found(kept):
    kept.add(10)
    kept.sign()
    kept.go(366)

    kept.tamper("UPDATE audit_starts SET signature = x'00'")

    assert kept.verify().finding is not None


def test_the_trail_goes_on_from_where_it_was(kept):
    kept.add(10)
    kept.sign()
    with kept.database.reading() as session:
        reached = head(session)
    kept.go(366)
    kept.add()

    with kept.database.reading() as session:
        assert head(session).seq > reached.seq
    assert kept.verify().finding is None


def test_years_of_it_leave_the_last_year_and_its_checkpoints(kept):
    for _month in range(30):
        kept.add(20)
        kept.sign()
        kept.go(30)

    with kept.database.reading() as session:
        left = entries(session)
    assert kept.now - 400 * DAY < left[0].at < kept.now - 330 * DAY
    assert all(row.seq >= left[0].seq for row in rows(kept, CheckpointRow))
    assert kept.verify().finding is None
