"""The road as a good engineer would write it without Stafet's rules: the same libraries, keys and TLS, and little else.

A letter is a row before it is sent, mail is a row before it is accepted, and a letter is kept in the transaction that
answers it. There is no second opinion, address book, audit, order, padding or vault, and the peer is simply known.
"""

import asyncio
import json
import sqlite3
import ssl
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any, Final

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Talk
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

LOOPBACK: Final = "127.0.0.1"
AT_ONCE: Final = 4
GPG: Final = (
    *("gpg", "--batch", "--no-tty", "--no-options", "--status-fd", "2", "--trust-model", "always"),
    *("--no-random-seed-file", "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--homedir"),
)
SEALING: Final = ("--compress-algo", "none", "--digest-algo", "SHA512", "--cipher-algo", "AES256", "--armor")


class Table(SQLModel, registry=registry()):
    """The tables of one end."""


class Out(Table, table=True):
    """A letter or receipt on its way out: "queued", "sent", and then "received"."""

    id: str = Field(primary_key=True)
    body: bytes
    state: str = Field(default="queued", index=True)


class In(Table, table=True):
    """A mail as it came."""

    id: int | None = Field(default=None, primary_key=True)
    raw: bytes
    state: str = Field(default="waiting", index=True)


class Kept(Table, table=True):
    """A letter that was opened."""

    id: str = Field(primary_key=True)
    body: bytes


@dataclass(frozen=True)
class Keys:
    """A GnuPG home, the passphrase of its secret key, and the fingerprints of both ends."""

    home: Path
    passphrase: str = field(repr=False)
    own: str
    peer: str

    def seal(self, content: bytes) -> bytes:
        """Sign and encrypt."""
        who = ("--local-user", f"{self.own}!", "--recipient", self.peer, "--set-filesize", str(len(content)))
        done = self._run(*SEALING, *who, "--sign", "--encrypt", data=content)
        if done.returncode != 0:
            raise RuntimeError("not sealed")
        return done.stdout

    def open(self, sealed: bytes) -> bytes:
        """Decrypt and verify."""
        done = self._run("--decrypt", data=sealed)
        said = [line.split(b" ") for line in done.stderr.splitlines()]
        signers = [words[-1] for words in said if words[1:2] == [b"VALIDSIG"]]
        if done.returncode != 0 or signers != [self.peer.encode()]:
            raise RuntimeError("not opened")
        return done.stdout

    def _run(self, *what: str, data: bytes) -> "subprocess.CompletedProcess[bytes]":
        line = [*GPG, str(self.home), *what]
        return subprocess.run(line, input=self.passphrase.encode() + b"\n" + data, capture_output=True, check=False)


@dataclass(frozen=True)
class Relay:
    """The mail server letters leave by."""

    port: int
    tls: ssl.SSLContext

    async def send(self, mail: bytes, sender: str, recipient: str) -> None:
        """Hand a mail over by verified TLS; raises when it was not taken."""
        where: dict[str, Any] = {"hostname": LOOPBACK, "port": self.port, "start_tls": True, "tls_context": self.tls}
        await aiosmtplib.send(mail, sender=sender, recipients=[recipient], **where)


@dataclass
class End:
    """One end of the line."""

    address: str
    peer: str
    keys: Keys
    relay: Relay
    database: Path
    _engine: Engine = field(init=False)
    _wake: dict[str, asyncio.Event] = field(default_factory=lambda: {"in": asyncio.Event(), "out": asyncio.Event()})

    def __post_init__(self) -> None:
        self._engine = create_engine(f"sqlite:///{self.database}")
        event.listen(self._engine, "connect", _make_durable)
        Table.metadata.create_all(self._engine)

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext) -> AsyncIterator[int]:
        """Take in and send out; gives the port of the door."""
        loop = asyncio.get_running_loop()
        door = await loop.create_server(lambda: SMTP(self, tls_context=tls, require_starttls=True), LOOPBACK, 0)
        ways = [asyncio.create_task(self._repeat(*way)) for way in (("in", In, self._take), ("out", Out, self._send))]
        try:
            yield door.sockets[0].getsockname()[1]
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            door.close()
            self._engine.dispose()

    def submit(self, content: object) -> str:
        """Queue a letter."""
        letter = str(uuid.uuid4())
        with Session(self._engine) as session, session.begin():
            session.add(Out(id=letter, body=json.dumps({"id": letter, "content": content}).encode()))
        return letter

    def wake(self) -> None:
        """Look at once for what is to be sent."""
        self._wake["out"].set()

    async def handle_DATA(self, _server: SMTP, _talk: Talk, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Store a mail, then take it."""
        await asyncio.to_thread(self._store, envelope.content)
        self._wake["in"].set()
        return "250 stored"

    def _store(self, raw: bytes) -> None:
        with Session(self._engine) as session, session.begin():
            session.add(In(raw=raw))

    async def _repeat(self, name: str, table: type[In | Out], one: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        while True:
            self._wake[name].clear()
            due = await asyncio.to_thread(self._due, table)
            await asyncio.gather(*map(one, due))
            if not due:
                await self._wake[name].wait()

    def _due(self, table: type[In | Out]) -> Iterable[In | Out]:
        with Session(self._engine) as session:
            return session.exec(select(table).where(col(table.state).in_(("queued", "waiting"))).limit(AT_ONCE)).all()

    async def _send(self, row: Out) -> None:
        mail = await asyncio.to_thread(self._mail, row.body)
        await self.relay.send(mail, self.address, self.peer)
        await asyncio.to_thread(self._mark, row.id, "sent", before="queued")

    def _mail(self, body: bytes) -> bytes:
        mail = MIMEMultipart("encrypted", protocol="application/pgp-encrypted")
        for name, value in (("From", self.address), ("To", self.peer), ("Date", formatdate()), ("Subject", "...")):
            mail[name] = value
        mail["Message-ID"] = make_msgid(domain=self.address.rpartition("@")[2])
        mail.attach(_part("pgp-encrypted", "Version: 1\n"))
        mail.attach(_part("octet-stream", self.keys.seal(body).decode("ascii")))
        return mail.as_bytes(policy=policy.SMTP)

    def _mark(self, letter: str, state: str, *, before: str) -> None:
        done = update(Out).where(col(Out.id) == letter, col(Out.state) == before)
        with Session(self._engine) as session, session.begin():
            session.execute(done.values(state=state))

    async def _take(self, row: In) -> None:
        letter = await asyncio.to_thread(lambda: json.loads(self.keys.open(_sealed(row.raw))))
        await asyncio.to_thread(self._kept, row, letter)
        self.wake()

    def _kept(self, row: In, letter: dict[str, Any]) -> None:
        """Keep a letter and queue its receipt, or note a receipt, in one transaction."""
        with Session(self._engine) as session, session.begin():
            session.execute(update(In).where(col(In.id) == row.id).values(state="taken"))
            if "of" in letter:
                session.execute(update(Out).where(col(Out.id) == letter["of"]).values(state="received"))
                return
            receipt = str(uuid.uuid4())
            session.add(Kept(id=letter["id"], body=json.dumps(letter["content"]).encode()))
            session.add(Out(id=receipt, body=json.dumps({"id": receipt, "of": letter["id"]}).encode()))


def _sealed(raw: bytes) -> bytes:
    parts = message_from_bytes(raw).get_payload()
    sealed = parts[1].get_payload(decode=True)
    return bytes(sealed)


def _part(subtype: str, text: str) -> MIMENonMultipart:
    part = MIMENonMultipart("application", subtype)
    part.set_payload(text)
    return part


def _make_durable(connection: sqlite3.Connection, _entry: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")
