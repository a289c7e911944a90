"""From a referral that is handed in to its technical receipt, beside a bare pipeline of the same libraries."""

import asyncio
import random
import shutil
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final
from unittest import mock

from daemons import idle_percent, running
from figures import Aim, Chapter, Finding, Sample, ratio, samples
from lines import CODE, Line, Ours, Passing, bare_line, travel
from stopwatch import Tell, Work, in_turn

from directory.model import REGION
from gateway import bootstrap as region_end
from gateway.site.home import Home
from gateway.station import utc_now
from inbox_tui.demo import town as demo
from inbox_tui.demo.town import Town, open_town
from keys.sealing import open_sealed, seal

EIGHT: Final = 8
ROUNDS, ROUNDS_OF_EIGHT, REFERRALS, IDLE_SECONDS = 40, 12, 25, 8.0
SEALED: Final = b"x" * 8192
"""As much as is sealed of an ordinary referral."""
OURS, BARE, CRYPTOGRAPHY = "ours", "the bare pipeline", "2 seals and 2 opens of ours alone"

Times = dict[str, list[float]]


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Measure both in one process and through one post office, and then ours with two daemons as processes."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        with mock.patch.object(demo, "PostOffice", Passing):
            one, eight = asyncio.run(_side_by_side(folder, small=small, tell=tell))
        alone, idle = asyncio.run(_with_daemons(folder, small=small, tell=tell))
    finally:
        shutil.rmtree(folder)
    return _chapter(one, _per_second(eight), alone, idle)


def _chapter(one: Times, eight: Times, alone: list[float], idle: Times) -> Chapter:
    return Chapter(
        "From `refer` to the technical receipt",
        "A referral is handed in, sealed, mailed by verified TLS through one post office, stored, opened and kept; its "
        "receipt comes back the same way. The bare pipeline does so in a process of the same form with the same "
        "libraries, keys and post office, and as durably; it has no second opinion, address book, audit, order, "
        "padding or vault. The two daemons are processes of their own, and find by themselves what was handed in.",
        (
            *samples("ms", {f"{name}, one at a time": times for name, times in one.items()}),
            *samples("letters/s", {f"{name}, eight at a time": each for name, each in eight.items()}),
            Sample("ours, two daemons, one at a time", "ms", tuple(alone)),
            *samples(
                "% of a processor", {f"a daemon that has nothing to do, {who}": used for who, used in idle.items()}
            ),
        ),
        (
            Finding("one at a time: the bare pipeline's time / ours", ratio(one[BARE], one[OURS]), Aim.AT_LEAST, 0.8),
            Finding(
                "eight at a time: our letters/s / the bare pipeline's",
                ratio(eight[OURS], eight[BARE]),
                Aim.AT_LEAST,
                0.8,
            ),
            Finding("one referral «modtaget», two daemons", statistics.median(alone), Aim.AT_MOST, 300, "ms"),
            Finding(
                "what our rules cost one referral",
                statistics.median(one[OURS]) - statistics.median(one[BARE]),
                unit="ms",
            ),
        ),
    )


def _per_second(times: Times) -> Times:
    return {name: [EIGHT * 1000 / each for each in found] for name, found in times.items()}


async def _side_by_side(folder: Path, *, small: bool, tell: Tell) -> tuple[Times, Times]:
    async with open_town(folder, (CODE,)) as town, bare_line(folder, town) as bare:
        lines: dict[str, Line] = {OURS: Ours(town.region, town), BARE: bare}
        loop = asyncio.get_running_loop()
        ones = {name: partial(_wait_for, loop, line, 1) for name, line in lines.items()}
        eights = {name: partial(_wait_for, loop, line, EIGHT) for name, line in lines.items()}
        alone: dict[str, Work] = {CRYPTOGRAPHY: partial(cryptography, town)}
        tell("one at a time")
        one = await asyncio.to_thread(in_turn, 2 if small else ROUNDS, {**ones, **alone}, _quietly)
        tell("eight at a time")
        eight = await asyncio.to_thread(in_turn, 1 if small else ROUNDS_OF_EIGHT, eights, _quietly)
        for line in lines.values():
            line.received.close()
        return one, eight


def _quietly(_round: str) -> None:
    """Say nothing."""


def _wait_for(loop: asyncio.AbstractEventLoop, line: Line, letters: int) -> None:
    asyncio.run_coroutine_threadsafe(travel(line, letters), loop).result()


def cryptography(town: Town) -> None:
    """Do the least cryptography of the road: a letter and its receipt, each sealed and opened."""
    ends = town.region, town.municipalities[CODE]
    for sender, reader in (ends, ends[::-1]):
        signer, key = sender.own.fingerprint, reader.own.fingerprint
        sealed = seal(sender.keyring, SEALED, signer=signer, reader=key)
        open_sealed(reader.keyring, sealed.ciphertext, reader=key, signers={signer}, now=utc_now())


async def _with_daemons(folder: Path, *, small: bool, tell: Tell) -> tuple[list[float], Times]:
    """Serve the same two sites by processes."""
    tell("two daemons")
    ends = {"stafet-gateway": Home(folder / "sites" / REGION), "stafet-inbox": Home(folder / "sites" / CODE)}
    (folder / "second").mkdir()
    office = Passing(folder / "second")
    async with AsyncExitStack() as stack:
        stack.push_async_callback((await office.open()).close)
        started = {}
        for program, home in ends.items():
            home.write_settings(home.settings().model_copy(update={"relay": office.relay}))
            started[program] = await asyncio.to_thread(stack.enter_context, running(program, home.path))
            settings = home.settings()
            office.add_door(settings.unit.address, started[program].port, settings.door.certificate or Path())
        alone = await _alone(ends["stafet-gateway"], 2 if small else REFERRALS)
        tell("two daemons with nothing to do")
        used = [asyncio.to_thread(idle_percent, one, 0.2 if small else IDLE_SECONDS) for one in started.values()]
        idle = await asyncio.gather(*used)
    return alone, {program: [each] for program, each in zip(started, idle, strict=True)}


async def _alone(home: Home, referrals: int) -> list[float]:
    """Hand in one referral after another; none knows when the daemon looks next."""
    times = []
    with region_end.open_region(home) as region:
        line = Ours(region)
        for nth in range(referrals + 1):
            await asyncio.sleep(0.2 + random.random() * 0.2)  # noqa: S311 - spreads them over what lies between two looks
            started = time.perf_counter()
            await travel(line, 1)
            if nth:  # the first one is not counted
                times.append((time.perf_counter() - started) * 1000)
        line.received.close()
    return times
