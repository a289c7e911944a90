"""Rows that are only added to stand, but for those behind a horizon that only moves forward (C2, O18)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData, create_mock_engine, delete, insert, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, create_engine, select

from directory.columns import UtcDateTime
from gateway.audit.rows import AuditTable
from gateway.consents.rows import ConsentTable
from gateway.retention.rows import RetentionTable
from gateway.site.append_only import horizon, move_horizon, only_added_to

BEGAN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
REFUSED = (IntegrityError, OperationalError)


class Standing(SQLModel, registry=registry()):
    """A family of tables for these tests."""


class WordRow(Standing, table=True):
    """A word, and when it was written."""

    __tablename__ = "words"

    id: int | None = Field(default=None, primary_key=True)
    word: str
    at: datetime = Field(sa_type=UtcDateTime)


class DeedRow(Standing, table=True):
    """A word that is never to go."""

    __tablename__ = "deeds"

    id: int | None = Field(default=None, primary_key=True)
    word: str


WORDS, DEEDS = (Standing.metadata.tables[name] for name in ("words", "deeds"))
only_added_to(WORDS, age="at")
only_added_to(DEEDS)


def written(days=10):
    """Give a session on a table in which a word was written each day."""
    engine = create_engine("sqlite://")
    Standing.metadata.create_all(engine)
    session = Session(engine)
    session.add_all(WordRow(id=day, word=f"w{day}", at=BEGAN + day * DAY) for day in range(days))
    session.add(DeedRow(id=1, word="d"))
    session.commit()
    return session


def left(session):
    return sorted(session.exec(select(WordRow.id)).all())


def refused(session, statement):
    with pytest.raises(REFUSED, match="only"):
        session.execute(statement)
    session.rollback()


def test_without_a_horizon_nothing_goes():
    session = written()

    refused(session, delete(WordRow))
    refused(session, delete(DeedRow))
    assert horizon(session, WORDS) is None
    assert len(left(session)) == 10


@given(st.integers(-2, 12), st.integers(0, 9))
def test_a_row_goes_exactly_when_it_lies_behind_the_horizon(until, row):
    session = written()
    move_horizon(session, WORDS, BEGAN + until * DAY)
    session.commit()

    if row < until:
        session.execute(delete(WordRow).where(WordRow.id == row))
        assert row not in left(session)
    else:
        refused(session, delete(WordRow).where(WordRow.id == row))
        assert row in left(session)


@given(st.lists(st.integers(-5, 20), min_size=1, max_size=6))
def test_the_horizon_is_the_farthest_it_was_ever_moved_to(moves):
    session = written()
    for move in moves:
        move_horizon(session, WORDS, BEGAN + move * DAY)

    assert horizon(session, WORDS) == BEGAN + max(moves) * DAY


def test_the_horizon_itself_cannot_be_put_back_or_taken_away():
    session = written()
    move_horizon(session, WORDS, BEGAN + 5 * DAY)
    session.commit()
    beside = Standing.metadata.tables["words_horizon"]

    refused(session, update(beside).values(until=BEGAN))
    refused(session, update(beside).values(id=2))
    refused(session, delete(beside))
    refused(session, insert(beside).values(id=1, until=BEGAN).prefix_with("OR REPLACE"))
    assert horizon(session, WORDS) == BEGAN + 5 * DAY


def test_behind_the_horizon_too_nothing_is_altered_or_replaced():
    session = written()
    move_horizon(session, WORDS, BEGAN + 20 * DAY)
    session.commit()

    refused(session, update(WordRow).where(WordRow.id == 1).values(word="x"))
    refused(session, text("INSERT OR REPLACE INTO words (id, word, at) VALUES (1, 'x', '2026-11-22 09:00:00.000000')"))


def test_one_table_s_horizon_opens_no_other_table():
    session = written()
    move_horizon(session, WORDS, BEGAN + 20 * DAY)
    session.commit()

    refused(session, delete(DeedRow))


def made_on_postgresql(metadata: MetaData) -> list[str]:
    """Write down what makes a family's tables there, where no test of ours has a server."""
    said: list[str] = []
    engine = create_mock_engine("postgresql://", lambda sql, *_rest: said.append(str(sql.compile(dialect=POSTGRESQL))))
    metadata.create_all(engine, checkfirst=False)
    return said


def test_postgresql_gets_the_same_guards():
    said = made_on_postgresql(Standing.metadata)

    for table, guards in {
        "words": ("stands_UPDATE", "stands_DELETE"),
        "deeds": ("stands_UPDATE", "stands_DELETE"),
        "words_horizon": ("forward", "stands_DELETE"),
    }.items():
        for guard in guards:
            (statement,) = (one for one in said if f"CREATE OR REPLACE FUNCTION {table}_{guard}()" in one)
            assert f"CREATE TRIGGER {table}_{guard} BEFORE" in statement
            opens = "EXISTS (SELECT 1 FROM words_horizon WHERE OLD.at < until) THEN RETURN OLD" in statement
            assert opens == ((table, guard) == ("words", "stands_DELETE"))
            assert "RAISE EXCEPTION" in statement


@pytest.mark.parametrize("family", [ConsentTable, AuditTable, RetentionTable])
def test_every_table_that_is_only_added_to_is_guarded_against_each_deed(family):
    """On SQLite: UPDATE, DELETE and REPLACE; only the head of the trail moves."""
    engine = create_engine("sqlite://")
    family.metadata.create_all(engine)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")).all()
    for table in family.metadata.tables.values():
        theirs = {name.removeprefix(f"{table.name}_") for name, of in found if of == table.name}
        expected = {"stands_UPDATE", "stands_DELETE", "stands_REPLACE"}
        if table.name.endswith("_horizon"):
            expected = {"forward", "stands_DELETE", "stands_REPLACE"}
        assert theirs == (set() if table.name == "audit_head" else expected), table.name
