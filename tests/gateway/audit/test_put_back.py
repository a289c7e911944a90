"""After a restore the log goes on from the backup: what others saw beyond it is explained, and nothing else is."""
# ruff: noqa: S608 - tampering with the database is what these tests are about

import shutil
from datetime import timedelta

import pytest
from databases import copy_database, database_at
from trails import Trails

from gateway.adapters.database import Database
from gateway.audit import put_back
from gateway.audit.chain import Head
from gateway.audit.rows import RestoreRow
from gateway.audit.statements import Statement
from gateway.audit.trail import CONSOLE, Entry, note
from gateway.audit.verify import Break, Mark, Source
from gateway.audit.witness import Whose, contradictions, remember, restored, told, trail_for
from gateway.wire.payload import Trail, TrailHead
from keys.errors import OpenRefused

DAY = timedelta(days=1)
KEPT, LOST = 8, 5


def restore(trail, backup, made_at):
    """Put the log back, as `restore` does."""
    with trail.database.session() as session:
        put_back.sign(session, trail.notary, trail.now)
        said = {put_back.BACKUP: f"{made_at:{put_back.MOMENT}}"}
        note(session, Entry(trail.now, "restore", "operation", CONSOLE, detail=said))
    return backup


@pytest.fixture
def again(trail, tmp_path):
    """A log of 8 entries that was backed up, went on by 5 that others saw, was lost and put back; `lost` are those."""
    trail.add(KEPT)
    trail.sign()
    copy_database(trail.file, tmp_path / "backup.db")
    shutil.copy(trail.notary.last_signed.file, tmp_path / "backup.head")
    made_at = trail.now
    trail.add(LOST)
    trail.sign()
    lost = trail.heads()
    trail.database.close()

    fresh = Trails(trail.station, tmp_path / "backup.db", Database(database_at(tmp_path / "backup.db")), trail.now)
    fresh.now += DAY
    restore(fresh, None, made_at)
    fresh.lost, fresh.made_at = lost, made_at
    yield fresh
    fresh.database.close()


def found(trail, *read_aloud):
    finding = trail.verify(*read_aloud).finding
    return (finding.what, finding.seq) if finding else None


def test_what_others_saw_beyond_the_backup_is_explained_and_told(again):
    again.witness(again.lost[-1])
    verified = again.verify()

    assert (verified.finding, verified.contradicted) == (None, ())
    assert [(mark.party, mark.seq) for mark in verified.lost] == [("730", KEPT + LOST)]
    ((kept, backup),) = [(one.kept, one.backup) for one in verified.put_back]
    assert (kept, backup) == (KEPT, f"{again.made_at:{put_back.MOMENT}}")
    with again.database.reading() as session:
        assert contradictions(session) == ()


def test_it_stays_explained_when_the_log_has_grown_past_what_was_lost(again):
    again.witness(again.lost[-1])
    again.add(20)
    again.sign()
    verified = again.verify()

    assert (verified.finding, len(verified.lost), verified.proved) == (None, 1, KEPT + 1 + 20)


def test_the_daemon_signs_on_after_a_restore(again):
    again.add()
    again.sign()
    assert again.verify().proved == KEPT + 2


def test_an_entry_that_the_backup_held_may_not_change_all_the_same(again):
    again.tamper("UPDATE audit_entries SET about = 'c-9' WHERE seq = 3", "DELETE FROM audit_checkpoints")
    again.write_anew(2)
    again.notary.last_signed.file.unlink()
    assert found(again) == (Break.REWRITTEN, KEPT), "against what was signed at the restore"


def test_nobody_hides_what_they_took_away_before_the_backup_s_end(again):
    """What others saw of the entries that the backup held must be there."""
    again.witness(Head(KEPT - 1, "f" * 64))
    assert found(again) == (Break.REWRITTEN, KEPT - 1)


def test_whoever_writes_to_the_database_alone_cannot_call_it_a_restore(trail):
    trail.add(12)
    trail.sign()
    trail.witness()
    last = trail.heads()[5]
    trail.tamper(
        "DELETE FROM audit_checkpoints",
        "DELETE FROM audit_entries WHERE seq > 6",
        f"UPDATE audit_head SET seq = 6, hash = '{last.hash}'",
        f"INSERT INTO audit_restores VALUES (6, '{last.hash}', '2026-11-22 09:00:00.000000', 'x', x'00')",
    )
    with trail.database.session() as session:
        note(session, Entry(trail.now, "restore", "operation", CONSOLE, detail={"backup": "2026-11-22T09:00:00Z"}))
    trail.notary.last_signed.file.unlink()

    assert found(trail) == (Break.FORGED_RESTORE, 6)
    trail.tamper("DELETE FROM audit_restores")
    assert found(trail) == (Break.TRUNCATED, 8), "an entry alone explains nothing"


