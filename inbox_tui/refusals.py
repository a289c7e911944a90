"""Why an act on a case was not carried out, in words for the person who asked."""

from collections.abc import Mapping
from typing import Final

from gateway.consents.errors import (
    ConsentError,
    ConsentIncomplete,
    ConsentLapsed,
    ConsentWithdrawn,
    NoConsent,
    PartyNotCovered,
)
from gateway.language import gettext as _
from gateway.language import mark
from gateway.liveness.errors import DrillAnswered, DrillUnknown, LivenessError
from gateway.medcom.errors import MedComError
from gateway.medcom.words import refusal
from gateway.meetings.errors import MeetingError, MeetingIncomplete, MeetingOver, MeetingUnknown, NotOurTurn
from gateway.site.errors import MayNot, PersonGone
from gateway.terminal import dates
from gateway.terminal.plain import one_line
from gateway.wire.errors import LetterOutOfTurn
from inbox_tui.casework.errors import (
    AlreadyAcknowledged,
    AlreadyEnded,
    AlreadySentBack,
    AlreadyTakenOver,
    AlreadyWithdrawn,
    AssessedMeanwhile,
    BadDepartmentName,
    CaseNotFound,
    CaseworkError,
    ConfirmationNeeded,
    ContactByOutside,
    DepartmentTaken,
    DepartmentUnknown,
    ForwardedMeanwhile,
    LastDepartment,
    MeetingMeanwhile,
    NotAcknowledgedYet,
    NotAssessedYet,
    NotByMail,
    NotForwarded,
    NotSaved,
    NotYours,
    OutcomeMissing,
    OutcomeUnknown,
    WordsMissing,
)

REFUSED: Final = (
    CaseworkError,
    ConsentError,
    MeetingError,
    LivenessError,
    MedComError,
    LetterOutOfTurn,
    MayNot,
    PersonGone,
)
"""Everything that says no to an act; the most particular errors below each have words of their own."""

OUTSIDE: Final = mark(
    "The citizen has agreed to contact from social and health staff. {department} is neither. "
    "Write why it is right to forward all the same, or ask the citizen first."
)

WORDS: Final[Mapping[type[Exception], str]] = {
    CaseNotFound: mark("That referral is not here any longer."),
    DepartmentUnknown: mark("There is no department of that name."),
    BadDepartmentName: mark("Write the department's name on one line, in at most 60 ordinary characters."),
    DepartmentTaken: mark("There is or was a department of that name. Choose another name, or reopen that one."),
    NotByMail: mark("That department is not reached by sealed mail."),
    LastDepartment: mark("This is the only department that cases can be forwarded to. Add another one first."),
    MayNot: mark("Your role does not let you do this. Ask a colleague who receives referrals, or your administrator."),
    PersonGone: mark("You are no longer registered as working here, so nothing was done. Ask your administrator."),
    NotAcknowledgedYet: mark(
        "Acknowledge the referral first (K in the inbox), so that Præhospitalet knows that you have it."
    ),
    NotAssessedYet: mark("Assess first whether it is acute (U in the inbox). That is done on every referral."),
    OutcomeMissing: mark("Choose at least one outcome."),
    OutcomeUnknown: mark("That outcome is not on your list: {offered}."),
    ContactByOutside: mark("Write a date from today and at most 30 days ahead, or leave the date out."),
    WordsMissing: mark("A line of text is missing: write why."),
    ConsentWithdrawn: mark("The citizen has withdrawn the consent, so this cannot be done."),
    ConsentLapsed: mark("The citizen's consent is more than a year old. Ask the citizen again."),
    PartyNotCovered: mark("Somebody is to come whom the citizen has not said yes to. Ask the citizen again."),
    NoConsent: mark("This needs a consent of its own from the citizen. Obtain it and write it down first."),
    ConsentIncomplete: mark("The consent is not complete ({field}). Nothing has been written down."),
    DrillUnknown: mark("That TEST is not here any longer."),
    DrillAnswered: mark("A colleague has acknowledged that TEST already."),
    MeetingUnknown: mark("There is no such meeting."),
    MeetingIncomplete: mark("The meeting cannot be held as it is written ({field}). It must lie ahead, and end later."),
    NotOurTurn: mark("Who proposed the meeting moves it or calls it off; the other side answers."),
    MeetingOver: mark("The meeting is called off already."),
    AlreadyAcknowledged: mark("{by} acknowledged this referral {when}. Talk with {by} before you go on."),
    AssessedMeanwhile: mark("{by} assessed this referral {when}. Look at it again first."),
    AlreadyEnded: mark("{by} ended this referral {when}. Nothing more is done with it."),
    AlreadyWithdrawn: mark("The withdrawal is written down already: {by} {when}."),
    AlreadySentBack: mark("{by} sent this referral back {when}. Look at it again first."),
    MeetingMeanwhile: mark("{by} has just acted on the meeting: {when}. Look at it again first."),
    ForwardedMeanwhile: mark("{by} has just forwarded the referral to {department}: {when}. Look at it again first."),
    NotForwarded: mark("No department is responsible for this referral. Look at it again first."),
    AlreadyTakenOver: mark("{by} took this referral over {when}. Talk with {by} before you go on."),
    NotYours: mark("{department} is responsible for this referral, and does this. Talk with them."),
    ConfirmationNeeded: OUTSIDE,
    NotSaved: mark("The file could not be saved on this machine. Tell your administrator: the disk may be full."),
    LetterOutOfTurn: mark("This cannot be said to Præhospitalet now. Look at the referral again."),
}

FIELDS: Final[Mapping[str, str]] = {
    "obtained_at": mark("when it was obtained"),
    "given_by": mark("who gave it"),
    "taken_by": mark("who obtained it"),
    "scope": mark("what the citizen said yes to"),
    "information_given": mark("what the citizen was told"),
    "writing_waived_because": mark("why it is not in writing"),
    "parties": mark("who takes part"),
    "starts_at": mark("when it begins"),
    "ends_at": mark("when it ends"),
    "place": mark("the place"),
    "phone": mark("the phone"),
    "$": mark("the file itself"),
}
"""What is missing or wrong, by the field an error names."""


def in_words(error: Exception) -> str:
    """Say plainly why an act on a case was not carried out, and what to do instead."""
    if isinstance(error, MedComError):
        return refusal(error.code)
    text = next((text for kind, text in WORDS.items() if isinstance(error, kind)), "")
    when = getattr(error, "at", None)
    facts = {name: one_line(getattr(error, name, "")) for name in ("by", "department", "offered")}
    field = getattr(error, "field", "")
    named = _(FIELDS[field]) if field in FIELDS else one_line(field)
    said = _(text).format(**facts, field=named, when=dates.day_and_clock(when) if when else "")
    return said or one_line(getattr(error, "code", ""))


def outside_consent(department: str) -> str:
    """Say that the citizen's consent may not cover a department (C4)."""
    return _(OUTSIDE).format(department=one_line(department))
