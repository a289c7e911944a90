"""Tables that SQLite has to make anew keep their guards, and nothing is left that refers to what is gone."""

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from releases import rows_of
from sqlalchemy.exc import IntegrityError

from gateway.adapters.database import Database
from gateway.schema import tables


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{rows_of('unit', tmp_path / 'old.db')}")
    yield made
    made.close()


def beside(connection, table):
    asked = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND type <> 'table' ORDER BY name"
    return connection.exec_driver_sql(asked, (table,)).all()


@pytest.mark.parametrize("table", ["audit_entries", "contact", "departments", "audit_entries_horizon"])
def test_indexes_and_triggers_are_there_again_word_for_word(database, table):
    with database.rebuilding() as session:
        connection = session.connection()
        before, rows = beside(connection, table), connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608
        with Operations.context(MigrationContext.configure(connection)):
            tables.add_filled(table, "x", sa.Column("more", sa.String()))
            assert beside(connection, table) == before
            tables.drop_columns(table, "more")
        assert beside(connection, table) == before
        assert connection.exec_driver_sql(f"SELECT * FROM {table}").all() == rows  # noqa: S608
    with database.session() as session, pytest.raises(Exception, match="only added to"):
        session.execute(sa.text("DELETE FROM audit_entries WHERE seq > 20"))


def test_rows_of_a_guarded_table_can_be_taken_away_by_a_revision_alone(database):
    with database.rebuilding() as session:
        connection = session.connection()
        before = beside(connection, "retention_runs")
        with Operations.context(MigrationContext.configure(connection)), tables.unguarded("retention_runs"):
            assert connection.exec_driver_sql("DELETE FROM retention_runs").rowcount
        assert beside(connection, "retention_runs") == before


def test_what_is_referred_to_and_gone_undoes_everything(database):
    with pytest.raises(IntegrityError), database.rebuilding() as session:
        session.execute(sa.text("DELETE FROM cases"))
    with database.reading() as session:
        assert session.execute(sa.text("SELECT count(*) FROM cases")).scalar() == 5


def test_references_are_held_as_before_once_tables_were_rebuilt(database):
    with database.rebuilding() as session:
        session.execute(sa.text("SELECT 1"))
    with database.session() as session:
        assert session.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(sa.text("PRAGMA legacy_alter_table")).scalar() == 0
    with pytest.raises(IntegrityError), database.session() as session:
        session.execute(sa.text("DELETE FROM cases"))
