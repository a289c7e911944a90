"""Mail that cannot be trusted, as a command: when, why, what to do; who may see it; and never a word of it."""

import json
from dataclasses import replace
from datetime import timedelta

from typed import REFUSED

from gateway.audit.read import entries
from gateway.bootstrap import handlers, open_region
from gateway.exchange.arrivals import LONGEST_LOOK, NOT_LOOKED_AT, TELL_AFTER, Store
from gateway.site.home import Home
from gateway.station import utc_now

MAIL = b"From: karen@testdal.example\r\n\r\nKaren Testdal er bange"


def arrive(stafet, raw=MAIL, *, looked_at=True):
    with open_region(Home(stafet.home)) as station:
        receive = station.receive(handlers(station))
        arrival = Store(station.database, station.vault, utc_now, utc_now)(raw)
        if looked_at:
            receive(arrival)
        for times in range(0 if looked_at else TELL_AFTER):
            later = utc_now() + times * LONGEST_LOOK
            replace(receive, clock=lambda now=later: now).put_off(arrival)


def test_nothing_set_aside_is_said_so(stafet):
    assert "No letters" in stafet("quarantine")
    assert stafet.json("quarantine") == {"quarantined": 0, "mail": []}


def test_each_mail_is_told_by_time_reason_and_next_step_and_never_by_its_content(stafet):
    arrive(stafet)
    arrive(stafet, looked_at=False)
    told = stafet.json("quarantine")
    assert [mail["reason"] for mail in told["mail"]] == [NOT_LOOKED_AT, "NOT_AN_ENVELOPE"]
    assert {mail["size"] for mail in told["mail"]} == {len(MAIL)}
    assert all(mail["why"] and mail["what_to_do"] for mail in told["mail"])
    said = stafet("quarantine")
    assert said.count("NOT_AN_ENVELOPE") == 1
    assert "Karen" not in said + json.dumps(told)


def test_a_flood_of_forgeries_does_not_bury_the_command(stafet, monkeypatch):
    monkeypatch.setattr("gateway.commands.quarantine.SHOWN", 2)
    for _ in range(3):
        arrive(stafet)
    told = stafet.json("quarantine")
    assert (told["quarantined"], len(told["mail"])) == (3, 2)
    assert "1 more" in stafet("quarantine")


def test_who_looked_is_noted_and_who_may_not_is_refused(stafet):
    arrive(stafet)
    stafet.hire("Revy Sorsen", "auditor")
    stafet("quarantine")
    stafet("quarantine", "--as", "Revy Sorsen", code=REFUSED)
    with open_region(Home(stafet.home)) as station, station.database.reading() as session:
        looks = [one.outcome for one in entries(session) if one.action == "see-quarantine"]
        (kept,) = [one for one in entries(session) if one.action == "quarantine"]
    assert sorted(looks) == ["MAY_NOT", "done"]
    assert kept.outcome == "NOT_AN_ENVELOPE"
    assert utc_now() - kept.at < timedelta(minutes=5)
