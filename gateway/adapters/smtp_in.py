"""The door: SMTP over required TLS, or LMTP on this machine. 250 is said only after the raw mail is stored.

Trouble of ours is always 451. Nothing is looked at here: a mail is taken for our own address or refused, and kept as it
came. Everything has its limit: size, time, commands, and how many may talk at once, in all and from one place.
"""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Any, Final, Protocol

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.site.log import Event, Log
from gateway.wire.mail_limits import MAIL_BYTES

IDLE_SECONDS: Final = 60
"""How long a peer may take from one command to the next, and to say all of a mail."""
CONNECTIONS: Final = 100
FROM_ONE_PLACE: Final = 25
"""Connections from one address, or one IPv6 network: more than a mail server opens, less than all there are."""
LIFE_SECONDS: Final = 300
"""No conversation lasts longer, however busy it keeps itself."""
UNSEALED_SECONDS: Final = 30
"""How long a peer may take to ask for TLS."""
COMMANDS: Final = {"*": 20, "MAIL": 100, "RCPT": 100, "DATA": 100, "RSET": 100}
"""How often each command may be said in one conversation; a mail server with many letters comes again."""
COMMANDS_HERE: Final = COMMANDS | dict.fromkeys(("MAIL", "RCPT", "DATA", "RSET"), 10_000)
"""The same for the mail server on this machine: it brings all it has in one conversation (RFC 2033)."""

STORED: Final = "250 2.0.0 stored"
NOT_HERE: Final = "550 5.1.1 no such address here"
ONE_ONLY: Final = "452 4.5.3 one recipient at a time"
NOT_NOW: Final = "451 4.3.0 try again later"
TOO_MANY: Final = b"421 4.3.2 too many connections, try again later\r\n"

NOBODY: Final = frozenset({"", "<>"})
"""How a peer writes that a mail has no sender (RFC 5321, section 4.5.5)."""

log = Log("stafet.door")


class Storing(Protocol):
    """Keeps a mail; what has been stored survives."""

    def __call__(self, raw: bytes, *, from_nobody: bool) -> int:
        """Give the arrival's id; blocks until the mail is durable."""
        ...


@dataclass(frozen=True)
class Doorkeeper:
    """What aiosmtpd asks at each step. `store` blocks until the mail is durable and runs in a thread of its own."""

    addresses: AbstractSet[str]
    store: Storing
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
        from_nobody = (envelope.mail_from or "") in NOBODY
        arrival = await asyncio.to_thread(self.store, content, from_nobody=from_nobody)
        log(Event.ARRIVAL_STORED, arrival=arrival, bytes=len(content))
        self.stored()
        return STORED

    async def handle_exception(self, error: Exception) -> str:
        """Answer 451 to whatever went wrong here; aiosmtpd would say 500 and quote the exception to the peer."""
        log(Event.MAIL_NOT_STORED, error=error)
        return NOT_NOW


@dataclass
class Crowd:
    """Who is being served at a door, and from where."""

    busy: "dict[_Conversation, str]" = field(default_factory=dict)

    def has_room_for(self, place: str) -> bool:
        """Tell whether one more from there may come in."""
        return len(self.busy) < CONNECTIONS and Counter(self.busy.values())[place] < FROM_ONE_PLACE


@dataclass(frozen=True)
class Door:
    """An open door, and who is being served there."""

    server: asyncio.Server
    crowd: Crowd

    @property
    def port(self) -> int:
        """Give the port it listens on."""
        return int(self.server.sockets[0].getsockname()[1])

    @property
    def busy(self) -> bool:
        """Tell whether anybody is being served."""
        return bool(self.crowd.busy)

    async def close(self) -> None:
        """Let nobody else in, and hang up: who was not told 250 will come again."""
        self.server.close()
        for conversation in tuple(self.crowd.busy):
            conversation.hang_up()
        await self.server.wait_closed()


async def open_door(keeper: object, host: str, port: int, tls: ssl.SSLContext, *, hostname: str) -> Door:
    """Listen on `host`:`port` (0: any free port); STARTTLS is required before `keeper`, a Doorkeeper, is asked."""
    return await _open(lambda crowd: _Conversation(crowd, keeper, hostname, COMMANDS, tls), host, port)


async def open_lmtp(keeper: object, host: str, port: int, *, hostname: str) -> Door:
    """Listen on a loopback `host` for the mail server on this machine: LMTP (RFC 2033), without TLS."""
    return await _open(lambda crowd: _LocalConversation(crowd, keeper, hostname, COMMANDS_HERE), host, port)


async def _open(conversation: "Callable[[Crowd], _Conversation]", host: str, port: int) -> Door:
    # Below ERROR aiosmtpd quotes what peers say, at DEBUG every line of content.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    crowd = Crowd()

    def answer() -> asyncio.BaseProtocol:
        return _Threshold(crowd, lambda: conversation(crowd))

    return Door(await asyncio.get_running_loop().create_server(answer, host, port), crowd)


class _Threshold(asyncio.Protocol):
    """Lets a connection in where there is room, and tells it otherwise to come back (RFC 5321, section 3.8)."""

    def __init__(self, crowd: Crowd, conversation: "Callable[[], _Conversation]") -> None:
        self._crowd, self._conversation = crowd, conversation

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's own signature
        """Begin the conversation, or say 421 and hang up."""
        if self._crowd.has_room_for(_place(transport)):
            conversation = self._conversation()
            transport.set_protocol(conversation)
            conversation.connection_made(transport)
        else:
            transport.write(TOO_MANY)
            transport.close()


class _Conversation(SMTP):
    """One connection, counted while it lasts. Without a TLS context nothing but the machine itself may reach it."""

    def __init__(
        self, crowd: Crowd, keeper: object, hostname: str, commands: dict[str, int], tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(
            keeper,
            data_size_limit=MAIL_BYTES,
            decode_data=False,
            tls_context=tls,
            require_starttls=tls is not None,
            timeout=IDLE_SECONDS,
            hostname=hostname,
            ident="Stafet",
            command_call_limit=commands,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
        )
        self._crowd = crowd
        self._must_seal = tls is not None
        self._ends: list[asyncio.TimerHandle] = []

    def hang_up(self) -> None:
        """End the connection at once."""
        if isinstance(self.transport, asyncio.WriteTransport):
            with suppress(AttributeError):  # of a connection that is lost already Python 3.11.2 knows no more
                self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection and its time; STARTTLS makes the same one a second time."""
        if self not in self._crowd.busy:
            self._crowd.busy[self] = _place(transport)
            self._ends = [self.loop.call_later(LIFE_SECONDS, self.hang_up)]
            if self._must_seal:
                self._ends.append(self.loop.call_later(UNSEALED_SECONDS, self._hang_up_unsealed))
        super().connection_made(transport)

    def _hang_up_unsealed(self) -> None:
        if self.transport is not None and self.transport.get_extra_info("ssl_object") is None:
            self.hang_up()

    def connection_lost(self, error: Exception | None) -> None:
        """Count the connection no more."""
        self._crowd.busy.pop(self, None)
        for end in self._ends:
            end.cancel()
        super().connection_lost(error)


class _LocalConversation(_Conversation, LMTP):
    """One connection from the mail server on this machine. A mail has one recipient here, and so one answer."""


def _place(transport: asyncio.BaseTransport) -> str:
    """Tell where a connection comes from: an address, or the IPv6 network that is one household's."""
    peer = transport.get_extra_info("peername")
    try:
        address = ip_address(str(peer[0]).partition("%")[0])
    except (TypeError, IndexError, ValueError):
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return address.exploded[:19]
    return str(address)
