"""A real Dovecot: letters are picked up from a mailbox people use as well; one we cannot trust hears nothing."""

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import dovecot as dovecots
import pytest
import reports
import sites
from databases import database_at
from dovecot import HERE, Dovecot, dovecot, issued
from peer_table import record

from gateway.daemon import Daemon
from gateway.exchange.rows import ArrivalRow, EnvelopeRow
from gateway.mailbox import pickup
from gateway.site.settings import PickupSettings, RelaySettings

pytestmark = pytest.mark.peers

UNIT = sites.UNITS[sites.RANDERS][1]
LOGIN = "tre små kødben"
MARKS = (b"$Stafet", rb"\Seen")
CLEAR = b"From: karen@testdal.example\r\nTo: " + UNIT.encode() + b"\r\nSubject: Karen er bange\r\n\r\nRing til mig\r\n"
SEALED = b"""From: bo@randers.example\r
To: anna@randers.example\r
Subject: Lukket\r
MIME-Version: 1.0\r
Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=x\r
\r
--x--\r
"""
PERSONAL = (CLEAR, SEALED, reports.by_postfix("8c8f2a52-3c5f-4a34-8a52-2b1d6b0a9c11"))
"""What lies there besides: in clear to the unit, sealed to somebody, and a report about somebody's mail."""


@pytest.fixture(scope="module")
def server():
    users = dict.fromkeys((f"mailbox{number}@randers.example" for number in range(20)), LOGIN)
    with sites.short_folder() as folder, dovecot(folder, users) as running:
        yield running


@pytest.fixture(scope="module")
def unused(server):
    return iter(server.users)


@pytest.fixture
def mailbox(server, unused, tmp_path):
    """A mailbox of the test's own, and the settings to pick up from it; people's mail lies there."""
    user = next(unused)
    for raw in PERSONAL:
        server.deliver(raw, to=user)
    password = tmp_path / "imap-password"
    password.write_text(LOGIN + "\n", encoding="utf-8")
    return PickupSettings(host=HERE, port=server.imaps_port, ca_file=server.ca_file, user=user, password_file=password)


def others(server: Dovecot, settings: PickupSettings):
    """How people's mails are marked: they came first."""
    flags = server.flags(settings.user)
    return [flags.get(uid) for uid in range(1, len(PERSONAL) + 1)]


def ours(server: Dovecot, settings: PickupSettings):
    return [flags for uid, flags in server.flags(settings.user).items() if uid > len(PERSONAL)]


def station(site, **changes):
    quiet = {"relay": RelaySettings(port=9), "poll_seconds": 0.05}
    return replace(site.station, settings=site.station.settings.model_copy(update={**quiet, **changes}))


