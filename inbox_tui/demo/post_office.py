"""The post office between the sites: one relay with TLS, which knows each address's door and keeps copies of all."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.adapters.certificates import self_signed
from gateway.adapters.smtp_in import NOT_HERE, NOT_NOW, STORED, Door, open_door
from gateway.adapters.smtp_out import SmtpRelay
from gateway.adapters.tls import server_context
from gateway.exchange.ports import Passage
from gateway.site.home import write_private
from gateway.site.settings import RelaySettings
from gateway.station import utc_now

LOOPBACK: Final = "127.0.0.1"


@dataclass
class PostOffice:
    """Passes each envelope on to the site that has its address, and keeps it as it crossed under `folder`/wire."""

    folder: Path
    doors: dict[str, SmtpRelay] = field(default_factory=dict)
    port: int = 0
    passed: int = 0

    @property
    def certificate(self) -> Path:
        """Give the certificate a site must trust to hand letters in."""
        return self.folder / "post-office.pem"

    @property
    def relay(self) -> RelaySettings:
        """Give the settings a site reaches this post office by."""
        return RelaySettings(host=LOOPBACK, port=self.port, ca_file=self.certificate)

    def add_door(self, address: str, port: int, certificate: Path) -> None:
        """Learn where the site with `address` takes its mail in."""
        self.doors[address.casefold()] = SmtpRelay(RelaySettings(host=LOOPBACK, port=port, ca_file=certificate))

    async def open(self) -> Door:
        """Begin to take letters on a free port of the loopback."""
        (self.folder / "wire").mkdir(parents=True, exist_ok=True)
        certificate, key = self_signed(LOOPBACK, utc_now())
        write_private(self.certificate, certificate)
        write_private(self.folder / "post-office.key", key)
        context = server_context(self.certificate, self.folder / "post-office.key")
        door = await open_door(self, LOOPBACK, 0, context, hostname=LOOPBACK)
        self.port = door.port
        return door

    async def tamper(self, recipient: str) -> None:
        """Deliver the first letter to `recipient` once more with one bit of its seal changed, as a thief might."""
        for copy in sorted((self.folder / "wire").glob("*.eml")):
            mail = copy.read_bytes()
            if f"To: {recipient}".encode() in mail:
                middle = mail.index(b"-----BEGIN PGP") + len(mail) // 3
                changed = mail[:middle] + bytes([mail[middle] ^ 1]) + mail[middle + 1 :]
                await self.doors[recipient.casefold()].send(changed, recipient, recipient)
                return

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take letters for the addresses whose door is known."""
        if address.casefold() not in self.doors:
            return NOT_HERE
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a copy, pass the letter on, and answer as its door did."""
        content, recipient = envelope.original_content or b"", envelope.rcpt_tos[0]
        self.passed += 1
        name = f"{self.passed:04}-{recipient.partition('@')[2].partition('.')[0]}.eml"
        await asyncio.to_thread(write_private, self.folder / "wire" / name, content)
        attempt = await self.doors[recipient.casefold()].send(content, str(envelope.mail_from), recipient)
        return STORED if attempt.passage is Passage.ACCEPTED else NOT_NOW
