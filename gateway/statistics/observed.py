"""One referral as the figures see it: no name, no number, no text. Each end makes these of its own rows."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from directory.calendar import local_day
from gateway.wire.cpr import IdentifierKind as Kind
from gateway.wire.cpr import InvalidCpr, age_at, identify
from gateway.wire.referral import Citizen, Referral, ReReferralKind

OLDEST: Final = 110
"""A CPR number that says more is no age to count."""


class Milestone(enum.StrEnum):
    """What a referral waits for, and how long that took (H10)."""

    RECEIPT = "receipt"
    """The municipality's gateway has it (technical receipt)."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """A person there has taken it."""
    ASSESSMENT = "assessment"
    """The municipality has assessed how urgent it is (E1)."""
    FIRST_CONTACT = "first-contact"
    """The municipality has tried to reach the citizen for the first time (E1)."""
    REACHED = "reached"
    """The municipality has reached the citizen (E5)."""
    TAKEN_OVER = "taken-over"
    """A person in one of the municipality's departments has it (S19)."""


class Again(enum.StrEnum):
    """Whether the citizen was referred before (H8)."""

    FIRST = "first"
    """For the first time."""
    ONGOING = "ongoing"
    """Again, because the citizen went on calling («ringer fortsat»)."""
    RELAPSE = "relapse"
    """Again, because the citizen had stopped and began again («begyndt igen»)."""
    ANEW = "anew"
    """Sent anew to the right municipality after «ikke vores borger»; no re-referral."""


class Outcome(enum.StrEnum):
    """What became of the promise that somebody takes over (E13)."""

    ACKNOWLEDGED = "acknowledged"
    """A person at the municipality has taken it."""
    NOT_OURS = "not-ours"
    """The municipality has answered, with its reason, that the citizen is not its own."""
    PHONED = "phoned"
    """The unit was phoned, and took it or promised to."""
    WITHDRAWN = "withdrawn"
    """The citizen withdrew the consent before anybody had taken it."""
    WAITING = "waiting"
    """None of these yet."""


class AgeBand(enum.StrEnum):
    """How old the citizen was (H7)."""

    UNDER_30 = "under-30"
    """18 to 29."""
    FROM_30 = "30-44"
    """30 to 44."""
    FROM_45 = "45-60"
    """45 to 60, where most were in the earlier project."""
    FROM_61 = "61-74"
    """61 to 74."""
    FROM_75 = "75-plus"
    """75 or more."""
    UNKNOWN = "unknown"
    """Neither an age nor a CPR number was written, or the number tells no plausible age."""


class Sex(enum.StrEnum):
    """The citizen's sex."""

    FEMALE = "female"
    """As written, or by the CPR number."""
    MALE = "male"
    """As written, or by the CPR number."""
    UNKNOWN = "unknown"
    """Not written, or something else."""


class Residence(enum.StrEnum):
    """Where the citizen lives (G6)."""

    OWN_HOME = "egen_bolig"
    """A home of their own."""
    SUPPORTED = "botilbud"
    """Supported housing."""
    CARE_HOME = "forsorgshjem"
    """A care home for people without one."""
    HOSTEL = "herberg"
    """A hostel."""
    HOMELESS = "hjemløs"
    """Nowhere."""
    TEMPORARY = "midlertidigt"
    """With others or elsewhere, for a time."""
    OTHER = "andet"
    """Another word was written; the list is open (A6)."""
    UNKNOWN = "ukendt"
    """Not written."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one letter said of the citizen's calls to 1-1-2: its time, and the two counters (H4)."""

    at: datetime
    last_30_days: int | None
    today: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """What is counted about the citizen."""

    age: AgeBand = AgeBand.UNKNOWN
    sex: Sex = Sex.UNKNOWN
    residence: Residence = Residence.UNKNOWN


@dataclass(frozen=True, slots=True)
class Observed:
    """One referral. `citizen` is an opaque id, which never leaves the counting.

    `began` is when the region submitted it, or when it arrived at the municipality; the times run from there.
    `in_time`: whether a milestone was reached by the fifth working day; None while that day has not passed.
    """

    citizen: str
    municipality: str
    began: datetime
    person: Person = Person()
    again: Again = Again.FIRST
    times: Mapping[Milestone, timedelta] = field(default_factory=dict)
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    known: bool | None = None
    in_time: Mapping[Milestone, bool | None] = field(default_factory=dict)
    told: tuple[Told, ...] = ()


def person_of(referral: Referral, at: datetime) -> Person:
    """Read what is counted about the citizen of a referral written at `at`."""
    citizen = referral.citizen
    return Person(_age(citizen, local_day(at)), _sex(citizen), _residence(citizen.residence))


def again_of(referral: Referral, *, anew: bool) -> Again:
    """Tell whether a referral is a re-referral, and of which kind."""
    if anew:
        return Again.ANEW
    if referral.re_referral is None:
        return Again.FIRST
    return Again.RELAPSE if referral.re_referral.kind is ReReferralKind.RELAPSE else Again.ONGOING


def told_by(at: datetime, last_30_days: int | None, today: int | None) -> tuple[Told, ...]:
    """Keep what a letter says of calls, if it says anything."""
    return () if last_30_days is None and today is None else (Told(at, last_30_days, today),)


def _age(citizen: Citizen, day: date) -> AgeBand:
    """Prefer the age the sender wrote: a number's century can be that of a great-grandparent."""
    age = citizen.approx_age if citizen.approx_age is not None else _age_by_number(citizen.cpr, day)
    if age is None or age > OLDEST:
        return AgeBand.UNKNOWN
    below = ((30, AgeBand.UNDER_30), (45, AgeBand.FROM_30), (61, AgeBand.FROM_45), (75, AgeBand.FROM_61))
    return next((band for limit, band in below if age < limit), AgeBand.FROM_75)


def _age_by_number(cpr: str | None, day: date) -> int | None:
    try:
        return age_at(identify(cpr, today=day), day)
    except InvalidCpr:
        return None


def _sex(citizen: Citizen) -> Sex:
    written = (citizen.gender or "").strip().casefold()
    if written:
        return {"m": Sex.MALE, "mand": Sex.MALE, "k": Sex.FEMALE, "kvinde": Sex.FEMALE}.get(written, Sex.UNKNOWN)
    try:
        number = identify(citizen.cpr, today=date.max)
    except InvalidCpr:
        return Sex.UNKNOWN
    if number.kind is not Kind.CPR:
        return Sex.UNKNOWN
    return Sex.MALE if int(number.value[-1]) % 2 else Sex.FEMALE


def _residence(text: str | None) -> Residence:
    word = (text or "").strip().casefold().replace(" ", "_")
    if not word:
        return Residence.UNKNOWN
    if word.startswith(Residence.TEMPORARY):
        return Residence.TEMPORARY
    return Residence(word) if word in set(Residence) else Residence.OTHER
