"""The trail holds ids, codes and counts; it is only added to; and it is read by citizen, by person and by day (S30)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError
from sqlmodel import delete, select, update

from gateway.audit.chain import Link
from gateway.audit.read import Line, entries, extract
from gateway.audit.rows import (
    CheckpointRow,
    EntryRow,
    SampleRow,
    StartRow,
    VerdictRow,
    WitnessRow,
)
from gateway.audit.trail import Entry, head, note

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def told(trail):
    """Anne opens two cases, Birgit one of them; and somebody signs in."""
    with trail.database.session() as session:
        for hour, (person, action, about, outcome) in enumerate(
            (
                ("anne", "open-case", "c-1", "done"),
                ("birgit", "open-case", "c-1", "MAY_NOT"),
                ("anne", "forward", "c-2", "done"),
                ("anne", "sign-in", "", "done"),
            )
        ):
            note(session, Entry(NOW + timedelta(hours=hour), action, "care", person, "intake", about, outcome))
    return trail


def found(trail, **which):
    with trail.database.reading() as session:
        return [entry.seq for entry in entries(session, **which)]


def test_entries_are_found_by_what_they_are_about_by_whom_and_when(told):
    assert found(told) == [1, 2, 3, 4]
    assert found(told, about="c-1") == [1, 2]
    assert found(told, about={"c-1", "c-2"}) == [1, 2, 3]
    assert found(told, about=set()) == []
    assert found(told, person_id="anne") == [1, 3, 4]
    assert found(told, person_id="anne", action="forward") == [3]
    hour = timedelta(hours=1)
    assert found(told, since=NOW + hour) == [2, 3, 4]
    assert found(told, until=NOW + hour) == [1]
    assert found(told, since=NOW + hour, until=NOW + 2 * hour, about="c-2") == []
    assert found(told, limit=2) == [3, 4]


def test_a_citizens_extract_names_nobody_who_works_here(told):
    """O21."""
    with told.database.reading() as session:
        lines = extract(session, ["c-1"])
    assert lines == (
        Line(NOW, "open-case", "care", "done"),
        Line(NOW + timedelta(hours=1), "open-case", "care", "MAY_NOT"),
    )
    assert "anne" not in repr(lines)


@pytest.mark.parametrize(
    "said",
    [
        {"about": "Anders And bor i Andeby"},
        {"about": "190668-7074 ringede"},
        {"outcome": "æøå"},
        {"action": "x" * 81},
        {"person_id": "Mette Testgaard"},
        {"detail": {"found": "Anders And"}},
        {"detail": {"a name": 1}},
        {"about": "line\nbreak"},
        {"about": "c-1\n"},
    ],
)
def test_what_could_be_a_name_or_a_word_of_content_is_refused(trail, said):
    with pytest.raises(ValueError, match="ids, codes and counts"), trail.database.session() as session:
        note(session, Entry(**({"at": NOW, "action": "open-case", "purpose": "care"} | said)))
    assert trail.heads() == []


@pytest.mark.parametrize("table", [EntryRow, CheckpointRow, WitnessRow, StartRow, SampleRow, VerdictRow])
def test_the_database_itself_refuses_to_change_or_to_take_away(trail, table):
    trail.add(3)
    trail.sign()
    trail.witness()
    with trail.database.session() as session:
        sample = {"month": "2026-10", "person_id": "p"}
        session.add(SampleRow(count=1, seed="s", drawn_at=NOW, **sample))
        session.add(VerdictRow(id="v", seq=1, verdict="ok", judged_at=NOW, **sample))
        session.add(StartRow(seq=1, hash="h", at=NOW, signed_by="", signature=b""))
    for change in (update(table).values(**{_changeable(table): "x"}), delete(table)):
        with pytest.raises(DatabaseError, match="only added to"), trail.database.session() as session:
            session.execute(change)
    with trail.database.reading() as session:
        assert session.exec(select(table)).all()


def _changeable(table):
    return {SampleRow: "seed", VerdictRow: "verdict"}.get(table, "hash")


def test_an_entry_that_was_not_committed_leaves_no_gap(trail):
    trail.add()
    with pytest.raises(ValueError, match="counts"), trail.database.session() as session:
        note(session, Entry(NOW, "open-case", "care")) and note(session, Entry(NOW, "not a code", "care"))
    trail.add()
    assert [one.seq for one in trail.heads()] == [1, 2]
    with trail.database.reading() as session:
        assert head(session) == trail.heads()[-1]


TEXTS = st.text(max_size=20)
LINKS = st.builds(
    Link,
    st.integers(1, 2**62),
    st.datetimes(timezones=st.just(UTC)),
    *(TEXTS for _field in range(8)),
)


@given(LINKS, LINKS)
def test_two_entries_have_one_hash_only_when_they_say_the_same(one, other):
    assert (one.hash == other.hash) == (one == other)


@given(LINKS)
def test_the_zone_a_moment_was_told_in_changes_no_hash(link):
    elsewhere = timezone(timedelta(hours=-7))
    if link.at.year > 1 and link.at.year < 9999:
        moved = Link(link.seq, link.at.astimezone(elsewhere), *tuple(vars(link).values())[2:])
        assert moved.hash == link.hash
