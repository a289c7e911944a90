"""A synthetic year as the two ends would count it: the same each time, and nobody in it (for tests and pictures)."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from directory import municipalities
from directory.model import REGION
from gateway.statistics.counting import Frame, counted
from gateway.statistics.figures import Entered, Figures, Joined, Quartiles, Topic
from gateway.statistics.observed import Again, AgeBand, Milestone, Observed, Outcome, Person, Residence, Sex, Told
from gateway.statistics.period import Month, Period

PERIOD = Period(Month(2025, 12), Month(2026, 11))
COUNTED_AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
FIRST_DAY = datetime(2025, 12, 1, 8, tzinfo=UTC)
REFUSALS = {"CONSENT_REFUSED": 41, "ACUTE_SOMATIC": 12, "UNKNOWN_MUNICIPALITY": 7, "OUTSIDE_REGION": 3}
REMINDERS = {"receipt": 6, "remind": 31, "phone": 9}
ENDINGS = {"own-gp": 14, "housing-support": 9, "psychiatry": 6, "not-now": 7, "not-reached": 2, "housing": 0}
WEIGHTS = {"751": 30, "730": 22, "657": 8, "791": 7, "740": 6, "615": 5, "661": 4, "779": 4, "741": 0}
"""Most in Aarhus and Randers, several with hardly any, Samsø with none (H6)."""


def citizens(chance: random.Random, count: int) -> list[tuple[str, str, Person]]:
    codes = [place.code for place in municipalities.in_agreement()]
    weights = [WEIGHTS.get(code, 1) for code in codes]
    ages = (AgeBand.UNDER_30, AgeBand.FROM_30, AgeBand.FROM_45, AgeBand.FROM_61, AgeBand.FROM_75, AgeBand.UNKNOWN)
    homes = (Residence.OWN_HOME, Residence.SUPPORTED, Residence.HOMELESS, Residence.TEMPORARY, Residence.UNKNOWN)
    found = []
    for n in range(count):
        person = Person(
            chance.choices(ages, (18, 40, 82, 40, 12, 8))[0],
            chance.choices((Sex.FEMALE, Sex.MALE, Sex.UNKNOWN), (49, 48, 3))[0],
            chance.choices(homes, (150, 16, 9, 12, 13))[0],
        )
        found.append((f"citizen-{n}", chance.choices(codes, weights)[0], person))
    return found


def life(chance: random.Random, citizen: str, place: str, person: Person) -> list[Observed]:
    """One citizen's referrals: the first, and for some a second."""
    began = FIRST_DAY + timedelta(days=chance.uniform(0, 355))
    closed = began + timedelta(days=chance.uniform(30, 150))
    referrals = [_observed(chance, citizen, place, person, began, Again.FIRST, closed)]
    if chance.random() < 0.24 and closed + timedelta(days=40) < COUNTED_AT:
        again = chance.choice((Again.ONGOING, Again.RELAPSE))
        at = began + timedelta(days=35) if again is Again.ONGOING else closed + timedelta(days=38)
        referrals.append(_observed(chance, citizen, place, person, at, again, None))
    return referrals


def _observed(  # noqa: PLR0917 - a referral is all of this
    chance: random.Random,
    citizen: str,
    place: str,
    person: Person,
    began: datetime,
    again: Again,
    closed: datetime | None,
) -> Observed:
    outcome = chance.choices(tuple(Outcome), (200, 9, 8, 6, 7))[0]
    times = {Milestone.RECEIPT: timedelta(minutes=chance.lognormvariate(1, 0.6))}
    if outcome is Outcome.ACKNOWLEDGED:
        times[Milestone.ACKNOWLEDGEMENT] = timedelta(hours=chance.lognormvariate(2, 1))
    calls = chance.randint(0, 22) if again is Again.FIRST else chance.randint(0, 9)
    told = (Told(began, calls, min(calls, 2)),) if chance.random() < 0.7 else ()
    return Observed(
        citizen,
        place,
        began,
        person,
        again,
        times,
        outcome,
        closed if closed and closed < COUNTED_AT else None,
        told=told,
    )


def region_year(count: int = 200) -> Figures:
    """What the region would count."""
    chance = random.Random(112)  # noqa: S311 - the same year each time
    every = [one for who in citizens(chance, count) for one in life(chance, *who)]
    codes = tuple(place.code for place in municipalities.in_agreement())
    milestones = (Milestone.RECEIPT, Milestone.ACKNOWLEDGEMENT)
    joined = (_joined("730", 0.97, 2.1, 3.4), _joined("751", 0.91, 1.4, 2.6), _joined("657", 1.0, 3.0, 4.2))
    entered = (Entered("ambulance-a", 2026, Decimal("2.9")), Entered("calls", 2026, Decimal("9.6")))
    frame = Frame(REGION, codes, PERIOD, COUNTED_AT, milestones, REFUSALS, REMINDERS, joined=joined, entered=entered)
    return counted(every, frame)


def _joined(code: str, cover: float, assessed: float, contacted: float) -> Joined:
    spreads = {
        milestone: Quartiles(*(timedelta(days=days * part) for part in (0.5, 1, 1.8)))
        for milestone, days in ((Milestone.ASSESSMENT, assessed), (Milestone.FIRST_CONTACT, contacted))
    }
    ratios = {Topic.ASSESSED_IN_TIME: 0.88, Topic.CONTACTED_IN_TIME: 0.81, Topic.KNOWN: 0.86}
    return Joined(code, PERIOD, spreads, ratios, {"all": cover})


def municipal_year(count: int = 60) -> Figures:
    """What Randers would count of its own."""
    chance = random.Random(730)  # noqa: S311 - the same year each time
    every = []
    for citizen, _place, person in citizens(chance, count):
        for one in life(chance, citizen, "730", person):
            assessed, tried = chance.lognormvariate(0.5, 0.7), chance.lognormvariate(0.9, 0.7)
            times = {
                Milestone.ACKNOWLEDGEMENT: timedelta(hours=chance.lognormvariate(2, 1)),
                Milestone.ASSESSMENT: timedelta(days=assessed),
                Milestone.FIRST_CONTACT: timedelta(days=tried),
            }
            known = chance.choices((True, False, None), (80, 12, 8))[0]
            in_time = {Milestone.ASSESSMENT: assessed < 5, Milestone.FIRST_CONTACT: tried < 5}
            every.append(
                Observed(
                    citizen, "730", one.began, person, one.again, times, None, one.closed_at, known, in_time, one.told
                )
            )
    own = (Milestone.ACKNOWLEDGEMENT, Milestone.ASSESSMENT, Milestone.FIRST_CONTACT, Milestone.REACHED)
    return counted(every, Frame("730", ("730",), PERIOD, COUNTED_AT, own, endings=ENDINGS))
