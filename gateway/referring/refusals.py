"""Why a referral may not be sent, and what to do instead, in words for the person at the desk.

    Refused
    ├── SaidNo                   the citizen has said no; what was written before is erased
    ├── OutsideRegion            names the municipality and its region
    ├── UnknownMunicipality      may ask whether an abolished name means one that exists
    ├── InvalidNumber            says which date does not exist
    └── Malformed                names the fields that cannot be read

A refusal never holds personal data: whoever says no is not written down anywhere (C9).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from babel.dates import get_month_names

from directory.municipalities import Municipality
from gateway.language import gettext as _
from gateway.language import in_use, mark
from gateway.wire.cpr import Fault, InvalidCpr
from gateway.wire.referral import MalformedReferral

LEAP_DAY: Final = (29, 2)


class Reason(StrEnum):
    """Every reason code; the names are stable, other systems read them."""

    ACUTE_SOMATIC = "ACUTE_SOMATIC"
    """An acute somatic problem: an ambulance, not a letter (B3)."""

    ELEVATED_SUICIDE_RISK = "ELEVATED_SUICIDE_RISK"
    """Thoughts of suicide that the citizen does not clearly distance themselves from (B4)."""

    SCREENING_UNANSWERED = "SCREENING_UNANSWERED"
    """A screening question was not answered; "ved ikke" clears nobody (A7, B4, B5)."""

    MINOR = "MINOR"
    """The citizen is, or seems, under 18 (A9)."""

    CONSENT_REFUSED = "CONSENT_REFUSED"
    """The citizen has not said yes (C3)."""

    CONSENT_NOT_FROM_CITIZEN = "CONSENT_NOT_FROM_CITIZEN"
    """Somebody else said yes for the citizen (A12)."""

    CONSENT_NOT_SPECIFIC = "CONSENT_NOT_SPECIFIC"
    """What the citizen said yes to, or was told, is not written down (C1, C2)."""

    CONSENT_DATE_IMPLAUSIBLE = "CONSENT_DATE_IMPLAUSIBLE"
    """The consent is dated before the agreement, after the referral, or not at all (D19)."""

    CONSENT_TOO_OLD = "CONSENT_TOO_OLD"
    """The consent was not given in this conversation (C4)."""

    CONSENT_NOT_RENEWED = "CONSENT_NOT_RENEWED"
    """A re-referral needs a consent given after the earlier referral (C6)."""

    UNKNOWN_MUNICIPALITY = "UNKNOWN_MUNICIPALITY"
    """The home municipality is not known, and is never guessed (G5)."""

    MUNICIPALITY_NAME_DIFFERS = "MUNICIPALITY_NAME_DIFFERS"
    """Code and name are those of two different municipalities (B2)."""

    OUTSIDE_REGION = "OUTSIDE_REGION"
    """The home municipality is not one of the 19 (G7)."""

    CONSENT_FOR_OTHER_MUNICIPALITY = "CONSENT_FOR_OTHER_MUNICIPALITY"
    """The citizen said yes to another municipality than the one this would go to (C1)."""

    NOTHING_TO_SEND_ANEW = "NOTHING_TO_SEND_ANEW"
    """The first referral is not one that was answered «ikke vores borger» and still waits to be sent anew (O7)."""

    SAME_MUNICIPALITY_AGAIN = "SAME_MUNICIPALITY_AGAIN"
    """This municipality has answered «ikke vores borger» to the same referral (O7)."""

    INVALID_CPR = "INVALID_CPR"
    """The CPR number is no CPR number (section G)."""

    NOT_REACHABLE = "NOT_REACHABLE"
    """No phone, address or place to find the citizen (B8)."""

    TEXT_MISSING = "TEXT_MISSING"
    """Nothing is said about what happened."""

    PROBLEM_NOT_STATED = "PROBLEM_NOT_STATED"
    """No social problem is named (A5)."""

    SUBMITTED_IN_FUTURE = "SUBMITTED_IN_FUTURE"
    """The referral is dated ahead of the clock (D19)."""

    MALFORMED_INPUT = "MALFORMED_INPUT"
    """What was handed in cannot be read as a referral."""


class Words(NamedTuple):
    """What to say about a reason: what is wrong, and what to do next."""

    what: str
    next_step: str


class Refused(Exception):
    """This referral is not sent, for one reason. Say `what()` and `next_step()` to the sender."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

    def what(self) -> str:
        """Say what is wrong, in the language in use."""
        return _(WORDS[self.reason].what)

    def next_step(self) -> str:
        """Say what to do instead, in the language in use."""
        return _(WORDS[self.reason].next_step)


