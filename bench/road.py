"""How long the road takes: from `refer` to the technical receipt, beside the cryptography it cannot do without.

Run with `make bench`. Both are measured in one run on the same sites; the ratio is what to compare between machines.
"""

import asyncio
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from gateway.referring.example import example
from gateway.station import utc_now
from inbox_tui.demo.journey import travel
from inbox_tui.demo.town import Town, open_town
from keys.sealing import open_sealed, seal

ROUNDS = 30
CODE = "751"
CONTENT = b"x" * 8192


async def one_road(town: Town) -> float:
    """Time one referral, in milliseconds."""
    referral = example(CODE, utc_now())
    started = time.perf_counter()
    await travel(town, "example", referral, acknowledge=False)
    return (time.perf_counter() - started) * 1000


def one_crypto(town: Town) -> float:
    """Time the least cryptography of that road, in milliseconds: a letter and its receipt, each sealed and opened."""
    region, unit = town.region, town.municipalities[CODE]
    started = time.perf_counter()
    for sender, reader in ((region, unit), (unit, region)):
        signer, key = sender.own.fingerprint, reader.own.fingerprint
        sealed = seal(sender.keyring, CONTENT, signer=signer, reader=key)
        open_sealed(reader.keyring, sealed.ciphertext, reader=key, signers={signer}, now=utc_now())
    return (time.perf_counter() - started) * 1000


async def measure() -> tuple[list[float], list[float]]:
    """Measure both, in turn."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        async with open_town(folder, (CODE,)) as town:
            await one_road(town)
            pairs = [(await one_road(town), await asyncio.to_thread(one_crypto, town)) for _round in range(ROUNDS)]
    finally:
        shutil.rmtree(folder)
    roads, cryptos = zip(*pairs, strict=True)
    return list(roads), list(cryptos)


def main() -> None:
    """Print medians, spread and the ratio."""
    roads, cryptos = asyncio.run(measure())
    for name, times in (("refer to receipt, with a post office between", roads), ("2 seals and 2 opens", cryptos)):
        print(f"{name:<45} median {statistics.median(times):6.1f} ms   {min(times):.1f} to {max(times):.1f}")
    print(f"{'ratio':<45} {statistics.median(roads) / statistics.median(cryptos):13.2f}")


if __name__ == "__main__":
    main()
