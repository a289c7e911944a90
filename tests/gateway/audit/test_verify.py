"""What was done to the trail behind everybody's back is found, named and placed (DESIGN: at rest)."""
# ruff: noqa: S608 - tampering with the database is what these tests are about

from datetime import timedelta

import pytest
from databases import ON_POSTGRESQL, copy_database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from on_file import only_in_a_file, only_on_server
from trails import trail_of

from gateway.audit.chain import Head
from gateway.audit.checkpoints import latest
from gateway.audit.raw import Signed
from gateway.audit.statements import Statement
from gateway.audit.verify import Break, Mark, Source
from gateway.station import utc_now


def found(trail, *read_aloud):
    finding = trail.verify(*read_aloud).finding
    return (finding.what, finding.seq) if finding else None


@pytest.fixture
def signed(trail):
    """Eight entries, a checkpoint, and four more."""
    trail.add(8)
    trail.sign()
    trail.add(4)
    return trail


def test_an_empty_trail_is_sound(trail):
    verified = trail.verify()
    assert (verified.finding, verified.entries, verified.proved) == (None, 0, 0)


def test_a_sound_trail_says_how_far_it_is_proved(signed):
    verified = signed.verify()
    assert (verified.finding, verified.entries, verified.checkpoints, verified.proved) == (None, 12, 1, 8)
    signed.witness()
    verified = signed.verify()
    assert (verified.witnessed, verified.proved, verified.last) == (1, 12, signed.heads()[-1])


@pytest.mark.parametrize(
    "edit",
    [
        "person_id = 'p-2'",
        "role = 'admin'",
        "action = 'search'",
        "purpose = 'control'",
        "about = 'c-2'",
        "outcome = 'MAY_NOT'",
        "detail = '{}'",
        "at = '2026-01-01 00:00:00.000000'",
        "at = NULL",
        "detail = NULL",
        "about = '5'",
        *only_in_a_file("at = replace(at, ' ', 'T')", "at = 'yesterday'", "detail = x'00ff'"),
        *only_in_a_file("person_id = CAST(x'ff' AS TEXT)", "about = 5"),
        *only_on_server("at = 'infinity'", "at = '-infinity'", "at = '0044-03-15 BC'", "at = '20000-01-01'"),
        "hash = upper(hash)",
    ],
)
def test_an_edited_entry_is_found(signed, edit):
    signed.tamper(
        "CREATE TABLE loose AS SELECT * FROM audit_entries",
        "DROP TABLE audit_entries",
        "ALTER TABLE loose RENAME TO audit_entries",
        f"UPDATE audit_entries SET {edit} WHERE seq = 5",
    )
    assert found(signed) == (Break.EDITED, 5)


def test_an_edited_last_entry_is_found(signed):
    signed.tamper("UPDATE audit_entries SET about = 'c-2' WHERE seq = 12")
    assert found(signed) == (Break.EDITED, 12)


def test_an_entry_edited_with_its_own_hash_is_found_by_the_next(signed):
    signed.tamper("UPDATE audit_entries SET about = 'c-2' WHERE seq = 5")
    with signed.database.reading() as session:
        from gateway.audit.read import entries  # noqa: PLC0415 - one use

        fresh = entries(session)[4].hash
    signed.tamper(f"UPDATE audit_entries SET hash = '{fresh}' WHERE seq = 5")
    assert found(signed) == (Break.INSERTED, 6)


def test_a_removed_entry_is_found(signed):
    signed.tamper("DELETE FROM audit_entries WHERE seq = 5")
    assert found(signed) == (Break.REMOVED, 5)


def test_the_first_entries_cannot_be_left_out(signed):
    signed.tamper("DELETE FROM audit_entries WHERE seq < 4")
    assert found(signed) == (Break.REMOVED, 1)


def test_entries_that_closed_up_behind_a_removed_one_are_found(signed):
    signed.tamper("DELETE FROM audit_entries WHERE seq = 5", "UPDATE audit_entries SET seq = seq - 1 WHERE seq > 5")
    assert found(signed) == (Break.EDITED, 5) or found(signed) == (Break.INSERTED, 5)


