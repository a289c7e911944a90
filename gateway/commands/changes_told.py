"""How far a change of a contact or key has come, for a command to say: in words, and as JSON values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from directory.changes import Stand
from directory.model import Contact, PinnedKey
from gateway.commands.console import Console, remind_of_daemon
from gateway.contacts.model import Change, Ended
from gateway.language import gettext as _
from gateway.language import mark
from gateway.liveness.look import name_of
from gateway.terminal.dates import day, day_and_clock

_INDENT: Final = " " * 4

STANDS: Final[Mapping[Stand, str]] = {
    Stand.PROPOSED: mark("proposed"),
    Stand.CONFIRMED: mark("confirmed by phone"),
    Stand.PROVED: mark("in order"),
    Stand.ACTIVE: mark("in effect"),
    Stand.REFUSED: mark("ended"),
}
ENDED: Final[Mapping[str, str]] = {
    Ended.REFUSED: mark("refused"),
    Ended.NOT_THEIRS: mark("refused: those who were rung knew nothing of it"),
    Ended.WITHDRAWN: mark("taken back"),
    Ended.REPLACED: mark("replaced by a later one"),
    Ended.ADDRESS_TAKEN: mark("another party has that address"),
}


def tell_change(console: Console, change: Change) -> None:
    """Say how far one change has come, and what comes next."""
    console.answer(facts_of(change), *lines_of(change))
    if change.stand is Stand.CONFIRMED:
        remind_of_daemon(console)


def facts_of(change: Change) -> dict[str, Any]:
    """Give a change as JSON values."""
    contact = contact_facts(change.contact) if change.contact else None
    moments = ("valid_from", "proposed_at", "confirmed_at", "tested_at", "answered_at", "ended_at")
    plain = ("id", "party", "proposed_by", "by_letter", "confirmed_by", "called", "spoken_with", "alone", "needs_proof")
    return {
        **{name: getattr(change, name) for name in plain},
        **{name: _moment(getattr(change, name)) for name in moments},
        "stand": change.stand.value,
        "reason": change.reason,
        "contact": contact,
        "fingerprint": change.fingerprint,
        "numbers_to_call": list(change.numbers_to_call),
        "looks_personal": change.looks_personal,
    }


def contact_facts(contact: Contact) -> dict[str, Any]:
    """Give a contact as JSON values."""
    return {
        "unit": contact.unit_name,
        "email": contact.email,
        "phone": contact.phone,
        "hours": contact.hours,
        "kind": contact.kind.value,
        "gln": contact.gln,
        "sor": contact.sor,
        "postal": contact.postal,
        "valid_from": _moment(contact.valid_from),
        "valid_to": _moment(contact.valid_to),
        "verified_at": _moment(contact.verified_at),
    }


def key_facts(key: PinnedKey) -> dict[str, Any]:
    """Give a key, pinned now or before, as JSON values."""
    moments = ("valid_from", "valid_to", "revoked_at")
    people = {"pinned_by": key.pinned_by, "confirmed_by": key.confirmed_by}
    return {"fingerprint": key.fingerprint, **people, **{name: _moment(getattr(key, name)) for name in moments}}


def key_line(key: PinnedKey) -> str:
    """Say on a line when a key held."""
    until = day(key.valid_to) if key.valid_to else ""
    lost = "  " + _("given up: lost or stolen") if key.revoked_at else ""
    return f"{day(key.valid_from)} - {until}  {key.fingerprint.grouped}{lost}"


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def lines_of(change: Change) -> list[str]:
    """Say how far a change has come, and what comes next."""
    ended = _(ENDED.get(change.reason, change.reason)) if change.reason else ""
    stand = ended or _(STANDS[change.stand])
    lines = [f"{change.party}  {stand}  {day_and_clock(change.ended_at or change.proposed_at)}  {change.id[:8]}"]
    if change.contact:
        lines.append(f"{_INDENT}{change.contact.unit_name}, {change.contact.email}, {change.contact.phone}")
    if change.fingerprint:
        lines.append(f"{_INDENT}{change.fingerprint.grouped}")
    if change.looks_personal and change.is_open:
        lines.append(
            _INDENT + _("The address looks like one person's. A unit needs an address that outlives its people.")
        )
    return lines + [f"{_INDENT}{line}" for line in (_who(change), _next(change)) if line]


def _who(change: Change) -> str:
    by = _("{party} itself, in a signed letter").format(party=name_of(change.party))
    name = by if change.by_letter else change.proposed_by
    if not change.confirmed_by:
        return _("Proposed by {name}.").format(name=name)
    words = _("Proposed by {name}; {other} rang {number} and spoke with {there}.")
    return words.format(name=name, other=change.confirmed_by, number=change.called, there=change.spoken_with)


def _next(change: Change) -> str:
    """Say what is waited for."""
    if not change.is_open:
        return ""
    if change.stand is Stand.PROPOSED:
        return _call_words(change)
    if change.stand is Stand.PROVED:
        return _("It takes effect on {date}.").format(date=day(change.valid_from))
    if change.awaits_code:
        return _("A TEST is sent to the new address. Ring them, and note the code they read aloud: proved.")
    words = _(
        "A TEST was sent to the new address {at}, and is sent again each day until it is answered. Nothing changes yet."
    )
    return words.format(at=day_and_clock(change.tested_at or change.proposed_at))


def _call_words(change: Change) -> str:
    if change.numbers_to_call:
        return _("A colleague rings {number}, and then confirms it: confirm.").format(number=change.numbers_to_call[0])
    return _("A colleague rings their switchboard, found in a public directory, and then confirms it: confirm.")
