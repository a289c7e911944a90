"""The revisions and the tables in the code say the same; a table that changes without a revision is found here."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from releases import ENDS, FIRST, everything, rows_of
from sqlalchemy import Connection, create_engine

from gateway.schema.branch import every_table, newest, parsed, release_of
from gateway.schema.migrate import Migration, configured
from gateway.schema.shape import recognised
from gateway.schema.version import Standing, standing

ADVICE = (
    "The tables in the code are not those that the revisions make. If the newest revision is in no release yet, add to "
    'it; else write one: make revision BRANCH=shared SAYS="what changes" (or region, or unit). See CONTRIBUTING.md.'
)

pytestmark = [
    pytest.mark.parametrize("end", ENDS),
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index"),
]


def made(connection: Connection) -> set[tuple[object, ...]]:
    """Tell all that SQLite knows of the tables of a database, whichever way each was made."""
    ask = connection.exec_driver_sql
    tables = [name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'") if name[:8] != "alembic_"]
    found = set(ask("SELECT type, name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL"))
    for table in tables:
        found |= {(table, "column", *row[1:]) for row in ask(f"PRAGMA table_info({table})")}
        found |= {(table, "reference", *row[2:]) for row in ask(f"PRAGMA foreign_key_list({table})")}
        for _nth, name, unique, origin, _partial in ask(f"PRAGMA index_list({table})").all():
            columns = tuple(row[2] for row in ask(f"PRAGMA index_info({name})"))
            found.add((table, "unique" if unique else "index", origin, columns))
    return {tuple(" ".join(one.split()) if isinstance(one, str) else one for one in row) for row in found}


@pytest.fixture
def fresh(end):
    """A database that all revisions were made in."""
    with create_engine("sqlite://").connect() as connection:
        Migration(connection, ENDS[end], own_key="").upgrade()
        yield connection


@pytest.fixture
def of_today(end):
    """A database as a new site gets it."""
    with create_engine("sqlite://").connect() as connection:
        for family in every_table(ENDS[end]):
            family.create_all(connection)
        yield connection


def test_the_revisions_make_the_tables_of_the_code(end, fresh):
    tables = list(every_table(ENDS[end]))
    assert not compare_metadata(MigrationContext.configure(fresh), tables), ADVICE


def test_the_revisions_make_indexes_triggers_and_references_word_for_word(fresh, of_today):
    assert made(fresh) == made(of_today), ADVICE


def test_the_first_revisions_make_what_the_first_release_made(end, tmp_path):
    rows_of(end, tmp_path / "old.db")
    with (
        create_engine(f"sqlite:///{tmp_path}/old.db").connect() as old,
        create_engine("sqlite://").connect() as connection,
    ):
        Migration(connection, ENDS[end], own_key="").upgrade(parsed(FIRST))
        assert made(connection) == made(old)
        assert recognised(old, ENDS[end]) == FIRST


def test_the_steps_name_the_revisions_there_are(end):
    scripts = ScriptDirectory.from_config(configured(ENDS[end]))
    for branch in ENDS[end]:
        found = [script.revision for script in scripts.iterate_revisions(branch.head, "base")]
        assert found[::-1] == [step.revision for step in branch.steps]
        assert [parsed(step.release) for step in branch.steps] == sorted(parsed(step.release) for step in branch.steps)
        assert all(branch.owns(step.revision) for step in branch.steps)
    assert set(scripts.get_heads()) == {branch.head for branch in ENDS[end]}


def test_a_database_that_was_brought_forward_is_current(end, fresh):
    assert standing(fresh, ENDS[end]) is Standing.CURRENT
    heads = frozenset(branch.head for branch in ENDS[end])
    assert release_of(ENDS[end], heads) == newest(ENDS[end])


def test_every_table_of_the_first_release_holds_something_but_what_had_no_reason_to(end, tmp_path):
    rows_of(end, tmp_path / "old.db")
    empty = {
        "audit_samples",
        "audit_verdicts",
        "audit_witnessed_horizon",
        "consents_horizon",
        "consent_withdrawals_horizon",
    }
    with create_engine(f"sqlite:///{tmp_path}/old.db").connect() as old:
        assert {table for table, rows in everything(old).items() if not rows} <= empty