def test_a_checkpoint_is_no_restore(again):
    again.tamper(
        "DELETE FROM audit_restores",
        "INSERT INTO audit_restores SELECT seq, hash, at, signed_by, signature FROM audit_checkpoints",
    )
    assert found(again) == (Break.FORGED_RESTORE, KEPT)


def test_what_others_tell_long_after_explains_itself_no_more(again):
    """Whoever has heard of the restore tells of the new entries; two weeks on, an old claim is worth a look."""
    again.now += put_back.SETTLING + DAY
    again.witness(again.lost[-1])
    assert found(again)[0] is Break.TRUNCATED
    with again.database.reading() as session:
        assert [one.head.seq for one in contradictions(session)] == [KEPT + LOST]


def test_what_is_cut_off_after_the_restore_is_found(again):
    again.add(6)
    again.sign()
    last = again.heads()[KEPT + 2]
    again.tamper(
        f"DELETE FROM audit_entries WHERE seq > {last.seq}",
        f"UPDATE audit_head SET seq = {last.seq}, hash = '{last.hash}'",
    )
    assert found(again) == (Break.TRUNCATED, last.seq + 1)


def test_what_somebody_reads_aloud_is_held_against_it_strictly(again):
    """A person is there to be told of the restore."""
    seen = Mark(KEPT + LOST, again.lost[-1].hash[:16], Source.READ_ALOUD)
    assert found(again, seen) == (Break.TRUNCATED, KEPT + 2)


@pytest.mark.parametrize("detail", ["{}", "[]", "x", '{"backup": 5}', '{"backup": "soon"}'])
def test_a_date_that_says_nothing_is_left_out(again, detail):
    again.tamper(f"UPDATE audit_entries SET detail = '{detail}' WHERE seq = {KEPT + 1}")
    with again.database.reading() as session:
        assert put_back.backup_of(session, KEPT) == ""


def test_the_signature_is_over_the_last_entry_the_backup_held(again):
    with again.database.reading() as session:
        row = session.get_one(RestoreRow, KEPT)
    kept = Head(row.seq, row.hash)
    again.notary.confirm(Statement.RESTORE, kept, row.at, row.signature)
    for what, head in ((Statement.CHECKPOINT, kept), (Statement.RESTORE, Head(KEPT, "f" * 64))):
        with pytest.raises(OpenRefused):
            again.notary.confirm(what, head, row.at, row.signature)


# At the other end


def tell(trail, own, letter="letter", party="730"):
    with trail.database.session() as session:
        remember(session, party, Trail(own=TrailHead(seq=own.seq, hash=own.hash), seen=None), letter, trail.now)


OLD = [Head(seq, f"{seq:064x}") for seq in range(1, 15)]
NEW = [Head(seq, f"{seq:x}".ljust(64, "f")) for seq in range(9, 20)]


@pytest.fixture
def other(trail):
    """An end that has seen 13 entries of Randers' log, which is then put back to its 8th."""
    for head in (OLD[4], OLD[7], OLD[12]):
        tell(trail, head)
    return trail


def resent(trail, own=NEW[1], kept=8):
    tell(trail, own, "resend")
    with trail.database.session() as session:
        restored(session, "730", kept, "resend", trail.now)


def wrong(trail):
    with trail.database.reading() as session:
        return [one.head for one in contradictions(session)]


def farthest(trail):
    with trail.database.reading() as session:
        return trail_for(session, "730").seen


def test_a_party_that_was_restored_is_seen_from_there(other):
    resent(other)
    assert farthest(other) == TrailHead(seq=NEW[1].seq, hash=NEW[1].hash)
    tell(other, NEW[4])
    assert farthest(other).hash == NEW[4].hash
    assert wrong(other) == []
    with other.database.reading() as session:
        assert [one.head for one in told(session, "730")] == [OLD[4], OLD[7], NEW[1], NEW[4]]
        assert {one.whose for one in told(session)} == {Whose.THEIRS}


def test_without_that_word_the_same_heads_contradict(other):
    tell(other, NEW[4])
    assert wrong(other) == [NEW[4]]


def test_a_restore_excuses_nothing_of_what_the_backup_held(other):
    resent(other)
    tell(other, Head(5, "e" * 64))
    assert wrong(other) == [Head(5, "e" * 64)]


def test_a_restore_excuses_nothing_that_contradicted_before(other):
    tell(other, Head(13, "e" * 64))
    resent(other)
    assert wrong(other) == [Head(13, "e" * 64)]


def test_a_restore_excuses_nothing_that_contradicts_after(other):
    resent(other)
    tell(other, NEW[4])
    tell(other, Head(NEW[4].seq, "e" * 64))
    assert wrong(other) == [Head(NEW[4].seq, "e" * 64)]


def test_one_party_s_restore_says_nothing_of_another_s(other):
    tell(other, OLD[12], party="710")
    resent(other)
    tell(other, NEW[4], party="710")
    assert wrong(other) == [NEW[4]]
