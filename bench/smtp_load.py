"""Mail by the load: sealed envelopes over TLS, one after another on each of several connections."""

import smtplib
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

HERE: Final = "127.0.0.1"
PATIENCE: Final = 30.0
LINES: Final = 128
MAIL: Final = b"From: region@load.example\r\nTo: intake@load.example\r\nSubject: ...\r\n\r\n" + LINES * (
    b"0123456789abcdef" * 4 + b"\r\n"
)
"""As long as an ordinary envelope, in lines as an armour has them."""


@dataclass(frozen=True)
class Load:
    """What is brought to one server, and how it is known."""

    port: int
    trusted: ssl.SSLContext

    def kept_open(self, connections: int, each: int) -> None:
        """Bring `each` mails over every one of `connections`."""
        with ThreadPoolExecutor(connections) as pool:
            for done in [pool.submit(self._one_connection, each) for _connection in range(connections)]:
                done.result()

    def fresh(self, mails: int) -> None:
        """Bring each mail by a connection of its own, one after another, as relays do."""
        for _mail in range(mails):
            self._one_connection(1)

    def _one_connection(self, mails: int) -> None:
        with self._connected() as client:
            for _mail in range(mails):
                client.sendmail("region@load.example", ["intake@load.example"], MAIL)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with smtplib.SMTP(HERE, self.port, local_hostname="load.example", timeout=PATIENCE) as client:
            client.starttls(context=self.trusted)
            yield client
