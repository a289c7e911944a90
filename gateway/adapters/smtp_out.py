"""The way out: one envelope, one recipient, one verified TLS connection to the configured relay.

There is no setting for opportunistic TLS: without a certificate we trust, nothing is said (Datatilsynet: TLS >= 1.2).
"""

import ssl
from dataclasses import dataclass, field
from typing import Final

import aiosmtplib
from aiosmtplib import (
    SMTPException,
    SMTPReadTimeoutError,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from gateway.adapters.tls import client_context
from gateway.exchange.ports import Attempt, Passage
from gateway.site.settings import RelaySettings

SECONDS: Final = 60.0
PERMANENT: Final = 500


@dataclass(frozen=True)
class SmtpRelay:
    """Hands envelopes to the relay in `settings`; the password, if any, is read from its file at each connection."""

    settings: RelaySettings
    _context: ssl.SSLContext = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_context", client_context(self.settings.ca_file))

    async def send(self, envelope: bytes, sender: str, recipient: str) -> Attempt:
        """Hand over one envelope; whatever goes wrong is told as an Attempt, by code."""
        client = self._client()
        try:
            await client.connect()
            await self._sign_in(client)
            await client.mail(sender)
            await client.rcpt(recipient)
        except (SMTPException, OSError) as error:
            client.close()
            return _before_content(error)
        try:
            await client.data(envelope)
        except (SMTPException, OSError) as error:
            client.close()
            return _after_content(error)
        await self._say_goodbye(client)
        return Attempt(Passage.ACCEPTED)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.settings.host,
            port=self.settings.port,
            use_tls=self.settings.implicit_tls,
            start_tls=not self.settings.implicit_tls,
            validate_certs=True,
            tls_context=self._context,
            timeout=SECONDS,
        )

    async def _sign_in(self, client: aiosmtplib.SMTP) -> None:
        if self.settings.user and self.settings.password_file:
            await client.login(self.settings.user, self.settings.password_file.read_text("utf-8").strip())

    async def _say_goodbye(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.quit()
        except (SMTPException, OSError):
            client.close()


def _before_content(error: Exception) -> Attempt:
    if isinstance(error, SMTPResponseException) and error.code >= PERMANENT:
        return Attempt(Passage.REFUSED, f"SMTP_{error.code}")
    return Attempt(Passage.NOT_REACHED, _code(error))


def _after_content(error: Exception) -> Attempt:
    if isinstance(error, SMTPReadTimeoutError | SMTPTimeoutError | SMTPServerDisconnected | OSError):
        return Attempt(Passage.UNCERTAIN, _code(error))
    return _before_content(error)


def _code(error: Exception) -> str:
    """Name the trouble without quoting the server."""
    if isinstance(error, SMTPResponseException):
        return f"SMTP_{error.code}"
    if isinstance(error.__cause__ or error, ssl.SSLCertVerificationError):
        return "TLS_NOT_TRUSTED"
    return {"SMTPConnectError": "RELAY_NOT_REACHED", "SMTPConnectTimeoutError": "RELAY_NOT_REACHED"}.get(
        type(error).__name__,
        "RELAY_TROUBLE",
    )
