"""Our own door, seen from outside: whether it is ours that listens there, and which certificate it shows."""

from collections.abc import AsyncIterator
from typing import Final

import aiosmtplib

from gateway.adapters import smtp_road
from gateway.adapters.road import Seen, Step, Trouble, Wrong
from gateway.adapters.smtp_road import greeted, sealed, step
from gateway.adapters.tls import own_context
from gateway.site.settings import DoorKind, DoorSettings

EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to knock at a door that is everywhere
OURS: Final = "Stafet"
"""Our door says its name when it greets."""
OK: Final = 250


def look(door: DoorSettings) -> Seen:
    """Knock, and go in as far as the mail server does before it brings mail; raises OSError for no certificate."""
    host = EVERYWHERE.get(door.host, door.host)
    if door.kind is DoorKind.LMTP:
        return smtp_road.look(host, door.port, _lmtp, None)
    return smtp_road.look(host, door.port, _smtp, own_context(door.certificate))


async def _smtp(client: aiosmtplib.SMTP) -> AsyncIterator[Seen]:
    yield await sealed(client, _ours(await greeted(client)))


async def _lmtp(client: aiosmtplib.SMTP) -> AsyncIterator[Seen]:
    yield (seen := _ours(await greeted(client)))
    async with step(Step.GREETING):
        answer = await client.execute_command(b"LHLO", b"localhost")
    if answer.code != OK:
        raise Trouble(Wrong.NO_MAIL_SERVER, Step.GREETING)
    yield seen


def _ours(seen: Seen) -> Seen:
    if not seen.greeting.endswith(OURS):
        raise Trouble(Wrong.NO_MAIL_SERVER, Step.GREETING)
    return seen
