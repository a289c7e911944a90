"""How the desk says things: when a phone is answered, how old something is, how far a referral has come.

Whatever a peer wrote comes out harmless. A state is always a sign and a word, never a colour alone.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from babel.dates import format_date

from directory import municipalities
from directory.calendar import COPENHAGEN, local_day
from directory.errors import BadHours
from directory.hours import OpeningHours
from directory.model import Contact
from gateway.desk.ports import Reach
from gateway.language import gettext as _
from gateway.language import in_use, mark, ngettext
from gateway.referring.follow import ACKNOWLEDGED, CLOSED, NOT_OURS, TAKEN_BY_PHONE, WITHDRAWN, Progress
from gateway.referring.promise import Due
from gateway.referring.words import OUTCOMES, STATES, why_due, why_waiting
from gateway.terminal import dates
from gateway.terminal.plain import one_line

SEPARATOR: Final = " · "
DAY: Final = timedelta(days=1)
BY_HAND: Final = mark("from a mail program: no receipt comes by itself, only what a person writes")
SENT_ANEW: Final = "sent-anew"
ON_ITS_WAY: Final = "on-its-way"
UNREAD: Final = "unread"

ANSWERS: Final[Mapping[str, str]] = {
    WITHDRAWN: mark("You have withdrawn your consent, so {municipality} does not go on with it."),
    SENT_ANEW: mark("{municipality} has answered that you do not live there. It was sent anew as {number}."),
    NOT_OURS: mark("{municipality} has answered that you do not live there. We must ask you where you live now."),
    UNREAD: mark(
        "{municipality} has answered {when} from a mail program. Read what it says before you tell the citizen. Its "
        "phone number is {phone}."
    ),
    ACKNOWLEDGED: mark("{municipality} has taken over {when}, phone {phone}."),
    TAKEN_BY_PHONE: mark("{municipality} has taken over on the phone {when}. Its phone number is {phone}."),
    "received": mark(
        "{municipality} got it {when}. Nobody there has said yet that they have taken over. Its phone number is "
        "{phone}."
    ),
    "handed-over": mark(
        "It was sent to {municipality} {when}, and is read in a mail program. Nobody there has answered yet. Its phone "
        "number is {phone}."
    ),
    ON_ITS_WAY: mark("It is on its way to {municipality}, but has not got there yet. Its phone number is {phone}."),
}
"""What is read aloud to the citizen, by what was heard of the referral."""

SIGNS: Final[Mapping[str, str]] = {
    "queued": "○",
    "sent": "→",
    "handed-over": "→",
    "received": "◐",
    "parked": "▲",
    "refused": "▲",
    "given-up": "▲",
    "cancelled": "–",
    ACKNOWLEDGED: "✓",
    TAKEN_BY_PHONE: "✓",
    NOT_OURS: "▲",
    CLOSED: "✓",
    WITHDRAWN: "–",
}


def municipality(code: str) -> str:
    """Name a municipality: «Randers Kommune»."""
    found = municipalities.by_code(code)
    return found.official_name if found else one_line(code)


def short_municipality(code: str) -> str:
    """Name a municipality as people do: «Randers»."""
    found = municipalities.by_code(code)
    return found.name if found else one_line(code)


def citizen(name: str | None) -> str:
    """Name the citizen on one line."""
    return one_line(name or "") or _("Name not given")


def moment(at: datetime, now: datetime) -> str:
    """Say when: «kl. 3.12» today, «3/3 kl. 8.14» this year, else the whole date."""
    day, today = local_day(at), local_day(now)
    if day == today:
        return _("at {time}").format(time=dates.clock(at))
    year = "" if day.year == today.year else f"-{day.year}"
    return _("{date} at {time}").format(date=f"{day.day}/{day.month}{year}", time=dates.clock(at))


def age(since: datetime, now: datetime) -> str:
    """Say how long something has lain: «12 min», «3 timer», «2 dage»."""
    minutes = max(0, int((now - since).total_seconds()) // 60)
    hours, days = minutes // 60, minutes // (24 * 60)
    if days:
        return ngettext("{count} day", "{count} days", days).format(count=days)
    if hours:
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    return _("{count} min").format(count=minutes)


def opening(contact: Contact, now: datetime) -> str:
    """Say whether the unit's phone is answered now, or when it will be: «åben nu», «åbner mandag 8.00» (D17)."""
    try:
        hours = OpeningHours.parse(contact.hours)
    except BadHours:
        hours = OpeningHours()
    return opens(open_now=hours.is_open(now), opens_at=hours.next_opening(now), now=now)