def test_two_that_changed_places_are_found(signed):
    signed.tamper(
        "UPDATE audit_entries SET seq = 999 WHERE seq = 5",
        "UPDATE audit_entries SET seq = 5 WHERE seq = 7",
        "UPDATE audit_entries SET seq = 7 WHERE seq = 999",
    )
    assert found(signed) == (Break.REORDERED, 5)


@pytest.mark.parametrize("place", [0, -3, 13])
def test_an_entry_put_in_is_found(signed, place):
    signed.tamper(
        "CREATE TABLE forged AS SELECT * FROM audit_entries WHERE seq = 12",
        f"UPDATE forged SET seq = {place}",
        "INSERT INTO audit_entries SELECT * FROM forged",
    )
    assert found(signed)[1] in {place, 1}
    assert found(signed)[0] in {Break.INSERTED, Break.EDITED, Break.REORDERED}


def test_a_tail_cut_off_is_found_from_the_head_row(signed):
    signed.tamper("DELETE FROM audit_entries WHERE seq > 10")
    assert found(signed) == (Break.TRUNCATED, 11)


def test_a_tail_cut_off_with_the_head_row_set_back_is_found_from_a_checkpoint(signed):
    last = signed.heads()[5]
    signed.tamper(
        "DELETE FROM audit_entries WHERE seq > 6", f"UPDATE audit_head SET seq = {last.seq}, hash = '{last.hash}'"
    )
    assert found(signed) == (Break.TRUNCATED, 7)
    assert signed.verify().finding.mark.source is Source.CHECKPOINT


def test_a_tail_cut_off_behind_the_last_checkpoint_is_found_only_from_a_witness(signed):
    last, gone = signed.heads()[9], signed.heads()[-1]
    signed.tamper(
        "DELETE FROM audit_entries WHERE seq > 10", f"UPDATE audit_head SET seq = {last.seq}, hash = '{last.hash}'"
    )
    assert found(signed) is None
    assert signed.verify().proved == 8
    assert found(signed, Mark(12, gone.hash[:16], Source.READ_ALOUD)) == (Break.TRUNCATED, 11)
    signed.witness(gone)
    assert found(signed) == (Break.TRUNCATED, 11)
    assert signed.verify().finding.mark.party == "730"


def test_a_trail_written_anew_from_an_edit_on_is_found_from_a_checkpoint(signed):
    signed.tamper("UPDATE audit_entries SET about = 'c-2' WHERE seq = 5")
    signed.write_anew(4)
    assert found(signed) == (Break.REWRITTEN, 8)


def test_a_trail_written_anew_behind_the_last_checkpoint_is_found_only_from_a_witness(signed):
    true = signed.heads()[11]
    signed.tamper("UPDATE audit_entries SET about = 'c-2' WHERE seq = 10")
    signed.write_anew(9)
    assert found(signed) is None
    assert found(signed, Mark(12, true.hash[:16], Source.READ_ALOUD)) == (Break.REWRITTEN, 12)


def test_a_checkpoint_signed_anew_by_another_site_is_forged(signed, opened):
    head, at = signed.heads()[7], signed.now
    signature = opened["730"].notary.sign(Statement.CHECKPOINT, head, at)
    signed.tamper(f"UPDATE audit_checkpoints SET signature = x'{signature.hex()}', at = '{at.replace(tzinfo=None)}'")
    assert found(signed) == (Break.FORGED_CHECKPOINT, 8)


@pytest.mark.parametrize(
    "edit",
    [
        "hash = hash || '0'",
        "at = '2026-01-01 00:00:00.000000'",
        "seq = 7",
        "signature = x''",
        *only_in_a_file("at = 'x'", "signature = 5"),
        *only_on_server("at = 'infinity'"),
    ],
)
def test_an_edited_checkpoint_is_forged(signed, edit):
    signed.tamper(f"UPDATE audit_checkpoints SET {edit}")
    assert found(signed)[0] is Break.FORGED_CHECKPOINT


