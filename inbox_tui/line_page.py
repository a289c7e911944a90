"""The line to Præhospitalet as a page to read: first what is not as it should be, then what waits, then the facts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from directory.calendar import local_day
from directory.model import Contact
from gateway.contacts.model import Change
from gateway.keeping import words
from gateway.language import gettext as _
from gateway.language import mark
from gateway.liveness.board import Grade, Reason
from gateway.terminal import dates
from gateway.terminal.sections import Section, Tone
from inbox_tui import presentation
from inbox_tui.line import Line, OwnKey, Pulse, TheirKey

RING: Final = mark("Ring Præhospitalet, and agree on the phone how you go on until it works. Tell your colleagues.")
ENROL: Final = mark("An administrator enters it, and a second one rings and compares it.")
NEW_KEY: Final = mark("Ring Præhospitalet: it makes its next key, and announces it by itself.")
SAID: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.NO_CONTACT: (mark("Præhospitalet's address is not registered"), ENROL),
    Reason.NO_KEY: (mark("Præhospitalet's key is not registered"), ENROL),
    Reason.KEY_UNREADABLE: (mark("Præhospitalet's key cannot be read"), ENROL),
    Reason.KEY_REVOKED: (mark("Præhospitalet has withdrawn its key"), NEW_KEY),
    Reason.KEY_ENDED: (mark("Præhospitalet's key has ended"), NEW_KEY),
    Reason.KEY_ENDS: (mark("Præhospitalet's key ends soon"), NEW_KEY),
    Reason.SILENT: (mark("Præhospitalet is silent"), RING),
    Reason.NOT_ANSWERED: (
        mark("Last night's TEST did not come"),
        mark("It comes again tonight. If it is still missing tomorrow, ring Præhospitalet."),
    ),
    Reason.NOT_HEARD: (
        mark("Præhospitalet has not been heard lately"),
        mark("It tests the line every night by itself. Look again tomorrow."),
    ),
    Reason.NOT_VERIFIED: (
        mark("Præhospitalet has not answered from its address yet"),
        mark("That comes by itself with the first answer to something of yours."),
    ),
    Reason.VERIFIED_LONG_AGO: (
        mark("It is long since Præhospitalet answered anything of yours"),
        mark("Ring Præhospitalet, and ask whether the address is still theirs."),
    ),
    Reason.BOUNCES: (
        mark("Letters to Præhospitalet come back"),
        mark("Ring Præhospitalet: is the address right, is the mailbox full?"),
    ),
}
"""What is said at a municipality of what the board finds, and what to do. The rest has a place of its own here."""
UNHEARD: Final = (Reason.NOT_ANSWERED, Reason.NOT_HEARD)


def sections(line: Line) -> tuple[Section, ...]:
    """Lay the page out."""
    return (
        *_remarks(line),
        *_rotation(line),
        *_change(line.change, line),
        *(_ahead(one, line) for one in line.ahead),
        _reached(_("How Præhospitalet reaches you"), line.unit),
        *(_own_key(one, line) for one in line.own_keys),
        _reached(_("How you reach Præhospitalet"), line.row.facts.contact),
        *(_their_key(one, line) for one in line.their_keys),
        _backup(line),
    )


def works(line: Line) -> str:
    """Say with a sign and in words whether the line works."""
    grades = {remark.grade for remark in line.row.remarks if remark.reason in SAID}
    if Grade.RED in grades:
        return _("▲ The line needs somebody")
    if any(remark.reason in UNHEARD for remark in line.row.remarks):
        return _("◆ Perhaps the line is down") if line.row.facts.heard_at else _("◆ Not tested yet")
    return _("✓ The line works; look below") if Grade.AMBER in grades else _("✓ The line works")


def heard(line: Line) -> str:
    """Say when Præhospitalet was last heard."""
    at = line.row.facts.heard_at
    if at is None:
        return _("Not heard yet")
    return _("Last heard {when}").format(when=presentation.received(at, local_day(line.at)))


def alive(pulse: Pulse) -> str:
    """Say in a sentence whether the line is alive, and whom to ring when it is not (D12)."""
    facts = pulse.row.facts
    said = [remark for remark in pulse.row.remarks if remark.reason in SAID]
    ring = _("Ring {phone}.").format(phone=dates.phone(facts.phone)) if facts.phone else _("P tells what to do.")
    since = presentation.received(facts.heard_at, local_day(pulse.at)) if facts.heard_at else ""
    if said and said[0].grade is Grade.RED:
        what = _(SAID[said[0].reason][0])
        if said[0].reason is Reason.SILENT and since:
            what = _("Præhospitalet has not been heard since {when}").format(when=since)
        return f"▲ {what}. {ring}"
    if not since:
        return _("◆ The line to Præhospitalet has not been tested yet. That happens by itself at night.")
    if any(remark.reason in UNHEARD for remark in said):
        return _("◆ Perhaps the line to Præhospitalet is down: last heard {when}. {ring}").format(when=since, ring=ring)
    return _("✓ The line to Præhospitalet works: last heard {when}.").format(when=since)


def _remarks(line: Line) -> Iterator[Section]:
    """Say what is not as it should be; what is in order is not gone on about."""
    for remark in line.row.remarks:
        if remark.grade is not Grade.GREEN and remark.reason in SAID:
            tone = Tone.ALERT if remark.grade is Grade.RED else Tone.REMARK
            what, advice = SAID[remark.reason]
            yield Section(tone, _(what), _(advice))


def _rotation(line: Line) -> Iterator[Section]:
    """Say how far a new key of ours has come, and what to do about it."""
    if not line.own_keys:
        return
    newest, older = line.own_keys[0], line.own_keys[1:]
    if older and newest.used_there:
        said = _("Præhospitalet uses the new one. The old one ends by itself on {day}, and nothing needs to be done.")
        yield Section(Tone.REMARK, _("Your key is being renewed"), said.format(day=_end(older)))
    elif older:
        said = _(
            "Præhospitalet is told again every day, and takes the new one over by itself. The old one works until "
            "{day}. Is that near, an administrator rings and reads the new one aloud (N)."
        )
        yield Section(Tone.REMARK, _("Your key is being renewed"), said.format(day=_end(older)))
    elif not newest.used_there:
        said = _("Nothing reaches Præhospitalet until it has. An administrator rings and reads the new one aloud (N).")
        yield Section(Tone.ALERT, _("Præhospitalet does not have your new key"), said)


def _change(change: Change | None, line: Line) -> Iterator[Section]:
    """Say what Præhospitalet will have changed, and what it waits for."""
    if change is None:
        return
    facts = list(words.differences(line.row.facts.contact, change.contact)) if change.contact else []
    if change.fingerprint:
        facts.append((_("New key"), change.fingerprint.grouped))
    facts += [(_("From"), dates.day(change.valid_from)), (_("Asked for by"), words.proposed(change))]
    heading = _("Præhospitalet: {what} (R)").format(what=words.what(change))
    yield Section(Tone.REMARK, heading, words.waits_for(change, line.at), tuple(facts))


def _ahead(contact: Contact, line: Line) -> Section:
    """Say how we will be reached, and what has to happen before."""
    heading = _("From {day} you are reached like this (A)").format(day=dates.day(contact.valid_from))
    said = _("Præhospitalet rings you on {phone}, the number it knows now, and asks whether it is right. Watch for it.")
    facts = words.differences(line.unit, contact)
    return Section(Tone.REMARK, heading, said.format(phone=dates.phone(line.unit.phone)), facts)


def _reached(heading: str, contact: Contact | None) -> Section:
    if contact is None:
        return Section(Tone.FACTS, heading, _("Nothing is registered."))
    return Section(Tone.FACTS, heading, facts=tuple(fact for fact in words.facts(contact) if fact[1] != words.NONE))


def _own_key(key: OwnKey, line: Line) -> Section:
    facts = [(_("Groups"), key.fingerprint.grouped), (_("Until"), words.until(key.ends_at or key.expires, line.at))]
    if line.is_enrolled and not key.ends_at:
        facts.append((_("Præhospitalet"), _("uses it") if key.used_there else _("does not use it yet")))
    return Section(Tone.FACTS, _("Your old key") if key.ends_at else _("Your key"), facts=tuple(facts))


def _their_key(key: TheirKey, line: Line) -> Section:
    known = line.row.facts.key
    expires = known.ends_at if known and known.fingerprint == key.fingerprint else None
    facts = (
        (_("Groups"), key.fingerprint.grouped),
        (_("Since"), dates.day(key.since)),
        (_("Until"), words.until(key.ends_at or expires, line.at)),
    )
    return Section(Tone.FACTS, _("Præhospitalet's old key") if key.ends_at else _("Præhospitalet's key"), facts=facts)


def _backup(line: Line) -> Section:
    at = line.backed_up_at
    said = words.ago(at, line.at) if at else _("None has been made yet: stafet-inbox backup.")
    return Section(Tone.FACTS, _("Last backup"), said)


def _end(older: Sequence[OwnKey]) -> str:
    return dates.day(older[0].ends_at) if older[0].ends_at else ""
