"""The door that speaks LMTP with the mail server on this machine: the same keeper, the same limits, and no TLS."""

import asyncio
import smtplib
from contextlib import asynccontextmanager
from email import message_from_bytes

import mails
import pytest
from mail_servers import HERE
from smuggling import ENDS
from test_smtp_in import FROM, OURS, TO, Peer, TheDoor

from gateway.adapters import smtp_in
from gateway.adapters.smtp_in import Doorkeeper, open_lmtp
from gateway.wire.mail_limits import MAIL_BYTES

MAIL = "Subject: x\r\n\r\nx\r\n."
MANY = 200


class LmtpDoor(TheDoor):
    """The same, without certificates."""

    @asynccontextmanager
    async def open(self):
        keeper = Doorkeeper(frozenset({OURS}), self.ask_store, self.stored)
        self.door = await open_lmtp(keeper, HERE, 0, hostname=HERE)
        try:
            yield self
        finally:
            await self.door.close()

    @asynccontextmanager
    async def peer(self):
        """Somebody who has said hello."""
        peer = Peer(*await asyncio.open_connection(HERE, self.door.port))
        try:
            peer.greeting = await peer.heard()
            await peer.say("LHLO mx.example")
            yield peer
        finally:
            peer.writer.close()


@pytest.fixture
async def door():
    async with LmtpDoor(None).open() as opened:
        yield opened


async def test_a_letter_that_python_s_own_client_brings_is_kept_byte_for_byte(door):
    envelope = mails.outer()

    def bring():
        with smtplib.LMTP(HERE, door.door.port, timeout=30) as lmtp:
            assert not {"starttls", "auth"} & set(lmtp.esmtp_features)
            return lmtp.sendmail(mails.OUTSIDE.sender, [OURS, "postmaster@randers.example"], envelope)

    refused = await asyncio.to_thread(bring)
    assert refused["postmaster@randers.example"][0] in {452, 550}
    assert door.kept == [envelope]
    assert message_from_bytes(door.kept[0])["Message-ID"] == message_from_bytes(envelope)["Message-ID"]
    assert (door.told, door.from_nobody) == (1, [False])


@pytest.mark.parametrize("hello", ["EHLO mx.example", "HELO mx.example"])
async def test_who_takes_it_for_smtp_is_told_so(door, hello):
    """RFC 2033, section 4.1."""
    peer = Peer(*await asyncio.open_connection(HERE, door.door.port))
    await peer.heard()
    assert (await peer.say(hello)).startswith("500")
    assert (await peer.say(FROM)).startswith("503")
    peer.writer.close()


async def test_each_recipient_is_answered_for_and_one_mail_has_one(door):
    async with door.peer() as peer:
        assert (await peer.talk(FROM, "RCPT TO:<ingen@randers.example>")) == smtp_in.NOT_HERE
        assert (await peer.say("DATA")).startswith("503"), "nobody to take it for, so no content"
        assert (await peer.talk(TO, TO)) == smtp_in.ONE_ONLY
        assert await peer.talk("DATA", MAIL) == smtp_in.STORED
        assert (await peer.say("NOOP")).startswith("250"), "one answer to one mail, and no more to come"
    assert len(door.kept) == 1


async def test_our_own_trouble_is_451_and_the_next_mail_is_taken(door):
    def full(_raw):
        raise OSError("no space left for Karen Testdal")

    door.store = full
    async with door.peer() as peer:
        assert await peer.talk(FROM, TO, "DATA", MAIL) == smtp_in.NOT_NOW
        door.store = door.keep
        assert await peer.talk(FROM, TO, "DATA", MAIL) == smtp_in.STORED


async def test_mail_that_is_too_large_is_refused_and_not_kept(door):
    async with door.peer() as peer:
        assert (await peer.say(f"{FROM} SIZE={MAIL_BYTES + 1}")).startswith("552")
        await peer.talk(FROM, TO, "DATA")
        line = b"x" * 900 + b"\r\n"
        assert (await peer.say(line * (MAIL_BYTES // len(line) + 2) + b".")).startswith("552")
    assert not door.kept


async def test_a_report_comes_from_nobody(door):
    async with door.peer() as peer:
        await peer.talk("MAIL FROM:<>", TO, "DATA", MAIL)
    assert door.from_nobody == [True]


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_nothing_but_the_one_end_lets_a_second_mail_in(door, end):
    second = f"MAIL FROM:<admin@region.example>\r\n{TO}\r\nDATA\r\nSubject: smuggled\r\n\r\nx".encode()
    async with door.peer() as peer:
        await peer.talk(FROM, TO, "DATA")
        assert await peer.say(b"Subject: x\r\n\r\nx" + end + second + b"\r\n.") == smtp_in.STORED
        assert (await peer.say("QUIT")).startswith("221"), "one answer to one mail, and no more to come"
    (kept,) = door.kept
    assert b"smuggled" in kept


async def test_a_morning_s_letters_in_one_conversation_are_all_taken(door):
    async with door.peer() as peer:
        answers = [await peer.talk(FROM, TO, "DATA", MAIL) for _ in range(MANY)]
    assert set(answers) == {smtp_in.STORED}
    assert len(door.kept) == MANY


async def test_the_usual_twenty_connections_of_a_mail_server_are_all_served_at_once(door):
    """Postfix: default_destination_concurrency_limit."""

    async def one_connection():
        async with door.peer() as peer:
            return {await peer.talk(FROM, TO, "DATA", MAIL) for _ in range(MANY // 20)}

    assert await asyncio.gather(*(one_connection() for _ in range(20))) == [{smtp_in.STORED}] * 20
    assert len(door.kept) == MANY


async def test_more_connections_than_that_are_told_to_come_back(door, monkeypatch):
    monkeypatch.setattr(smtp_in, "FROM_ONE_PLACE", 1)
    async with door.peer():
        late = Peer(*await asyncio.open_connection(HERE, door.door.port))
        assert (await late.heard()).startswith("421")
        late.writer.close()


async def test_nobody_is_hung_up_on_for_want_of_tls(door, monkeypatch):
    monkeypatch.setattr(smtp_in, "UNSEALED_SECONDS", 0)
    async with door.peer() as peer:
        await asyncio.sleep(0)
        assert await peer.talk(FROM, TO, "DATA", MAIL) == smtp_in.STORED