def test_a_signature_of_one_checkpoint_does_not_serve_for_another(signed):
    signed.sign()
    signed.tamper("UPDATE audit_checkpoints SET signature = (SELECT signature FROM audit_checkpoints WHERE seq = 12)")
    assert found(signed) == (Break.FORGED_CHECKPOINT, 8)


def test_a_checkpoint_is_no_start(signed):
    """Nobody can cut off the old end by calling a checkpoint the beginning."""
    signed.tamper(
        "INSERT INTO audit_starts SELECT seq, hash, at, signed_by, signature FROM audit_checkpoints",
        "DELETE FROM audit_entries WHERE seq <= 8",
    )
    assert found(signed) == (Break.FORGED_START, 9)


def test_a_trail_begins_where_it_was_signed_to_begin(signed):
    head, at = signed.heads()[7], signed.now
    signature = signed.station.notary.sign(Statement.START, head, at)
    signed.tamper(
        f"INSERT INTO audit_starts VALUES (8, '{head.hash}', '{at.replace(tzinfo=None)}', 'x', x'{signature.hex()}')",
    )
    assert found(signed) == (Break.INSERTED, 1)
    signed.tamper("DELETE FROM audit_entries WHERE seq <= 8")
    assert found(signed) is None
    signed.tamper("DELETE FROM audit_entries WHERE seq = 9")
    assert found(signed) == (Break.REMOVED, 9)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE audit_head SET seq = 5",
        "UPDATE audit_head SET hash = '0'",
        "DELETE FROM audit_head",
        *only_in_a_file("UPDATE audit_head SET seq = 'x'"),
    ],
)
def test_a_head_row_that_differs_is_found(signed, edit):
    signed.tamper(edit)
    assert found(signed) == (Break.HEAD_DIFFERS, 12)


def test_a_forged_witness_is_told_as_what_it_is_held_against(signed):
    signed.witness(Head(3, "f" * 64))
    finding = signed.verify().finding
    assert (finding.what, finding.seq, finding.mark.source) == (Break.REWRITTEN, 3, Source.WITNESS)


LATER = "at + interval '1 microsecond'" if ON_POSTGRESQL else "at || 'x'"
TAMPERINGS = st.one_of(
    st.builds(
        lambda column, seq: [f"UPDATE audit_entries SET {column} = {column} || 'x' WHERE seq = {seq}"],
        st.sampled_from(["person_id", "role", "action", "purpose", "about", "outcome", "detail", "previous", "hash"]),
        st.integers(1, 8),
    ),
    st.builds(lambda seq: [f"UPDATE audit_entries SET at = {LATER} WHERE seq = {seq}"], st.integers(1, 8)),
    st.builds(lambda seq: [f"DELETE FROM audit_entries WHERE seq = {seq}"], st.integers(1, 8)),
    st.builds(
        lambda seq, to: [f"UPDATE audit_entries SET seq = {to} WHERE seq = {seq}"],
        st.integers(1, 8),
        st.integers(9, 99),
    ),
    st.builds(
        lambda one, other: [
            f"UPDATE audit_entries SET seq = 999 WHERE seq = {one}",
            f"UPDATE audit_entries SET seq = {one} WHERE seq = {other}",
            f"UPDATE audit_entries SET seq = {other} WHERE seq = 999",
        ],
        st.integers(1, 4),
        st.integers(5, 8),
    ),
    st.builds(lambda seq: [f"DELETE FROM audit_entries WHERE seq > {seq}"], st.integers(0, 7)),
    st.builds(
        lambda seq: [
            f"DELETE FROM audit_entries WHERE seq > {seq}",
            f"UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit_entries WHERE seq = {seq})",
        ],
        st.integers(1, 7),
    ),
    st.builds(
        lambda seq, place: [
            f"CREATE TABLE forged AS SELECT * FROM audit_entries WHERE seq = {seq}",
            f"UPDATE forged SET seq = {place}, about = 'c-9'",
            "INSERT INTO audit_entries SELECT * FROM forged",
        ],
        st.integers(1, 8),
        st.integers(-5, 0) | st.integers(9, 12),
    ),
    st.builds(
        lambda seq, column: [f"UPDATE audit_entries SET {column} = 'changed' WHERE seq = {seq}", "anew"],
        st.integers(1, 8),
        st.sampled_from(["person_id", "role", "action", "purpose", "about", "outcome", "detail"]),
    ),
)
"""Every way to tamper with eight entries; "anew" computes every hash again from there on."""


