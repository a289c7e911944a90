"""Who calls in the year, when, and what is to become of it: drawn once from a seed, before anything happens."""

import enum
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from databases import ON_POSTGRESQL

CITIZENS: Final = 200
REFERRALS: Final = 240 if ON_POSTGRESQL else 400
"""A letter takes a server twice as long as a file: there the year has fewer of everything but of its troubles."""
REFUSALS: Final = 30
BEGINS: Final = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
"""New Year's night. The year holds Easter, both changes of the clock, Christmas, and ends before the next."""

SHARES: Final = {
    "751": 60,
    "730": 44,
    "740": 16,
    "791": 13,
    "615": 12,
    "657": 11,
    "661": 9,
    "710": 8,
    "746": 7,
    "766": 5,
    "756": 4,
    "707": 3,
    "706": 3,
    "779": 2,
    "760": 1,
    "727": 1,
    "741": 1,
}
"""How many of the 200 live where: two places have half of them, two none at all (H6)."""

LATE_TO_JOIN: Final = "741"
"""Samsø has no contact at the region until March."""


class Fate(enum.Enum):
    """What the unit, or the citizen, does about a referral."""

    PROMPT = "somebody takes it within the same working hours"
    LATE = "somebody takes it once a reminder has come"
    AFTER_CALL = "somebody takes it once the unit was phoned and has promised to"
    BY_PHONE = "nobody ever acknowledges; a person says on the phone that they have it"
    NOT_OURS = "«ikke vores borger»"
    WITHDRAWN = "the citizen withdraws at Præhospitalet"
    WITHDRAWN_THERE = "the citizen withdraws at the municipality"


ODDS: Final = {
    Fate.PROMPT: 60,
    Fate.LATE: 13,
    Fate.AFTER_CALL: 9,
    Fate.BY_PHONE: 6,
    Fate.NOT_OURS: 6,
    Fate.WITHDRAWN: 4,
    Fate.WITHDRAWN_THERE: 2,
}


@dataclass
class Citizen:
    """Somebody invented. `home` changes when they turn out to live elsewhere."""

    index: int
    home: str
    cpr: str | None
    phone: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One call that becomes a referral; `kind` says which re-referral it is, if it is one."""

    at: datetime
    citizen: Citizen
    kind: str | None
    fate: Fate
    urgent: bool
    supplement: bool
    closes: bool
    changes_mind: bool


@dataclass(frozen=True)
class Trouble:
    """A stretch in which the mail line is down, or swallows what it has said yes to: all of it, or only what goes back.

    Where only receipts are lost, letters come twice.
    """

    begins: datetime
    lasts: timedelta
    lossy: bool = False
    only_back: bool = False

    def holds(self, now: datetime) -> bool:
        return self.begins <= now < self.begins + self.lasts


def moment(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


TROUBLES: Final = (
    Trouble(moment(2, 3, 9), timedelta(hours=6)),
    Trouble(moment(3, 12, 10), timedelta(minutes=70), lossy=True),
    Trouble(moment(4, 2, 6), timedelta(days=4)),
    Trouble(moment(5, 19, 10), timedelta(minutes=70), lossy=True, only_back=True),
    Trouble(moment(6, 9, 21), timedelta(hours=4), lossy=True),
    Trouble(moment(8, 20, 7), timedelta(hours=30)),
    Trouble(moment(10, 24, 20), timedelta(hours=40)),
    Trouble(moment(12, 24, 11), timedelta(days=3)),
)
"""Among them Easter, the night the clock goes back, and Christmas."""


def plan(dice: random.Random) -> tuple[Call, ...]:
    """Draw the calls of the year, the earliest first."""
    citizens = list(_citizens(dice))
    return tuple(sorted(_calls(dice, citizens), key=lambda call: call.at))


def _citizens(dice: random.Random) -> Iterator[Citizen]:
    homes = [code for code, share in SHARES.items() for _ in range(share)]
    residences = ("egen_bolig", "egen_bolig", "egen_bolig", "botilbud", "hjemløs", None)
    for index, home in enumerate(homes):
        born = f"{dice.randint(1, 28):02}{dice.randint(1, 12):02}{dice.randint(58, 99)}"
        cpr = f"{born}-{5000 + index}" if dice.random() < 0.6 else None
        facts = {
            "approx_age": dice.choice((None, dice.randint(19, 91))),
            "gender": dice.choice(("K", "M", None)),
            "residence": dice.choice(residences),
        }
        yield Citizen(index, home, cpr, f"+45 95 {index // 100:02} {index % 100:02} 00", facts)


def _calls(dice: random.Random, citizens: Sequence[Citizen]) -> Iterator[Call]:
    again = dice.choices(citizens, k=REFERRALS - CITIZENS)
    fixed = {CITIZENS - 1: moment(1, 9, 3)}  # somebody on Samsø
    fixed |= {place: trouble.begins + timedelta(minutes=20) for place, trouble in enumerate(TROUBLES)}
    for citizen in citizens:
        times = 1 + sum(one is citizen for one in again)
        for place, at in enumerate(_moments(dice, times, fixed.get(citizen.index))):
            kind = dice.choice(("ongoing", "relapse")) if place else None
            yield _call(dice, at, citizen, kind)


def _call(dice: random.Random, at: datetime, citizen: Citizen, kind: str | None) -> Call:
    (fate,) = dice.choices(list(ODDS), weights=list(ODDS.values()))
    return Call(
        at=at,
        citizen=citizen,
        kind=kind,
        fate=fate,
        urgent=dice.random() < 0.06,
        supplement=dice.random() < 0.12,
        closes=dice.random() < 0.28,
        changes_mind=dice.random() < 0.5,
    )


def _moments(dice: random.Random, count: int, first: datetime | None) -> list[datetime]:
    """Draw so many moments of the year, night and day, none within two days of the one before."""
    while True:
        found = sorted(BEGINS + timedelta(minutes=dice.randint(1, 349 * 24 * 60)) for _ in range(count))
        found[0] = first or found[0]
        found.sort()
        if all(later - sooner > timedelta(days=2) for sooner, later in pairwise(found)):
            return found
