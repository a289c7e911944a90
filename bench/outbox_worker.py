"""A process at the outbox of a region's site: at each word on its input it delivers what is due, and tells how much.

With --database-alone nothing is sealed or sent: what is left is what the database decides.
"""

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from gateway import bootstrap as region_end
from gateway.exchange import deliver
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.sealing import SealedLetter
from gateway.site.home import Home
from gateway.wire.letters import Letter, new_id

BYTES, DIGEST = b"sealed", "0" * 64


def main() -> None:
    """Stay until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--database-alone", action="store_true")
    arguments = parser.parse_args()
    logging.disable()
    with region_end.open_region(Home(arguments.home)) as station, asyncio.Runner() as loop:
        station.refill_keyring()
        outbox = station.deliver()
        if arguments.database_alone:
            mock.patch.object(deliver, "seal_letter", _sealed).start()
            object.__setattr__(outbox, "relay", Nowhere())
        print("ready", flush=True)
        for _word in sys.stdin:
            delivered = 0
            while some := loop.run(outbox()):
                delivered += some
            print(delivered, flush=True)


class Nowhere:
    """A mail server that has every letter at once."""

    async def send(self, _envelope: bytes, _sender: str, _recipient: str) -> Attempt:
        """Take it."""
        return Attempt(Passage.ACCEPTED)


def _sealed(_letter: Letter, *, own: Any, recipient: str, key: Any, **_how: object) -> SealedLetter:  # noqa: ANN401 - as sealing has them
    return SealedLetter(new_id(), BYTES, own.address, recipient, DIGEST, own.fingerprint, key.fingerprint)


if __name__ == "__main__":
    main()