@pytest.fixture(scope="module")
def eight(opened, tmp_path_factory):
    with trail_of(opened["region"], tmp_path_factory.mktemp("eight") / "t.db", utc_now() - timedelta(days=9)) as trails:
        trails.add(8)
        trails.sign()
    return trails


@given(statements=TAMPERINGS, witnessed=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_single_tampering_before_a_mark_is_found(eight, tmp_path_factory, statements, witnessed):
    copy = tmp_path_factory.mktemp("copy") / "t.db"
    copy_database(eight.file, copy)
    with trail_of(eight.station, copy, eight.now) as trails:
        head = trails.heads()[-1]
        if witnessed:
            trails.tamper("DELETE FROM audit_checkpoints")
            trails.witness(head)
        assert trails.verify().finding is None
        trails.tamper(*(statement for statement in statements if statement != "anew"))
        if "anew" in statements:
            trails.write_anew(0)
        assert trails.verify().finding is not None


def take_every_checkpoint_away(trail):
    trail.tamper("UPDATE audit_entries SET about = 'c-9' WHERE seq = 2", "DELETE FROM audit_checkpoints")
    trail.write_anew(0)


def test_a_trail_written_anew_without_its_checkpoints_is_found_from_the_one_beside_the_database(signed):
    take_every_checkpoint_away(signed)
    assert found(signed) == (Break.REWRITTEN, 8)


def test_the_daemon_does_not_sign_a_trail_that_no_longer_holds_what_it_signed_last(signed, caplog):
    take_every_checkpoint_away(signed)
    signed.sign()
    assert found(signed) == (Break.REWRITTEN, 8)
    assert "not signed" in caplog.text
    with signed.database.reading() as session:
        assert latest(session) is None


def test_a_database_as_it_was_before_is_found_from_the_checkpoint_beside_it(signed):
    signed.sign()
    signed.tamper(
        "DELETE FROM audit_checkpoints WHERE seq > 8",
        "DELETE FROM audit_entries WHERE seq > 10",
        "UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit_entries WHERE seq = 10)",
    )
    assert found(signed) == (Break.TRUNCATED, 11)


@pytest.mark.parametrize("written", ["", "{}", "[]", "\0", '{"seq": 8, "hash": 5, "at": "x", "signature": ""}'])
def test_a_file_that_says_nothing_signed_is_found(signed, written):
    signed.notary.last_signed.file.write_text(written, encoding="utf-8")
    assert found(signed)[0] is Break.FORGED_CHECKPOINT


def test_a_file_signed_by_another_site_is_found(signed, opened):
    head, at = signed.heads()[11], signed.now
    forged = Signed(head, at, opened["730"].notary.sign(Statement.CHECKPOINT, head, at))
    signed.notary.last_signed.keep(forged)
    assert found(signed) == (Break.FORGED_CHECKPOINT, 12)


@pytest.mark.parametrize("lie", [Head(1, "f" * 64), Head(2**61, "f" * 64)])
def test_what_another_party_falsely_says_it_has_seen_hides_nothing(signed, lie):
    signed.witness(lie)
    assert signed.verify().contradicted[0].party == "730"
    signed.tamper("UPDATE audit_entries SET about = 'c-9' WHERE seq = 5")
    assert found(signed) == (Break.EDITED, 5)


def test_every_party_that_contradicts_the_trail_is_named(signed):
    signed.witness(Head(3, "f" * 64), party="730")
    signed.witness(Head(99, "f" * 64), party="710")
    verified = signed.verify()
    assert [mark.party for mark in verified.contradicted] == ["730", "710"]
    assert (verified.finding.what, verified.finding.seq) == (Break.REWRITTEN, 3)
