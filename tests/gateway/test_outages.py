"""Going out through trouble: nothing is lost, no storm follows, and what was stopped goes on by itself."""

import asyncio
import random
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sites
from databases import ON_POSTGRESQL, server
from mail_servers import Certificates, Server
from sites import FAVRSKOV, MINUTE, RANDERS
from sqlalchemy import text
from sqlmodel import select
from test_daemon import running, until

from directory.book import AddressBook, PinnedKeyRow
from gateway.adapters import database as databases
from gateway.adapters.database import Database
from gateway.audit.rows import EntryRow
from gateway.exchange import deliver as delivering
from gateway.exchange.delivery import LONGEST_RETRY
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.exchange.sealing import SealedLetter
from gateway.site.settings import RelaySettings
from gateway.wire.letters import new_id
from keys import passphrase
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
DEAD = Attempt(Passage.NOT_REACHED, "RELAY_NOT_REACHED")


def standing(site, letter):
    row = site.outgoing(letter)
    return row.state, row.reason


def troubles(site):
    with site.database.reading() as session:
        return [(row.action, row.outcome) for row in session.exec(select(EntryRow).order_by(EntryRow.seq)).all()]


def sealed_quickly(letter, *, key, recipient, **_rest):
    """Stand in for GnuPG where only time and numbers matter."""
    return SealedLetter(
        new_id(), letter.letter_id.encode(), "us", recipient, "0" * 64, key.fingerprint, key.fingerprint
    )


@dataclass
class Flaky:
    """A relay that is there or not, and counts how many talk to it at once; `together` must come before one goes."""

    there: bool = False
    together: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(1))
    at_once: int = 0
    most_at_once: int = 0
    attempts: Counter[bytes] = field(default_factory=Counter)
    arrived: list[bytes] = field(default_factory=list)

    async def send(self, envelope, _sender, _recipient):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        async with asyncio.timeout(60):
            await self.together.wait()
        self.at_once -= 1
        self.attempts[envelope] += 1
        if self.there:
            self.arrived.append(envelope)
        return Attempt(Passage.ACCEPTED) if self.there else DEAD


def next_at(site):
    return min(row.next_at for row in site.rows(OutgoingRow) if row.next_at)


async def test_a_relay_that_is_dead_for_five_days_is_asked_seldom_and_finds_no_storm_at_its_return(region, monkeypatch):
    monkeypatch.setattr(delivering, "seal_letter", sealed_quickly)
    monkeypatch.setattr(databases, "PRAGMAS", ("synchronous=OFF",))  # no power cut is played here
    region.database.close()
    random.seed(1)
    letters = {region.post(sites.referral()).encode() for _ in range(3)}
    region.relay = Flaky()
    began = region.clock()
    while region.clock() - began < 5 * DAY:
        await region.deliver()
        region.clock.now = max(region.clock(), next_at(region))
    assert set(region.relay.attempts) == letters, "none is forgotten"
    assert max(region.relay.attempts.values()) <= 5 * 24 / 0.75 + 12, "an hour apart, less a quarter"
    waits = sorted(row.next_at for row in region.rows(OutgoingRow))
    assert waits[-1] - waits[0] > MINUTE, "they do not come back all at the same moment"

    region.relay.there, back = True, region.clock()
    while set(region.relay.arrived) != letters:
        await region.deliver()
        region.clock.now = max(region.clock(), next_at(region))
    assert max(Counter(region.relay.arrived).values()) <= 3, "sent again for want of a receipt, as ever"
    assert region.clock() - back <= LONGEST_RETRY * 1.25 + 2 * MINUTE
    assert troubles(region) == [], "an outage is no one letter's trouble"


async def test_however_many_are_due_at_once_only_a_few_talk_to_the_relay(region, monkeypatch):
    monkeypatch.setattr(delivering, "seal_letter", sealed_quickly)
    letters = {region.post(sites.referral()).encode() for _ in range(6 * delivering.AT_ONCE)}
    region.relay = Flaky(there=True, together=asyncio.Barrier(delivering.AT_ONCE))
    while await region.deliver():
        pass
    assert set(region.relay.arrived) == letters
    assert region.relay.most_at_once == delivering.AT_ONCE


