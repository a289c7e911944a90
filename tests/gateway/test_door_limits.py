"""The door under pressure: slow and greedy peers, smuggled mail, and a disk or database that takes nothing more."""

import asyncio
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress

import mails
import pytest
from mail_servers import HERE, Certificates
from smuggling import ENDS
from sqlalchemy import text
from sqlmodel import select
from test_smtp_in import FROM, OURS, TO, TheDoor

from gateway.adapters import database as databases
from gateway.adapters import smtp_in
from gateway.adapters.database import Database
from gateway.adapters.smtp_out import SmtpRelay
from gateway.exchange.arrivals import Store
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import ArrivalRow, ExchangeTable
from gateway.site.cipher import Vault
from gateway.site.settings import RelaySettings
from gateway.station import utc_now
from gateway.wire.mail_limits import MAIL_BYTES

VAULT = Vault.random()
MAIL = b"Subject: x\r\n\r\nx\r\n."


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def door(certificates):
    async with TheDoor(certificates).open() as opened:
        yield opened


async def nobody_left(door):
    async with asyncio.timeout(10):
        while door.door.busy:  # noqa: ASYNC110 - the door itself notices who left
            await asyncio.sleep(0.01)


# Nobody may have all of it


async def test_one_place_cannot_fill_the_door_and_is_told_to_come_back(door, monkeypatch):
    monkeypatch.setattr(smtp_in, "FROM_ONE_PLACE", 3)
    async with AsyncExitStack() as stack:
        for _ in range(3):
            assert (await stack.enter_async_context(door.peer(tls=False))).greeting.startswith("220")
        refused = await stack.enter_async_context(door.peer(tls=False))
        assert refused.greeting.startswith("421")
        assert not door.door.crowd.has_room_for(HERE)
        assert door.door.crowd.has_room_for("192.0.2.7"), "another place is served all the while"
    await nobody_left(door)
    assert door.door.crowd.has_room_for(HERE)


def test_the_door_is_wider_than_any_one_place():
    assert smtp_in.FROM_ONE_PLACE * 4 <= smtp_in.CONNECTIONS


class At:
    """A connection from an address."""

    def __init__(self, peer):
        self._peer = peer

    def get_extra_info(self, name):
        assert name == "peername"
        return self._peer


def test_an_ipv6_network_is_one_place_and_every_ipv4_address_its_own():
    addresses = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "192.0.2.1", "::ffff:192.0.2.1"]
    first, same, other, v4, mapped = (smtp_in._place(At((address, 25))) for address in addresses)
    assert first == same != other
    assert v4 != mapped
    assert smtp_in._place(At(("fe80::1%eth0", 25))) == smtp_in._place(At(("fe80::2", 25)))
    assert {smtp_in._place(At(nowhere)) for nowhere in (None, (), ("gibberish",))} == {"unknown"}


async def test_a_peer_that_dribbles_its_mail_is_hung_up_on_and_keeps_nobody_waiting(door, monkeypatch):
    """The time runs from DATA, however often a byte comes."""
    monkeypatch.setattr(smtp_in, "IDLE_SECONDS", 0.4)
    async with door.peer() as slow, door.peer() as quick:
        await slow.talk(FROM, TO, "DATA")
        assert await quick.talk(FROM, TO, "DATA", MAIL) == smtp_in.STORED
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                while not slow.reader.at_eof():
                    slow.writer.write(b"x")
                    await slow.writer.drain()
                    await asyncio.sleep(0.02)
    assert len(door.kept) == 1


async def test_a_peer_that_says_nothing_is_hung_up_on(door, monkeypatch):
    monkeypatch.setattr(smtp_in, "IDLE_SECONDS", 0.2)
    async with door.peer() as idle, asyncio.timeout(10):
        with suppress(ConnectionError):
            await idle.reader.read()
    await nobody_left(door)


@pytest.mark.parametrize("command", ["NOOP", "EHLO x.example", "RSET", "VRFY x", "HELP"])
async def test_a_command_said_without_end_ends_the_conversation(door, command):
    async with door.peer() as chatty, asyncio.timeout(20):
        answers = []
        with suppress(ConnectionError):
            while not answers or (answers[-1] and not answers[-1].startswith("421")):
                answers.append(await chatty.say(command))
        assert len(answers) <= 102
    await nobody_left(door)


