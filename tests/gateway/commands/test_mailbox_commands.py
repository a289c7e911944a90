"""`mailbox`: the ordinary mailbox that is told when something waits is chosen, tried, and looked at (E13)."""

import tomllib
from datetime import UTC, datetime

import pytest
import sites
from databases import copy_site
from typed import METTE, OUT_OF_REACH, REFUSED, ask

from gateway.commands import mailbox
from gateway.mailbox.last import MailState, Whose
from gateway.mailbox.mail import Matter
from gateway.mailbox.rows import MailRow
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import UnitSettings
from inbox_tui import __main__ as inbox_command
from inbox_tui import bootstrap

UNIT, IT = "socialmodtagelsen@randers.example", "it-drift@randers.example"
OTHERS = (Role.INTAKE, Role.AUDITOR)
WRONG = (
    ((UNIT.replace("randers", "aarhus"),), "WRONG_DOMAIN"),
    ((UNIT, "--admins", "it@gmail.example"), "WRONG_DOMAIN"),
    ((UNIT, "--sender", "stafet@else.example"), "WRONG_DOMAIN"),
    (("mette.testgaard@randers.example",), "PERSONAL_ADDRESS"),
    (("ingen adresse",), "BAD_ADDRESS"),
    (("Sikkerpost@randers.example",), "OWN_ADDRESS"),
    ((UNIT, "--admins", "sikkerpost@randers.example"), "OWN_ADDRESS"),
)


@pytest.fixture(scope="module")
def made_there():
    """A municipality's site with an administrator, an intake worker and an auditor, made once."""
    with sites.short_folder() as folder:
        name, address, phone = sites.UNITS[sites.RANDERS]
        unit = UnitSettings(party=sites.RANDERS, name=name, address=address, phone=phone)
        make_station(Home(folder / "730"), Plan(unit, METTE, Role.ADMIN, sites.PASSWORD), bootstrap.BRANCH)
        with bootstrap.open_municipality(Home(folder / "730")) as station:
            for role in OTHERS:
                sites.hire(station, f"Olga {role.value.capitalize()}", role)
        yield folder / "730"


@pytest.fixture
def randers(made_there, stafet, short_path):
    """A copy of it, at which `stafet-inbox` is typed."""
    home = copy_site(made_there, short_path / "730")

    def typed(*words, **how):
        return stafet.json(*words, "--home", home, command=inbox_command, **how)

    typed.home = home
    return typed


def chosen(home):
    return tomllib.loads((home / "settings.toml").read_text("utf-8")).get("mailbox", {})


def noted(home, action):
    return ask(home, f"SELECT outcome FROM audit_entries WHERE action = '{action}'")  # noqa: S608 - a name from here


def keep(home, **facts):
    with bootstrap.open_municipality(Home(home)) as station, station.database.session() as session:
        session.add(MailRow(id="x", whose=Whose.UNIT, kind=Matter.ARRIVED, **facts))


def test_a_mailbox_is_chosen_noted_seen_and_turned_off_again(randers):
    assert randers("mailbox")["address"] is None
    randers("mailbox", "set", UNIT.replace("randers", "Randers"), "--admins", IT)
    assert chosen(randers.home) == {"address": UNIT, "admin_address": IT}
    assert noted(randers.home, "set-mailbox") == [("done",)]
    told = randers("mailbox")
    assert (told["address"], told["admin_address"], told["unit"]["last"]) == (UNIT, IT, None)
    randers("mailbox", "off")
    assert chosen(randers.home) == {}
    assert len(noted(randers.home, "set-mailbox")) == 2


def test_an_address_that_cannot_be_right_is_refused_and_nothing_is_chosen(randers):
    """D8, D11: the unit's own domain, a mailbox that outlives its people, and never our own door."""
    for words, code in WRONG:
        assert randers("mailbox", "set", *words, code=REFUSED)["error"] == code
    assert chosen(randers.home) == {}
    randers("mailbox", "set", "mette.testgaard@randers.example", "--personal-ok")
    assert chosen(randers.home)["address"] == "mette.testgaard@randers.example"


def test_a_test_goes_to_both_and_says_what_the_mail_server_answered(randers, monkeypatch):
    assert randers("mailbox", "test", code=REFUSED)["error"] == "NO_MAILBOX"
    randers("mailbox", "set", UNIT, "--admins", IT, "--sender", "stafet@randers.example")
    sent = []

    def notify(_station):
        return lambda content, sender, recipient: (
            sent.append((content, sender, recipient)) or ("SMTP_550" if recipient == IT else "")
        )

    monkeypatch.setattr("gateway.station.Station.notify", notify)
    assert randers("mailbox", "test", code=OUT_OF_REACH) == {UNIT: "", IT: "SMTP_550"}
    assert [mail[1:] for mail in sent] == [("stafet@randers.example", UNIT), ("stafet@randers.example", IT)]
    assert all("Subject: Dette er en TEST fra Stafet" in mail[0].decode() for mail in sent)
    assert noted(randers.home, "send-test") == [("done",), ("done",)]


def test_what_was_told_last_and_what_does_not_get_through_is_seen_until_another_is_chosen(randers, stafet):
    randers("mailbox", "set", UNIT)
    long_ago = datetime(2026, 11, 2, 7, tzinfo=UTC)
    facts = {"state": MailState.WAITING, "made_at": long_ago, "tries": 4, "reason": "SMTP_550"}
    keep(randers.home, **facts)
    assert randers("mailbox")["unit"]["waiting"]["reason"] == "SMTP_550"
    said = stafet("mailbox", "--home", randers.home, command=inbox_command)
    assert "Når ikke frem siden 02-11-2026" in said
    assert "SMTP_550" in said
    found = {one["code"]: one for one in randers("doctor", code=REFUSED)["findings"]}
    assert found["MAILBOX_FAILS"]["grade"] == "bad"
    randers("mailbox", "set", IT)
    assert randers("mailbox")["unit"]["waiting"] is None
    keep(randers.home, state=MailState.SENT, made_at=long_ago, sent_at=long_ago)
    assert "besked om, at der er kommet noget" in stafet("mailbox", "--home", randers.home, command=inbox_command)
    assert "MAILBOX_TOLD" in {one["code"] for one in randers("doctor", code=REFUSED)["findings"]}


def test_a_municipality_that_tells_no_mailbox_is_told_so_by_the_doctor_and_the_region_is_not(randers, stafet):
    """The region's shift sits at its screen by day and night."""
    assert "MAILBOX_NONE" in {one["code"] for one in randers("doctor", code=REFUSED)["findings"]}
    assert "MAILBOX_OFF" in {one["code"] for one in stafet.json("doctor", code=None)["findings"]}


def test_every_matter_that_is_noted_can_be_said():
    assert set(mailbox.MATTERS) == set(Matter) - {Matter.TEST}


def test_only_an_administrator_chooses_or_tries(randers):
    for role in OTHERS:
        somebody = f"Olga {role.value.capitalize()}"
        for words in (("set", UNIT), ("off",), ("test",)):
            assert randers("mailbox", *words, "--as", somebody, code=REFUSED)["error"] == "MAY_NOT"
        assert randers("mailbox", "--as", somebody)["address"] is None
    assert chosen(randers.home) == {}
