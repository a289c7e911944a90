"""Mail without content leaves by the relay the letters leave by, over the same verified TLS; nothing else may."""

import asyncio
from dataclasses import dataclass
from typing import Final

from gateway.exchange.ports import Attempt, Passage, Relay

SECONDS: Final = 30.0
"""How long a relay may take: nobody waits for the mail, and a daemon that is told to stop waits for this."""


@dataclass(frozen=True)
class NotifyByRelay:
    """Hands a mail to the relay; call it from a thread that runs no loop."""

    relay: Relay

    def __call__(self, content: bytes, sender: str, recipient: str) -> str:
        """Give the code of what went wrong; what may have been taken was not, for twice is better than never."""
        attempt = asyncio.run(self._attempt(content, sender, recipient))
        return "" if attempt.passage is Passage.ACCEPTED else attempt.detail or attempt.passage.value

    async def _attempt(self, content: bytes, sender: str, recipient: str) -> Attempt:
        try:
            async with asyncio.timeout(SECONDS):
                return await self.relay.send(content, sender, recipient)
        except TimeoutError:
            return Attempt(Passage.UNCERTAIN, "RELAY_SILENT")
