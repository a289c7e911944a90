"""How a case is put into words: states, days, marks and names. Whatever a sender wrote comes out harmless.

A state is always a sign and a word, never a colour alone.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from directory import municipalities
from directory.calendar import local_day, next_working_day, working_days_left
from directory.model import REGION
from gateway.exchange.delivery import State
from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.terminal import dates, erased
from gateway.terminal.plain import one_line
from gateway.wire.referral import Referral, ReReferralKind
from gateway.wire.supplement import Supplement
from inbox_tui.casework.case import Case, CaseLine, CaseState
from inbox_tui.casework.departments import DepartmentKind

SEPARATOR: Final = " · "

STATES: Final[Mapping[CaseState, tuple[str, str]]] = {
    CaseState.NEW: ("●", mark("New")),
    CaseState.ACKNOWLEDGED: ("◐", mark("Acknowledged")),
    CaseState.FORWARDED: ("→", mark("Forwarded")),
    CaseState.TAKEN_OVER: ("◉", mark("Taken over")),
    CaseState.NOT_OURS: ("↩", mark("Not ours")),
    CaseState.CLOSED: ("✓", mark("Closed")),
}

TOLD: Final[Mapping[State, str]] = {
    State.QUEUED: mark("is waiting to be sent"),
    State.SENT: mark("sent"),
    State.RECEIVED: mark("Præhospitalet has it"),
    State.PARKED: mark("! cannot be sent now"),
    State.REFUSED: mark("! Præhospitalet could not take it"),
    State.GIVEN_UP: mark("! sent, but not confirmed"),
    State.CANCELLED: mark("taken back before it was sent"),
}

KINDS: Final[Mapping[DepartmentKind, str]] = {
    DepartmentKind.SOCIAL: mark("social"),
    DepartmentKind.HEALTH: mark("health"),
    DepartmentKind.OTHER: mark("other"),
}

WEEKDAYS: Final = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)

RE_REFERRALS: Final[Mapping[ReReferralKind, str]] = {
    ReReferralKind.ONGOING: mark("still calling"),
    ReReferralKind.RELAPSE: mark("has begun again"),
}


def state(value: CaseState) -> str:
    """Name a state with its sign: «● Ny»."""
    sign, word = STATES[value]
    return f"{sign} {_(word)}"


def days_left(target: date, today: date) -> str:
    """Say how far off the target is: «3 hverdage tilbage», «frist i dag», «2 hverdage over»."""
    if today == target:
        return _("target is today")
    left = working_days_left(today, target)
    if left < 0:
        return ngettext("{count} working day over", "{count} working days over", -left).format(count=-left)
    return ngettext("{count} working day left", "{count} working days left", left).format(count=left)


def told(case: Case) -> str:
    """Say how far the acknowledgement has come: until it is there, Præhospitalet does not know who took over."""
    return _(TOLD[case.told]) if case.told else ""


def ending_told(case: Case) -> str:
    """Say how far the letter has come that ended the case or its consent."""
    return _(TOLD[case.ending_told]) if case.ending_told else ""


def weekend_ahead(today: date) -> str:
    """Say how many days there are to the next working day, and which it is, when the offices close in between (E4)."""
    opens = next_working_day(today)
    days = (opens - today).days
    said = _("{count} days to the next working day: {day}")
    return said.format(count=days, day=_(WEEKDAYS[opens.weekday()])) if days > 1 else ""


def received(moment: datetime, today: date) -> str:
    """Say when a letter came: the time today, date and time this year, else the date."""
    if local_day(moment) == today:
        return _("today at {time}").format(time=dates.clock(moment))
    if local_day(moment).year == today.year:
        return _("{date} at {time}").format(date=dates.short_day(moment), time=dates.clock(moment))
    return dates.day(moment)


def citizen(name: str | None) -> str:
    """Name the citizen on one line."""
    return one_line(name or "") or _("Name not given")


def named(line: CaseLine) -> str:
    """Name the citizen of a case in the list, or say that what the case said is erased (O18)."""
    return erased.heading() if line.erased else citizen(line.citizen)


def titled(case: Case) -> str:
    """Name the citizen above a case's page, or say that what it said is erased (O18)."""
    return erased.heading() if case.erased else citizen(case.in_force.citizen.name)


def number(text: str) -> str:
    """Write the referral's number on one line."""
    return one_line(text)


def ordinal_referral(position: int) -> str:
    """Name a re-referral by its place: «2. henvendelse»."""
    return _("referral no. {position}").format(position=position)


def holder(line: CaseLine) -> str:
    """Say who has the case now: the department, or the person who acknowledged it."""
    if line.responsible:
        return one_line(line.responsible)
    return one_line(line.acknowledged_by) if line.acknowledged_by else ""


def hands(case: Case) -> str:
    """Say in whose hands a case is: the one department that is responsible, who there has it, and who is with them."""
    if case.sent_back:
        return _("sent back by {department}").format(department=one_line(case.sent_back.department))
    if case.responsible is None:
        return ""
    departments = " + ".join(one_line(one.name) for one in (case.responsible, *case.also))
    taken = case.taken_over
    taker = one_line(taken.by) if taken and taken.by != taken.department else ""
    return SEPARATOR.join(filter(None, (departments, taker)))


def re_referral(case: Case) -> str:
    """Put a re-referral in one sentence (F4): «2. henvendelse – ringer fortsat (første 2/3)»."""
    again = case.referral.re_referral
    if again is None and case.previous is None:
        return ""
    words = [ordinal_referral(case.previous.position if case.previous else 2).capitalize()]
    if again:
        words += ["–", _(RE_REFERRALS[again.kind])]
    if case.previous:
        first = local_day(case.previous.first_sent_at)
        year = "" if first.year == local_day(case.received_at).year else f"-{first.year}"
        words.append(_("(first {date})").format(date=f"{first.day}/{first.month}{year}"))
    return " ".join(words)


def party(code: str) -> str:
    """Name a party of the agreement."""
    if code == REGION:
        return _("Præhospitalet")
    found = municipalities.by_code(code)
    return found.official_name if found else one_line(code)


def verdict(case: Case) -> str:
    """Say what was proved of the letter: it is sealed, by whom, with which key, and when it came."""
    return SEPARATOR.join(
        (
            _("✓ Sealed and signed by {party}").format(party=party(case.seal.from_party)),
            _("key {start} …").format(start=case.seal.signed_by.grouped[:9]),
            _("received {when}").format(when=dates.day_and_clock(case.received_at)),
        ),
    )


def open_word(word: str | None) -> str:
    """Write a word from an open list as a person would: «egen_bolig» becomes «egen bolig» (A6)."""
    return one_line((word or "").replace("_", " "))


def calls(referral: Referral | Supplement) -> str:
    """Say how often the citizen has called, as far as the sender knew."""
    said = []
    if referral.calls_today is not None:
        said.append(_("{count} today").format(count=referral.calls_today))
    if referral.calls_last_30_days is not None:
        said.append(_("{count} in the last 30 days").format(count=referral.calls_last_30_days))
    return SEPARATOR.join(said)


def target(day: date) -> str:
    """Name the target's date: «frist 26-11»."""
    return _("target {date}").format(date=dates.short_day(day))
