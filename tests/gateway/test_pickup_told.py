"""How picking up goes is noted by the daemon, and told to those who look after the site when it fails for long."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import mails
import pytest
import reports
import sites
from imap_servers import ImapServer
from mail_servers import HERE, Certificates
from sites import MINUTE

from gateway import upkeep
from gateway.daemon import Daemon
from gateway.doctor import mailbox as doctor
from gateway.exchange.rows import ArrivalRow
from gateway.liveness import words
from gateway.liveness.notices import PICKUP_FAILS, Notice
from gateway.mailbox import pickup
from gateway.site.settings import PickupSettings, RelaySettings

HOUR = timedelta(hours=1)
SETTINGS = PickupSettings(host="imap.randers.example", user="stafet", password_file=Path("password"))


@pytest.fixture
def told(randers):
    """Tell what stands at the moment: the notice, if there is one, and the doctor's findings."""

    def tell(settings=SETTINGS):
        site = randers.station.settings.model_copy(update={"pickup": settings})
        station, now = replace(randers.station, settings=site), randers.clock()
        with randers.database.reading() as session:
            notices = [one for one in upkeep.notices(station).now(session, now) if one.code == PICKUP_FAILS]
            return notices, [(one.code, one.told) for one in doctor.picked_up(station, session, now)]

    return tell


@pytest.fixture
def note(randers):
    def write(how, *said):
        with randers.database.session() as session:
            how(session, randers.clock(), *said)

    return write


def test_where_it_was_never_tried_or_goes_well_nothing_is_told(told, note):
    assert told() == ([], [])
    note(pickup.went_well, 0)
    assert told() == ([], [])


def test_trouble_is_told_after_an_hour_and_no_more_when_it_is_over(told, note, randers):
    note(pickup.went_well, 0)
    since = randers.clock.go(5 * MINUTE)
    note(pickup.failed, "PICKUP_HUNG_UP")
    randers.clock.go(HOUR - MINUTE)
    note(pickup.failed, "TLS_NOT_TRUSTED")
    assert told() == ([], [])

    randers.clock.go(MINUTE)
    notices, findings = told()

    assert [(one.grade, one.told["since"]) for one in notices] == [(words.Grade.RED, since)]
    ((code, said),) = findings
    assert (code, said["reason"]) == ("PICKUP_FAILS", "TLS_NOT_TRUSTED")
    note(pickup.went_well, 0)
    assert told() == ([], [])


def test_a_daemon_that_no_longer_looks_is_told_as_well(told, note, randers):
    note(pickup.went_well, 0)
    randers.clock.go(HOUR)
    notices, findings = told()
    assert len(notices) == 1
    assert findings[0][1]["reason"] == "–"


def test_what_is_too_large_is_counted_for_the_doctor(told, note):
    note(pickup.went_well, 2)
    assert told() == ([], [("PICKUP_TOO_LARGE", {"count": 2})])


def test_a_site_that_picks_up_no_more_is_told_nothing_of_it(told, note, randers):
    note(pickup.failed, "PICKUP_SILENT")
    randers.clock.go(HOUR)
    assert told(None) == ([], [])


def test_the_notice_says_since_when_and_what_to_do(randers):
    notice = Notice(PICKUP_FAILS, "", "", words.Grade.RED, {"since": randers.clock()})
    assert f"{randers.clock():%Y}" in words.notice(notice)
    assert "doctor" in words.notice_advice(notice)


async def test_the_daemon_picks_up_looks_at_once_and_notes_how_it_went(region, randers, tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.adapters.pickup.FIRST_REST", 0.0)
    certificates, password = Certificates(tmp_path), tmp_path / "imap-password"
    password.write_text("hemmeligt ord", encoding="utf-8")
    letter = sites.sealed(region, sites.referral()).content
    others = mails.outer().replace(b"To: s", b"To: x"), reports.by_postfix(mails.OUTSIDE.envelope_id)
    server = ImapServer(certificates.context(), implicit=True, mails=[letter, *others])
    server.answers["SELECT"] = ["TAG NO not yet"]
    ready = asyncio.Event()
    async with server.running():
        where = {"host": HERE, "port": server.port, "ca_file": certificates.ca_file}
        settings = PickupSettings(**where, user="stafet", password_file=password)
        changes = {"pickup": settings, "relay": RelaySettings(port=9), "poll_seconds": 60}
        station = replace(randers.station, settings=randers.station.settings.model_copy(update=changes))
        daemon = Daemon(station, randers.handlers)
        task = asyncio.create_task(daemon.run(lambda _port: ready.set()))
        async with asyncio.timeout(60):
            await ready.wait()
            while not (randers.taken and server.marks(1)):  # noqa: ASYNC110 - rows tell
                await asyncio.sleep(0.01)
            daemon.stop.set()
            await task
    assert [row.outcome for row in randers.rows(ArrivalRow)] == ["taken"]
    assert server.connections == 2
    assert server.flags == {1: {"$Stafet", r"\Seen"}}
    with randers.database.reading() as session:
        assert pickup.state(session).looked_at == randers.clock()
