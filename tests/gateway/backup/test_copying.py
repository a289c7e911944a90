"""Every row arrives in the other database exactly as it was, few at a time; a copy that is not so is never kept."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Date, LargeBinary, MetaData, create_engine, insert, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from directory.columns import UtcDateTime
from gateway import bootstrap as region_end
from gateway.adapters.database import Database
from gateway.audit.rows import AuditTable
from gateway.audit.trail import Entry, head, note
from gateway.backup.copying import AT_A_TIME, LETTERS_AT_A_TIME, Tally, copy, tally
from gateway.backup.errors import CopyDiffers
from gateway.site.append_only import only_added_to
from gateway.station import SHARED_TABLES
from inbox_tui import bootstrap as municipal_end

NOON = datetime(2026, 11, 22, 12, 0, 0, 1, tzinfo=UTC)


class Things(SQLModel, registry=registry()):
    """A family of tables with a column of every kind."""


class ThingRow(Things, table=True):
    """A row of every kind of value."""

    __tablename__ = "things"

    id: int | None = Field(default=None, primary_key=True)
    word: str
    maybe: str | None = None
    locked: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    day: date | None = Field(default=None, sa_type=Date)
    yes: bool | None = None
    large: int | None = Field(default=None, sa_type=BigInteger)


class PartRow(Things, table=True):
    """A row that hangs on another, and comes before it in the alphabet."""

    __tablename__ = "a_part"

    id: str = Field(primary_key=True)
    thing: int = Field(foreign_key="things.id")


THINGS = Things.metadata.tables["things"]
only_added_to(THINGS)

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=9, minutes=30))])
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001 - it adds the zone
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "word": TEXT,
            "maybe": st.none() | TEXT,
            "locked": st.none() | st.binary(max_size=200),
            "at": st.none() | MOMENTS,
            "day": st.none() | st.dates(date(1900, 1, 1)),
            "yes": st.none() | st.booleans(),
            "large": st.none() | st.integers(-(2**63), 2**63 - 1),
        }
    ),
    max_size=8,
)


def filled(rows, metadata=Things.metadata):
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    if rows:
        with engine.begin() as connection:
            connection.execute(insert(THINGS), rows)
    return engine


def copied(source, target, *families, **how):
    with source.connect() as here, target.begin() as there:
        return copy(here, there, families or (Things.metadata,), **how)


def rows_in(engine, table=THINGS):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]


@given(ROWS)
def test_whatever_a_row_holds_is_there_as_it_was(rows):
    source, target = filled(rows), create_engine("sqlite://")
    assert copied(source, target) == len(rows)
    assert rows_in(target) == rows_in(source)
    source.dispose()
    target.dispose()


@given(ROWS, st.randoms())
def test_a_tally_knows_the_rows_in_any_order_and_nothing_else(rows, chance):
    engine = filled(rows)
    with engine.connect() as connection:
        found = connection.execute(select(THINGS)).all()
    engine.dispose()
    whole, mixed, less = Tally(), Tally(), Tally()
    whole.add(found)
    mixed.add(chance.sample(found, len(found)))
    less.add(found[1:])
    assert whole == mixed
    assert (whole == less) is (not found)


def test_rows_pass_few_at_a_time_and_their_number_is_told():
    many = LETTERS_AT_A_TIME * 3 + 1
    source, target, told = filled([{"word": str(nth)} for nth in range(many)]), create_engine("sqlite://"), []
    assert LETTERS_AT_A_TIME < AT_A_TIME
    copied(source, target, progress=lambda done, whole: told.append((done, whole)))
    assert told == [(done, many) for done in (0, *range(LETTERS_AT_A_TIME, many, LETTERS_AT_A_TIME), many)]


def test_a_row_comes_after_the_one_it_hangs_on(tmp_path):
    source = filled([{"word": "whole"}])
    with source.begin() as connection:
        connection.execute(insert(Things.metadata.tables["a_part"]), [{"id": "p", "thing": 1}])
    target = Database(f"sqlite:///{tmp_path}/x.db")
    with source.connect() as here, target.session() as there:
        assert there.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert copy(here, there.connection(), (Things.metadata,)) == 2
    target.close()


def test_what_is_only_added_to_stands_in_the_copy_too():
    source, target = filled([{"word": "stands"}]), create_engine("sqlite://")
    copied(source, target)
    for deed in ("UPDATE things SET word = ''", "DELETE FROM things"):
        with pytest.raises(DatabaseError, match="only added to"), target.begin() as connection:
            connection.execute(text(deed))


def test_the_row_that_a_new_trail_begins_with_gives_way_to_the_one_that_is_copied(tmp_path):
    one, other = (Database(f"sqlite:///{tmp_path}/{name}.db") for name in ("one", "other"))
    one.create(AuditTable.metadata)
    with one.session() as session:
        came = [note(session, Entry(NOON, "start", "operation")) for _nth in range(3)][-1]
    with one.reading() as here, other.session() as there:
        copy(here.connection(), there.connection(), (AuditTable.metadata,))
    with other.session() as session:
        assert head(session) == came
        assert note(session, Entry(NOON, "stop", "operation")).seq == came.seq + 1
    for database in (one, other):
        database.close()


def test_it_is_of_one_moment_while_others_go_on_writing(tmp_path):
    one, other = (Database(f"sqlite:///{tmp_path}/{name}.db") for name in ("one", "other"))
    one.create(Things.metadata)

    def add(_done, _whole):
        with one.session() as session:
            session.add(ThingRow(word="too late"))

    with one.session() as session:
        session.add(ThingRow(word="in time"))
    with one.reading() as here, other.session() as there:
        assert copy(here.connection(), there.connection(), (Things.metadata,), add) == 1
    with one.reading() as here:
        assert tally(here.connection(), THINGS).rows > 1
    for database in (one, other):
        database.close()


ALTERED = {
    "a row is lost": "DELETE FROM things WHERE id = 2",
    "a row is another": "UPDATE things SET word = 'Two' WHERE id = 2",
    "a row came besides": "INSERT INTO things (id, word) VALUES (9, 'two')",
}


@pytest.mark.parametrize("alteration", ALTERED.values(), ids=ALTERED)
def test_a_copy_that_differs_is_found_and_its_table_named(alteration, monkeypatch):
    source, target = filled([{"word": "one"}, {"word": "two"}]), create_engine("sqlite://")

    def spoil(connection, table):
        connection.execute(text("DROP TRIGGER things_stands_UPDATE"))
        connection.execute(text("DROP TRIGGER things_stands_DELETE"))
        connection.execute(text(alteration))
        return tally(connection, table)

    with monkeypatch.context() as broken:
        broken.setattr("gateway.backup.copying.tally", spoil)
        with pytest.raises(CopyDiffers, match="things"):
            copied(source, target)
    assert copied(source, create_engine("sqlite://")) == 2


def test_a_copy_that_is_broken_off_leaves_nothing(tmp_path):
    source = filled([{"word": str(nth)} for nth in range(200)])
    target = Database(f"sqlite:///{tmp_path}/x.db")

    def stop(done, _whole):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), source.connect() as here, target.session() as there:
        copy(here, there.connection(), (Things.metadata,), stop)
    target.close()
    with closing(sqlite3.connect(tmp_path / "x.db")) as found:
        assert found.execute("SELECT * FROM sqlite_master").fetchall() == []


@pytest.mark.parametrize("own", [region_end.TABLES, municipal_end.TABLES], ids=["region", "municipality"])
def test_all_that_either_end_keeps_is_copied_and_nothing_is_left_out(own):
    families = (*SHARED_TABLES, own)
    source, target = create_engine("sqlite://"), create_engine("sqlite://")
    for family in families:
        family.create_all(source)
    copied(source, target, *families)
    there = [made(engine) for engine in (source, target)]
    assert there[0] == there[1]
    assert len(there[0]) > 100


def made(engine):
    """Give every table, index and trigger as it was made."""
    with engine.connect() as connection:
        return sorted(map(repr, connection.execute(text("SELECT type, name, sql FROM sqlite_master"))))


def test_the_tables_here_have_a_column_of_every_kind_that_a_site_has():
    """A kind that comes to be used makes this fail until somebody has seen that it is copied exactly."""
    families = (*SHARED_TABLES, region_end.TABLES, municipal_end.TABLES)
    assert kinds(*families) <= kinds(Things.metadata)


def kinds(*families: MetaData):
    return {type(column.type) for family in families for table in family.tables.values() for column in table.columns}