@asynccontextmanager
async def running(site, settings):
    daemon = Daemon(station(site, pickup=settings), site.handlers)
    ready = asyncio.Event()
    task = asyncio.create_task(daemon.run(lambda _port: ready.set()))
    await asyncio.wait({task, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield daemon
    finally:
        daemon.stop.set()
        await task


async def until(true):
    async with asyncio.timeout(dovecots.LONG):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110 - rows and servers tell
            await asyncio.sleep(0.02)


def how_it_goes(site):
    with site.database.reading() as session:
        return pickup.state(session)


def outcomes(site):
    return [row.outcome for row in site.rows(ArrivalRow)]


def letter(region):
    return sites.sealed(region, sites.referral()).content


@pytest.mark.parametrize("implicit", [True, False], ids=["TLS", "STARTTLS"])
async def test_letters_are_picked_up_and_pushed_and_everybody_else_s_mail_stays_as_it_is(
    request, server, mailbox, region, randers, implicit
):
    port = server.imaps_port if implicit else server.imap_port
    settings = mailbox.model_copy(update={"implicit_tls": implicit, "port": port})
    before = others(server, settings)
    server.deliver(letter(region), to=settings.user)
    async with running(randers, settings):
        await until(lambda: outcomes(randers) == ["taken"] and how_it_goes(randers).looked_at)
        server.deliver(letter(region), to=settings.user)  # it idles: nothing would be asked for minutes
        await until(lambda: outcomes(randers) == ["taken"] * 2 and ours(server, settings) == [MARKS] * 2)
    assert len(randers.receipts()) == 2
    assert others(server, settings) == before == [()] * len(PERSONAL)
    assert not how_it_goes(randers).reason
    record(request, "Dovecot", _version(), carries=True)


def _version() -> str:
    return subprocess.run([dovecots.PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.split()[0]


async def test_a_letter_a_person_has_read_and_filed_with_a_flag_is_picked_up_all_the_same(
    server, mailbox, region, randers
):
    server.deliver(letter(region), to=mailbox.user)
    with server.mailbox(mailbox.user) as person:
        (uid,) = person.search(["UNSEEN", "FROM", sites.UNITS["region"][1]])
        person.fetch([uid], ["BODY[]"])
        person.add_flags([uid], [rb"\Flagged"])
    async with running(randers, mailbox):
        await until(
            lambda: outcomes(randers) == ["taken"] and ours(server, mailbox) == [(b"$Stafet", rb"\Flagged", rb"\Seen")]
        )


async def test_a_report_about_a_letter_of_ours_is_read_and_comes_from_nobody(server, mailbox, region):
    posted = region.post(sites.referral())
    await region.deliver()
    (envelope,) = region.rows(EnvelopeRow)
    server.deliver(reports.by_words_alone(envelope.envelope_id), to=mailbox.user, sender="")
    async with running(region, mailbox):
        await until(lambda: region.outgoing(posted).state == "parked")
    assert [(row.from_nobody, row.outcome) for row in region.rows(ArrivalRow)] == [(True, "bounce")]
    assert others(server, mailbox) == [()] * len(PERSONAL)


async def test_it_goes_on_when_the_server_was_away(server, mailbox, region, randers):
    async with running(randers, mailbox):
        await until(lambda: how_it_goes(randers).looked_at)
        await asyncio.to_thread(server.stop)
        await until(lambda: how_it_goes(randers).reason)
        assert how_it_goes(randers).failing_since
        await asyncio.to_thread(server.start)
        server.deliver(letter(region), to=mailbox.user)
        await until(lambda: outcomes(randers) == ["taken"])
        await until(lambda: not how_it_goes(randers).reason)
    assert how_it_goes(randers).failing_since is None


async def test_numbers_that_are_given_anew_bring_nothing_in_twice(server, mailbox, region, randers):
    """UIDVALIDITY changes; the mark lies on the mail."""
    server.deliver(letter(region), to=mailbox.user)
    async with running(randers, mailbox):
        await until(lambda: ours(server, mailbox) == [MARKS])
    await asyncio.to_thread(server.stop)
    before = _forget_numbers(server, mailbox.user)
    await asyncio.to_thread(server.start)
    server.deliver(letter(region), to=mailbox.user)
    async with running(randers, mailbox):
        await until(lambda: outcomes(randers) == ["taken", "taken"])
    with server.mailbox(mailbox.user) as person:
        assert person.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"] != before


def _forget_numbers(server: Dovecot, user: str) -> int:
    (numbers,) = (server.folder / "mail").glob(f"{user}/dovecot-uidlist")
    valid = int(numbers.read_text().split(" V", 1)[1].split(" ", 1)[0])
    for file in (*numbers.parent.glob("dovecot.index*"), *numbers.parent.glob("dovecot-uid*")):
        file.unlink()
    return valid


KILLED = """
import os, signal, sys
from gateway.adapters.database import Database
from gateway.adapters.imap_in import Mailbox
from gateway.adapters.pickup import PickUp
from gateway.exchange.arrivals import Store
from gateway.exchange.picking import Picking
from gateway.site.cipher import Vault
from gateway.site.settings import PickupSettings
from gateway.station import utc_now

url, settings, address = sys.argv[1:]
store = Store(Database(url), Vault(sys.stdin.buffer.read()), utc_now, utc_now)
Mailbox.put_mark = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
picks = PickUp(PickupSettings.model_validate_json(settings), Picking({address}, store, lambda: None))
picks.start()
picks._thread.join()
"""


async def test_killed_between_storing_and_marking_a_letter_is_taken_once_with_one_receipt(
    server, mailbox, region, randers, tmp_path
):
    server.deliver(letter(region), to=mailbox.user)
    url = database_at(tmp_path / f"{randers.party}.db")
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, url, mailbox.model_dump_json(), randers.address],
        input=randers.station.data_key.read(randers.clock()),
        cwd=Path(__file__).parents[2],
        env=os.environ,
        capture_output=True,
        timeout=dovecots.LONG,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    assert ours(server, mailbox) == [()]
    assert outcomes(randers) == ["waiting"]
    async with running(randers, mailbox):
        await until(lambda: outcomes(randers) == ["taken", "duplicate"] and ours(server, mailbox) == [MARKS])
    assert len(randers.taken) == len(randers.receipts()) == 1


BAD = {
    "another name": {"names": ("imap.randers.example",)},
    "expired": {"expired": True},
    "of an authority nobody knows": {"known": False},
}


@pytest.fixture
def show(server):
    """Let the same Dovecot show another certificate, and its own again in the end."""

    def show_another(*, names=(), expired=False, known=True):
        issued(server.folder, "good", *names, authority=server.authority if known else None, expired=expired)
        server.stop()
        server.start()

    yield show_another
    show_another()


async def test_a_server_that_cannot_prove_who_it_is_hears_no_password(server, show, mailbox, region, randers):
    server.deliver(letter(region), to=mailbox.user)
    spoken = len(server.log)
    for bad in BAD.values():
        await asyncio.to_thread(lambda bad=bad: show(**bad))
        for implicit, port in ((True, server.imaps_port), (False, server.imap_port)):
            settings = mailbox.model_copy(update={"implicit_tls": implicit, "port": port})
            async with running(randers, settings):
                await until(lambda: how_it_goes(randers).reason)
            assert how_it_goes(randers).reason == "TLS_NOT_TRUSTED"
            with randers.database.session() as session:
                session.delete(pickup.state(session))
    assert randers.rows(ArrivalRow) == []
    assert "Login:" not in server.log[spoken:]
    assert "auth failed" not in server.log[spoken:]


async def test_a_wrong_password_and_a_missing_folder_are_named(mailbox, randers, tmp_path):
    (tmp_path / "wrong").write_text("noget andet\n", encoding="utf-8")
    for changes, code in (
        ({"password_file": tmp_path / "wrong"}, "PICKUP_LOGIN_REFUSED"),
        ({"folder": "Findes ikke"}, "PICKUP_NO_FOLDER"),
    ):
        async with running(randers, mailbox.model_copy(update=changes)):
            await until(lambda code=code: how_it_goes(randers).reason == code)


async def test_where_the_server_offers_no_tls_no_password_is_said(tmp_path, randers):
    password = tmp_path / "password"
    password.write_text(LOGIN, encoding="utf-8")
    with sites.short_folder() as folder, dovecot(folder, {UNIT: LOGIN}, more="ssl = no") as clear:
        settings = PickupSettings(
            host=HERE,
            port=clear.imap_port,
            implicit_tls=False,
            user=UNIT,
            password_file=password,
            ca_file=clear.ca_file,
        )
        async with running(randers, settings):
            await until(lambda: how_it_goes(randers).reason == "TLS_NOT_OFFERED")
        assert "method=" not in clear.log


def test_what_the_guide_lays_down_lets_nobody_in_from_elsewhere_without_tls(server, mailbox):
    """From this machine itself Dovecot does; so it is asked from another address of the loopback."""
    line = socket.create_connection((HERE, server.imap_port), source_address=("127.0.0.2", 0))
    with line, line.makefile("rwb") as said:
        assert b"LOGINDISABLED" in said.readline()
        said.write(f'a LOGIN {mailbox.user} "x"\r\n'.encode())
        said.flush()
        assert b"PRIVACYREQUIRED" in said.readline() + said.readline()
