"""May this referral be sent, and to whom? One answer, or the first reason why not: safety, then consent, then form."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from directory import municipalities
from directory.calendar import local_day
from directory.municipalities import Municipality
from gateway.consents.model import CLOCKS_DIFFER
from gateway.referring import consent, screening
from gateway.referring.refusals import InvalidNumber, OutsideRegion, Reason, Refused, UnknownMunicipality
from gateway.wire.cpr import CitizenNumber, InvalidCpr, age_at, identify
from gateway.wire.referral import Citizen, Referral, says_something
from gateway.wire.warnings import Notice, notices

OF_AGE: Final = 18


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier referral that was sent."""

    letter_id: str
    submitted_at: datetime
    municipality: str
    reference: str | None


class History(Protocol):
    """What the region has sent before."""

    def earlier(self, previous_id: str) -> Earlier | None:
        """Find an earlier referral by its sender's reference or its letter's id."""

    def not_ours(self, first_id: str) -> str | None:
        """Tell which municipality answered «ikke vores borger» to a referral that has not been sent anew since."""

    def municipalities_of(self, cpr: str) -> frozenset[str]:
        """Give the codes of the municipalities that were sent referrals about this number ("DDMMYY-LLLL")."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The referral may be sent: to whom, what to notice, and by which number the citizen is known."""

    recipient: Municipality
    notices: tuple[Notice, ...]
    citizen_number: CitizenNumber


def judge(referral: Referral, *, now: datetime, history: History) -> Judgement:
    """Decide about one referral; a consent is as old as `now` makes it. Raises Refused with the first reason found."""
    today = local_day(now)
    screening.check(referral.screening)
    _of_age(referral.citizen, today)
    _consented(referral, now, history)
    recipient = _recipient(referral.citizen)
    _agreed_to(referral, recipient, history)
    number = _number(referral.citizen, today)
    _can_be_acted_on(referral)
    if referral.submitted_at and referral.submitted_at - now > CLOCKS_DIFFER:
        raise Refused(Reason.SUBMITTED_IN_FUTURE)
    return Judgement(recipient, _notices(referral, number, recipient, history), number)


def _of_age(citizen: Citizen, today: date) -> None:
    """Stop for a minor by CPR or by guess: the way is an underretning (A9)."""
    try:
        by_number = age_at(identify(citizen.cpr, today=today), today)
    except InvalidCpr:
        by_number = None
    if any(age is not None and age < OF_AGE for age in (by_number, citizen.approx_age)):
        raise Refused(Reason.MINOR)


def _consented(referral: Referral, now: datetime, history: History) -> None:
    again = referral.re_referral
    earlier = history.earlier(again.previous_id) if again else None
    consent.check(
        referral.consent,
        submitted_at=referral.submitted_at or now,
        now=now,
        again=again is not None,
        previous=earlier.submitted_at if earlier else None,
    )


def _recipient(citizen: Citizen) -> Municipality:
    """Find the home municipality, wherever the call came from (B2, D15)."""
    by_name = municipalities.named(citizen.home_municipality_text)
    found = by_name
    if (citizen.home_municipality_code or "").strip():
        found = municipalities.by_code(citizen.home_municipality_code)
    if found is None:
        raise UnknownMunicipality(by_name or municipalities.hint(citizen.home_municipality_text))
    if (by_name or municipalities.hint(citizen.home_municipality_text)) not in (None, found):
        raise Refused(Reason.MUNICIPALITY_NAME_DIFFERS)
    if not found.in_agreement:
        raise OutsideRegion(found)
    return found


def _agreed_to(referral: Referral, recipient: Municipality, history: History) -> None:
    """Hold the municipality against the one the citizen was told of (C1), and against the one that said no (O7).

    A yes from before the first referral, which names no municipality, was about the one that has answered.
    """
    told = referral.consent.for_municipality
    if told is not None and municipalities.by_code(told) != recipient:
        raise Refused(Reason.CONSENT_FOR_OTHER_MUNICIPALITY)
    if referral.anew_of is None:
        return
    answered, first = history.not_ours(referral.anew_of), history.earlier(referral.anew_of)
    if answered is None:
        raise Refused(Reason.NOTHING_TO_SEND_ANEW)
    if answered == recipient.code:
        raise Refused(Reason.SAME_MUNICIPALITY_AGAIN)
    obtained = referral.consent.obtained_at
    if told is None and first and obtained and obtained <= first.submitted_at:
        raise Refused(Reason.CONSENT_FOR_OTHER_MUNICIPALITY)


def _number(citizen: Citizen, today: date) -> CitizenNumber:
    try:
        return identify(citizen.cpr, today=today)
    except InvalidCpr as fault:
        raise InvalidNumber(fault) from None


def _can_be_acted_on(referral: Referral) -> None:
    """Ask for a way to the citizen (B8), for what happened, and for the problem it is about (A5)."""
    citizen = referral.citizen
    if not any(says_something(way) for way in (citizen.phone, citizen.address, citizen.how_to_reach)):
        raise Refused(Reason.NOT_REACHABLE)
    if not says_something(referral.text):
        raise Refused(Reason.TEXT_MISSING)
    if not any(map(says_something, referral.problem_types)):
        raise Refused(Reason.PROBLEM_NOT_STATED)


def _notices(
    referral: Referral, number: CitizenNumber, recipient: Municipality, history: History
) -> tuple[Notice, ...]:
    elsewhere = history.municipalities_of(number.value) - {recipient.code} if number.names_one_person else None
    return (*notices(referral), *([Notice.PRIOR_REFERRAL_OTHER_MUNICIPALITY] if elsewhere else []))
