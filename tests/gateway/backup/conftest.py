"""A municipality's site, made once and copied for each test, with a letter from the region in it."""

import pytest
import sites
from databases import copy_site

from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import RelaySettings, UnitSettings
from inbox_tui import bootstrap

NAME, ADDRESS, PHONE = sites.UNITS[sites.RANDERS]
UNIT = UnitSettings(party=sites.RANDERS, name=NAME, address=ADDRESS, phone=PHONE)


@pytest.fixture(scope="module")
def made():
    with sites.short_folder() as folder:
        home = Home(folder / "unit")
        relay = RelaySettings(host="mail.example", password_file="relay-password", user="stafet")  # noqa: S106 - a file
        make_station(home, Plan(UNIT, "Mette Testgaard", Role.ADMIN, sites.PASSWORD, relay=relay), bootstrap.BRANCH)
        sites.password_file(folder).rename(home.path / "relay-password")
        yield home


@pytest.fixture
def home(made, short_path):
    """A copy that a test may do as it likes with; its sockets stay behind."""
    return Home(copy_site(made.path, short_path / "unit"))
