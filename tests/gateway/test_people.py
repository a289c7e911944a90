"""Every act names its person."""

import pytest
from sqlmodel import select

from gateway.adapters.database import Database
from gateway.site.cipher import Vault
from gateway.site.errors import PersonUnknown, PersonUnnamed
from gateway.site.people import People, PeopleTable, PersonRow, Role

INTAKE = {Role.INTAKE}


@pytest.fixture
def people(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/stafet.db")
    database.create(PeopleTable.metadata)
    with database.session() as session:
        yield People(session, Vault.random())
    database.close()


def test_the_only_one_who_may_need_not_be_named(people):
    anne = people.add("Anne Testesen", Role.INTAKE)
    people.add("Olga Prøve", Role.AUDITOR)
    assert people.acting(None, INTAKE) == anne


def test_an_administrator_may_do_what_the_others_do(people):
    boss = people.add("Bente Testgaard", Role.ADMIN)
    assert people.acting(None, INTAKE) == boss


@pytest.mark.parametrize("names", [(), ("Anne Testesen", "Bent Prøvegaard")])
def test_nobody_or_more_than_one_must_be_named(people, names):
    for name in names:
        people.add(name, Role.INTAKE)
    with pytest.raises(PersonUnnamed):
        people.acting(None, INTAKE)


def test_a_name_is_found_however_it_is_written(people):
    bent = people.add(" Bent Prøvegaard ", Role.INTAKE)
    assert people.acting("bent PRØVEGAARD  ", INTAKE) == bent
    assert bent.name == "Bent Prøvegaard"


@pytest.mark.parametrize("name", ["Karen Testdal", "Olga Prøve", ""])
def test_who_is_unknown_or_may_not_is_refused(people, name):
    people.add("Anne Testesen", Role.INTAKE)
    people.add("Olga Prøve", Role.AUDITOR)
    with pytest.raises(PersonUnknown):
        people.acting(name, INTAKE)


def test_who_has_left_may_nothing_and_is_remembered(people):
    anne = people.add("Anne Testesen", Role.INTAKE)
    people._session.get_one(PersonRow, anne.id).active = False
    with pytest.raises(PersonUnknown):
        people.acting("Anne Testesen", INTAKE)
    assert people.active() == ()
    assert people.with_id(anne.id) == anne, "what was done still names who did it"
    assert people.with_id("nobody") is None
    assert people.add("Anne Testesen", Role.AUDITOR).id == anne.id, "the same person came back"


def test_adding_a_person_again_gives_the_new_role_and_makes_no_second_person(people):
    people.add("Anne Testesen", Role.INTAKE)
    people.add("anne testesen", Role.ADMIN)
    assert [(person.name, person.role) for person in people.active()] == [("Anne Testesen", Role.ADMIN)]


def test_a_name_does_not_lie_in_the_database_in_clear(people):
    people.add("Anne Testesen", Role.INTAKE)
    (row,) = people._session.exec(select(PersonRow)).all()
    assert "Testesen" not in repr(row.model_dump())
