"""The journal note and the shift's drafts, as commands."""

import json
from datetime import timedelta

import pytest
from typed import NOT_FOUND, REFUSED, referral

from gateway import bootstrap
from gateway.referring.example import example
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.station import Clocks, utc_now


def test_the_journal_note_is_printed_for_the_referral_that_is_named(stafet):
    """C2: by number, id or reference, and only on standard output."""
    told = stafet.json("refer", "-", typed=referral(reference="R-7"))

    for name in (told["number"], told["referral_id"], "R-7"):
        said = stafet("journal", name)
        assert told["number"] in said
        assert "190668-7074" in said
        assert stafet.err == ""


def test_the_journal_note_is_facts_for_another_system(stafet):
    number = stafet.json("refer", "-", typed=referral())["number"]

    told = stafet.json("journal", number)

    assert (told["number"], told["recipient"]) == (number, "Aarhus Kommune")
    assert told["consents"][0]["scope"] == json.loads(referral())["consent"]["scope"]


def test_a_referral_nobody_knows_has_no_journal_note(stafet):
    assert stafet.json("journal", "2026-9999", code=NOT_FOUND)["error"] == "NOT_FOUND"


def test_who_reads_the_journal_note_must_be_somebody_who_may(stafet):
    number = stafet.json("refer", "-", typed=referral())["number"]
    stafet.hire("Revy Sorsen", "auditor")

    told = stafet.json("journal", number, "--as", "Revy Sorsen", code=REFUSED)

    assert told["error"] == "MAY_NOT"
    assert "190668" not in stafet.out


@pytest.fixture
def begun(stafet):
    """Two drafts, one of them consented four hours ago."""
    then = utc_now() - timedelta(hours=4)
    with bootstrap.open_region(Home(stafet.home), Clocks(utc_now, lambda: then)) as station:
        with station.database.session() as session:
            karim = station.people(session).add("Karim Prøvesen", Role.SENDER)
        bootstrap.drafts(station).begin(karim, example("730", then))
    with bootstrap.open_region(Home(stafet.home)) as station:
        bootstrap.drafts(station).begin(karim, {"citizen": {"name": "Kvasterblomme"}})
    return then


@pytest.mark.usefixtures("begun")
def test_the_shifts_drafts_are_listed_without_what_they_say(stafet):
    """O5, B1."""
    newest, oldest = stafet("drafts", "--lang", "en").splitlines()

    assert "not consented yet" in newest
    assert "4 hours old" in oldest
    assert "and not sent" in oldest
    assert all("Karim Prøvesen" in line for line in (newest, oldest))
    assert "Kvasterblomme" not in newest
    assert "Karen" not in oldest


def test_the_shifts_drafts_are_facts_for_another_system(stafet, begun):
    newest, oldest = stafet.json("drafts")["drafts"]

    assert (newest["consented_at"], newest["overdue"]) == (None, False)
    assert (oldest["author"], oldest["overdue"]) == ("Karim Prøvesen", True)
    assert oldest["consented_at"] == oldest["started_at"] == begun.isoformat()
    assert begun + timedelta(hours=2) <= utc_now()


def test_a_draft_with_a_fresh_consent_is_not_nagged_about(stafet):
    """B1."""
    with bootstrap.open_region(Home(stafet.home)) as station:
        with station.database.reading() as session:
            mette = station.people(session).only()
        bootstrap.drafts(station).begin(mette, example("730", utc_now()))

    said = stafet("drafts")

    assert "0 minutes old" in said
    assert "consented" in said
    assert "and not sent" not in said


def test_no_drafts_is_said(stafet):
    assert "No drafts." in stafet("drafts")
