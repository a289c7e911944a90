"""Whatever the tests are told to run on, every site lies there: else a run on PostgreSQL could be one on files."""

import pytest
from databases import CHOICE, ON_POSTGRESQL, ask
from journey_sites import Site, workplace

from gateway import new_site
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import UnitSettings
from inbox_tui import bootstrap

UNIT = UnitSettings(party="751", name="Modtagelsen", address="sikkerpost@aarhus.example", phone="+45 95 00 07 51")
INIT = ("init", "--municipality", "751", "--address", UNIT.address, "--phone", UNIT.phone, "--name", UNIT.name)


def made_here(home):
    new_site.make_station(Home(home), new_site.Plan(UNIT, "Mette Testgaard", Role.ADMIN), bootstrap.BRANCH)


def made_by_a_command(home):
    Site("stafet-inbox", home)(*INIT, "--person", "Mette Testgaard", "--relay", "127.0.0.1:25", "--alone")


@pytest.mark.parametrize("make", [made_here, made_by_a_command])
def test_a_site_lies_on_the_database_that_was_chosen(make):
    with workplace() as folder:
        home = folder / "unit"
        make(home)

        assert (home / "stafet.db").exists() is not ON_POSTGRESQL, CHOICE
        assert ("postgresql://" in (home / "settings.toml").read_text("utf-8")) is ON_POSTGRESQL
        assert ask(home / "stafet.db", "SELECT count(*) FROM people") == [(1,)]
        status = Site("stafet-inbox", home)("doctor", "--json", code=2).json
        codes = {one["code"] for one in status["findings"] if one["check"] == "database"}
        assert codes & {"SERVER_HERE", "DATABASE_SOUND"} == {"SERVER_HERE" if ON_POSTGRESQL else "DATABASE_SOUND"}
