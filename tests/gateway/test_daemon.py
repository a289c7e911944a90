"""The daemon: both ways at once, stopped without anything half done, and not ended by one bad round."""

import asyncio
import logging
import smtplib
import socket
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import aiosmtplib
import pytest
import reports
import sites
from mail_servers import Certificates, Server
from sites import RANDERS

from gateway.adapters.tls import client_context
from gateway.daemon import Daemon
from gateway.exchange import outbox
from gateway.exchange.arrivals import TELL_AFTER, Outcome
from gateway.exchange.rows import ArrivalRow, EnvelopeRow, OutgoingRow, TakenRow
from gateway.site.errors import AlreadyRunning, SettingsUnreadable
from gateway.site.settings import DoorKind, DoorSettings, RelaySettings
from gateway.wire.letters import Kind
from keys.errors import GpgFailed

LONG = 60
"""Seconds after which a test gives up waiting."""


def at(site, **changes):
    """Give a site's station other settings."""
    return replace(site.station, settings=site.station.settings.model_copy(update=changes))


@asynccontextmanager
async def running(site, chores=(), **settings):
    """Run a site's daemon; unless told otherwise its relay is out of reach."""
    quiet = {"relay": RelaySettings(port=9), "poll_seconds": 0.05}
    daemon = Daemon(at(site, **{**quiet, **settings}), site.handlers, chores)
    ready = asyncio.Event()
    task = asyncio.create_task(daemon.run(lambda _port: ready.set()))
    await asyncio.wait({task, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield daemon
    finally:
        daemon.stop.set()
        await task


async def until(true):
    async with asyncio.timeout(LONG):
        while not true():  # noqa: ASYNC110 - rows tell
            await asyncio.sleep(0.01)


def outcomes(site):
    return [row.outcome for row in site.rows(ArrivalRow)]


def letters_for(region, count):
    return [sites.sealed(region, sites.referral()).content for _ in range(count)]


async def test_a_mail_server_beside_it_brings_a_letter_by_lmtp_and_no_certificate_is_needed(region, randers):
    (crossed,) = letters_for(region, 1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def bring():
        with smtplib.LMTP("127.0.0.1", port, timeout=LONG) as lmtp:
            lmtp.sendmail(region.address, [randers.address], crossed)

    async with running(randers, door=DoorSettings(kind=DoorKind.LMTP, port=port)):
        await asyncio.to_thread(bring)
        await until(lambda: outcomes(randers) == [Outcome.TAKEN])


async def test_what_is_queued_leaves_and_what_arrived_is_looked_at(region, randers, tmp_path):
    certificates = Certificates(tmp_path)
    server = Server(certificates.context())
    letter = region.post(sites.referral())
    async with server.running():
        way = RelaySettings(host="127.0.0.1", port=server.port, ca_file=certificates.ca_file)
        async with running(region, relay=way):
            await until(lambda: region.outgoing(letter).state == "sent")
    (crossed,) = server.mail
    randers.store(crossed)
    async with running(randers):
        await until(lambda: outcomes(randers) == ["taken"])
    assert [arrived.letter_id for arrived in randers.taken] == [letter]


async def test_a_receipt_leaves_while_the_next_mail_is_still_looked_at(region, randers, tmp_path, monkeypatch):
    certificates = Certificates(tmp_path)
    server = Server(certificates.context())
    real, looked_at, first_has_left = sites.Receive.__call__, [], threading.Event()

    def patient(receive, arrival):
        looked_at.append(arrival)
        assert len(looked_at) == 1 or first_has_left.wait(LONG)
        return real(receive, arrival)

    monkeypatch.setattr(sites.Receive, "__call__", patient)
    for raw in letters_for(region, 2):
        randers.store(raw)
    async with server.running():
        way = RelaySettings(host="127.0.0.1", port=server.port, ca_file=certificates.ca_file)
        async with running(randers, relay=way, poll_seconds=60):
            await until(lambda: server.mail)
            first_has_left.set()
            await until(lambda: outcomes(randers) == ["taken", "taken"])


async def test_one_failure_of_gpg_does_not_end_the_daemon(region, randers, monkeypatch, caplog):
    monkeypatch.setattr("gateway.exchange.arrivals.FIRST_LOOK", timedelta())
    failures = iter([GpgFailed("no luck for Karen Testdal")] * 2)
    real = sites.Receive.__call__

    def unlucky(receive, arrival):
        for failure in failures:
            raise failure
        return real(receive, arrival)

    monkeypatch.setattr(sites.Receive, "__call__", unlucky)
    (raw,) = letters_for(region, 1)
    randers.store(raw)
    with caplog.at_level(logging.INFO):
        async with running(randers):
            await until(lambda: outcomes(randers) == ["taken"])
    assert len(randers.taken) == 1
    assert "GPG_FAILED" in caplog.text
    assert "Karen" not in caplog.text


async def test_a_mail_nobody_can_look_at_keeps_none_behind_it_waiting(region, randers, caplog):
    """One letter whose handler fails must not hold up every letter after it."""
    poisoned = sites.referral()
    letters = [sites.sealed(region, poisoned).content, *letters_for(region, 2)]

    def fails_at_the_first(session, arrived):
        if arrived.letter_id == poisoned.letter_id:
            raise RuntimeError("Karen Testdal")
        randers.keep(session, arrived)

    randers.handlers[Kind.REFERRAL] = fails_at_the_first
    for raw in letters:
        randers.store(raw)
    with caplog.at_level(logging.INFO):
        async with running(randers):
            await until(lambda: outcomes(randers) == ["waiting", "taken", "taken"])
            await until(lambda: "RuntimeError" in caplog.text)
    assert "Karen" not in caplog.text


async def test_a_mail_that_could_not_be_looked_at_is_taken_by_itself_when_it_can(region, randers, monkeypatch):
    monkeypatch.setattr("gateway.exchange.arrivals.FIRST_LOOK", timedelta())
    (raw,) = letters_for(region, 1)
    tries = []

    def fails_at_first(session, arrived):
        tries.append(arrived.letter_id)
        if len(tries) < TELL_AFTER + 2:
            raise RuntimeError
        randers.keep(session, arrived)

    randers.handlers[Kind.REFERRAL] = fails_at_first
    randers.store(raw)
    async with running(randers):
        await until(lambda: outcomes(randers) == ["taken"])
    assert len(randers.taken) == len(randers.receipts()) == 1


async def test_a_report_that_comes_to_the_door_from_nobody_parks_the_letter_it_is_about(region):
    letter = region.post(sites.referral())
    await region.deliver()
    (envelope,) = region.rows(EnvelopeRow)
    door = region.station.settings.door
    daemon = Daemon(at(region, relay=RelaySettings(port=9), door=door.model_copy(update={"port": 0})), region.handlers)
    ready = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(daemon.run(ready.set_result))
    trusting = client_context(door.certificate)
    door_port = await ready
    async with aiosmtplib.SMTP(
        hostname="127.0.0.1", port=door_port, start_tls=True, tls_context=trusting
    ) as mail_server:
        await mail_server.mail("")
        await mail_server.rcpt(region.address)
        await mail_server.data(reports.by_words_alone(envelope.envelope_id))
    await until(lambda: region.outgoing(letter).state == "parked")
    daemon.stop.set()
    await task
    assert region.outgoing(letter).reason == "BOUNCED"
    assert [(row.from_nobody, row.outcome) for row in region.rows(ArrivalRow)] == [(True, "bounce")]


async def test_it_stops_with_nothing_half_done_and_the_rest_is_done_at_the_next_start(region, randers):
    for raw in letters_for(region, 12):
        randers.store(raw)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def keep_and_stop(session, arrived):
        randers.keep(session, arrived)
        if len(randers.taken) == 3:
            loop.call_soon_threadsafe(stopping.set)

    randers.handlers[Kind.REFERRAL] = keep_and_stop
    async with running(randers) as daemon:
        async with asyncio.timeout(LONG):
            await stopping.wait()
        daemon.stop.set()
    done = outcomes(randers).count(Outcome.TAKEN)
    assert 3 <= done < 12
    assert len(randers.rows(TakenRow)) == len(randers.taken) == len(randers.receipts()) == done
    async with running(randers):
        await until(lambda: outcomes(randers) == ["taken"] * 12)
    assert len({arrived.letter_id for arrived in randers.taken}) == len(randers.taken) == 12


async def test_a_relay_that_hangs_does_not_hold_up_the_stop(region, monkeypatch, tmp_path):
    monkeypatch.setattr("gateway.daemon.GRACE_SECONDS", 0.1)
    certificates = Certificates(tmp_path)
    server = Server(certificates.context(), answers={"content": "250-wait"})
    letter = region.post(sites.referral())
    async with server.running():
        way = RelaySettings(host="127.0.0.1", port=server.port, ca_file=certificates.ca_file)
        async with asyncio.timeout(LONG), running(region, relay=way):
            await until(lambda: server.mail)
    assert region.outgoing(letter).state == "queued"
    assert len(region.rows(EnvelopeRow)) == 1


async def test_claims_of_a_daemon_that_was_killed_are_taken_back_at_the_start(region):
    letter = region.post(sites.referral())
    with region.database.session() as session:
        assert outbox.claim(session, region.clock(), 4) == (letter,)
    async with running(region):
        await until(lambda: region.outgoing(letter).tries)
    assert region.outgoing(letter).reason == "RELAY_NOT_REACHED"
    assert region.rows(OutgoingRow)[0].claimed_until is None


async def test_one_home_has_one_daemon(region):
    async with running(region):
        with pytest.raises(AlreadyRunning):
            await Daemon(region.station, {}).run()


async def test_a_door_without_a_certificate_does_not_open(region):
    station = at(region, door=DoorSettings())
    with pytest.raises(SettingsUnreadable, match=r"door\.certificate"):
        await Daemon(station, {}).run()


async def test_a_door_that_is_taken_is_told_and_the_home_is_free_again(region):
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    door = region.station.settings.door.model_copy(update={"port": port})
    with pytest.raises(OSError, match="address already in use"):
        await Daemon(at(region, door=door), {}).run()
    server.close()
    with region.station.home.running():
        pass


async def test_the_log_of_a_day_holds_ids_and_codes_only(region, randers, caplog):
    with caplog.at_level(logging.INFO):
        for raw in letters_for(region, 2):
            randers.store(raw)
        randers.store(b"From: karen@testdal.example\r\n\r\nKaren er bange")
        async with running(randers):
            await until(lambda: "waiting" not in outcomes(randers))
    spoken = [record.getMessage() for record in caplog.records if record.name.startswith("stafet")]
    assert "open on port" in " ".join(spoken)
    assert spoken[-1] == "stopped"
    assert not any(word in " ".join(spoken) for word in ("Karen", "bange", "@", RANDERS + " ", "Indgangen"))


async def test_a_chore_runs_at_the_start_and_again_by_the_clock_in_a_thread(region):
    at_work = []
    chore = [lambda: at_work.append(threading.current_thread()) or 0]
    async with running(region, chores=chore, chore_seconds=0.01):
        await until(lambda: len(at_work) > 3)
    assert threading.main_thread() not in at_work


async def test_a_chore_has_its_own_clock_and_is_not_done_at_every_poll(region):
    done = []
    async with running(region, chores=[lambda: done.append(1) or 1], chore_seconds=600):
        await until(lambda: done)
        letter = region.post(sites.referral())
        await until(lambda: region.outgoing(letter).tries)
    assert done == [1]


async def test_a_chore_that_did_something_wakes_the_way_out(region):
    letters = []

    def remind():
        letters.append(region.post(sites.referral()))
        return 1

    async with running(region, chores=[remind], poll_seconds=60):
        await until(lambda: letters and region.outgoing(letters[0]).tries)


async def test_a_chore_in_trouble_is_logged_without_its_words_and_keeps_no_other_waiting(region, caplog):
    done = []

    def fails():
        raise RuntimeError("Karen Testdal")

    with caplog.at_level(logging.INFO):
        async with running(region, chores=[fails, lambda: done.append(1) or 0], chore_seconds=0.01):
            await until(lambda: len(done) > 2)
            letter = region.post(sites.referral())
            await until(lambda: region.outgoing(letter).tries)
    assert "chore: RuntimeError" in caplog.text
    assert "Karen" not in caplog.text


async def test_a_chore_under_way_is_finished_before_the_daemon_stops(region):
    begun, go_on, done = threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        done.append(go_on.wait(LONG))
        return 0

    async with running(region, chores=[slow]) as daemon:
        await until(begun.is_set)
        daemon.stop.set()
        go_on.set()
    assert done == [True]
