"""A mail server on this machine that keeps what it is handed, in one box for each recipient."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from postfix import HERE, free_port

from gateway.adapters.certificates import self_signed
from gateway.adapters.tls import server_context
from gateway.station import utc_now

PATIENCE = 60.0


@dataclass
class MailDrop:
    """It offers TLS by `certificate`, and asks nobody who they are."""

    certificate: Path
    port: int
    boxes: "defaultdict[str, Queue[bytes]]" = field(default_factory=lambda: defaultdict(Queue))

    def next(self, recipient: str) -> bytes:
        """Wait for the next mail to somebody."""
        return self.boxes[recipient].get(timeout=PATIENCE)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        for recipient in envelope.rcpt_tos:
            self.boxes[recipient].put(envelope.content)
        return "250 kept"


class Server(Controller):
    """It hangs up before it ends, on those that keep their line open too."""

    def __init__(self, *options: Any, **more: Any) -> None:
        super().__init__(*options, **more)
        self.made: list[SMTP] = []

    def factory(self) -> SMTP:
        self.made.append(super().factory())
        return self.made[-1]

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self.hang_up(), self.loop).result(PATIENCE)
        super().stop(no_assert)

    async def hang_up(self) -> None:
        for one in self.made:
            if one.transport:
                one.transport.abort()
        await asyncio.sleep(0)


@contextmanager
def mail_drop(folder: Path) -> Iterator[MailDrop]:
    """Run one; its certificate and key go to `folder`."""
    certificate, key = folder / "drop.pem", folder / "drop.key"
    for file, content in zip((certificate, key), self_signed(HERE, utc_now()), strict=True):
        file.write_bytes(content)
    drop = MailDrop(certificate, free_port())
    server = Server(drop, hostname=HERE, port=drop.port, tls_context=server_context(certificate, key))
    server.start()
    try:
        yield drop
    finally:
        server.stop()
