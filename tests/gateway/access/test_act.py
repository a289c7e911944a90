"""An act is permitted, done and noted in one transaction, or not at all."""

from datetime import UTC, datetime

import pytest
from databases import database_at
from quick_databases import created
from sqlmodel import select

from gateway.access.act import act
from gateway.access.actions import MAY, Action, Purpose, purpose_of
from gateway.adapters.database import Database
from gateway.audit.rows import AuditTable, EntryRow
from gateway.audit.trail import head
from gateway.site.cipher import Vault
from gateway.site.errors import MayNot, PersonGone
from gateway.site.people import People, PeopleTable, PersonRow, Role

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CASE = "6a1f0c9e-0000-4000-8000-000000000001"


@pytest.fixture
def database(tmp_path):
    database = Database(database_at(tmp_path / "acts.db"))
    created(database, PeopleTable.metadata, AuditTable.metadata)
    yield database
    database.close()


@pytest.fixture
def anne(database):
    with database.session() as session:
        return People(session, Vault.random()).add("Anne Testesen", Role.INTAKE)


def entries(database):
    with database.reading() as session:
        return [(row.action, row.about, row.outcome) for row in session.exec(select(EntryRow))]


def test_what_a_person_does_is_noted_with_it(database, anne):
    with act(database, anne, Action.OPEN_CASE, NOW, CASE):
        pass
    assert entries(database) == [("open-case", CASE, "done")]


def test_who_may_not_is_refused_before_anything_is_done_and_the_attempt_is_noted(database, anne):
    with pytest.raises(MayNot), act(database, anne, Action.PIN_KEY, NOW, "730"):
        pytest.fail("the block was entered")
    assert entries(database) == [("pin-key", "730", "MAY_NOT")]


def test_who_has_left_may_nothing_more_from_that_moment(database, anne):
    with database.session() as session:
        session.get_one(PersonRow, anne.id).active = False
    with pytest.raises(PersonGone), act(database, anne, Action.OPEN_CASE, NOW, CASE):
        pytest.fail("the block was entered")
    assert entries(database) == [("open-case", CASE, "PERSON_GONE")]


def test_an_act_that_fails_leaves_neither_itself_nor_its_entry(database, anne):
    with pytest.raises(LookupError), act(database, anne, Action.OPEN_CASE, NOW, CASE) as deed:
        _fail_after(deed.session.get_one(PersonRow, anne.id))
    with database.reading() as session:
        assert session.get_one(PersonRow, anne.id).role == Role.INTAKE
        assert head(session).seq == 0


@pytest.mark.parametrize("action", Action)
def test_every_action_says_who_may_and_to_what_end(action):
    assert MAY[action] <= frozenset(Role)
    assert (purpose_of(action) is Purpose.OPERATION) == (not MAY[action])


def _fail_after(row):
    row.role = Role.AUDITOR
    raise LookupError