@pytest.mark.parametrize("years", [-1, 1], ids=["back", "ahead"])
def test_a_clock_that_jumps_a_year_loses_nothing_and_starts_no_storm(region, monkeypatch, years):
    monkeypatch.setattr(delivering, "seal_letter", sealed_quickly)
    queued, sent = region.post(sites.referral()), region.post(sites.referral())
    region.relay = Flaky(there=True)
    asyncio.run(region.deliver())
    region.relay.there = False
    queued = region.post(sites.referral())
    asyncio.run(region.deliver())
    region.clock.go(years * YEAR)
    region.relay.there = True
    for _ in range(20):
        asyncio.run(region.deliver())
    region.clock.go(-years * YEAR)
    for _ in range(20):
        asyncio.run(region.deliver())
    assert {region.outgoing(letter).state for letter in (queued, sent)} == {"sent"}
    assert max(region.relay.attempts.values()) <= 3, "twice sent again at most, for two jumps"


def kill_agent(site):
    home = site.station.keyring.home
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True, timeout=20)


def test_an_agent_that_is_killed_between_two_letters_is_started_again_by_the_next(region, randers):
    crossed = []
    for _ in range(3):
        region.post(sites.referral())
        crossed += region.send()
        kill_agent(region)
        kill_agent(randers)
    assert [randers.take(raw) for raw in crossed] == [("taken", "")] * 3
    kill_agent(randers)
    assert len(randers.send()) == 3, "receipts too"


@contextmanager
def old_own_key(made_at, days):
    """A key ring whose own key was made then, to last so long."""
    with sites.short_folder() as folder:
        home, secret = folder / "g", passphrase.make()
        with Keyring(home, secret) as ring:
            then = ("--faked-system-time", f"{made_at:%Y%m%dT%H%M%S}!")
            gpg(ring, *then, "--quick-generate-key", "Region <r@region.example>", "ed25519", "sign", f"{days}d")
            listed = gpg(ring, "--with-colons", "--list-keys").decode()
            key = next(Fingerprint(row.split(":")[9]) for row in listed.splitlines() if row.startswith("fpr:"))
            gpg(ring, *then, "--quick-add-key", key, "cv25519", "encr", "never")
            yield ring, key


def gpg(ring, *command: str) -> bytes:
    file = Path(ring.home).parent / "secret"
    file.write_text(ring.passphrase)
    base = ("gpg", "--homedir", str(ring.home), "--batch", "--quiet", "--pinentry-mode", "loopback")
    done = subprocess.run(
        [*base, "--passphrase-file", str(file), *command], check=True, capture_output=True, timeout=30
    )
    return done.stdout


def test_a_letter_whose_own_key_expired_while_it_waited_leaves_when_the_key_is_renewed(region, randers):
    with old_own_key(sites.utc_now() - timedelta(days=30), 10) as (ring, key):
        ring.import_public(
            randers.station.keyring.export_public(randers.key), expected=randers.key, now=sites.utc_now()
        )
        settings = region.station.settings.model_copy(update={"fingerprint": str(key)})
        region.station = replace(region.station, keyring=ring, settings=settings)
        letter = region.post(sites.referral())
        for _ in range(3):
            assert region.send() == []
            region.clock.go(2 * MINUTE)
        assert standing(region, letter) == ("parked", "SIGNER_EXPIRED")
        assert troubles(region) == [("park", "SIGNER_EXPIRED")], "noted once, not at every look"
        gpg(ring, "--quick-set-expire", key, "1y")
        (crossed,) = region.send()
        assert standing(region, letter) == ("sent", "")
        with randers.database.session() as session:
            AddressBook(session).pin(sites.pinned(region.station, key, randers.clock()))
        randers.station.keyring.import_public(ring.export_public(key), expected=key, now=sites.utc_now())
        assert randers.take(crossed) == ("taken", "")


