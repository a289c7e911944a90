"""What everything that is counted is called, for people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from directory import municipalities
from gateway.language import gettext as _
from gateway.language import mark
from gateway.statistics.baselines import ByHand
from gateway.statistics.figures import Base, Extent, Phase, Topic
from gateway.statistics.observed import Again, AgeBand, Milestone, Outcome, Residence, Sex

MILESTONES: Final[Mapping[Milestone, str]] = {
    Milestone.RECEIPT: mark("Technical receipt"),
    Milestone.ACKNOWLEDGEMENT: mark("Taken over by a person"),
    Milestone.ASSESSMENT: mark("Assessed by the municipality"),
    Milestone.FIRST_CONTACT: mark("First attempt at contact"),
    Milestone.REACHED: mark("The citizen was reached"),
    Milestone.TAKEN_OVER: mark("Taken over in a department"),
}

TOPICS: Final[Mapping[Topic, str]] = {
    Topic.VOLUME: mark("Referrals by month"),
    Topic.PEOPLE: mark("Age and sex"),
    Topic.AGAIN: mark("Referred again"),
    Topic.PROMISE: mark("What became of the referrals"),
    Topic.REMINDERS: mark("Reminders that came up"),
    Topic.REFUSALS: mark("Referrals that were not sent"),
    Topic.ENDINGS: mark("What was arranged with the citizens"),
    Topic.RESIDENCE: mark("Where the citizens live"),
    Topic.KNOWN: mark("Known to the municipality before"),
    Topic.ASSESSED_IN_TIME: mark("Assessed within 5 working days"),
    Topic.CONTACTED_IN_TIME: mark("First attempt at contact within 5 working days"),
}

PARTS: Final[Mapping[Topic, Mapping[str, str]]] = {
    Topic.AGAIN: {
        Again.FIRST: mark("For the first time"),
        Again.ONGOING: mark("Again: goes on calling"),
        Again.RELAPSE: mark("Again: had stopped and began again"),
        Again.ANEW: mark("Sent anew to the right municipality"),
    },
    Topic.PROMISE: {
        Outcome.ACKNOWLEDGED: mark("Taken over by a person"),
        Outcome.NOT_OURS: mark("Answered: not our citizen"),
        Outcome.PHONED: mark("Taken over by phone"),
        Outcome.WITHDRAWN: mark("The citizen withdrew the consent"),
        Outcome.WAITING: mark("Still waiting"),
    },
    Topic.RESIDENCE: {
        Residence.OWN_HOME: mark("Home of their own"),
        Residence.SUPPORTED: mark("Supported housing"),
        Residence.CARE_HOME: mark("Care home for people without a home"),
        Residence.HOSTEL: mark("Hostel"),
        Residence.HOMELESS: mark("No home"),
        Residence.TEMPORARY: mark("Somewhere for a time"),
        Residence.OTHER: mark("Elsewhere"),
        Residence.UNKNOWN: mark("Not known"),
    },
    Topic.ENDINGS: {
        "housing": mark("a place in supported housing"),
        "housing-support": mark("support in the home"),
        "home-care": mark("home care"),
        "own-gp": mark("the citizen's own GP"),
        "psychiatry": mark("psychiatry"),
        "substance-use": mark("treatment for alcohol or drugs"),
        "volunteers": mark("an offer run by volunteers"),
        "adjusted": mark("help that was there already, adjusted"),
        "not-now": mark("the citizen does not want help now"),
        "not-reached": mark("the citizen was not reached"),
        "other": mark("something else"),
    },
    Topic.REMINDERS: {
        "receipt": mark("No technical receipt within 30 minutes"),
        "remind": mark("Nobody had taken over after one working day"),
        "phone": mark("Nobody had taken over after two working days"),
        "phone-at-once": mark("To be phoned at once"),
        "call-again": mark("To be phoned again"),
    },
    Topic.REFUSALS: {
        "ACUTE_SOMATIC": mark("Acute somatic problem"),
        "ELEVATED_SUICIDE_RISK": mark("Elevated suicide risk"),
        "SCREENING_UNANSWERED": mark("Screening not answered"),
        "MINOR": mark("Under 18"),
        "CONSENT_REFUSED": mark("The citizen said no"),
        "CONSENT_NOT_FROM_CITIZEN": mark("The consent was not the citizen's own"),
        "CONSENT_NOT_SPECIFIC": mark("The consent was not specific"),
        "CONSENT_DATE_IMPLAUSIBLE": mark("The time of the consent cannot be right"),
        "CONSENT_TOO_OLD": mark("The consent was too old"),
        "CONSENT_NOT_RENEWED": mark("The consent was not renewed"),
        "CONSENT_FOR_OTHER_MUNICIPALITY": mark("The consent was for another municipality"),
        "NOTHING_TO_SEND_ANEW": mark("Not answered «not our citizen», or sent anew already"),
        "SAME_MUNICIPALITY_AGAIN": mark("Sent anew to the municipality that had answered"),
        "UNKNOWN_MUNICIPALITY": mark("Home municipality not known"),
        "MUNICIPALITY_NAME_DIFFERS": mark("Name and code of the municipality differed"),
        "OUTSIDE_REGION": mark("Home municipality outside the agreement"),
        "INVALID_CPR": mark("The CPR number was not valid"),
        "NOT_REACHABLE": mark("No way to reach the citizen"),
        "PROBLEM_NOT_STATED": mark("No problem stated"),
        "TEXT_MISSING": mark("Nothing said about what happened"),
        "SUBMITTED_IN_FUTURE": mark("Dated in the future"),
        "MALFORMED_INPUT": mark("Could not be read"),
    },
}

AGES: Final[Mapping[AgeBand, str]] = {
    AgeBand.UNDER_30: mark("18–29 years"),
    AgeBand.FROM_30: mark("30–44 years"),
    AgeBand.FROM_45: mark("45–60 years"),
    AgeBand.FROM_61: mark("61–74 years"),
    AgeBand.FROM_75: mark("75 years or more"),
    AgeBand.UNKNOWN: mark("Age not known"),
}

SEXES: Final[Mapping[Sex, str]] = {Sex.FEMALE: mark("Women"), Sex.MALE: mark("Men"), Sex.UNKNOWN: mark("Not known")}

PHASES: Final[Mapping[Phase, str]] = {
    Phase.BEFORE: mark("Before the first referral"),
    Phase.UNDER: mark("While a referral is open"),
    Phase.AFTER: mark("After it was closed"),
}

BY_HAND: Final[Mapping[ByHand, str]] = {
    ByHand.CALLS: mark("Calls to 1-1-2 per citizen"),
    ByHand.AMBULANCE_A: mark("Ambulances of urgency A per citizen"),
    ByHand.AMBULANCE_B: mark("Ambulances of urgency B per citizen"),
}

NONE: Final[Mapping[str, str]] = MappingProxyType({})

OF_WHOLE: Final[Mapping[Base, str]] = {
    Base.REFERRALS: mark("{measured} of {whole} referrals"),
    Base.CITIZENS: mark("{measured} of {whole} citizens"),
}

IN_WORDS: Final[Mapping[tuple[Base, Extent], str]] = {
    (Base.REFERRALS, Extent.PART): mark("some of the {whole} referrals"),
    (Base.REFERRALS, Extent.NEARLY_ALL): mark("nearly all of the {whole} referrals"),
    (Base.REFERRALS, Extent.FEW): mark("fewer than 5 of the {whole} referrals"),
    (Base.REFERRALS, Extent.HIDDEN): mark("some of the referrals"),
    (Base.REFERRALS, Extent.ALL): mark("all the referrals"),
    (Base.CITIZENS, Extent.PART): mark("some of the {whole} citizens"),
    (Base.CITIZENS, Extent.NEARLY_ALL): mark("nearly all of the {whole} citizens"),
    (Base.CITIZENS, Extent.FEW): mark("fewer than 5 of the {whole} citizens"),
    (Base.CITIZENS, Extent.HIDDEN): mark("some of the citizens"),
    (Base.CITIZENS, Extent.ALL): mark("all the citizens"),
}


def part_name(topic: Topic, code: str, names: Mapping[str, str] = NONE) -> str:
    """Name one part of a split; `names` are an end's own, and a code nobody has named yet is told as it is."""
    name = _(PARTS[topic][code]) if code in PARTS[topic] else names.get(code, code)
    return name[:1].upper() + name[1:]


def place_name(code: str) -> str:
    """Name a municipality."""
    place = municipalities.by_code(code)
    return place.name if place else code