async def test_more_mails_than_any_server_brings_at_once_are_put_off(door, monkeypatch):
    monkeypatch.setattr(smtp_in, "COMMANDS", {"*": 5, "MAIL": 3})
    async with door.peer() as busy:
        answers = [await busy.talk(FROM, TO, "DATA", MAIL) for _ in range(3)]
        assert answers == [smtp_in.STORED] * 3
        assert (await busy.say(FROM)).startswith("421")
    assert len(door.kept) == 3


async def test_nobody_signs_in_here(door):
    async with door.peer() as peer:
        assert "AUTH" not in await peer.say("EHLO x.example")
        assert (await peer.say("AUTH PLAIN AGEAYQ=="))[0] == "5"


@pytest.mark.parametrize(("sender", "nobody"), [("<>", True), ("<henvendelser@region.example>", False), ("<@>", None)])
async def test_it_is_kept_whether_a_mail_came_from_nobody(door, sender, nobody):
    """RFC 5321, section 4.5.5: that is how reports come."""
    async with door.peer() as peer:
        await peer.talk(f"MAIL FROM:{sender}", TO, "DATA", MAIL)
    assert door.from_nobody == ([] if nobody is None else [nobody])


async def test_fifty_megabytes_are_refused_and_neither_kept_nor_held(door):
    async with door.peer() as peer:
        assert (await peer.say(f"{FROM} SIZE=50000000")).startswith("552")
        await peer.talk(FROM, TO, "DATA")
        line = b"x" * 900 + b"\r\n"
        for _ in range(50):
            peer.writer.write(line * 1_100)
            await peer.writer.drain()
        assert (await peer.say(b".")).startswith("552")
        assert await peer.talk(FROM, TO, "DATA", MAIL) == smtp_in.STORED
    assert [len(mail) for mail in door.kept] == [len(MAIL) - 1]


# Smuggling: only CRLF, a dot and CRLF end a mail (RFC 5321, section 4.1.1.4)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_nothing_but_the_one_end_lets_a_second_mail_in(door, end):
    second = f"MAIL FROM:<admin@region.example>\r\n{TO}\r\nDATA\r\nSubject: smuggled\r\n\r\nx".encode()
    async with door.peer() as peer:
        await peer.talk(FROM, TO, "DATA")
        assert await peer.say(b"Subject: x\r\n\r\nx" + end + second + b"\r\n.") == smtp_in.STORED
        assert (await peer.say("QUIT")).startswith("221"), "one answer to one mail, and no more to come"
    (kept,) = door.kept
    assert b"smuggled" in kept
    assert b"MAIL FROM:<admin@region.example>" in kept


async def test_the_end_after_a_stray_cr_is_the_end_and_what_follows_are_commands(door):
    """CR CRLF . CRLF is a legal end, so the door and whoever passed the mail on agree."""
    async with door.peer() as peer:
        await peer.talk(FROM, TO, "DATA")
        assert await peer.say(b"Subject: x\r\n\r\nx\r\r\n.") == smtp_in.STORED
        assert (await peer.say("NOOP")).startswith("250")


# Our own trouble is 451, nothing is kept by halves, and the next try comes through


@contextmanager
def database(folder, monkeypatch, *pragmas: str) -> Iterator[Database]:
    """Open the database with more settings than it has in earnest."""
    monkeypatch.setattr(databases, "PRAGMAS", (*databases.PRAGMAS, *pragmas))
    opened = Database(f"sqlite:///{folder}/stafet.db")
    try:
        yield opened
    finally:
        opened.close()
        monkeypatch.undo()


def keep_in(opened):
    return Store(opened, VAULT, utc_now, utc_now)


def kept_in(folder):
    opened = Database(f"sqlite:///{folder}/stafet.db")
    try:
        with opened.reading() as session:
            assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            return [VAULT.open(row.locked, row.place) for row in session.exec(select(ArrivalRow))]
    finally:
        opened.close()


