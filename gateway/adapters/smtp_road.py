"""What every look at an SMTP server has in common: it is knocked at, greeted, and sealed; then others ask on."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected

from gateway.adapters.road import STEP_SECONDS, Seen, Step, Trouble, Wrong, codes, in_time, knock, named, shown

GOODBYE_SECONDS: Final = 1.0
CLOSING_SECONDS: Final = 0.01
"""The loop ends with the look, and needs a moment to close a connection that broke while it was being sealed."""
PERMANENT: Final = 500
NO_SMTP: Final = -1
"""What the library calls an answer that is none."""
WANTS_SIGN_IN: Final = 530
NO_SUCH_SENDER: Final = 553
ADDRESS: Final = re.compile(r"<[^>]*>")
ABOUT_SENDER: Final = re.compile(r"[245]\.1\.[78]\b|\bsender\b", re.IGNORECASE)
ABOUT_RELAYING: Final = re.compile(r"\brelay", re.IGNORECASE)
ABOUT_SIGN_IN: Final = re.compile(r"not logged in|authenti", re.IGNORECASE)
ABOUT_RECIPIENT: Final = re.compile(r"\s*5\.(?:[14]\.\d|2\.1\b)")
"""An enhanced code about an address, or the way there."""
CODED: Final = re.compile(r"\s*[245]\.\d")

Asking = Callable[[aiosmtplib.SMTP], AsyncIterator[Seen]]
"""Goes on step by step and gives each time all that was seen; raises Trouble."""


def look(host: str, port: int, asking: Asking, context: ssl.SSLContext | None, *, implicit_tls: bool = False) -> Seen:
    """Go the road as far as it goes; ends by itself."""

    async def talk() -> Seen:
        seen = Seen()
        try:
            client = aiosmtplib.SMTP(
                hostname=host,
                sock=await asyncio.to_thread(knock, host, port),
                use_tls=implicit_tls,
                start_tls=False,
                validate_certs=True,
                tls_context=context,
                timeout=STEP_SECONDS,
            )
            async for further in _until_the_end(client, asking):
                seen = further
        except Trouble as trouble:
            return replace(seen, trouble=trouble)
        return seen

    return in_time(lambda: asyncio.run(talk()))


async def _until_the_end(client: aiosmtplib.SMTP, asking: Asking) -> AsyncIterator[Seen]:
    try:
        async for seen in asking(client):
            yield seen
        with suppress(SMTPException, OSError):
            await client.quit(timeout=GOODBYE_SECONDS)
    finally:
        if isinstance(client.transport, asyncio.WriteTransport):
            client.transport.abort()  # a polite end of TLS waits for the server's
        client.close()
        await asyncio.sleep(CLOSING_SECONDS)


async def greeted(client: aiosmtplib.SMTP) -> Seen:
    """Hear who is there; raises Trouble."""
    async with step(Step.GREETING):
        greeting = await client.connect()
    return Seen(greeting=greeting.message)


async def sealed(client: aiosmtplib.SMTP, seen: Seen) -> Seen:
    """Seal the connection, unless it is sealed from the start; raises Trouble."""
    async with step(Step.TLS):
        if not client.use_tls:
            await client.ehlo()
            if not client.supports_extension("starttls"):
                raise Trouble(Wrong.TLS_NOT_OFFERED, Step.TLS)
            await client.starttls()
        await client.ehlo()
    tls, ends = shown(client.get_transport_info("ssl_object"))
    return replace(seen, tls=tls, ends=ends)


@asynccontextmanager
async def step(now: Step) -> AsyncIterator[None]:
    """Take one step; what goes wrong is raised as Trouble."""
    try:
        yield
    except SMTPResponseException as error:
        answer = "" if error.code == NO_SMTP else codes(error.code, error.message)
        raise Trouble(_meant(now, error.code, ADDRESS.sub("", error.message)), now, answer) from None
    except SMTPServerDisconnected:
        raise Trouble(Wrong.HUNG_UP, now) from None
    except (SMTPException, OSError) as error:
        raise Trouble(named(error), now) from None


def _meant(now: Step, code: int, text: str) -> Wrong:
    """Name a refusal by its code, its enhanced code and, where those leave it open, by the word it is about."""
    if code == NO_SMTP:
        return Wrong.NO_MAIL_SERVER
    if code == WANTS_SIGN_IN:
        return Wrong.SIGN_IN_WANTED
    if now in (Step.SENDER, Step.RECIPIENT) and (meant := _of_mail(now, code, text)):
        return meant
    if code < PERMANENT:
        return Wrong.LATER
    return _REFUSALS.get(now, Wrong.TURNED_AWAY)


def _of_mail(now: Step, code: int, text: str) -> Wrong | None:
    """Tell what is meant; who does not relay may say so as if it were for now, as Postfix does."""
    if ABOUT_SIGN_IN.search(text):
        return Wrong.SIGN_IN_WANTED
    if code == NO_SUCH_SENDER or ABOUT_SENDER.search(text):
        return Wrong.SENDER_REFUSED
    of_recipient = now is Step.RECIPIENT and code >= PERMANENT
    if of_recipient and ABOUT_RECIPIENT.match(text):
        return Wrong.RECIPIENT_UNKNOWN
    if ABOUT_RELAYING.search(text):
        return Wrong.NOT_PASSED_ON
    if of_recipient and not CODED.match(text):  # RFC 5321 gives a bare 550 for an unknown mailbox
        return Wrong.RECIPIENT_UNKNOWN
    return None


_REFUSALS: Final = {
    Step.TLS: Wrong.TLS_FAILED,
    Step.SIGN_IN: Wrong.SIGN_IN_REFUSED,
    Step.SENDER: Wrong.SENDER_REFUSED,
    Step.RECIPIENT: Wrong.NOT_PASSED_ON,
}
