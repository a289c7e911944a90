"""Every act names its person, and somebody always keeps the site."""

import unicodedata

import pytest
from databases import database_at
from quick_databases import created
from sqlmodel import select

from gateway.adapters.database import Database
from gateway.site.cipher import Vault
from gateway.site.errors import LastAdmin, PersonUnnamed
from gateway.site.people import People, PeopleTable, PersonRow, Role


@pytest.fixture
def people(tmp_path):
    database = Database(database_at(tmp_path / "stafet.db"))
    created(database, PeopleTable.metadata)
    with database.session() as session:
        yield People(session, Vault.random())
    database.close()


def test_the_only_one_who_works_here_need_not_be_named(people):
    anne = people.add("Anne Testesen", Role.INTAKE)
    assert people.only() == anne


@pytest.mark.parametrize("names", [(), ("Anne Testesen", "Bent Prøvegaard")])
def test_nobody_or_more_than_one_must_be_named(people, names):
    for name in names:
        people.add(name, Role.INTAKE)
    with pytest.raises(PersonUnnamed):
        people.only()


def test_a_name_is_found_however_it_is_written(people):
    bent = people.add(" Bent Prøvegaard ", Role.INTAKE)
    assert people.named("bent PRØVEGAARD  ") == bent
    assert bent.name == "Bent Prøvegaard"


def test_a_name_is_found_however_a_keyboard_composes_it(people):
    """Nobody can be given a name that looks like another's in the log, either."""
    aase = people.add("Åse Testgård", Role.INTAKE)
    for written in (unicodedata.normalize("NFD", "Åse Testgård"), "ÅSE testgård"):
        assert people.named(written).id == aase.id
        assert people.add(written, Role.ADMIN).id == aase.id


@pytest.mark.parametrize("name", ["", "   ", "Anne\nTestesen", "Anne\x1b[2J"])
def test_a_name_is_one_line_that_can_be_read(people, name):
    with pytest.raises(PersonUnnamed):
        people.add(name, Role.INTAKE)


def test_who_has_left_is_found_no_more_and_is_remembered(people):
    anne = people.add("Anne Testesen", Role.INTAKE)
    people.end(anne)
    assert people.named("Anne Testesen") is people.here(anne.id) is None
    assert people.active() == ()
    assert people.with_id(anne.id) == anne, "what was done still names who did it"
    assert people.with_id("nobody") is None
    assert people.add("Anne Testesen", Role.AUDITOR).id == anne.id, "the same person came back"


def test_adding_a_person_again_gives_the_new_role_and_makes_no_second_person(people):
    people.add("Anne Testesen", Role.DEPARTMENT, "hjemmepleje")
    people.add("anne testesen", Role.ADMIN)
    assert [(one.name, one.role, one.department) for one in people.active()] == [("Anne Testesen", Role.ADMIN, "")]


def test_the_last_administrator_neither_leaves_nor_gets_another_role(people):
    anne, bent = people.add("Anne Testesen", Role.ADMIN), people.add("Bent Prøvegaard", Role.ADMIN)
    people.end(bent)

    with pytest.raises(LastAdmin):
        people.end(anne)
    with pytest.raises(LastAdmin):
        people.add("Anne Testesen", Role.AUDITOR)

    assert people.here(anne.id) == anne
    people.add("Anne Testesen", Role.ADMIN)
    people.add("Bent Prøvegaard", Role.ADMIN)
    people.end(anne)
    assert [one.name for one in people.active()] == ["Bent Prøvegaard"]


def test_a_name_does_not_lie_in_the_database_in_clear(people):
    people.add("Anne Testesen", Role.INTAKE)
    (row,) = people._session.exec(select(PersonRow)).all()
    assert "Testesen" not in repr(row.model_dump())
