"""A municipality without the inbox, by commands alone: enrolled, written to, heard and followed (D11, E13, L6)."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sites
from mail_program import MailProgram, mail_program
from typed import CONTACT, REFUSED, ask, referral

from directory.book import AddressBook
from directory.model import UnitKind
from gateway import bootstrap
from gateway.bootstrap import open_region
from gateway.site.home import Home
from gateway.station import utc_now

UNIT = "sikkerpost@aarhus.example"


@pytest.fixture(scope="module")
def made_program() -> Iterator[MailProgram]:
    with mail_program("Den sociale indgang") as program:
        yield replace(program, address=UNIT, name="Birgit Prøvegaard", writes_to="henvendelser@praehospitalet.example")


@pytest.fixture
def program(made_program, stafet, tmp_path) -> MailProgram:
    """The unit's program, which has our key from the command that exports it."""
    out = tmp_path / "ours.asc"
    stafet("keys", "export", "--out", out)
    made_program.knows(out.read_bytes())
    return made_program


@contextmanager
def at_work(home) -> Iterator[sites.Site]:
    """The daemon's own work, with a relay that obeys."""
    with open_region(Home(home)) as station:
        site = sites.Site(station, sites.Standing(utc_now()))
        site.handlers = dict(bootstrap.handlers(station))
        site.take_reply = bootstrap.take_reply(station)
        yield site


def enrolled(stafet, program, tmp_path):
    """Two administrators, a phone, and a code that was read aloud; gives what was told on the way."""
    key = tmp_path / "aarhus.asc"
    key.write_bytes(program.certificate)
    words = (*CONTACT, "--kind", "mail-client", "--key", key, "--fingerprint", program.key)
    stafet.json("directory", "propose", "751", *words)
    confirmed = stafet.confirm("751", "--fingerprint", program.key)
    with at_work(stafet.home) as site:
        (test,) = site.send()
    text = program.text(test)
    code = next(line for line in text.splitlines() if line.replace(" ", "").isdigit())
    return confirmed, code, stafet.json("directory", "proved", "751", "--code", code)


def test_a_unit_with_a_mail_program_takes_part_from_its_enrolment_to_its_answer(stafet, program, tmp_path):
    confirmed, code, proved = enrolled(stafet, program, tmp_path)
    assert (confirmed["stand"], confirmed["needs_proof"], len(code.split())) == ("confirmed", True, 2)
    assert proved["stand"] == "active"
    places = {one["code"]: one for one in stafet.json("directory", "list")["municipalities"]}
    assert (places["751"]["kind"], places["751"]["key"]) == ("mail-client", program.key)
    assert ask(stafet.home, "SELECT state, next_at FROM outgoing") == [("handed-over", None)]

    number = stafet.json("refer", "-", typed=referral())["number"]
    with at_work(stafet.home) as site:
        (letter,) = site.send()
        assert number in program.text(letter)
        answer = program.by_thunderbird(site.key, "Ikke vores borger, ring til os.\x1b[2J", f"Re: {number}")
        assert site.take(answer) == ("taken", "")

    (due,) = stafet.json("due")["due"]
    assert (due["number"], due["step"]) == (number, "read")
    assert "read what it says" in stafet("status")
    listed = stafet.json("status")["referrals"]
    assert [one["answer_unread"] for one in listed] == [True]
    assert "Ikke vores" not in stafet.out
    told = stafet.json("status", number)
    assert (told["states"], told["answers_by_hand"]) == (["queued", "handed-over", "acknowledged"], True)
    assert (told["acknowledged_by"], told["acknowledged_unit"]) == ("Birgit Prøvegaard", "Den sociale indgang")
    (reply,) = told["replies"]
    assert (reply["by"], reply["read_at"]) == ("Birgit Prøvegaard", None)
    assert reply["text"].startswith("Ikke vores borger, ring til os.")
    assert "| Ikke vores borger" in stafet("status", number)
    assert "\x1b" not in stafet.out
    assert stafet.json("due")["due"] == []

    stafet("call", number, "--outcome", "not-ours", "--remark-file", "-", typed=b"Flyttet.")
    told = stafet.json("status", number)
    assert (told["state"], told["to_send_anew"], told["not_ours"]["remark"]) == ("not-ours", True, "Flyttet.")


def test_the_board_and_the_doctor_judge_it_by_what_it_can_do(stafet, program, tmp_path):
    """D12: it is never red for a heartbeat nobody there can answer."""
    enrolled(stafet, program, tmp_path)
    told = stafet.json("directory", "status", "--party", "751")
    (row,) = told["rows"]
    assert (row["kind"], row["heartbeat_at"], row["grade"]) == ("mail-client", None, "green")
    assert [one["reason"] for one in row["reasons"]] == ["ONLY_PEOPLE"]
    assert "only people answer" in stafet("directory", "status", "--party", "751")
    findings = stafet.json("doctor", code=None)["findings"]
    assert not [one for one in findings if "Aarhus" in json.dumps(one) and one["code"].startswith("LINE_")]
    with at_work(stafet.home) as site, site.database.reading() as session:
        assert AddressBook(session).contact("751").verified_at
    assert stafet.json("directory", "test", "751", code=REFUSED)["error"] == "TEST_ONLY_PEOPLE"


def test_what_a_gateway_says_itself_is_not_noted_for_it(stafet):
    stafet.enter("751")
    number = stafet.json("refer", "-", typed=referral())["number"]
    for outcome in ("not-ours", "ended"):
        told = stafet.json("call", number, "--outcome", outcome, code=REFUSED)
        assert told["error"] == "ANSWERS_BY_LETTER"
    assert stafet.json("status", number)["calls"] == []
    with at_work(stafet.home) as site, site.database.reading() as session:
        assert AddressBook(session).contact("751").kind is UnitKind.GATEWAY
        assert asyncio.run(site.deliver()) == 0
