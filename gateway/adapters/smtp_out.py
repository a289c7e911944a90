"""The way out: one envelope, one recipient, one verified TLS connection to the configured relay.

There is no setting for opportunistic TLS: without a certificate we trust, nothing is said (Datatilsynet: TLS >= 1.2).
"""

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPReadTimeoutError,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from gateway.adapters.tls import client_context
from gateway.exchange.ports import Attempt, Passage
from gateway.site.handed import handed_over
from gateway.site.settings import RelaySettings

SECONDS: Final = 60.0
GOODBYE_SECONDS: Final = 2.0
"""A relay that has said 250 has the letter, however slowly it says goodbye."""
PERMANENT: Final = 500
LOGIN_REFUSED: Final = "RELAY_LOGIN_REFUSED"
"""The relay does not accept our user name and password, which is none of the letter's doing."""
ENVELOPE_ID: Final = re.compile(rb"^Message-ID: <([0-9a-f-]{36})@", re.MULTILINE)


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
            await self._connect(client)
            await self._sign_in(client)
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()  # what a relay offers counts only from after the handshake
            about_mail, about_recipient = _asked_for(client, envelope)
            await client.mail(sender, options=about_mail)
            await client.rcpt(recipient, options=about_recipient)
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

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
        except SMTPException as error:
            if type(error) is SMTPException:  # the library's only word for a server without STARTTLS
                raise _NoStartTls(error.message) from None
            raise

    async def _sign_in(self, client: aiosmtplib.SMTP) -> None:
        if self.settings.user and self.settings.password_file:
            await client.login(self.settings.user, _password(self.settings.password_file))

    async def _say_goodbye(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.quit(timeout=GOODBYE_SECONDS)
        except (SMTPException, OSError):
            client.close()


def _password(file: Path) -> str:
    try:
        return handed_over(file).read_text("utf-8").strip()
    except UnicodeDecodeError:  # it would carry the password along
        raise _NoPassword("") from None


def _asked_for(client: aiosmtplib.SMTP, envelope: bytes) -> tuple[list[str], list[str]]:
    """Ask a relay that can (RFC 3461) to report what fails or is late, by the envelope's id and without the letter."""
    found = ENVELOPE_ID.search(envelope)
    if found is None or not client.supports_extension("dsn"):
        return [], []
    return ["RET=HDRS", f"ENVID={found[1].decode()}"], ["NOTIFY=FAILURE,DELAY"]


def _before_content(error: Exception) -> Attempt:
    if isinstance(error, SMTPResponseException) and error.code >= PERMANENT:
        if isinstance(error, SMTPAuthenticationError):
            return Attempt(Passage.NOT_REACHED, LOGIN_REFUSED)
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
    causes = (error, error.__cause__, error.__context__)
    return next((code for kind, code in _CODES for cause in causes if isinstance(cause, kind)), "RELAY_TROUBLE")


class _NoStartTls(SMTPException):
    """The server does not offer STARTTLS, so nothing was said to it."""


class _NoPassword(SMTPException):
    """The password's file holds something else than UTF-8."""


_CODES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ssl.SSLCertVerificationError, "TLS_NOT_TRUSTED"),
    (_NoStartTls, "TLS_NOT_OFFERED"),
    (ssl.SSLError, "TLS_FAILED"),
    (_NoPassword, "RELAY_PASSWORD_UNREADABLE"),
    (FileNotFoundError, "RELAY_PASSWORD_UNREADABLE"),
    (PermissionError, "RELAY_PASSWORD_UNREADABLE"),
    (SMTPConnectError, "RELAY_NOT_REACHED"),
    (SMTPTimeoutError, "RELAY_SILENT"),
    (ConnectionError, "RELAY_HUNG_UP"),
)
"""What each kind of trouble is called; the first that fits the error or its cause."""
