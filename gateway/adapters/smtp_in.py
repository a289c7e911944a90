"""The door: SMTP over required TLS. 250 is said only after the raw mail is stored; trouble of ours is always 451.

Nothing is looked at here: a mail is taken for our own address or refused, and kept as it came.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.wire.mail_limits import MAIL_BYTES

IDLE_SECONDS: Final = 60
CONNECTIONS: Final = 50
LIFE_SECONDS: Final = 300
"""No conversation lasts longer, however busy it keeps itself."""
UNSEALED_SECONDS: Final = 30
"""How long a peer may take to ask for TLS."""

STORED: Final = "250 2.0.0 stored"
NOT_HERE: Final = "550 5.1.1 no such address here"
ONE_ONLY: Final = "452 4.5.3 one recipient at a time"
NOT_NOW: Final = "451 4.3.0 try again later"

log = logging.getLogger("stafet.door")


@dataclass(frozen=True)
class Doorkeeper:
    """What aiosmtpd asks at each step. `store` blocks until the mail is durable and runs in a thread of its own."""

    addresses: frozenset[str]
    store: Callable[[bytes], int]
    stored: Callable[[], None]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take mail for our own address, one recipient at a time."""
        if envelope.rcpt_tos:
            return ONE_ONLY
        if address.casefold() not in self.addresses:
            return NOT_HERE
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Store the mail, then say so."""
        content = envelope.content
        if not isinstance(content, bytes):
            return NOT_NOW
        arrival = await asyncio.to_thread(self.store, content)
        log.info("arrival %s stored, %s bytes", arrival, len(content))
        self.stored()
        return STORED

    async def handle_exception(self, error: Exception) -> str:
        """Answer 451 to whatever went wrong here; aiosmtpd would say 500 and quote the exception to the peer."""
        log.error("mail not stored: %s", type(error).__name__)
        return NOT_NOW


@dataclass(frozen=True)
class Door:
    """An open door, and who is being served there."""

    server: asyncio.Server
    busy: "set[_Conversation]"

    @property
    def port(self) -> int:
        """Give the port it listens on."""
        return int(self.server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Let nobody else in, and hang up: who was not told 250 will come again."""
        self.server.close()
        for conversation in tuple(self.busy):
            conversation.hang_up()
        await self.server.wait_closed()


async def open_door(keeper: object, host: str, port: int, tls: ssl.SSLContext, *, hostname: str) -> Door:
    """Listen on `host`:`port` (0: any free port); STARTTLS is required before `keeper`, a Doorkeeper, is asked."""
    # Below ERROR aiosmtpd quotes what peers say, at DEBUG every line of content.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    busy: set[_Conversation] = set()

    def answer() -> asyncio.BaseProtocol:
        return _Full() if len(busy) >= CONNECTIONS else _Conversation(busy, keeper, tls, hostname)

    return Door(await asyncio.get_running_loop().create_server(answer, host, port), busy)


class _Conversation(SMTP):
    """One connection, counted while it lasts."""

    def __init__(self, busy: "set[_Conversation]", keeper: object, tls: ssl.SSLContext, hostname: str) -> None:
        super().__init__(
            keeper,
            data_size_limit=MAIL_BYTES,
            decode_data=False,
            tls_context=tls,
            require_starttls=True,
            timeout=IDLE_SECONDS,
            hostname=hostname,
            ident="Stafet",
        )
        self._busy = busy
        self._ends: list[asyncio.TimerHandle] = []

    def hang_up(self) -> None:
        """End the connection at once."""
        if isinstance(self.transport, asyncio.WriteTransport):
            with suppress(AttributeError):  # of a connection that is lost already Python 3.11.2 knows no more
                self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection and its time; STARTTLS makes the same one a second time."""
        if self not in self._busy:
            self._busy.add(self)
            self._ends = [
                self.loop.call_later(UNSEALED_SECONDS, self._hang_up_unsealed),
                self.loop.call_later(LIFE_SECONDS, self.hang_up),
            ]
        super().connection_made(transport)

    def _hang_up_unsealed(self) -> None:
        if self.transport is not None and self.transport.get_extra_info("ssl_object") is None:
            self.hang_up()

    def connection_lost(self, error: Exception | None) -> None:
        """Count the connection no more."""
        self._busy.discard(self)
        for end in self._ends:
            end.cancel()
        super().connection_lost(error)


class _Full(asyncio.Protocol):
    """Tells a connection too many to come back."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's own signature
        """Say 421 and hang up (RFC 5321, section 3.8)."""
        transport.write(b"421 4.3.2 too many connections, try again later\r\n")
        transport.close()