class SaidNo(Refused):
    """The citizen was asked and has said no, which is something else than not having been asked (C9)."""

    def __init__(self) -> None:
        super().__init__(Reason.CONSENT_REFUSED)


class OutsideRegion(Refused):
    """The home municipality is a real one that the agreement does not cover (G7)."""

    def __init__(self, municipality: Municipality) -> None:
        super().__init__(Reason.OUTSIDE_REGION)
        self.municipality = municipality

    def what(self) -> str:
        """Name the municipality and its region."""
        return super().what().format(municipality=self.municipality.official_name, region=self.municipality.region)


class UnknownMunicipality(Refused):
    """The home municipality was not recognised; `hint` is what an abolished name probably means."""

    def __init__(self, hint: Municipality | None = None) -> None:
        super().__init__(Reason.UNKNOWN_MUNICIPALITY)
        self.hint = hint

    def next_step(self) -> str:
        """Ask about the hint, if there is one; never choose it."""
        if not self.hint:
            return super().next_step()
        question = _("Could it be {municipality}? Ask the citizen, and choose the municipality from the list.")
        return question.format(municipality=self.hint.official_name)


class InvalidNumber(Refused):
    """The CPR number cannot be one, and `fault` knows why without holding it."""

    def __init__(self, fault: InvalidCpr) -> None:
        super().__init__(Reason.INVALID_CPR)
        self.fault = fault

    def what(self) -> str:
        """Say what is wrong with the number."""
        return super().what().format(fault=self._fault())

    def _fault(self) -> str:
        if self.fault.day is None or self.fault.month is None:
            return _(FAULTS[self.fault.why])
        leap_day = (self.fault.day, self.fault.month) == LEAP_DAY
        template = _("{day} {month} does not exist in that year") if leap_day else _("{day} {month} does not exist")
        return template.format(day=self.fault.day, month=get_month_names(locale=in_use())[self.fault.month])


class Malformed(Refused):
    """The referral cannot be read; `paths` names the fields."""

    def __init__(self, error: MalformedReferral) -> None:
        super().__init__(Reason.MALFORMED_INPUT)
        self.paths = error.paths

    def what(self) -> str:
        """Name the fields."""
        return super().what().format(fields="; ".join(map(_in_words, self.paths)))


def _in_words(path: str) -> str:
    """Say what is wrong with one field; "$" is the whole of what was handed in."""
    field, _colon, kind = path.partition(": ")
    where = _("the file") if field == "$" else field
    return _(next((words for end, words in WRONG.items() if kind.endswith(end)), UNREADABLE)).format(field=where)


WRONG: Final[Mapping[str, str]] = {
    "missing": mark("{field} is missing"),
    "too_long": mark("{field} is too long"),
    "too_large": mark("{field} is too large"),
    "enum": mark("{field} is none of the words that may stand there"),
    "not_json": mark("{field} is not JSON"),
    "key_twice": mark("{field} names something twice"),
}
"""What is said of a field, by how the name of its fault ends."""
UNREADABLE: Final = mark("{field} cannot be read")

FAULTS: Final[Mapping[Fault, str]] = {
    Fault.LETTERS: mark("there is a character that does not belong there"),
    Fault.LENGTH: mark("there must be ten digits"),
    Fault.NO_SUCH_DATE: mark("the date does not exist"),
    Fault.FUTURE: mark("the date of birth lies in the future"),
    Fault.FILLER: mark("it is only filled with one digit"),
}

