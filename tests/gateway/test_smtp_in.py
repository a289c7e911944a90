"""The door: required TLS, one address, 250 only for what is stored, and nothing of our trouble on the wire."""

import asyncio
import logging
import threading
from contextlib import asynccontextmanager, suppress

import mails
import pytest
from mail_servers import HERE, Certificates

from gateway.adapters import smtp_in
from gateway.adapters.smtp_in import Doorkeeper, open_door
from gateway.adapters.smtp_out import SmtpRelay
from gateway.adapters.tls import client_context
from gateway.exchange.ports import Attempt, Passage
from gateway.site.settings import RelaySettings
from gateway.wire.mail_limits import MAIL_BYTES

OURS = "sikkerpost@randers.example"
FROM = "MAIL FROM:<henvendelser@region.example>"
TO = f"RCPT TO:<{OURS}>"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


class Peer:
    """Somebody at the door, who may say anything."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def heard(self) -> str:
        """Read one whole answer."""
        while (line := (await self.reader.readline()).decode())[3:4] == "-":
            pass
        return line.strip()

    async def say(self, line: str | bytes) -> str:
        self.writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
        await self.writer.drain()
        return await self.heard()

    async def talk(self, *lines: str) -> str:
        """Say several things; gives the last answer."""
        return [await self.say(line) for line in lines][-1]


class TheDoor:
    """An open door, and what came in through it."""

    def __init__(self, certificates):
        self.certificates = certificates
        self.kept: list[bytes] = []
        self.from_nobody: list[bool] = []
        self.told = 0
        self.store = self.keep

    def keep(self, raw):
        self.kept.append(raw)
        return len(self.kept)

    def ask_store(self, raw, *, from_nobody):
        self.from_nobody.append(from_nobody)
        return self.store(raw)

    def stored(self):
        self.told += 1

    @asynccontextmanager
    async def open(self):
        keeper = Doorkeeper(frozenset({OURS}), self.ask_store, self.stored)
        self.door = await open_door(keeper, HERE, 0, self.certificates.context(), hostname=HERE)
        try:
            yield self
        finally:
            await self.door.close()

    @asynccontextmanager
    async def peer(self, *, tls=True):
        peer = Peer(*await asyncio.open_connection(HERE, self.door.port))
        try:
            peer.greeting = await peer.heard()
            if tls:
                await peer.talk("EHLO peer.example", "STARTTLS")
                await peer.writer.start_tls(client_context(self.certificates.ca_file), server_hostname=HERE)
                await peer.say("EHLO peer.example")
            yield peer
        finally:
            peer.writer.close()


@pytest.fixture
async def door(certificates):
    async with TheDoor(certificates).open() as opened:
        yield opened


@pytest.mark.parametrize("line", [FROM, TO, "DATA", "VRFY x", "AUTH PLAIN AGEAYQ=="])
async def test_nothing_is_discussed_before_tls(door, line):
    async with door.peer(tls=False) as peer:
        await peer.say("EHLO peer.example")
        assert (await peer.say(line))[:3] in {"530", "502", "538"}
        assert not door.kept


async def test_an_envelope_is_kept_byte_for_byte_and_then_acknowledged(door, certificates):
    settings = RelaySettings(host=HERE, port=door.door.port, ca_file=certificates.ca_file)
    envelope = mails.outer()
    assert await SmtpRelay(settings).send(envelope, mails.OUTSIDE.sender, OURS) == Attempt(Passage.ACCEPTED)
    assert door.kept == [envelope]
    assert door.told == 1


@pytest.mark.parametrize(
    "address", ["postmaster@randers.example", "sikkerpost@favrskov.example", "sikkerpost", OURS + "x"]
)
async def test_mail_for_another_address_is_refused_at_once(door, address):
    async with door.peer() as peer:
        assert (await peer.talk(FROM, f"RCPT TO:<{address}>")).startswith("55")
        assert (await peer.say("DATA")).startswith("503")


async def test_our_address_is_ours_whatever_its_capitals(door):
    async with door.peer() as peer:
        assert (await peer.talk(FROM, f"RCPT TO:<{OURS.upper()}>")).startswith("250")


async def test_a_second_recipient_is_asked_to_come_again(door):
    async with door.peer() as peer:
        assert (await peer.talk(FROM, TO, TO)).startswith("452")


async def test_mail_said_to_be_too_large_is_refused_before_it_is_sent(door):
    async with door.peer() as peer:
        assert (await peer.say(f"{FROM} SIZE={MAIL_BYTES + 1}")).startswith("552")


async def test_mail_that_turns_out_too_large_is_refused_and_not_kept(door):
    async with door.peer() as peer:
        await peer.talk(FROM, TO, "DATA")
        line = b"x" * 900 + b"\r\n"
        assert (await peer.say(line * (MAIL_BYTES // len(line) + 2) + b".")).startswith("552")
        assert not door.kept


async def test_a_line_over_the_limit_is_refused_and_not_kept(door):
    """RFC 5321, section 4.5.3.1.6."""
    async with door.peer() as peer:
        await peer.talk(FROM, TO, "DATA")
        assert (await peer.say(b"Subject: x\r\n\r\n" + b"x" * 5000 + b"\r\n."))[0] in "45"
        assert not door.kept


async def test_our_own_trouble_is_451_and_nothing_of_it_is_told(door, caplog):
    """aiosmtpd itself would say 500 and quote the exception: a permanent failure, and a leak."""

    def full(_raw):
        raise OSError("no space left for Karen Testdal 190668-7074")

    door.store = full
    async with door.peer() as peer:
        with caplog.at_level(logging.DEBUG):
            answer = await peer.talk(FROM, TO, "DATA", "Subject: x\r\n\r\nx\r\n.")
        assert answer == smtp_in.NOT_NOW
        door.store = door.keep
        assert await peer.talk(FROM, TO, "DATA", "Subject: x\r\n\r\nx\r\n.") == smtp_in.STORED
    assert "Karen" not in caplog.text
    assert "OSError" in caplog.text
    assert door.told == 1


async def test_250_is_said_only_when_the_mail_is_stored(door):
    storing, may_go_on = threading.Event(), threading.Event()

    def slow(raw):
        storing.set()
        may_go_on.wait(10)
        return door.keep(raw)

    door.store = slow
    async with door.peer() as peer:
        answer = asyncio.create_task(peer.talk(FROM, TO, "DATA", "Subject: x\r\n\r\nx\r\n."))
        await asyncio.to_thread(storing.wait, 10)
        async with door.peer() as other:
            assert (await other.say(FROM)).startswith("250"), "a slow store keeps nobody else waiting"
        assert not answer.done()
        assert not door.told
        may_go_on.set()
        assert await answer == smtp_in.STORED
    assert len(door.kept) == 1


async def test_connections_past_the_cap_are_told_to_come_back(door, monkeypatch):
    monkeypatch.setattr(smtp_in, "CONNECTIONS", 2)
    async with door.peer(), door.peer(tls=False), door.peer(tls=False) as third:
        assert third.greeting.startswith("421")
        assert await third.reader.read() == b""
    while door.door.busy:  # noqa: ASYNC110 - the door itself notices who left
        await asyncio.sleep(0)
    async with door.peer(tls=False) as again:
        assert again.greeting.startswith("220")


async def test_a_peer_that_never_asks_for_tls_is_not_kept_company(door, monkeypatch):
    monkeypatch.setattr(smtp_in, "UNSEALED_SECONDS", 0)
    async with door.peer(tls=False) as idle:
        assert await idle.reader.read() == b""


async def test_a_peer_that_keeps_itself_busy_is_sent_home_in_the_end(door, monkeypatch):
    monkeypatch.setattr(smtp_in, "LIFE_SECONDS", 0.3)
    async with door.peer() as busy:
        while door.door.busy:
            with suppress(ConnectionError):
                await busy.say("NOOP")
    assert not door.door.busy


async def test_a_mail_without_its_end_is_not_kept(door):
    async with door.peer() as peer:
        await peer.talk(FROM, TO, "DATA")
        peer.writer.write(b"Subject: x\r\n\r\nHalf a mail\r\n")
        await peer.writer.drain()
    while door.door.busy:  # noqa: ASYNC110 - the door itself notices who left
        await asyncio.sleep(0)
    assert not door.kept


async def test_words_said_before_the_handshake_do_not_count_after_it(door):
    """STARTTLS injection, the other way round."""
    async with door.peer(tls=False) as peer:
        await peer.say("EHLO peer.example")
        answer = await peer.say(f"STARTTLS\r\n{FROM}\r\n{TO}")
        assert answer[:3] in {"220", "501", "554", "503"}
        assert not door.kept


async def test_what_a_peer_says_is_not_written_to_the_log(door, caplog):
    with caplog.at_level(logging.INFO):
        async with door.peer() as peer:
            await peer.talk("KAREN Testdal 190668-7074", FROM, "RCPT TO:<karen@testdal.example>")
    assert "Karen" not in caplog.text
    assert "190668" not in caplog.text
    assert "testdal" not in caplog.text.lower()


async def test_closing_hangs_up_on_who_is_still_there(certificates):
    async with TheDoor(certificates).open() as opened:
        peer = Peer(*await asyncio.open_connection(HERE, opened.door.port))
        await peer.heard()
    with suppress(ConnectionResetError):
        async with asyncio.timeout(60):
            assert await peer.reader.read() == b""
    peer.writer.close()
