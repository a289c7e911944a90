"""Mail servers for the tests: a scripted one that misbehaves on purpose, and certificates for it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

HERE = "127.0.0.1"
HANG_UP = "hang up"
RESET = "reset"


@dataclass
class Certificates:
    """An authority we trust, one we do not, and what they issued."""

    folder: Path
    trusted: trustme.CA = field(default_factory=trustme.CA)
    unknown: trustme.CA = field(default_factory=trustme.CA)

    @property
    def ca_file(self) -> Path:
        path = self.folder / "ca.pem"
        self.trusted.cert_pem.write_to_path(path)
        return path

    def context(self, name: str = HERE, *, known: bool = True, expired: bool = False) -> ssl.SSLContext:
        ends = datetime.now(UTC) - timedelta(days=1) if expired else None
        starts = datetime.now(UTC) - timedelta(days=9)
        authority = self.trusted if known else self.unknown
        issued = authority.issue_cert(name, not_before=starts, not_after=ends)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        issued.configure_cert(context)
        return context


@dataclass
class Server:
    """Answers each command as scripted, or 250; keeps what it was told. No TLS context: it offers no STARTTLS."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    offers: tuple[str, ...] = ("AUTH PLAIN LOGIN",)
    answers: Mapping[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    mail: list[bytes] = field(default_factory=list)
    port: int = 0
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def commands(self) -> list[str]:
        return [line.partition(" ")[0].upper() for line in self.told]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.current_task())
        try:
            if await self._said(writer, "greeting", "220 test"):
                while (line := await reader.readline()) and await self._answer(line, reader, writer):
                    pass
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.close()
            with suppress(OSError, ssl.SSLError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)

    async def _answer(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        command = line.decode("latin-1").strip()
        self.told.append(command)
        verb = command.partition(" ")[0].upper()
        if verb == "EHLO":
            in_clear = self.tls and writer.get_extra_info("sslcontext") is None
            offers = (*(["STARTTLS"] if in_clear else []), *self.offers)
            return await self._said(
                writer, verb, "\r\n".join(["250-test", *(f"250-{one}" for one in offers), "250 SIZE"])
            )
        if verb == "STARTTLS" and self.tls and await self._said(writer, verb, "220 go"):
            await writer.start_tls(self.tls)
            return True
        if verb == "DATA":
            return await self._data(reader, writer)
        return await self._said(writer, verb, "250 ok")

    async def _data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if "DATA" in self.answers:
            return await self._said(writer, "DATA", "")
        await self._said(writer, "354", "354 go")
        self.mail.append((await reader.readuntil(b"\r\n.\r\n"))[:-3])
        return await self._said(writer, "content", "250 kept")

    async def _said(self, writer: asyncio.StreamWriter, step: str, usual: str) -> bool:
        """Answer one step; tells whether the conversation goes on."""
        answer = self.answers.get(step, usual)
        if answer == RESET:
            writer.transport.abort()
        if answer in (HANG_UP, RESET):
            return False
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Server"]:
        server = await asyncio.start_server(self.serve, HERE, 0, ssl=self.tls if self.implicit else None)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()
            await asyncio.wait({*self.serving, asyncio.create_task(asyncio.sleep(0))}, timeout=2)
