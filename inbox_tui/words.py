"""What the inbox calls things: outcomes, reasons, and how a meeting stands."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from gateway.consents.model import Form
from gateway.language import gettext as _
from gateway.language import in_use, mark, ngettext
from gateway.meetings.book import MeetingState, Standing
from gateway.site.settings import CaseworkSettings
from gateway.terminal import dates
from gateway.terminal.plain import one_line
from gateway.wire.answers import Elsewhere
from inbox_tui.casework.outcomes import Outcome, offered, own

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.HOUSING: mark("a place in supported housing"),
    Outcome.HOUSING_SUPPORT: mark("support in the home"),
    Outcome.HOME_CARE: mark("home care"),
    Outcome.OWN_GP: mark("the citizen's own GP"),
    Outcome.PSYCHIATRY: mark("psychiatry"),
    Outcome.SUBSTANCE_USE: mark("treatment for alcohol or drugs"),
    Outcome.VOLUNTEERS: mark("an offer run by volunteers"),
    Outcome.ADJUSTED: mark("help that was there already, adjusted"),
    Outcome.NOT_NOW: mark("the citizen does not want help now"),
    Outcome.NOT_REACHED: mark("the citizen was not reached"),
    Outcome.OTHER: mark("something else"),
}

ELSEWHERE: Final[Mapping[Elsewhere, str]] = {
    Elsewhere.MOVED: mark("the citizen has moved away"),
    Elsewhere.NEVER_HERE: mark("the citizen neither lives nor usually stays here"),
    Elsewhere.NOT_FOUND: mark("nobody here can tell who is meant"),
    Elsewhere.OTHER: mark("another reason"),
}

FORMS: Final[Mapping[Form, str]] = {Form.SPOKEN: mark("spoken"), Form.WRITTEN: mark("written")}

STANDINGS: Final[Mapping[tuple[Standing, bool], str]] = {
    (Standing.PROPOSED, True): mark("proposed by us; Præhospitalet has not answered"),
    (Standing.PROPOSED, False): mark("! proposed by Præhospitalet; waits for your answer (M)"),
    (Standing.ACCEPTED, True): mark("Præhospitalet comes"),
    (Standing.ACCEPTED, False): mark("we have said that we come"),
    (Standing.DECLINED, True): mark("Præhospitalet cannot come"),
    (Standing.DECLINED, False): mark("we have said that we cannot come"),
    (Standing.CANCELLED, True): mark("called off by us"),
    (Standing.CANCELLED, False): mark("called off by Præhospitalet"),
}
"""How a meeting stands, and whether we proposed it."""


GP_SCOPE: Final = mark("The municipality may involve the citizen's own GP.")
MEETING_SCOPE: Final = mark("The municipality may hold a joint meeting about the citizen with the parties named.")
TOLD: Final = mark("What it is for, who takes part, and that the consent can be withdrawn at any time.")
WAIVED: Final = mark("The conversation was by phone.")
"""What is written down in Danish of a consent of our own, when nothing else is typed."""


def when(one: MeetingState) -> str:
    """Name a meeting by its time."""
    return dates.day_and_clock(one.meeting.starts_at)


def outcome(code: str, named: Mapping[str, str] | None = None) -> str:
    """Name an outcome; one that is not on the agreement's list as it was called then, else by its code (E21)."""
    return _(OUTCOMES[Outcome(code)]) if code in set(Outcome) else one_line((named or {}).get(code, code))


def outcomes(terms: CaseworkSettings) -> tuple[tuple[str, str], ...]:
    """Name what a case may be closed with here, by its code (E21)."""
    mine = {code: one.en if in_use() == "en" and one.en else one.da for code, one in own(terms).items()}
    return tuple((code, outcome(code, mine)) for code in offered(terms))


def acute_means(days: int | None) -> str:
    """Say what acute means here, beside the choice: the sectors' words differ (E1, E2, E3).

    `days` is how many working days there are for it; None where no site is open that says so.
    """
    if days is None:
        return _(
            "Acute here: the situation needs contact quickly. Help that cannot wait can be started within a few hours. "
            "Others use the word otherwise; you decide. Stays with you."
        )
    by = {0: _("the same day"), 1: _("the same day, the next working day at the latest")}
    within = ngettext("within {count} working day", "within {count} working days", days).format(count=days)
    return _(
        "Acute here: the situation needs contact quickly, {by}. Help that cannot wait can be started within a few "
        "hours. Others use the word otherwise; you decide. Stays with you."
    ).format(by=by.get(days, within))


def reach_by(by: date, today: date) -> str:
    """Say by the end of which day a citizen whose situation is acute should be reached (E3)."""
    said = _("reach the citizen by {date} at the latest").format(date=dates.day(by))
    return f"! {said}" if by < today else said


def acute(value: bool) -> str:  # noqa: FBT001 - the word for a truth value
    """Name an assessment."""
    return _("acute") if value else _("not acute")


def reached(value: bool) -> str:  # noqa: FBT001 - the word for a truth value
    """Name how an attempt to reach the citizen went."""
    return _("reached") if value else _("not reached")


def responsible_for(numbers: Sequence[str]) -> str:
    """Say which referrals a department that is to be closed has still; empty when it has none."""
    said = ngettext(
        "It is responsible for {count} referral now: {numbers}. Forward it elsewhere, or let it finish there.",
        "It is responsible for {count} referrals now: {numbers}. Forward them elsewhere, or let them finish there.",
        len(numbers),
    )
    return said.format(count=len(numbers), numbers=", ".join(map(one_line, numbers))) if numbers else ""
