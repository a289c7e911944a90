"""The road out: everything the relay is asked before a letter's content, and then never mind (RSET): no letter leaves.

The sign-in is the one letters use. Who writes and who is written to are units' addresses, and nobody's name.
"""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPException

from gateway.adapters import smtp_road
from gateway.adapters.road import Seen, Step, Trouble, Wrong
from gateway.adapters.smtp_road import greeted, sealed, step
from gateway.site.settings import RelaySettings

SIGN_IN_SECONDS: Final = 20.0
"""A server that does not accept a password takes its time to say so, and the more the oftener it is asked."""


@dataclass(frozen=True)
class Way:
    """A letter that could be sent: to which party, from which of our addresses to which of theirs."""

    party: str
    sender: str
    recipient: str


def look(settings: RelaySettings, context: ssl.SSLContext, ways: Sequence[Way], password: str | None) -> Seen:
    """Go all the road to the relay, as far as it goes; ends by itself."""

    async def asking(client: aiosmtplib.SMTP) -> AsyncIterator[Seen]:
        seen = await sealed(client, await greeted(client))
        yield (seen := replace(seen, room=_room(client)))
        await _sign_in(client, settings.user, password)
        yield replace(seen, unknown=await _unknown(client, ways))

    return smtp_road.look(settings.host, settings.port, asking, context, implicit_tls=settings.implicit_tls)


def _room(client: aiosmtplib.SMTP) -> int | None:
    """Read how long a mail may be (RFC 1870); zero, or nothing, is no limit."""
    told = client.esmtp_extensions.get("size", "").strip()
    return (int(told) or None) if told.isascii() and told.isdigit() else None


async def _sign_in(client: aiosmtplib.SMTP, user: str | None, password: str | None) -> None:
    if not user or not password:
        return
    if not client.supported_auth_methods:
        raise Trouble(Wrong.SIGN_IN_NOT_OFFERED, Step.SIGN_IN)
    async with step(Step.SIGN_IN):
        await client.login(user, password, timeout=SIGN_IN_SECONDS)


async def _unknown(client: aiosmtplib.SMTP, ways: Sequence[Way]) -> dict[str, str]:
    """Ask about each party's address; a refusal that is not about one address would be said of all, and ends it."""
    unknown: dict[str, str] = {}
    for way in ways:
        try:
            await _ask(client, way)
        except Trouble as trouble:
            if trouble.wrong is not Wrong.RECIPIENT_UNKNOWN:
                raise
            unknown[way.party] = trouble.answer
    return unknown


async def _ask(client: aiosmtplib.SMTP, way: Way) -> None:
    try:
        async with step(Step.SENDER):
            await client.mail(way.sender)
        async with step(Step.RECIPIENT):
            await client.rcpt(way.recipient)
    finally:
        with suppress(SMTPException, OSError):
            await client.rset()
