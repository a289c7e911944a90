"""No command of either program does anything for somebody who has not signed in; those that may stand in one list."""

import argparse
import io
import json
import sys
from contextlib import ExitStack, contextmanager

import pytest
import sites
from sqlmodel import select
from typed import REFUSED, referral

from gateway import __main__ as gateway_command
from gateway import bootstrap as region_end
from gateway.access import tries
from gateway.audit.rows import EntryRow
from gateway.commands.console import Subcommand
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import UnitSettings
from inbox_tui import __main__ as inbox_command
from inbox_tui import bootstrap as municipal_end
from inbox_tui import program as inbox_program

ENDS = {
    "stafet-gateway": (gateway_command, region_end, region_end.open_region, "region", Role.SENDER),
    "stafet-inbox": (inbox_command, municipal_end, municipal_end.open_municipality, sites.RANDERS, Role.INTAKE),
}
BUILD = {"stafet-gateway": gateway_command.build, "stafet-inbox": inbox_program.build}
WITHOUT_SIGNING_IN = {
    ("init",): "nobody works there yet",
    ("run",): "the daemon acts for nobody in person",
    ("restore",): "there is no site yet; the recovery code is asked for",
    ("doctor",): "shows nothing personal, and is needed when nobody gets in",
    ("health",): "likewise, and is asked every minute by a monitor that has no password",
    ("database", "status"): "says a version, and is needed when nobody gets in",
    ("database", "upgrade"): "for whoever holds the service account, for nobody can sign in; noted as by the console",
    ("database", "downgrade"): "likewise",
    ("demo",): "everything in it is invented",
    ("example",): "likewise",
    ("completion",): "says what the commands are, and opens no site",
    ("staff", "recover"): "for whoever holds the service account; noted as done by the console",
    ("desk",): "asks on the screen",
    ("serve",): "likewise, for everybody who opens a page",
    (): "the inbox asks on the screen",
}
"""The only commands that ask for no password."""

WORDS = {
    "server": "localhost:25",
    "code": "751",
    "fingerprint": "ABCD" * 10,
    "municipality": "751",
    "year": "2026",
    "email": "sikkerpost@aarhus.example",
    "phone": "95000751",
    "month": "2026-11",
    "value": "1",
    "seq": "1",
}
"""What is typed where anything will not do."""


PROPOSAL = {
    "starts_at": "2030-01-08T10:00:00+01:00",
    "ends_at": "2030-01-08T11:00:00+01:00",
    "parties": [{"role": "borgeren"}],
}


