"""Why something was not done, in words for the person who asked: acts on cases, and trouble with the database."""

from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.plain import one_line
from inbox_tui.casework.errors import (
    AlreadyAcknowledged,
    CaseNotFound,
    CaseworkError,
    ConfirmationNeeded,
    DepartmentUnknown,
    ForwardedMeanwhile,
    MayNotAct,
    NotAcknowledgedYet,
)


def in_words(error: CaseworkError) -> str:
    """Say plainly why an act on a case was not carried out, and what to do instead."""
    match error:
        case AlreadyAcknowledged():
            return _("{name} acknowledged this referral {when}. Talk with {name} before you go on.").format(
                name=one_line(error.by),
                when=dates.day_and_clock(error.at),
            )
        case NotAcknowledgedYet():
            return _("Acknowledge the referral first (press K), so that Præhospitalet knows that you have it.")
        case ForwardedMeanwhile():
            return _("A colleague has just forwarded the referral to {department}. Look at it again first.").format(
                department=one_line(error.department),
            )
        case ConfirmationNeeded():
            return outside_consent(error.department)
    return _other(error)


def outside_consent(department: str) -> str:
    """Say that the citizen's consent may not cover a department (C4)."""
    return _(
        "The citizen has agreed to contact from social and health staff. {department} is neither. "
        "Write why it is right to forward all the same, or ask the citizen first.",
    ).format(department=one_line(department))


def database_trouble() -> str:
    """Say that the database did not answer, or holds something that cannot be opened."""
    return _(
        "The database could not be read just now. Nothing has been changed. Try again, and tell your administrator."
    )


def _other(error: CaseworkError) -> str:
    words = {
        CaseNotFound: _("That referral is not here any longer."),
        DepartmentUnknown: _("There is no department of that name."),
        MayNotAct: _("Your role can read referrals, but not acknowledge or forward them."),
    }
    return words.get(type(error), error.code)
