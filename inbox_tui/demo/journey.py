"""One referral all the way: handed in, sealed, mailed, received, receipted, acknowledged, and seen at the region."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from gateway import bootstrap as region_end
from gateway.bootstrap import Progress, Refused
from inbox_tui import bootstrap as municipal_end
from inbox_tui.demo.town import INTAKE_WORKER, SENDER, Town, person_at

LOOK_SECONDS: Final = 0.01
LONGEST_SECONDS: Final = 60.0
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"


@dataclass(frozen=True)
class Journey:
    """What became of one referral. `reason` is why it was refused, in words."""

    id: str
    outcome: str
    reason_code: str | None = None
    recipient_code: str | None = None
    target_date: date | None = None
    warnings: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    acknowledged_by: str | None = None
    receipt_digest_ok: bool | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Write it as plain JSON values."""
        facts = asdict(self) | {"target_date": self.target_date.isoformat() if self.target_date else None}
        del facts["reason"]
        return facts


class JourneyStopped(Exception):
    """A referral did not get as far as it should within a minute; the text names its number and state."""


async def travel(town: Town, name: str, referral: Mapping[str, Any], *, acknowledge: bool = True) -> Journey:
    """Send one referral while the rules' clock stands at its `submitted_at`, and acknowledge it when it arrived."""
    town.clock.standing = submitted_at(referral)
    try:
        submitted = await asyncio.to_thread(region_end.submit(town.region), referral, person_at(town.region, SENDER))
    except Refused as refusal:
        return Journey(name, REFUSED, refusal.reason.value, reason=refusal.what())
    town.wake()
    number = submitted.number
    await _until(town, number, lambda progress: progress.state == "received")
    station = town.municipalities[submitted.recipient.code]
    worker = person_at(station, INTAKE_WORKER)
    case = await asyncio.to_thread(municipal_end.case_store(station).find, number, worker, town.clock())
    if acknowledge and case is not None:
        await asyncio.to_thread(municipal_end.case_store(station).acknowledge, case.id, worker, town.clock())
        town.wake()
        await _until(town, number, lambda progress: progress.acknowledgement is not None)
    progress = await asyncio.to_thread(_progress, town, number)
    return Journey(
        id=name,
        outcome=ACCEPTED,
        recipient_code=submitted.recipient.code,
        target_date=case.target_date if case else None,
        warnings=tuple(notice.value for notice in submitted.notices),
        states=tuple(step.state for step in progress.steps),
        acknowledged_by=progress.acknowledgement.acknowledged_by if progress.acknowledgement else None,
        receipt_digest_ok=progress.digest_ok,
    )


async def _until(town: Town, number: str, arrived: Callable[[Progress], bool]) -> None:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            while not arrived(progress := await asyncio.to_thread(_progress, town, number)):  # noqa: ASYNC110 - rows tell
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise JourneyStopped(f"{number}: {progress.state} {progress.reason}") from None


def _progress(town: Town, number: str) -> Progress:
    with town.region.database.reading() as session:
        progress = region_end.follow(town.region, session).named(number)
    if progress is None:
        raise JourneyStopped(number)
    return progress


def submitted_at(referral: Mapping[str, Any]) -> datetime | None:
    """Read when a referral says it was submitted; None when what it says names no moment."""
    try:
        moment = datetime.fromisoformat(str(referral["submitted_at"]))
    except (KeyError, ValueError):
        return None
    return moment if moment.tzinfo else None