def opens(*, open_now: bool, opens_at: datetime | None, now: datetime) -> str:
    """Say whether a phone is answered, from what is known of it."""
    if open_now:
        return _("open now")
    if opens_at is None:
        return _("opening hours not known")
    weekday = format_date(local_day(opens_at), "EEEE", locale=in_use())
    if local_day(opens_at) == local_day(now):
        weekday = _("today")
    elif local_day(opens_at) - local_day(now) > 6 * DAY:
        weekday += f" {local_day(opens_at).day}/{local_day(opens_at).month}"
    local = opens_at.astimezone(COPENHAGEN)
    return _("opens {day} {time}").format(day=weekday, time=f"{local.hour}.{local.minute:02d}")


def unit(contact: Contact | None) -> str:
    """Name the unit and its phone on one line."""
    if contact is None:
        return _("no receiver is registered")
    return SEPARATOR.join((one_line(contact.unit_name), dates.phone(contact.phone)))


def phone(contact: Contact | None) -> str:
    """Write the unit's phone number, or say what to use instead."""
    return dates.phone(contact.phone) if contact else _("the municipality's main number")


def facts(reach: Reach, now: datetime) -> tuple[tuple[str, str], ...]:
    """Say how a municipality is reached, a fact a line; what is missing is said in words (D6, D17, S7)."""
    contact = reach.contact
    if contact is None:
        return ()
    verified = _("details from {date}").format(date=dates.day(contact.valid_from))
    key = _("key compared {date}").format(date=dates.day(reach.key_since)) if reach.key_since else _("no key yet")
    return (
        (_("Unit"), one_line(contact.unit_name)),
        (_("Phone"), dates.phone(contact.phone) + SEPARATOR + opening(contact, now)),
        (_("Hours"), one_line(contact.hours) or _("not known")),
        (_("Verified"), verified + SEPARATOR + key),
        *(((_("Answers"), _(BY_HAND)),) if contact.by_hand else ()),
    )


def waits(reach: Reach) -> str:
    """Say that a referral would have to wait, and what to do; empty when it can leave at once (D6, S7)."""
    if reach.contact is None:
        return _(
            "No receiver is registered for {municipality} yet. You can write and send: the referral waits here, and "
            "leaves by itself when there is one. If it cannot wait, phone the municipality's main number."
        ).format(municipality=reach.municipality.official_name)
    if reach.key_since is None:
        return _(
            "{municipality}'s key has not been compared yet. You can write and send: the referral waits here, and "
            "leaves by itself when it has been. If it cannot wait, phone the unit."
        ).format(municipality=reach.municipality.official_name)
    return ""


def due_line(due: Due, now: datetime) -> str:
    """Say why a unit is to be phoned, and since when."""
    return SEPARATOR.join((why_call(due), _("since {when}").format(when=moment(due.due_at, now))))


def why_call(due: Due) -> str:
    """Say why a unit is to be phoned, and how the last call went."""
    called = (_("last call: {outcome}").format(outcome=_(OUTCOMES[due.last_call])),) if due.last_call else ()
    return SEPARATOR.join((" ".join(why_due(due)), *called))


def standing(progress: Progress) -> str:
    """Say in a few words where a referral is."""
    if progress.anew:
        return _("answered: not our citizen – ask the citizen, and send it to the right one")
    if progress.unread:
        return _("answered from a mail program: open it, and read what it says")
    if progress.acknowledgement:
        return _("taken over by {person}").format(person=one_line(progress.acknowledgement.acknowledged_by))
    why = why_waiting(progress.reason)[:1]
    return SEPARATOR.join((sign(progress) + " " + _(STATES[progress.state]), *why))


def sign(progress: Progress) -> str:
    """Give the sign of a state."""
    return SIGNS.get(progress.state, "●")


def promised(contact_by: date) -> str:
    """Say by when the municipality means to contact the citizen (E15)."""
    return _("expects to contact the citizen by {date}").format(date=dates.short_day(contact_by))


def answer(progress: Progress, now: datetime) -> str:
    """Answer «har kommunen fået det?» in a sentence to read to the citizen (L6). Nothing of the municipality's work."""
    said = progress.acknowledgement
    return _(ANSWERS[_heard(progress)]).format(
        municipality=municipality(progress.municipality),
        when=moment(said.acknowledged_at if said else progress.steps[-1].at, now),
        phone=dates.phone(said.phone) if said else phone(progress.contact),
        number=progress.anew_number,
    )


def _heard(progress: Progress) -> str:
    """Tell which of the answers it is; what ended it weighs more than what came before."""
    known = {
        WITHDRAWN: progress.withdrawn_at or progress.cancelled_at,
        SENT_ANEW: progress.anew_number,
        NOT_OURS: progress.answer,
        UNREAD: progress.unread,
        ACKNOWLEDGED: progress.acknowledgement,
    }
    ended = next((heard for heard, so in known.items() if so), progress.state)
    return ended if ended in ANSWERS else ON_ITS_WAY