@pytest.mark.parametrize("mended", ["address", "key"])
def test_a_letter_that_was_given_up_goes_again_when_its_receiver_is_reached_otherwise(region, favrskov, mended):
    """The other end got nothing, or could not open it, so no receipt came."""
    letter = region.post(sites.referral())
    for _ in range(4):
        region.send()
        region.clock.go(31 * MINUTE)
    assert standing(region, letter) == ("given-up", "NO_RECEIPT")
    assert troubles(region) == [("give-up", "NO_RECEIPT")]
    assert region.send() == [], "not while nothing has changed"
    with region.database.session() as session:
        book = AddressBook(session)
        if mended == "address":
            book.set_contact(sites.contact_of(RANDERS, email="ny@randers.example"))
        else:
            for row in session.exec(select(PinnedKeyRow).where(PinnedKeyRow.party == FAVRSKOV)):
                session.delete(row)
            session.flush()
            book.pin(sites.pinned(favrskov.station, favrskov.key, region.clock(), RANDERS))
    assert len(region.send()) == 1
    assert standing(region, letter) == ("sent", "")
    assert region.outgoing(letter).times_sent == 1
    assert region.send() == []


def test_trouble_in_noting_one_letter_does_not_leave_the_others_unnoted(region, monkeypatch):
    letters = [region.post(sites.referral()) for _ in range(3)]
    real, failing = delivering.Deliver._note, letters[0]

    def note(self, letter_id, ended, **more):
        if letter_id == failing:
            raise OSError
        real(self, letter_id, ended, **more)

    monkeypatch.setattr(delivering.Deliver, "_note", note)
    with pytest.raises(OSError):  # noqa: PT011 - the disk says no more
        region.send()
    assert [region.outgoing(letter).state for letter in letters] == ["queued", "sent", "sent"]
    monkeypatch.undo()
    region.clock.go(16 * MINUTE)
    assert len(region.send()) == 1, "its claim ends, and it goes again"
    assert {row.letter_id for row in region.rows(EnvelopeRow)} == set(letters)


# The database


@contextmanager
def locked(site):
    """Hold the database's one write lock from elsewhere."""
    other = Database(str(site.database._engine.url))
    held, enough = threading.Event(), threading.Event()

    def hold():
        with other.session() as session:
            session.execute(text("SELECT 1"))
            held.set()
            enough.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        yield
    finally:
        enough.set()
        thread.join()
        other.close()


@contextmanager
def only_for_reading(site):
    """Let nothing be written, as on a disk that was mounted read-only after an error."""
    url = site.database._engine.url
    with pytest.MonkeyPatch.context() as patched:
        if ON_POSTGRESQL:
            server().only_for_reading(url.database, on=True)
        else:
            patched.setattr(databases, "PRAGMAS", (*databases.PRAGMAS, "query_only=ON"))
        site.database.close()
        yield
    if ON_POSTGRESQL:
        server().only_for_reading(url.database, on=False)
    site.database.close()


@pytest.mark.parametrize("trouble", [locked, only_for_reading])
async def test_a_database_that_cannot_be_written_ends_no_daemon_and_loses_no_letter(
    region, tmp_path, monkeypatch, caplog, trouble
):
    monkeypatch.setattr("gateway.daemon.REST_AFTER_TROUBLE", 0.05)
    monkeypatch.setattr(delivering, "LOOKING_SECONDS", 0.05)
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.1)
    impatient = Database(str(region.database._engine.url))
    region.station = replace(region.station, database=impatient)
    certificates = Certificates(tmp_path)
    server = Server(certificates.context())
    letter = region.post(sites.referral())
    region.store(b"From: x@y.example\r\n\r\nHej")
    async with server.running():
        way = RelaySettings(host="127.0.0.1", port=9)
        async with running(region, relay=way) as daemon:
            await until(lambda: region.outgoing(letter).tries and not region.receive.waiting())
            with trouble(region):
                await until(lambda: daemon.rounds.ways["out"].failures > 2)
            await until(lambda: "the database can be used again" in caplog.text)
            assert not daemon.stop.is_set()
        told = [record.event for record in caplog.records if getattr(record, "event", "").startswith("database")]
        assert told == ["database-away", "database-back"], "once, however long it lasts"
        second = region.post(sites.referral())
        to_server = RelaySettings(host="127.0.0.1", port=server.port, ca_file=certificates.ca_file)
        async with running(region, relay=to_server):
            await until(lambda: [region.outgoing(one).state for one in (letter, second)] == ["sent"] * 2)
    assert len(server.mail) == 2
    impatient.close()