@pytest.fixture
def made(tmp_path):
    """A folder with an empty database."""
    opened = Database(f"sqlite:///{tmp_path}/stafet.db")
    opened.create(ExchangeTable.metadata)
    opened.close()
    return tmp_path


async def handed_in(door, size=100_000) -> Attempt:
    settings = RelaySettings(host=HERE, port=door.door.port, ca_file=door.certificates.ca_file)
    envelope = mails.outer() + b"x\r\n" * (size // 3)
    return await SmtpRelay(settings).send(envelope, mails.OUTSIDE.sender, OURS)


PUT_OFF = Attempt(Passage.NOT_REACHED, "SMTP_451")


async def then_it_comes_through(door, made):
    opened = Database(f"sqlite:///{made}/stafet.db")
    door.store = keep_in(opened)
    assert await handed_in(door) == Attempt(Passage.ACCEPTED)
    opened.close()
    assert len(kept_in(made)) == 1


async def test_a_full_disk_is_451_and_nothing_is_half_written(door, made, monkeypatch):
    with database(made, monkeypatch, "max_page_count=40") as full:
        door.store = keep_in(full)
        assert [await handed_in(door) for _ in range(3)] == [PUT_OFF] * 3
    assert kept_in(made) == []
    assert door.told == 0
    await then_it_comes_through(door, made)


@contextmanager
def no_file_may_grow_beyond(limit):
    """Let the kernel itself refuse to write on, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


async def test_a_write_that_the_kernel_cuts_short_is_451_and_nothing_is_half_written(door, made):
    opened = Database(f"sqlite:///{made}/stafet.db")
    door.store = keep_in(opened)
    assert await handed_in(door) == Attempt(Passage.ACCEPTED)
    size = max(file.stat().st_size for file in made.iterdir())
    with no_file_may_grow_beyond(size + 20_000):
        assert await handed_in(door) == PUT_OFF
    assert await handed_in(door) == Attempt(Passage.ACCEPTED)
    opened.close()
    assert len(kept_in(made)) == 2


async def test_a_locked_database_is_451(door, made, monkeypatch):
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.2)
    holder = Database(f"sqlite:///{made}/stafet.db")
    waiting = Database(f"sqlite:///{made}/stafet.db")
    door.store = keep_in(waiting)
    held, enough = threading.Event(), threading.Event()

    def hold():
        with holder.session() as session:
            session.execute(text("SELECT 1"))  # the lock is taken with the first word
            held.set()
            enough.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        assert await handed_in(door) == PUT_OFF
    finally:
        enough.set()
        thread.join()
        holder.close()
        waiting.close()
    assert kept_in(made) == []
    await then_it_comes_through(door, made)


async def test_a_database_that_may_only_be_read_is_451(door, made, monkeypatch):
    with database(made, monkeypatch, "query_only=ON") as read_only:
        door.store = keep_in(read_only)
        assert await handed_in(door) == PUT_OFF
    assert kept_in(made) == []
    await then_it_comes_through(door, made)


async def test_a_peer_that_leaves_while_its_mail_is_stored_finds_it_kept_once_and_may_come_again(door, made):
    """Ambiguous DATA: the peer never heard 250, and brings the same letter again; the letter id settles it."""
    opened = Database(f"sqlite:///{made}/stafet.db")
    began, go_on = threading.Event(), threading.Event()

    def slow(raw):
        began.set()
        go_on.wait(10)
        return keep_in(opened)(raw)

    door.store = slow
    async with door.peer() as impatient:
        await impatient.talk(FROM, TO, "DATA")
        impatient.writer.write(MAIL + b"\r\n")
        await impatient.writer.drain()
        await asyncio.to_thread(began.wait, 10)
    go_on.set()
    await nobody_left(door)
    async with asyncio.timeout(10):
        while not kept_in(made):  # noqa: ASYNC110 - the thread has no other end to wait for
            await asyncio.sleep(0.01)
    assert await handed_in(door) == Attempt(Passage.ACCEPTED)
    opened.close()
    assert len(kept_in(made)) == 2


def test_the_limit_of_a_mail_is_below_what_the_door_can_hold_at_once():
    assert smtp_in.CONNECTIONS * MAIL_BYTES <= 256 * 1024 * 1024
