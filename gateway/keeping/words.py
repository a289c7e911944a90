"""How the screens that keep the line say things: what a change is, what it waits for, how old something is.

Whatever a peer wrote comes out harmless. A state is always a sign and a word, never a colour alone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from directory import municipalities
from directory.changes import Stand
from directory.model import REGION, Contact, UnitKind
from gateway.contacts.model import Change, Ended
from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.liveness.board import Grade
from gateway.terminal import dates
from gateway.terminal.plain import one_line

SEPARATOR: Final = " · "
SIGNS: Final[Mapping[Grade, str]] = {Grade.RED: "▲", Grade.AMBER: "◆", Grade.GREEN: "✓"}
STYLES: Final[Mapping[Grade, str]] = {Grade.RED: "alert", Grade.AMBER: "accent", Grade.GREEN: "done"}
GRADES: Final[Mapping[Grade, str]] = {Grade.RED: mark("red"), Grade.AMBER: mark("amber"), Grade.GREEN: mark("green")}
KINDS: Final[Mapping[UnitKind, str]] = {
    UnitKind.GATEWAY: mark("Stafet: it answers by itself"),
    UnitKind.MAIL_CLIENT: mark("a mail program: only people answer"),
}
FIELDS: Final = (
    ("unit_name", mark("Unit")),
    ("email", mark("Mail address")),
    ("phone", mark("Phone")),
    ("hours", mark("Opening hours")),
    ("kind", mark("Answers there")),
    ("gln", mark("EAN/GLN")),
    ("sor", mark("SOR code")),
    ("postal", mark("Postal address")),
)
"""A contact's own fields, in the order they are shown."""
ENDED: Final[Mapping[str, str]] = {
    Ended.REFUSED: mark("refused here"),
    Ended.NOT_THEIRS: mark("refused: they knew nothing of it"),
    Ended.WITHDRAWN: mark("taken back"),
    Ended.REPLACED: mark("replaced by a later one"),
    Ended.ADDRESS_TAKEN: mark("not carried out: the address was another party's by then"),
}
NONE: Final = "–"


def party(code: str) -> str:
    """Name a party in full: «Randers Kommune»."""
    found = municipalities.by_code(code)
    if found:
        return found.official_name
    return _("The prehospital services") if code == REGION else one_line(code)


def grade(one: Grade) -> str:
    """Name a grade with its sign: «▲ red»."""
    return f"{SIGNS[one]} {_(GRADES[one])}"


def days_since(moment: datetime | None, now: datetime) -> str:
    """Say how many days ago something was: «3 d»; a dash when it never was."""
    return NONE if moment is None else _("{days} d").format(days=max(0, (now - moment).days))


def days_left(moment: datetime | None, now: datetime) -> str:
    """Say how many days are left; a dash when there is no end."""
    return NONE if moment is None else _("{days} d").format(days=(moment - now).days)


def ago(moment: datetime | None, now: datetime) -> str:
    """Say when something was, with its age: «22-11-2026 kl. 8.14 (3 days ago)»."""
    if moment is None:
        return _("never")
    days = max(0, (now - moment).days)
    since = ngettext("{days} day ago", "{days} days ago", days).format(days=days) if days else _("within a day")
    return _("{when} ({age})").format(when=dates.day_and_clock(moment), age=since)


def until(moment: datetime | None, now: datetime) -> str:
    """Say when something ends, and how long that is: «22-11-2026 (in 410 days)»."""
    if moment is None:
        return _("no end")
    days = (moment - now).days
    left = ngettext("in {days} day", "in {days} days", days).format(days=days) if days >= 0 else _("ended")
    return _("{when} ({age})").format(when=dates.day(moment), age=left)


def value(contact: Contact, name: str) -> str:
    """Say one field of a contact on a line; a dash when it is empty."""
    said = getattr(contact, name)
    if name == "kind":
        return _(KINDS[said])
    return dates.phone(said) if name == "phone" else one_line(said) or NONE


def facts(contact: Contact) -> tuple[tuple[str, str], ...]:
    """Say a contact, field by field; what need not be there is left out when it is empty."""
    needed = ("unit_name", "email", "phone", "hours", "kind")
    named = [(name, _(label)) for name, label in FIELDS if name in needed or getattr(contact, name)]
    return tuple((label, value(contact, name)) for name, label in named)


def differences(old: Contact | None, new: Contact) -> tuple[tuple[str, str], ...]:
    """Say what a change makes different: the field, and «old → new»."""
    if old is None:
        return facts(new)
    changed = [(name, label) for name, label in FIELDS if getattr(old, name) != getattr(new, name)]
    return tuple((_(label), f"{value(old, name)}  →  {value(new, name)}") for name, label in changed)


def what(change: Change) -> str:
    """Name what a change is of."""
    if change.contact and change.fingerprint:
        return _("Contact and key")
    return _("New key") if change.fingerprint else _("New contact details")


def waits_for(change: Change, now: datetime) -> str:
    """Say what a change waits for, in one sentence."""
    if change.stand is Stand.PROPOSED:
        return _("Waits for a second person here, who rings them and confirms it.")
    if change.stand is Stand.CONFIRMED and change.awaits_code:
        return _("A TEST with a code was sent to the new address. Waits for them to read the code to you by phone.")
    if change.stand is Stand.CONFIRMED:
        return _("A TEST was sent to the new address. It is used once the signed answer has come.")
    if change.stand is Stand.PROVED and change.valid_from > now:
        return _("Everything is in order. It holds from {day} by itself.").format(day=dates.day(change.valid_from))
    if change.stand is Stand.PROVED:
        return _("Everything is in order. It takes effect within a minute.")
    return _(ENDED.get(change.reason, mark("refused here"))) if change.stand is Stand.REFUSED else _("It holds.")


def proposed(change: Change) -> str:
    """Say who asked for a change, and how."""
    name, when = one_line(change.proposed_by), dates.day_and_clock(change.proposed_at)
    if change.by_letter:
        return _("They wrote it themselves in a signed letter, {when}").format(when=when)
    return _("{name}, {when}").format(name=name, when=when)


def confirmed(change: Change) -> str:
    """Say who rang, which number, and whom they spoke with."""
    if change.confirmed_at is None:
        return _("not yet")
    said = _("{name} rang {number} and spoke with {other}, {when}").format(
        name=one_line(change.confirmed_by),
        number=dates.phone(change.called),
        other=one_line(change.spoken_with),
        when=dates.day_and_clock(change.confirmed_at),
    )
    return said + (SEPARATOR + _("one person did both") if change.alone else "")