def leaves(parser, before=()):
    """Walk the tree of commands: each with what must be typed after it."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if parser.get_default("run") is not None or not below:
        yield before, [*needed(parser, below)]
    for action in below:
        for name, child in action.choices.items():
            yield from leaves(child, (*before, name))


def needed(parser, below):
    for action in parser._actions:
        if action in below or (not action.required and action.option_strings):
            continue
        if action.option_strings:
            yield action.option_strings[0]
        if action.nargs not in {"?", "*", 0}:
            yield str(next(iter(action.choices))) if action.choices else WORDS.get(action.dest, "-")


def tree(program):
    return dict(leaves(BUILD[program](Subcommand(prog=program))))


COMMANDS = [
    pytest.param(program, words, after, id=" ".join((program, *words)))
    for program in ENDS
    for words, after in tree(program).items()
    if words not in WITHOUT_SIGNING_IN
]


@pytest.fixture(scope="module")
def stations():
    """Both ends, opened once, with one who works there and one who has left."""
    with sites.short_folder() as folder, ExitStack() as stack:
        opened = {}
        for program, (_command, end, open_site, party, role) in ENDS.items():
            name, address, phone = sites.UNITS[party]
            home = Home(folder / party)
            unit = UnitSettings(party=party, name=name, address=address, phone=phone)
            make_station(home, Plan(unit, "Mette Testgaard", Role.ADMIN, sites.PASSWORD), end.BRANCH)
            station = stack.enter_context(open_site(home))
            admin = station.sign_in("Mette Testgaard", sites.PASSWORD)
            sites.hire(station, "Borte Testsen", role)
            station.staff.end("Borte Testsen", admin)
            opened[program] = station
        yield opened


@pytest.fixture
def type_at(stations, monkeypatch, capsys):
    """Type a command on a station that is open already; gives what it said as facts."""

    @contextmanager
    def already(program):
        yield stations[program]

    monkeypatch.setattr(region_end, "open_station", lambda *_how: already("stafet-gateway"))
    monkeypatch.setattr(municipal_end, "open_station", lambda *_how: already("stafet-inbox"))
    monkeypatch.setattr(tries, "FREE", 10**6)

    def typed(program, *words):
        written = json.dumps(PROPOSAL).encode() if words[0] == "meeting" else referral()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written)))
        with pytest.raises(SystemExit) as ended:
            ENDS[program][0].main(["--home", str(stations[program].home.path), "--json", *words])
        said = capsys.readouterr()
        assert ended.value.code == REFUSED, (words, said)
        assert said.out, (words, said.err)
        return json.loads(said.out)["error"]

    return typed


def trail(station):
    with station.database.reading() as session:
        return [(row.person_id, row.action, row.outcome) for row in session.exec(select(EntryRow))]


@pytest.mark.parametrize(("program", "words", "after"), COMMANDS)
def test_nobody_gets_past_the_door(  # noqa: PLR0917 - two programs, three ways to be nobody
    program, words, after, type_at, stations, monkeypatch, tmp_path
):
    station, line = stations[program], (*words, *after)
    if words == ("staff", "password"):
        line = (*line, "--new-password-file", str(sites.password_file(tmp_path)))
    before = trail(station)

    monkeypatch.delenv("STAFET_PASSWORD_FILE")
    assert type_at(program, *line, "--as", "Mette Testgaard") == "PASSWORD_NEEDED"
    assert trail(station) == before

    wrong = ("--password-file", str(sites.password_file(tmp_path, "Solen skinner på taget")))
    assert type_at(program, *line, "--as", "Mette Testgaard", *wrong) == "SIGN_IN_REFUSED"
    assert [entry[1:] for entry in trail(station)[len(before) :]] == [("sign-in", "SIGN_IN_REFUSED")]

    right = ("--password-file", str(sites.password_file(tmp_path)))
    assert type_at(program, *line, "--as", "Borte Testsen", *right) == "SIGN_IN_REFUSED", "who has left"
    assert trail(station)[-1] == ("unknown", "sign-in", "SIGN_IN_REFUSED")


def test_a_first_password_opens_no_command(stations, type_at, tmp_path):
    station = stations["stafet-gateway"]
    admin = station.sign_in("Mette Testgaard", sites.PASSWORD)
    person, first = station.staff.add(type(admin)("", "Ny Testsen", Role.SENDER), admin)
    how = ("--as", person.name, "--password-file", str(sites.password_file(tmp_path, first.password)))
    assert type_at("stafet-gateway", "status", *how) == "PASSWORD_MUST_CHANGE"


def test_a_password_that_everybody_can_read_opens_nothing(type_at, tmp_path):
    file = sites.password_file(tmp_path)
    how = ("--as", "Borte Testsen", "--password-file", str(file))
    file.chmod(0o644)
    assert type_at("stafet-gateway", "status", *how) == "PASSWORD_EXPOSED"
    file.chmod(0o440)  # as a service manager may hand one over
    assert type_at("stafet-gateway", "status", *how) == "SIGN_IN_REFUSED", "who has left"


def test_the_list_of_those_that_need_no_password_names_only_commands_there_are():
    there = {words for program in ENDS for words in tree(program)}
    assert set(WITHOUT_SIGNING_IN) <= there


def test_the_walk_finds_every_command():
    """What is known to be there, at every depth."""
    assert {("status",), ("staff", "add"), ("stats", "enter"), ("stats",), ("desk",)} <= set(tree("stafet-gateway"))
    assert {("list",), ("staff", "add"), ("contact", "propose"), ()} <= set(tree("stafet-inbox"))