WORDS: Final[Mapping[Reason, Words]] = {
    Reason.ACUTE_SOMATIC: Words(
        mark("An acute somatic problem is handled by Præhospitalet, which sends an ambulance."),
        mark("Handle it as an emergency."),
    ),
    Reason.ELEVATED_SUICIDE_RISK: Words(
        mark(
            "Elevated suicide risk: the citizen has thoughts of suicide and cannot distance themselves from them. "
            "This is handled by Præhospitalet, which sends an ambulance."
        ),
        mark(
            "Handle it as an emergency. A referral can be made later, if the citizen consents, "
            "when the situation is clear."
        ),
    ),
    Reason.SCREENING_UNANSWERED: Words(
        mark("The questions about acute somatic problems and thoughts of suicide have not all been answered."),
        mark('Ask the citizen and answer both questions. "Do not know" is not enough to send.'),
    ),
    Reason.MINOR: Words(
        mark("The citizen is under 18 and not covered by the agreement."),
        mark("If you are concerned, notify the municipality's child services (underretning). That needs no consent."),
    ),
    Reason.CONSENT_REFUSED: Words(
        mark("The citizen has not given consent. Nothing may be sent to the municipality."),
        mark("Finish without storing personal data in the gateway; count one anonymous refusal only."),
    ),
    Reason.CONSENT_NOT_FROM_CITIZEN: Words(
        mark("The consent was not given by the citizen. Nobody else who calls can give it for them."),
        mark("Talk to the citizen and ask them for consent. Without it, nothing is sent."),
    ),
    Reason.CONSENT_NOT_SPECIFIC: Words(
        mark(
            "The consent is not specific: it is not described what the citizen said yes to, "
            "and which information was given."
        ),
        mark("Call again and obtain a specific consent."),
    ),
    Reason.CONSENT_DATE_IMPLAUSIBLE: Words(
        mark("The time of the consent cannot be right."),
        mark("Correct the time. Consent is given in the conversation, before the referral is sent."),
    ),
    Reason.CONSENT_TOO_OLD: Words(
        mark("The consent is more than 24 hours old and not from this conversation."),
        mark("Obtain consent in this conversation."),
    ),
    Reason.CONSENT_NOT_RENEWED: Words(
        mark("When a citizen is referred again, consent must be obtained again."),
        mark("Obtain a new consent in this conversation."),
    ),
    Reason.UNKNOWN_MUNICIPALITY: Words(
        mark("The home municipality is not known, so nobody can receive the referral."),
        mark(
            "Ask where the citizen lives or usually stays, and choose the municipality from the list. "
            "Do not send on a guess."
        ),
    ),
    Reason.MUNICIPALITY_NAME_DIFFERS: Words(
        mark("The municipality's code and name do not belong together."),
        mark("Ask the citizen which municipality is the right one, and correct the referral."),
    ),
    Reason.OUTSIDE_REGION: Words(
        mark("{municipality} is in {region} and not covered by the agreement."),
        mark(
            "Help the citizen to contact their home municipality themselves. "
            "Do not send to another municipality because the call came from there."
        ),
    ),
    Reason.CONSENT_FOR_OTHER_MUNICIPALITY: Words(
        mark("The citizen has said yes to another municipality than this one."),
        mark("Tell the citizen which municipality it is about, and ask again."),
    ),
    Reason.NOTHING_TO_SEND_ANEW: Words(
        mark(
            "There is nothing to send anew: no municipality has answered that this referral is not for it, "
            "or it has been sent anew already."
        ),
        mark("See where the first referral is. If the citizen needs help again, write a new one."),
    ),
    Reason.SAME_MUNICIPALITY_AGAIN: Words(
        mark("This municipality has answered that the citizen is not its citizen."),
        mark(
            "Ask the citizen where they live or usually stay, and choose that municipality. "
            "If it is this one after all, phone the unit."
        ),
    ),
    Reason.INVALID_CPR: Words(
        mark("The CPR number is not valid: {fault}."),
        mark("Correct the number, or leave the field empty – a referral can be sent without CPR."),
    ),
    Reason.NOT_REACHABLE: Words(
        mark("It does not say how the municipality can reach the citizen."),
        mark("Write a phone number, an address, or a place where the citizen can usually be found."),
    ),
    Reason.TEXT_MISSING: Words(
        mark("It does not say what happened."),
        mark("Describe briefly what happened and what the citizen would like help with."),
    ),
    Reason.PROBLEM_NOT_STATED: Words(
        mark("It does not say which kind of problem it is about."),
        mark("Choose at least one social problem. A call about something else goes another way."),
    ),
    Reason.SUBMITTED_IN_FUTURE: Words(
        mark("The referral is dated in the future."),
        mark("Check the clock on the machine that sends, and send again."),
    ),
    Reason.MALFORMED_INPUT: Words(
        mark("The referral cannot be read. Look at: {fields}."),
        mark("Correct the fields, and send again."),
    ),
}
