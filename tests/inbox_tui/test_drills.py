"""TESTs from Præhospitalet at a municipality: kept apart from cases, acknowledged once, by a person by name."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sites
from inbox_commands import NUMBER, WORKER
from sqlmodel import select

from directory.model import REGION
from gateway.exchange.ports import Arrived
from gateway.liveness.errors import DrillAnswered, DrillUnknown
from gateway.liveness.rows import DrillRow
from gateway.site.errors import MayNot
from gateway.site.people import Role
from gateway.station import utc_now
from gateway.wire.answers import Acknowledgement
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.keeping import Drill
from gateway.wire.letters import Kind, new_id
from inbox_tui import bootstrap

ANNE = ("--as", WORKER)


def drill(**changes):
    """A TEST referral as it arrives."""
    now = utc_now()
    body = Drill(asked_at=now, unit="AMK-vagtcentralen \x1b[2J", phone="+45 84 11 20 00").written()
    return replace(Arrived("l-1", new_id(), Kind.DRILL, REGION, "TEST", body, now, "AB" * 20, now), **changes)


@pytest.fixture
def asked(inbox):
    """One that has come."""
    letter = drill()
    inbox.receive(letter)
    return letter.conversation_id


def test_it_stands_in_a_list_of_its_own_and_is_no_case(inbox, asked):
    """O25."""
    (shown,) = inbox("drills", "list", *ANNE)["drills"]
    assert shown["id"] == asked
    assert [case["number"] for case in inbox("list", *ANNE)["cases"]] == [NUMBER]
    said = inbox.words("drills", "list", *ANNE)
    assert "TEST" in said
    assert "\x1b" not in said


def test_a_person_answers_by_name_and_the_region_is_told(inbox, asked):
    assert inbox("drills", "acknowledge", asked[:8], *ANNE)["state"] == "acknowledged"
    (body,) = [body for kind, body in inbox.letters() if kind == Kind.ACKNOWLEDGEMENT]
    said = Acknowledgement.read(body)
    assert (said.acknowledged_by, said.phone) == (WORKER, "+45 89 15 00 00")
    assert inbox.trail()[-1][0::2] == ("acknowledge-drill", asked)
    assert inbox("drills", "list", *ANNE)["drills"] == []


def test_it_is_answered_once(inbox, asked):
    inbox("drills", "acknowledge", asked, *ANNE)
    assert inbox("drills", "acknowledge", asked, *ANNE, code=2)["error"] == "DRILL_ANSWERED"
    assert len([kind for kind, _body in inbox.letters() if kind == Kind.ACKNOWLEDGEMENT]) == 1


@pytest.mark.parametrize("name", ["", " ", "%", "_", "0000", NUMBER, "190668-7074"])
def test_what_names_none_is_unknown(inbox, asked, name):
    with inbox.station() as station:
        person = station.sign_in(WORKER, sites.PASSWORD)
        with pytest.raises(DrillUnknown):
            bootstrap.drills(station).acknowledge(name, person, utc_now())
    assert asked


def test_a_command_that_names_none_ends_with_not_found(inbox):
    assert inbox("drills", "acknowledge", "0000", *ANNE, code=3)["error"] == "DRILL_UNKNOWN"


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.AUDITOR])
def test_only_those_who_take_referrals_may(inbox, asked, role):
    inbox.hire("Prøve Anden", role, department="social" if role is Role.DEPARTMENT else "")
    for words in (("drills", "list"), ("drills", "acknowledge", asked)):
        assert inbox(*words, "--as", "Prøve Anden", code=2)["error"] == "MAY_NOT"
        assert inbox.trail()[-1][0::3] == ("acknowledge-drill", "MAY_NOT")
    assert inbox("drills", "list", *ANNE)["drills"]


def test_of_two_at_once_the_second_is_told(inbox, asked):
    with inbox.station() as station:
        person, drills = station.sign_in(WORKER, sites.PASSWORD), bootstrap.drills(station)
        drills.acknowledge(asked, person, utc_now())
        with pytest.raises(DrillAnswered):
            drills.acknowledge(asked, person, utc_now())


def test_one_that_was_signed_long_ago_is_refused_and_so_is_what_cannot_be_read(inbox):
    now = utc_now()
    with inbox.station() as station:
        handler = bootstrap.handlers(station)[Kind.DRILL]
        database = station.database
        for letter, refusal in (
            (drill(signed_at=now - timedelta(days=8)), LetterOutOfTurn),
            (drill(body={"asked_at": "in the evening"}), LetterUnreadable),
        ):
            with pytest.raises(refusal), database.session() as session:
                handler(session, letter)
        with database.reading() as session:
            assert session.exec(select(DrillRow)).all() == []


def test_it_is_counted_nowhere(inbox, asked):
    """O25: neither in the figures nor in what the list says is open."""
    inbox.hire("Bente Prøvelund", Role.ADMIN)
    before = inbox("stats", "--as", "Bente Prøvelund")["tables"]
    inbox("drills", "acknowledge", asked, *ANNE)
    assert inbox("stats", "--as", "Bente Prøvelund")["tables"] == before


def test_the_flow_refuses_whom_the_command_refuses(inbox, asked):
    somebody = inbox.hire("Prøve Anden", Role.AUDITOR)
    with inbox.station() as station, pytest.raises(MayNot):
        bootstrap.drills(station).open(somebody, utc_now())
    assert asked
