"""A mail server with a mailbox, for the tests: it speaks IMAP as far as we need it, or misbehaves on purpose."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from mail_servers import HANG_UP, HERE

ALL_FLAGS = r"\Answered \Flagged \Deleted \Seen \Draft \*"
EXCHANGE_FLAGS = r"\Answered \Flagged \Deleted \Seen \Draft $MDNSent"
"""What a server says that keeps no keywords of ours."""


@dataclass
class ImapServer:
    """Keeps mails by number from 1 on. `answers` gives, by command, what it says instead: text with TAG in it, once."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    offers: str = "IDLE AUTH=PLAIN"
    greeting: str = "* OK ready"
    lasting: str = ALL_FLAGS
    password: str = "hemmeligt ord"  # noqa: S105 - everything here is invented
    mails: list[bytes] = field(default_factory=list)
    flags: dict[int, set[str]] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    answers: dict[str, list[str | bytes]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    before: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    connections: int = 0
    port: int = 0
    idling: list[asyncio.StreamWriter] = field(default_factory=list)
    serving: dict[asyncio.Task[None], asyncio.BaseTransport] = field(default_factory=dict)

    def commands(self) -> list[str]:
        return [line.partition(" ")[2].removeprefix("UID ").partition(" ")[0].upper() for line in self.told]

    def marks(self, uid: int) -> set[str]:
        return self.flags.get(uid, set())

    def add(self, raw: bytes) -> int:
        """Put a mail in, and say so to who idles."""
        self.mails.append(raw)
        for writer in self.idling:
            writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())
        return len(self.mails)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.serving[asyncio.current_task()] = writer.transport
        try:
            await self._say(writer, self.greeting)
            while (line := await reader.readline()) and await self._answer(line.decode().strip(), reader, writer):
                pass
        except (OSError, ssl.SSLError, ValueError):
            pass
        finally:
            self.idling = [one for one in self.idling if one is not writer]
            writer.close()
            with suppress(OSError, ssl.SSLError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)

    async def _answer(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        tag, _, rest = line.partition(" ")
        self.told.append(line)
        command = rest.removeprefix("UID ").partition(" ")[0].upper()
        if scripted := self.answers.get(command):
            answer = scripted.pop(0)
            if answer == HANG_UP:
                return False
            writer.write(answer if isinstance(answer, bytes) else answer.replace("TAG", tag).encode() + b"\r\n")
            await writer.drain()
            return True
        if command in self.before:
            self.before[command]()
        if command == "STARTTLS":
            await self._say(writer, f"{tag} OK go")
            await writer.start_tls(self.tls)
            return True
        said = self._told(command, rest, writer)
        if command == "AUTHENTICATE":
            await self._say(writer, "+ ")
            self.told.append((await reader.readline()).decode().strip())
        if command == "IDLE":
            await self._say(writer, "+ idling")
            self.idling.append(writer)
            await reader.readline()
            self.idling.remove(writer)
        writer.write(b"".join(said))
        await self._say(writer, f"{tag} OK done")
        return True

    def _told(self, command: str, rest: str, writer: asyncio.StreamWriter) -> list[bytes]:
        if command == "CAPABILITY":
            clear = self.tls and writer.get_extra_info("sslcontext") is None
            return [f"* CAPABILITY IMAP4rev1 {self.offers}{' STARTTLS' if clear else ''}\r\n".encode()]
        if command == "SELECT":
            lasting = f"* OK [PERMANENTFLAGS ({self.lasting})] kept\r\n" if self.lasting else ""
            return [f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n{lasting}".encode()]
        if command == "SEARCH":
            return [self._found(rest)]
        if command == "FETCH":
            return [self._fetched(uid, rest) for uid in self._uids(rest)]
        if command == "STORE":
            return [self._stored(uid, rest) for uid in self._uids(rest)]
        return []

    def _uids(self, rest: str) -> list[int]:
        asked = re.match(r"UID \w+ ([0-9,]+)", rest)[1]
        return [int(uid) for uid in asked.split(",") if int(uid) <= len(self.mails)]

    def _found(self, rest: str) -> bytes:
        lowest = int(re.search(r"UID (\d+):\*", rest)[1])
        without = r"\Answered" if "UNANSWERED" in rest else "$Stafet"
        last = len(self.mails)
        found = [uid for uid in range(1, last + 1) if (uid >= lowest or uid == last) and without not in self.marks(uid)]
        return f"* SEARCH {' '.join(map(str, found))}\r\n".encode()

    def _fetched(self, uid: int, rest: str) -> bytes:
        mail = self.mails[uid - 1]
        head, asked = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", "HEADER.FIELDS" in rest
        content = head if asked else mail[: int(re.search(r"<0\.(\d+)>", rest)[1])]
        name = "BODY[HEADER.FIELDS (TO CC)]<0>" if asked else "BODY[]<0>"
        size = f"RFC822.SIZE {self.sizes.get(uid, len(mail))} " if asked else ""
        return f"* {uid} FETCH (UID {uid} {size}{name} {{{len(content)}}}\r\n".encode() + content + b")\r\n"

    def _stored(self, uid: int, rest: str) -> bytes:
        marks = self.flags.setdefault(uid, set())
        marks |= set(re.search(r"\+FLAGS \((.*)\)", rest)[1].split())
        return f"* {uid} FETCH (UID {uid} FLAGS ({' '.join(sorted(marks))}))\r\n".encode()

    async def _say(self, writer: asyncio.StreamWriter, line: str) -> None:
        writer.write(line.encode() + b"\r\n")
        await writer.drain()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ImapServer"]:
        server = await asyncio.start_server(self.serve, HERE, 0, ssl=self.tls if self.implicit else None)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for connection in self.serving.values():
                connection.abort()  # a task that is cancelled in a handshake would leave its transport open
            await asyncio.gather(*self.serving, return_exceptions=True)
